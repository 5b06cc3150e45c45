"""A person and the roles held, each in one organisation and between two dates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.roles import ROLE_SEATS
from services.members.domain.errors import LastManager, OwnRoleEnds, PersonInvalid, RoleBackdated
from services.members.domain.supplier import is_email

ALLIANCE_NAME: Final = "The alliance"
MOST_ROLES: Final = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a role is held: at one school, at one supplier, or (neither) in the alliance."""

    school_urn: int | None = None
    supplier_id: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """One role, held for one school, one supplier or (neither) the alliance; `ends_on` is its last day.

    `delegated_from` is the person who holds it by right and is stood in for; None for a role in one's own right.
    """

    role: str
    school_urn: int | None
    supplier_id: str | None
    starts_on: date
    ends_on: date | None
    delegated_from: str | None = None

    @property
    def place(self) -> Place:
        """Where the role is held."""
        return Place(self.school_urn, self.supplier_id)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with every role ever held, in the order of their start."""

    person_id: str
    name: str
    email: str
    roles: tuple[Role, ...]
    version: int = 0


def check_person(person: Person) -> None:
    """Raise PersonInvalid with every fault, by field ("roles.0.school_urn")."""
    faults: dict[str, str] = {}
    if not person.name.strip():
        faults["name"] = "Enter the person's name."
    if not is_email(person.email):
        faults["email"] = "Enter an e-mail address, such as office@school.example."
    if len(person.roles) > MOST_ROLES:
        faults["roles"] = f"A person holds at most {MOST_ROLES} roles."
    for index, role in enumerate(person.roles):
        faults |= {f"roles.{index}.{field}": fault for field, fault in _role_faults(role).items()}
    faults |= _overlaps(person.roles)
    if faults:
        raise PersonInvalid("The person's details do not hold together.", fields=faults)


def in_order(roles: Sequence[Role]) -> tuple[Role, ...]:
    """Roles by start, then by name and organisation, so that equal sets of roles compare equal."""
    return tuple(
        sorted(roles, key=lambda role: (role.starts_on, role.role, role.school_urn or 0, role.supplier_id or ""))
    )


def grants_administrator(before: Sequence[Role], after: Sequence[Role]) -> bool:
    """Whether a change touches who is an administrator, which only administrators decide."""
    return {role for role in before if role.role == "administrator"} != {
        role for role in after if role.role == "administrator"
    }


def at_place(person: Person, place: Place) -> Person:
    """The person with no more than the roles held at that school or supplier."""
    return replace(person, roles=tuple(role for role in person.roles if role.place == place))


def with_roles_at(place: Place, before: Sequence[Role], wanted: Sequence[Role]) -> tuple[Role, ...]:
    """`before` with the roles at that place replaced; those elsewhere, and those that are delegated, stay."""
    kept = [role for role in before if role.place != place or role.delegated_from is not None]
    return in_order([*kept, *wanted])


def check_own_roles(own: bool, before: Sequence[Role], after: Sequence[Role], today: date) -> None:
    """What a supplier may not do to roles: give one from a past day, or let its administrator end the own role.

    A role from a past day would make a newcomer a trusted second person for bank details. `own`: who changes the roles
    is whose they are. Raises RoleBackdated, OwnRoleEnds.
    """
    if any(role.starts_on < today for role in after if role not in _dated(before, after)):
        fault = "A role begins today or later."
        raise RoleBackdated(fault, fields={"roles": fault})
    lasts = {role.place for role in after if role.role == "supplier_administrator" and role.ends_on is None}
    if own and any(role.place not in lasts for role in before if role.role == "supplier_administrator"):
        fault = "You can’t end your own role as administrator: make somebody else one, who then ends yours."
        raise OwnRoleEnds(fault, fields={"roles": fault})


def _dated(before: Sequence[Role], after: Sequence[Role]) -> list[Role]:
    """Those of `after` that were there from the same day, whatever their last one."""
    starts = {(role.role, role.place, role.starts_on) for role in before}
    return [role for role in after if (role.role, role.place, role.starts_on) in starts]


def must_keep_a_manager(others: Sequence[Role], before: Sequence[Role], after: Sequence[Role], today: date) -> None:
    """Raise LastManager if a change leaves the alliance without a business manager, today or from some day on.

    `others` are the roles of everybody else. An alliance that has no manager yet may well make its first changes.
    """
    had, has = [_managing([*others, *roles]) for roles in (before, after)]
    lost_today = any(_holds(role, today) for role in had) and not any(_holds(role, today) for role in has)
    lost_later = any(role.ends_on is None for role in had) and not any(role.ends_on is None for role in has)
    if lost_today or lost_later:
        fault = "The alliance would be left without a business manager: make somebody else one first."
        raise LastManager(fault, fields={"roles": fault})


def _managing(roles: Sequence[Role]) -> list[Role]:
    return [role for role in roles if role.role == "alliance_manager"]


def _holds(role: Role, today: date) -> bool:
    return role.starts_on <= today and (role.ends_on is None or role.ends_on >= today)


def same_person(one: Person, other: Person) -> bool:
    """Whether two records say the same of a person, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def keeping_delegations(before: Sequence[Role], after: Sequence[Role]) -> tuple[Role, ...]:
    """`after` with the roles that are delegated marked as in `before`, whatever `after` says of that.

    Only approvers delegate: an editor of the person neither makes a delegation nor turns one into a role by right.
    """
    lent = {_start_of(role): role.delegated_from for role in before}
    return in_order([replace(role, delegated_from=lent.get(_start_of(role))) for role in after])


def _start_of(role: Role) -> tuple[str, int | None, date]:
    return role.role, role.school_urn, role.starts_on


def _role_faults(role: Role) -> dict[str, str]:
    seat = ROLE_SEATS.get(role.role)
    if seat is None:
        return {"role": f"Choose one of: {', '.join(ROLE_SEATS)}."}
    faults: dict[str, str] = {}
    if (role.school_urn is None) == (seat == "school"):
        faults["school_urn"] = "Name the school." if seat == "school" else "This role belongs to no school."
    if (role.supplier_id is None) == (seat == "supplier"):
        faults["supplier_id"] = "Name the supplier." if seat == "supplier" else "This role belongs to no supplier."
    if role.ends_on is not None and role.ends_on < role.starts_on:
        faults["ends_on"] = "A role cannot end before it starts."
    if role.ends_on is None and role.delegated_from is not None:
        faults["ends_on"] = "Whoever stands in for an approver needs a last day."
    return faults


def overlap(one: Role, other: Role) -> bool:
    """Whether two roles are the same one in the same organisation, held on a common day."""
    same_seat = (one.role, one.school_urn, one.supplier_id) == (other.role, other.school_urn, other.supplier_id)
    starts_before_end = other.ends_on is None or one.starts_on <= other.ends_on
    ends_after_start = one.ends_on is None or one.ends_on >= other.starts_on
    return same_seat and starts_before_end and ends_after_start


def _overlaps(roles: Sequence[Role]) -> dict[str, str]:
    """The same role in the same organisation may be held again, but not twice at once."""
    return {
        f"roles.{index}.starts_on": "This role is already held on these dates."
        for index, role in enumerate(roles)
        if any(overlap(role, earlier) for earlier in roles[:index])
    }
