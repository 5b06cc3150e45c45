"""Sessions: how long a sign-in lasts, and what a request knows of it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from gateway.domain.seats import Seat

Channel = Literal["browser", "program", "client"]
"""A person in a browser, a person's program, or a supplier's own program."""

IDLE: Final = timedelta(hours=2)
ABSOLUTE: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)
KEPT_FORM: Final = timedelta(hours=1)
KEPT_FORM_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Session:
    """A living sign-in. `seat` is None while a person with several seats has not chosen one."""

    token_hash: bytes
    person_id: str
    name: str
    email: str
    channel: Channel
    seats: tuple[Seat, ...]
    seat: Seat | None
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form sent with an expired session: its fields in the order sent, without the secret ones."""

    path: str
    fields: tuple[tuple[str, str], ...]


def new_token() -> str:
    """256 random bits as URL-safe text: a session's or kept form's secret, never stored itself."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token. It is random already, so one round of SHA-256 hides it."""
    return hashlib.sha256(token.encode()).digest()


def is_living(now: datetime, last_seen_at: datetime, expires_at: datetime) -> bool:
    """Whether a session is neither idle for too long nor past its absolute end."""
    return now < expires_at and now - last_seen_at < IDLE


def seated(seats: tuple[Seat, ...], chosen: str | None) -> Seat | None:
    """The seat a session acts from: the chosen one while it is still held, the only one, otherwise none."""
    if len(seats) == 1:
        return seats[0]
    return next((seat for seat in seats if seat.key == chosen), None)
