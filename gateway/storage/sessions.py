"""Sessions at rest: found by the hash of their token, revoked by deleting the row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from gateway.domain.sessions import IDLE, Channel
from gateway.storage.tables import person, session


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


_FIND = select(
    session.c.token_hash,
    session.c.person_id,
    session.c.channel,
    session.c.seat,
    session.c.last_seen_at,
    session.c.expires_at,
    person.c.name,
    person.c.email,
    person.c.roles,
).select_from(session.join(person, person.c.person_id == session.c.person_id))


def find_session(connection: Connection, token_hash: bytes) -> SessionRow | None:
    """The session of a token, even if it has expired."""
    row = connection.execute(_FIND.where(session.c.token_hash == token_hash)).first()
    return SessionRow(*row) if row else None


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
