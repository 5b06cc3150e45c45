"""Database sessions: one transaction for each thing a person or a message does, with its actor set."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import QueuePool

from chassis.actor import Actor
from chassis.correlation import correlation_id, traceparent

_SET_ACTOR = text(
    "SELECT set_config('bursar.actor', :kind, true), set_config('bursar.person_id', :person, true),"
    " set_config('bursar.school_urn', :urn, true), set_config('bursar.supplier_id', :supplier, true),"
    " set_config('bursar.correlation_id', :correlation, true),"
    " set_config('bursar.traceparent', :traceparent, true)"
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
            _set_actor(connection, actor)
            token = self._open.set((connection, actor))
            try:
                yield connection
            finally:
                self._open.reset(token)

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, at shutdown, at the end of a test)."""
        self.engine.dispose()


def _set_actor(connection: Connection, actor: Actor) -> None:
    connection.execute(
        _SET_ACTOR,
        {
            "kind": actor.kind,
            "person": actor.person_id or "",
            "urn": "" if actor.school_urn is None else str(actor.school_urn),
            "supplier": actor.supplier_id or "",
            "correlation": correlation_id(),
            "traceparent": traceparent(),
        },
    )
