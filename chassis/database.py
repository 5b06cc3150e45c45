"""Database sessions: one transaction for each thing a person or a message does, with its actor set."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, cast

import psycopg
from psycopg import pq
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, TextClause, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from chassis.actor import Actor
from chassis.correlation import correlation_id, traceparent

_DIALECT: Final = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_BEGIN: Final = (
    b"BEGIN; SET LOCAL bursar.actor = %b; SET LOCAL bursar.person_id = %b; SET LOCAL bursar.school_urn = %b;"
    b" SET LOCAL bursar.supplier_id = %b; SET LOCAL bursar.limited_to = %b; SET LOCAL bursar.correlation_id = %b;"
    b" SET LOCAL bursar.traceparent = %b"
)


class Database:
    """One service's database, reached by its own non-owner login.

    `pool_size` bounds the connections of this process; a thread that finds none free waits `pool_timeout` seconds
    and then fails, which the web layer answers with 503.
    """

    def __init__(self, url: str, *, pool_size: int = 8, pool_timeout: float = 10.0) -> None:
        self.url = url
        self.engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_use_lifo=True,
            pool_pre_ping=False,
            pool_recycle=1800,
            connect_args={"application_name": "bursar", "connect_timeout": 5},
        )
        self._open: ContextVar[tuple[Connection, Actor] | None] = ContextVar(f"transaction-{id(self)}", default=None)

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[Connection]:
        """Open a transaction for `actor`, or join the one already open in this context.

        Committed when the outermost block ends, rolled back when it raises. Joining as another actor is a
        programming fault and raises RuntimeError: what a transaction may see is decided once.
        """
        joined = self._open.get()
        if joined is not None:
            if joined[1] != actor:
                raise RuntimeError("A transaction cannot change its actor.")
            yield joined[0]
            return
        with self.engine.begin() as connection:
            _begin_as(connection, actor)
            token = self._open.set((connection, actor))
            try:
                yield connection
            finally:
                self._open.reset(token)

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, at shutdown, at the end of a test)."""
        self.engine.dispose()


def ask(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> Any:
    """The first row that a statement gives, as a named tuple, put to the driver itself; None if it gives none.

    For statements that run with almost every request, and whose wrapping by SQLAlchemy was measured to matter
    (docs/adr/0008). Raises SQLAlchemy's exceptions.
    """
    driver = _driver_of(connection)
    try:
        cursor = driver.cursor(row_factory=namedtuple_row).execute(_compiled(statement), values)
        return cursor.fetchone() if cursor.pgresult and cursor.pgresult.nfields else None
    except psycopg.Error as fault:
        if driver.closed:
            connection.invalidate(fault)
        raise DBAPIError.instance(statement.text, None, fault, psycopg.Error, dialect=connection.dialect) from fault


@cache
def _compiled(statement: TextClause) -> bytes:
    """A statement with the driver's placeholders. Statements are constants of their modules, so these are few."""
    return str(statement.compile(dialect=_DIALECT)).encode()


def _begin_as(connection: Connection, actor: Actor) -> None:
    """Begin and set the actor in one message: the driver would send a BEGIN of its own first, and wait for it."""
    values = (
        actor.kind,
        actor.person_id or "",
        "" if actor.school_urn is None else str(actor.school_urn),
        actor.supplier_id if actor.supplier_id and actor.limited_to is None else "",
        actor.limited_to or "",
        correlation_id(),
        traceparent(),
    )
    server = _driver_of(connection).pgconn
    quoted = pq.Escaping(server).escape_literal
    begun = server.exec_(_BEGIN % tuple(quoted(value.encode()) for value in values))
    if begun.status != pq.ExecStatus.COMMAND_OK:  # nothing in it can fail but the connection
        fault = psycopg.OperationalError(begun.get_error_message())
        connection.invalidate(fault)
        raise OperationalError("BEGIN", None, fault, connection_invalidated=True)


def _driver_of(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    return cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
