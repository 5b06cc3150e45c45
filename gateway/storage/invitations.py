"""Invitations at rest: found by the hash of their token, used by a single update."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from gateway.domain.invitations import Invitation
from gateway.storage.tables import invitation

_SHOWN = (
    "invitation_id", "person_id", "purpose", "name", "email", "organisation", "invited_by", "created_at", "expires_at",
    "used_at", "revoked_at",
)  # fmt: skip
_QUERY = select(*(invitation.c[name] for name in _SHOWN))


def store_invitation(connection: Connection, record: Invitation, token_hash: bytes, invited_by_id: str | None) -> None:
    """Keep a new invitation under the hash of its token."""
    values = {name: getattr(record, name) for name in _SHOWN}
    connection.execute(insert(invitation).values(token_hash=token_hash, invited_by_id=invited_by_id, **values))


def find_invitation(connection: Connection, token_hash: bytes, *, lock: bool = False) -> Invitation | None:
    """The invitation of a token, whatever has become of it; its row locked against other users if asked."""
    query = _QUERY.where(invitation.c.token_hash == token_hash)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return _invitation(row) if row else None


def last_invitations(connection: Connection, person_ids: Iterable[str]) -> dict[str, Invitation]:
    """The newest invitation of each of the people; password resets are nobody else's business."""
    query = (
        _QUERY.where(invitation.c.person_id.in_(list(person_ids)), invitation.c.purpose == "invitation")
        .ext(distinct_on(invitation.c.person_id))
        .order_by(invitation.c.person_id, invitation.c.created_at.desc())
    )
    return {row.person_id: _invitation(row) for row in connection.execute(query)}


def use_invitation(connection: Connection, invitation_id: str, now: datetime) -> None:
    """Note that the link was used; its row is locked."""
    connection.execute(update(invitation).where(invitation.c.invitation_id == invitation_id).values(used_at=now))


def revoke_invitations(connection: Connection, person_id: str, now: datetime) -> int:
    """Take back every link of a person that is neither used nor taken back; the number of them."""
    unused = invitation.c.used_at.is_(None) & invitation.c.revoked_at.is_(None)
    return connection.execute(
        update(invitation).where(invitation.c.person_id == person_id, unused).values(revoked_at=now)
    ).rowcount


def delete_invitations_before(connection: Connection, moment: datetime) -> int:
    """Remove invitations that had expired at the moment; the number removed."""
    return connection.execute(delete(invitation).where(invitation.c.expires_at < moment)).rowcount


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(**row._mapping)
