"""Find the session that a request's token names."""

from datetime import UTC, datetime

from chassis.actor import SERVICE
from chassis.database import Database
from contracts.london import london_day
from gateway.domain.seats import held_role, seats_on
from gateway.domain.sessions import SEEN_EVERY, Session, is_living, seated, token_hash
from gateway.storage.sessions import SessionRow, find_session, touch_session


def resume_session(database: Database, token: str) -> Session | None:
    """The living session of a token, with today's roles; None if it is unknown, revoked, idle too long or over."""
    now = datetime.now(UTC)
    row = find_session(database, token_hash(token))
    if row is None or not is_living(now, row.last_seen_at, row.expires_at):
        return None
    if now - row.last_seen_at >= SEEN_EVERY:
        with database.transaction(SERVICE) as connection:
            touch_session(connection, row.token_hash, now)
    return session_of(row, now)


def session_of(row: SessionRow, now: datetime) -> Session:
    """A stored session as its person stands today."""
    seats = seats_on(london_day(now), map(held_role, row.roles))
    return Session(
        token_hash=row.token_hash,
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        channel=row.channel,
        seats=seats,
        seat=seated(seats, row.seat),
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )
