"""Runs every check on every database, only reading, and gathers the breaches."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from bursar.verify import billing, books, catalogue, deadlines, events, gateway, members, orders, periods
from bursar.verify.check import Check
from bursar.verify.copies import COPIES, Copy
from chassis.settings import ALL_PARTS, Reader
from contracts.topology import SUBSCRIPTIONS

CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "members": (*events.CHECKS, *members.CHECKS),
    "catalogue": (*events.CHECKS, *catalogue.CHECKS),
    "orders": (*events.CHECKS, *orders.CHECKS, *deadlines.CHECKS),
    "billing": (*events.CHECKS, *billing.CHECKS, *books.CHECKS, *periods.CHECKS),
    "gateway": (*events.CHECKS, *gateway.CHECKS),
}
PATIENCE: Final = 10.0
"""Seconds that running workers get to take what had happened when the run began."""

_MOST: Final = 1000  # breaches of one check that are listed
_LOOKS_EVERY: Final = 0.1
_LOGGED = text("SELECT count(*) FROM event_log")
_NUMBERED = text("SELECT coalesce(max(numbered_position), 0) FROM relay_state")
_CURSOR = text("SELECT coalesce(max(position), 0) FROM consumer_cursor WHERE producer = :producer")
_UNAPPLIED = text(
    "SELECT position FROM parked_event WHERE producer = :producer AND resolution IS DISTINCT FROM 'applied'"
)
_APPLIED_LOG = """
    WITH log AS (
        SELECT id, type, key, body FROM event_log
        WHERE position <= :cursor AND position <> ALL (CAST(:unapplied AS bigint[]))
    )
"""


class CannotVerify(LookupError):
    """A database cannot be read, or not whole; nothing is said about the invariants then."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that should not be, in words; `check` is `part.name` of the check, `holds` its sentence."""

    check: str
    holds: str
    detail: str

    def __str__(self) -> str:
        return f"BREACH {self.check}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run found, and how many checks it made on how many databases."""

    breaches: tuple[Breach, ...]
    checks: int
    databases: int

    def lines(self) -> Iterator[str]:
        """What the command line prints: one line that all is well, or one for each breach below what should hold."""
        if not self.breaches:
            yield f"All {self.checks} checks hold on {self.databases} databases."
        before = None
        for breach in self.breaches:
            if breach.check != before:
                yield f"Must hold: {breach.holds}"
            before = breach.check
            yield str(breach)


def verify(environ: Mapping[str, str], *, patience: float = PATIENCE) -> Verdict:
    """Check all parts' databases as their owners, who see every row; nothing is written.

    Workers get `patience` seconds to catch up with what had happened when the run began. Raises SettingsError, and
    CannotVerify if a database does not answer, is not migrated, or shows its login only some rows.
    """
    with ExitStack() as stack:
        databases = {part: stack.enter_context(_opened(url)) for part, url in _owner_urls(environ).items()}
        heads = {part: _number(database, _LOGGED) for part, database in databases.items()}
        _wait_until_taken(databases, heads, patience)
        found = [breach for part in databases for breach in _check(part, databases[part], heads[part])]
        found += [breach for pair in _subscriptions() for breach in _check_cursor(*pair, databases, heads)]
        found += [breach for copy in COPIES for breach in _check_copy(copy, databases)]
    return Verdict(tuple(found), len(check_names()), len(databases))


def check_names() -> list[str]:
    """Every check that a run makes, as breaches name it."""
    own = [f"{part}.{check.name}" for part, checks in CHECKS.items() for check in checks]
    return [*own, *(cursor_check(*pair) for pair in _subscriptions()), *(copy.check for copy in COPIES)]


def _owner_urls(environ: Mapping[str, str]) -> dict[str, str]:
    reader = Reader(environ)
    urls = {part: reader.text(f"{part.upper()}_MIGRATION_DATABASE_URL") for part in ALL_PARTS}
    reader.done()
    return urls


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    """A database to be read over one connection, one snapshot at a time."""
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        connect_args={"application_name": "bursar verify", "connect_timeout": 5},
    )
    try:
        yield engine
    finally:
        engine.dispose()


def _subscriptions() -> list[tuple[str, str]]:
    return [(consumer, producer) for consumer, producers in SUBSCRIPTIONS.items() for producer in producers]


@contextmanager
def _snapshot(database: Engine) -> Iterator[Connection]:
    """One state of a database. Row security is off: it fails where it would hide rows, instead of hiding them."""
    try:
        with database.connect() as connection, connection.begin():
            connection.execute(text("SET LOCAL row_security = off"))
            yield connection
    except DBAPIError as fault:
        raise CannotVerify(f"Database {database.url.database!r} cannot be verified: {fault.orig}") from fault


def _number(database: Engine, query: Any, **names: str) -> int:
    with _snapshot(database) as connection:
        return int(connection.execute(query, names).scalar_one())


def _wait_until_taken(databases: Mapping[str, Engine], heads: Mapping[str, int], patience: float) -> None:
    deadline = time.monotonic() + patience
    while _behind(databases, heads) and time.monotonic() < deadline:
        time.sleep(_LOOKS_EVERY)


def _behind(databases: Mapping[str, Engine], heads: Mapping[str, int]) -> bool:
    return any(_number(databases[part], _NUMBERED) < heads[part] for part in databases) or any(
        _number(databases[consumer], _CURSOR, producer=producer) < heads[producer]
        for consumer, producer in _subscriptions()
    )


def _check(part: str, database: Engine, head: int) -> Iterator[Breach]:
    with _snapshot(database) as connection:
        for check in CHECKS[part]:
            found = connection.execute(text(check.breaches), {"head": head}).scalars().fetchmany(_MOST + 1)
            for detail in found[:_MOST]:
                yield Breach(f"{part}.{check.name}", check.holds, detail)
            if len(found) > _MOST:
                yield Breach(f"{part}.{check.name}", check.holds, f"and more; only {_MOST} are listed")


def _check_cursor(
    consumer: str, producer: str, databases: Mapping[str, Engine], heads: Mapping[str, int]
) -> Iterator[Breach]:
    """A consumer has taken all that had happened when the run began, and nothing that has not happened."""
    cursor = _number(databases[consumer], _CURSOR, producer=producer)
    numbered = _number(databases[producer], _NUMBERED)
    if not heads[producer] <= cursor <= numbered:
        yield Breach(
            cursor_check(consumer, producer),
            f"What {consumer} has taken of {producer} is all that had happened when the check began.",
            f"position {cursor} is taken, {heads[producer]} events had happened, {numbered} are numbered",
        )


def cursor_check(consumer: str, producer: str) -> str:
    """The name of the check that a consumer is neither behind nor ahead of a producer."""
    return f"{consumer}.cursor_is_at_the_head_of_{producer}"


def _facts(connection: Connection, query: str, names: Mapping[str, Any]) -> dict[str, Any]:
    return {row.subject: row.facts for row in connection.execute(text(query), names)}


def _check_copy(copy: Copy, databases: Mapping[str, Engine]) -> Iterator[Breach]:
    """Compare a copy with the log up to the consumer's cursor, so that traffic meanwhile makes no difference."""
    with _snapshot(databases[copy.consumer]) as connection:
        names = {"producer": copy.producer}
        applied = {
            "cursor": connection.execute(_CURSOR, names).scalar_one(),
            "unapplied": list(connection.execute(_UNAPPLIED, names).scalars()),
        }
        kept = _facts(connection, copy.kept, {})
    with _snapshot(databases[copy.producer]) as connection:
        told = _facts(connection, _APPLIED_LOG + copy.told, applied)
    differing = sorted(subject for subject in kept.keys() | told.keys() if kept.get(subject) != told.get(subject))
    for subject in differing[:_MOST]:
        yield Breach(
            copy.check,
            copy.holds,
            f"{subject}: {copy.consumer} keeps {kept.get(subject, 'nothing')}, "
            f"{copy.producer} told {told.get(subject, 'nothing')}",
        )
