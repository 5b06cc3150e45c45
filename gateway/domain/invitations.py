"""Links by e-mail with which a person sets a first password, or another one: each works once, and for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from gateway.domain.errors import InvitationUnusable
from gateway.domain.seats import HeldRole, Seat

Purpose = Literal["invitation", "reset"]
InvitationState = Literal["open", "used", "revoked", "expired"]

LASTS: Final[dict[Purpose, timedelta]] = {"invitation": timedelta(days=14), "reset": timedelta(hours=1)}

_WHY_NOT: Final[dict[InvitationState, str]] = {
    "used": "This link has been used already. Sign in with the password that was set with it.",
    "revoked": "This link has been replaced or taken back. Look for a newer mail, or ask whoever invited you.",
    "expired": "This link has expired. Ask for a new one.",
}


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link's record, without its secret. `organisation` is where the person was invited to act."""

    invitation_id: str
    person_id: str
    purpose: Purpose
    name: str
    email: str
    organisation: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> InvitationState:
        """What has become of the link."""
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now < self.expires_at else "expired"

    def must_be_usable(self, now: datetime) -> None:
        """Raise InvitationUnusable, saying why, unless the link can still be used."""
        state = self.state(now)
        if state != "open":
            raise InvitationUnusable(_WHY_NOT[state])


def may_see_link(seat: Seat, roles: Iterable[HeldRole]) -> bool:
    """Whether an inviter may hand the link over by other means than mail, which is to act as the invited person.

    Only those who decide about all of the person's roles may: the alliance's own people, and for an administrator
    only administrators.
    """
    if seat.kind != "alliance":
        return False
    return seat.has_any("administrator") or all(role.role != "administrator" for role in roles)
