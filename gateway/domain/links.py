"""Links by e-mail that work without an account: each opens one thing for one purpose, once, and only for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from gateway.domain.errors import LinkUnusable
from gateway.domain.seats import Seat

Purpose = Literal["purchase_order", "bank_details"]
LinkState = Literal["open", "used", "revoked", "expired"]

LASTS: Final[dict[Purpose, timedelta]] = {"purchase_order": timedelta(days=14), "bank_details": timedelta(days=45)}
"""How long a link works: an order's until it should long be answered, that against bank details beyond any waiting."""

_WHY_NOT: Final[dict[LinkState, str]] = {
    "used": "This link has been used already: each works once.",
    "revoked": "This link has been replaced or taken back. Look for a newer mail.",
    "expired": "This link has expired.",
}


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is to be made: what it opens, of which supplier, how that is called, and where it is sent."""

    purpose: Purpose
    subject_id: str
    supplier_id: str
    supplier_name: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link's record, without its secret. `subject_id` is what it opens, `label` how that is called.

    `address` is where it was sent; `used_by` the name that whoever opened it gave, `used_from` their network address.
    """

    link_id: str
    purpose: Purpose
    subject_id: str
    supplier_id: str
    supplier_name: str
    label: str
    address: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str | None = None
    used_from: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def state(self, now: datetime) -> LinkState:
        """What has become of the link."""
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now < self.expires_at else "expired"

    def must_be_usable(self, now: datetime) -> None:
        """Raise LinkUnusable, saying why, unless the link can still be used."""
        state = self.state(now)
        if state != "open":
            raise LinkUnusable(_WHY_NOT[state])

    def seat(self) -> Seat:
        """The seat from which whoever opened the link of an order acts: the supplier's, limited to that order."""
        return Seat(
            key=f"link:{self.link_id}",
            kind="supplier",
            organisation=self.supplier_name,
            roles=frozenset({"supplier_user"}),
            supplier_id=self.supplier_id,
            limited_to=f"{self.purpose}:{self.subject_id}",
        )
