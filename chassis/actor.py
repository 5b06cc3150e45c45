"""Who acts: named by the token, set on every transaction, and what row-level security goes by."""

from dataclasses import dataclass, field
from typing import Literal

ActorKind = Literal["school", "supplier", "alliance", "service"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one seat (a school's, a supplier's or the alliance's), or a part of Bursar itself.

    `stands_in_for` is the person in whose name this one holds a role of the seat for the time being. `limited_to` is
    the one thing that somebody without an account reaches by a link, as "purchase_order:…": such an actor gets no row
    by being of the supplier, only those that a policy gives for that one thing (chassis.rls.open_to_links), and calls
    only views that say so (chassis.access.by_link).
    """

    kind: ActorKind
    person_id: str | None = None
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    school_urn: int | None = None
    supplier_id: str | None = None
    stands_in_for: str | None = None
    limited_to: str | None = None

    def has_any(self, *roles: str) -> bool:
        """Whether the actor holds at least one of the roles in this seat."""
        return not self.roles.isdisjoint(roles)


SERVICE = Actor(kind="service", name="Bursar")
"""A worker or timer: acts for the whole alliance, never for a person."""
