"""Where schools' calendar feeds are found by."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

_FIND = text("SELECT nonce, token_hash, made_at, made_by FROM calendar_feed WHERE school_urn = :urn")
_SCHOOL = text("SELECT school_urn FROM calendar_feed WHERE token_hash = :token_hash")
_STORE = text("""
    INSERT INTO calendar_feed (school_urn, nonce, token_hash, made_at, made_by)
    VALUES (:urn, :nonce, :token_hash, :now, :by)
    ON CONFLICT (school_urn) DO UPDATE SET (nonce, token_hash, made_at, made_by)
        = (excluded.nonce, excluded.token_hash, excluded.made_at, excluded.made_by)
""")


def find_feed(connection: Connection, urn: int) -> Row[Any] | None:
    """A school's nonce, token hash, made_at and made_by; None before its first address."""
    return connection.execute(_FIND, {"urn": urn}).one_or_none()


def school_of_feed(connection: Connection, token_hash: bytes) -> int | None:
    """The URN of the school whose feed has this token."""
    found: int | None = connection.execute(_SCHOOL, {"token_hash": token_hash}).scalar_one_or_none()
    return found


def store_feed(connection: Connection, urn: int, *, nonce: str, token_hash: bytes, now: datetime, by: str) -> None:
    """Keep a school's new address; the one before it works no more."""
    names = {"urn": urn, "nonce": nonce, "token_hash": token_hash, "now": now, "by": by}
    connection.execute(_STORE, names)
