"""Show bank lines with what they are matched to or what is proposed for them, and what is open to be matched."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.bank_money import Outcome
from services.billing.domain.open_item import OpenItem, Purpose
from services.billing.storage import bank
from services.billing.storage.open_items import open_items
from services.billing.usecases.reconcile_lines import outcomes_of

_LATEST: Final[WeakKeyDictionary[Engine, tuple[object, Mapping[str, Outcome]]]] = WeakKeyDictionary()
"""By database the latest outcomes of this process, and what they were worked out from."""


class LineView(NamedTuple):
    """A bank line, and what is proposed for it now if nothing is matched to it."""

    line: Row[Any]
    outcome: Outcome | None


def list_bank_lines(
    database: Database,
    actor: Actor,
    *,
    state: str | None = None,
    statement: str | None = None,
    account: str | None = None,
    words: str = "",
    to_day: date | None = None,
    after: int = 0,
    limit: int,
) -> tuple[list[LineView], int | None]:
    """A page of bank lines in the order of import, and where the next page begins.

    `to_day` leaves out what was booked after it. Lines that are not matched come with proposals as things stand now,
    all waiting lines looked at together.
    """
    with database.transaction(actor) as connection:
        found = bank.list_lines(
            connection,
            state=state,
            statement=statement,
            account=account,
            words=words,
            to_day=to_day,
            after=after,
            limit=limit + 1,
        )
        waiting = any(line.state == "new" for line in found[:limit])
        outcomes = _outcomes(connection) if waiting else {}
    views = [LineView(line, outcomes.get(line.bank_line_id)) for line in found[:limit]]
    return views, found[limit - 1].seq if len(found) > limit else None


def get_bank_line(database: Database, actor: Actor, line_id: str) -> LineView:
    """One bank line. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = bank.list_lines(connection, state=None, line=line_id, after=0, limit=1)
        if not found:
            raise NotFound("There is no such bank line.")
        outcomes = _outcomes(connection) if found[0].state == "new" else {}
    return LineView(found[0], outcomes.get(line_id))


def list_open_items(
    database: Database, actor: Actor, *, purpose: Purpose, words: str, ids: str, limit: int
) -> tuple[list[OpenItem], int]:
    """What is open and carries all the words in its numbers, party or amount, the longest due first; and how many.

    With `ids`, and commas between them, these documents alone.
    """
    with database.transaction(actor) as connection:
        items = open_items(connection, purpose, ids.split(",") if ids else None)
    wanted = words.upper().replace("£", "").split()
    found = [item for item in items if all(word in _searched(item) for word in wanted)]
    return found[:limit], len(found)


def _outcomes(connection: Connection) -> Mapping[str, Outcome]:
    """What becomes of every waiting line, worked out again only where lines or what is open have changed."""
    lines = bank.new_lines(connection)
    stamp = (bank.stamp_of_open_items(connection), tuple((line.bank_line_id, line.purpose) for line in lines))
    latest = _LATEST.get(connection.engine)
    if latest is None or latest[0] != stamp:
        latest = _LATEST[connection.engine] = (stamp, outcomes_of(connection, lines))
    return latest[1]


def _searched(item: OpenItem) -> str:
    amount = f"{abs(item.open_pence) / 100:.2f}"
    whose = item.school_urn or item.supplier_id or ""
    return f"{item.number} {item.reference} {item.their_number} {item.party} {amount} {whose}".upper()
