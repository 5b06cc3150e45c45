"""Make, show and withdraw the address of a school's calendar feed, and find the school that an address belongs to."""

import secrets
from datetime import UTC, datetime

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.calendar_feeds import CalendarFeed, feed_token
from gateway.domain.sessions import token_hash
from gateway.storage.calendar_feeds import find_feed, school_of_feed, store_feed


def calendar_feed(database: Database, secret_key: str, urn: int) -> CalendarFeed | None:
    """The school's feed; None before it has made an address, or after our secret has changed."""
    with database.transaction(SERVICE) as connection:
        found = find_feed(connection, urn)
    if found is None:
        return None
    token = feed_token(secret_key, urn, found.nonce)
    return CalendarFeed(token, found.made_at, found.made_by) if token_hash(token) == found.token_hash else None


def renew_calendar_feed(database: Database, secret_key: str, urn: int, by: str) -> None:
    """Give the school a new address; the one before it works no more."""
    nonce = secrets.token_urlsafe(16)
    hashed = token_hash(feed_token(secret_key, urn, nonce))
    with database.transaction(SERVICE) as connection:
        store_feed(connection, urn, nonce=nonce, token_hash=hashed, now=datetime.now(UTC), by=by)


def school_of_calendar(database: Database, token: str) -> int | None:
    """The URN of the school whose feed has this token; None for a token that is unknown or was renewed."""
    with database.transaction(SERVICE) as connection:
        return school_of_feed(connection, token_hash(token))
