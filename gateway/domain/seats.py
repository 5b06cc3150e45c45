"""Seats: the places from which a person acts. One seat is one organisation with all roles held there today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.roles import ROLE_SEATS, SeatKind


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role of a person, from its first to its last day (both included)."""

    role: str
    organisation: str
    starts_on: date
    ends_on: date | None
    school_urn: int | None = None
    supplier_id: str | None = None
    delegated_from: str | None = None

    def holds(self, today: date) -> bool:
        """Whether the role is held on the day."""
        return self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Seat:
    """A school's, a supplier's or the alliance's seat, with the person's roles in it.

    `stands_in_for` is the id of the person in whose name one of the roles is held, if one is; `limited_to` the one
    thing that somebody without an account reaches by a link ("purchase_order:…").
    """

    key: str
    kind: SeatKind
    organisation: str
    roles: frozenset[str]
    school_urn: int | None = None
    supplier_id: str | None = None
    stands_in_for: str | None = None
    limited_to: str | None = None

    def has_any(self, *roles: str) -> bool:
        """Whether at least one of the roles is held in this seat."""
        return not self.roles.isdisjoint(roles)


def held_role(told: dict[str, Any]) -> HeldRole:
    """A role as PersonRecorded carries it; days are ISO dates."""
    return HeldRole(
        role=told["role"],
        organisation=told["organisation"],
        starts_on=date.fromisoformat(told["starts_on"]),
        ends_on=date.fromisoformat(told["ends_on"]) if told["ends_on"] else None,
        school_urn=told["school_urn"],
        supplier_id=told["supplier_id"],
        delegated_from=told.get("delegated_from"),
    )


def seats_on(today: date, held: Iterable[HeldRole]) -> tuple[Seat, ...]:
    """The seats that the roles give on the day, by organisation; roles this version does not know give none."""
    places: dict[str, list[HeldRole]] = {}
    for role in held:
        if role.holds(today) and (key := _seat_key(role)):
            places.setdefault(key, []).append(role)
    seats = (_seat(key, roles) for key, roles in places.items())
    return tuple(sorted(seats, key=lambda seat: (seat.organisation, seat.key)))


def _seat_key(role: HeldRole) -> str | None:
    kind = ROLE_SEATS.get(role.role)
    if kind == "school" and role.school_urn is not None:
        return f"school:{role.school_urn}"
    if kind == "supplier" and role.supplier_id is not None:
        return f"supplier:{role.supplier_id}"
    return "alliance" if kind == "alliance" else None


def _seat(key: str, roles: list[HeldRole]) -> Seat:
    first = roles[0]
    kind = ROLE_SEATS[first.role]
    return Seat(
        key=key,
        kind=kind,
        organisation=first.organisation,
        roles=frozenset(role.role for role in roles),
        school_urn=first.school_urn if kind == "school" else None,
        supplier_id=first.supplier_id if kind == "supplier" else None,
        stands_in_for=next((role.delegated_from for role in roles if role.delegated_from), None),
    )
