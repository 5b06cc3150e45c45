"""Sessions at rest: found by the hash of their token, revoked by deleting the row."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, delete, insert, or_, update
from sqlalchemy.exc import OperationalError

from chassis.database import Database
from gateway.domain.sessions import IDLE, Channel
from gateway.storage.tables import session


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session joined to its person, living or not."""

    token_hash: bytes
    person_id: str
    channel: Channel
    seat: str | None
    last_seen_at: datetime
    expires_at: datetime
    name: str
    email: str
    roles: list[dict[str, Any]]


_FIND = "SELECT person_id::text, channel, seat, last_seen_at, expires_at, name, email, roles FROM find_session(%s)"


def find_session(database: Database, token_hash: bytes) -> SessionRow | None:
    """The session of a token, even if it has expired.

    Every request asks this first, so it is one statement on its own, with no transaction and no actor to set before,
    put to the driver itself: SQLAlchemy would take longer to wrap it than PostgreSQL to answer.
    """
    with closing(database.engine.raw_connection()) as pooled:
        connection = cast(psycopg.Connection[tuple[Any, ...]], pooled.driver_connection)
        connection.autocommit = True
        try:
            row = connection.execute(_FIND, (token_hash,)).fetchone()
        except psycopg.OperationalError as fault:
            pooled.invalidate()
            raise OperationalError(_FIND, None, fault) from fault
        connection.autocommit = False
    return SessionRow(token_hash, *row) if row else None


def store_session(
    connection: Connection,
    token_hash: bytes,
    *,
    person_id: str,
    channel: Channel,
    seat: str | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Begin a session."""
    connection.execute(
        insert(session).values(
            token_hash=token_hash,
            person_id=person_id,
            channel=channel,
            seat=seat,
            created_at=now,
            last_seen_at=now,
            expires_at=expires_at,
        )
    )


def touch_session(connection: Connection, token_hash: bytes, now: datetime) -> None:
    """Note that the session is in use."""
    connection.execute(update(session).where(session.c.token_hash == token_hash).values(last_seen_at=now))


def store_seat(connection: Connection, token_hash: bytes, seat: str) -> None:
    """Note the seat that was chosen."""
    connection.execute(update(session).where(session.c.token_hash == token_hash).values(seat=seat))


def delete_session(connection: Connection, token_hash: bytes) -> None:
    """Revoke one session."""
    connection.execute(delete(session).where(session.c.token_hash == token_hash))


def delete_sessions_of(connection: Connection, person_id: str) -> int:
    """Revoke every session of a person; the number revoked."""
    return connection.execute(delete(session).where(session.c.person_id == person_id)).rowcount


def delete_sessions_ended_before(connection: Connection, moment: datetime) -> int:
    """Remove sessions that had expired, idle or absolutely, at the moment; the number removed."""
    ended = or_(session.c.expires_at < moment, session.c.last_seen_at < moment - IDLE)
    return connection.execute(delete(session).where(ended)).rowcount
