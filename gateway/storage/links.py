"""Links at rest: found by the hash of their token; and the sessions of those who opened one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from gateway.domain.links import Link
from gateway.domain.sessions import IDLE
from gateway.storage.tables import access_link, link_session

_SHOWN = (
    "link_id", "purpose", "subject_id", "supplier_id", "supplier_name", "label", "address", "created_at", "expires_at",
    "used_at", "used_by", "used_from", "revoked_at", "revoked_by",
)  # fmt: skip
_QUERY = select(*(access_link.c[name] for name in _SHOWN))


def store_link(connection: Connection, record: Link, token_hash: bytes) -> None:
    """Keep a new link under the hash of its token."""
    values = {name: getattr(record, name) for name in _SHOWN}
    connection.execute(insert(access_link).values(token_hash=token_hash, **values))


def find_link(connection: Connection, token_hash: bytes, *, lock: bool = False) -> Link | None:
    """The link of a token, whatever has become of it; its row locked against other users if asked."""
    query = _QUERY.where(access_link.c.token_hash == token_hash)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return _link(row) if row else None


def links_about(connection: Connection, purpose: str, subject_id: str) -> Sequence[Link]:
    """Every link there was to one thing, the newest first."""
    query = _QUERY.where(access_link.c.purpose == purpose, access_link.c.subject_id == subject_id)
    return [_link(row) for row in connection.execute(query.order_by(access_link.c.created_at.desc()))]


def use_link(connection: Connection, link_id: str, now: datetime, *, by: str, source: str) -> None:
    """Note who used the link, from where; its row is locked."""
    wanted = access_link.c.link_id == link_id
    connection.execute(update(access_link).where(wanted).values(used_at=now, used_by=by, used_from=source))


def revoke_links(connection: Connection, purpose: str, subject_id: str, now: datetime, *, by: str) -> int:
    """Take back every unused link to one thing, and end the sessions of those that were used; the number of links."""
    about = (access_link.c.purpose == purpose, access_link.c.subject_id == subject_id)
    ended = select(access_link.c.link_id).where(*about)
    connection.execute(delete(link_session).where(link_session.c.link_id.in_(ended)))
    unused = access_link.c.used_at.is_(None) & access_link.c.revoked_at.is_(None)
    return connection.execute(update(access_link).where(*about, unused).values(revoked_at=now, revoked_by=by)).rowcount


def store_link_session(
    connection: Connection, token_hash: bytes, link_id: str, name: str, now: datetime, expires_at: datetime
) -> None:
    """Begin the session of somebody who opened a link."""
    connection.execute(
        insert(link_session).values(
            token_hash=token_hash, link_id=link_id, name=name, last_seen_at=now, expires_at=expires_at
        )
    )


@dataclass(frozen=True, slots=True)
class LinkSession:
    """The session of somebody who opened a link, living or not, and the name they gave."""

    link: Link
    name: str
    last_seen_at: datetime
    expires_at: datetime


def find_link_session(connection: Connection, token_hash: bytes) -> LinkSession | None:
    """The session of a token with its link, even if it has expired."""
    own = (link_session.c.link_id, link_session.c.name, link_session.c.last_seen_at, link_session.c.expires_at)
    session = connection.execute(select(*own).where(link_session.c.token_hash == token_hash)).first()
    if session is None:
        return None
    row = connection.execute(_QUERY.where(access_link.c.link_id == session.link_id)).one()
    return LinkSession(_link(row), session.name, session.last_seen_at, session.expires_at)


def touch_link_session(connection: Connection, token_hash: bytes, now: datetime) -> None:
    """Note that the session was used."""
    connection.execute(update(link_session).where(link_session.c.token_hash == token_hash).values(last_seen_at=now))


def delete_link_session(connection: Connection, token_hash: bytes) -> None:
    """End one session."""
    connection.execute(delete(link_session).where(link_session.c.token_hash == token_hash))


def delete_link_sessions_ended_before(connection: Connection, moment: datetime) -> int:
    """Remove sessions that had ended at the moment; the number removed."""
    over = or_(link_session.c.expires_at < moment, link_session.c.last_seen_at < moment - IDLE)
    return connection.execute(delete(link_session).where(over)).rowcount


def _link(row: Row[Any]) -> Link:
    return Link(**{name: row._mapping[name] for name in _SHOWN})
