"""Links that work without an account: issued with a mail, looked at, opened once, asked for again, taken back."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain import supplier_letters
from gateway.domain.errors import LinkUnusable, TooManyAttempts
from gateway.domain.links import LASTS, Link, NewLink, Purpose
from gateway.domain.sessions import ABSOLUTE, SEEN_EVERY, Session, is_living, new_token, token_hash
from gateway.domain.throttle import WINDOW, address_key, is_over, link_key
from gateway.storage import links
from gateway.storage.attempts import count_attempt
from gateway.usecases.queue_mail import queue_mail

LINK_PATH: Final = "/link"
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """The session of somebody who opened a link; `token` is told this once and stored nowhere."""

    link: Link
    token: str


def issue_link(connection: Connection, wanted: NewLink, now: datetime) -> tuple[Link, str]:
    """A new link and its path, for the mail that takes it to the address; only its hash is kept here."""
    token = new_token()
    record = Link(
        link_id=str(uuid.uuid4()),
        created_at=now,
        expires_at=now + LASTS[wanted.purpose],
        **asdict(wanted),
    )
    links.store_link(connection, record, token_hash(token))
    return record, f"{LINK_PATH}/{token}"


def look_at_link(database: Database, token: str, *, address: str) -> Link:
    """The link of a token, whatever has become of it; looking uses nothing up. Raises LinkUnusable, TooManyAttempts."""
    _count(database, address)
    with database.transaction(SERVICE) as connection:
        return _found(connection, token)


def open_order(database: Database, token: str, name: str, *, address: str) -> Opened:
    """Use the link of an order: a session begins that reaches this order alone. Raises LinkUnusable."""
    now, session_token = datetime.now(UTC), new_token()
    with database.transaction(SERVICE) as connection:
        link = _usable(connection, token, "purchase_order", now)
        name = name[:_LONGEST_NAME]
        links.use_link(connection, link.link_id, now, by=name, source=address)
        links.store_link_session(connection, token_hash(session_token), link.link_id, name, now, now + ABSOLUTE)
    return Opened(link, session_token)


def use_stop_link(database: Database, token: str, name: str, *, address: str) -> Link:
    """Note that the link against a change of bank details was used. Raises LinkUnusable."""
    now = datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        link = _usable(connection, token, "bank_details", now)
        links.use_link(connection, link.link_id, now, by=name[:_LONGEST_NAME], source=address)
    return link


def ask_again(database: Database, token: str, *, address: str) -> Link:
    """Mail another link to the same order to the address that the old one went to, and nowhere else.

    Raises LinkUnusable for what never was a link or was taken back, TooManyAttempts.
    """
    now = datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        link = _found(connection, token)
    _count(database, address, link.subject_id)
    if not _can_be_had_again(link):
        raise LinkUnusable("There is no other link to be had for this one.")
    with database.transaction(SERVICE) as connection:
        wanted = NewLink(link.purpose, link.subject_id, link.supplier_id, link.supplier_name, link.label, link.address)
        again, path = issue_link(connection, wanted, now)
        words = supplier_letters.order_link_again(link.label)
        queue_mail(
            connection,
            kind="purchase_order_link",
            key=f"purchase_order_link:{again.link_id}",
            subject=words.subject,
            text=words.text,
            to_address=link.address,
            link=path,
            expires_at=again.expires_at,
        )
    return again


def may_ask_again(database: Database, token: str) -> bool:
    """Whether another link is to be had for this one: for an order's that was used or has expired."""
    with database.transaction(SERVICE) as connection:
        found = links.find_link(connection, token_hash(token))
    return found is not None and _can_be_had_again(found)


def revoke_order_links(database: Database, purchase_order_id: str, by: str) -> int:
    """Take back every unused link to an order and end the sessions begun with others; how many links there were."""
    with database.transaction(SERVICE) as connection:
        return links.revoke_links(connection, "purchase_order", purchase_order_id, datetime.now(UTC), by=by)


def links_to_order(database: Database, purchase_order_id: str) -> Sequence[Link]:
    """Every link there was to an order, the newest first: to whom it went, who opened it when."""
    with database.transaction(SERVICE) as connection:
        return links.links_about(connection, "purchase_order", purchase_order_id)


def resume_link_session(database: Database, token: str) -> Session | None:
    """The living session of somebody who opened a link, in its limited seat; None if there is none."""
    now, hashed = datetime.now(UTC), token_hash(token)
    with database.transaction(SERVICE) as connection:
        found = links.find_link_session(connection, hashed)
        if found is None or not is_living(now, found.last_seen_at, found.expires_at):
            return None
        if now - found.last_seen_at >= SEEN_EVERY:
            links.touch_link_session(connection, hashed, now)
    seat = found.link.seat()
    return Session(
        token_hash=hashed,
        person_id=found.link.link_id,
        name=f"{found.name} (by link)",
        email=found.link.address,
        channel="browser",
        seats=(seat,),
        seat=seat,
        last_seen_at=found.last_seen_at,
        expires_at=found.expires_at,
    )


def _can_be_had_again(link: Link) -> bool:
    return link.purpose == "purchase_order" and link.state(datetime.now(UTC)) in ("used", "expired")


def _found(connection: Connection, token: str) -> Link:
    found = links.find_link(connection, token_hash(token))
    if found is None:
        raise LinkUnusable("This link is not one of ours, or is too old. Check that you copied all of it.")
    return found


def _usable(connection: Connection, token: str, purpose: Purpose, now: datetime) -> Link:
    found = links.find_link(connection, token_hash(token), lock=True)
    if found is None or found.purpose != purpose:
        raise LinkUnusable("This link is not one of ours, or is too old. Check that you copied all of it.")
    found.must_be_usable(now)
    return found


def _count(database: Database, address: str, subject_id: str | None = None) -> None:
    now = datetime.now(UTC)
    counters = [address_key(address)] if subject_id is None else [address_key(address), link_key(subject_id)]
    with database.transaction(SERVICE) as connection:
        counts = count_attempt(connection, counters, now=now, window_start=now - WINDOW)
    over = [count for count in counts if is_over(count.counter, count.attempts)]
    if over:
        ends = max(count.started_at for count in over) + WINDOW
        raise TooManyAttempts(max(1, round((ends - now).total_seconds())))
