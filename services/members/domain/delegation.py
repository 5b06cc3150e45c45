"""Standing in: while an approver is away, another person of the same school approves in the approver's name.

A delegation is a dated role `school_approver` that says whose it is. It is bound by the same limits, and it never
makes two authorities out of one: whoever approves counts as the approver that they stand in for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from services.members.domain.errors import DelegationRefused
from services.members.domain.person import Person, Role, in_order

ROLE: Final = "school_approver"
MOST_DAYS: Final = 183


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who stands in for whom at a school, from the first to the last day (both included)."""

    school_urn: int
    person_id: str
    person_name: str
    delegated_from: str
    starts_on: date
    ends_on: date


def approves_by_right(person: Person, urn: int, starts_on: date, ends_on: date) -> bool:
    """Whether the person holds the approver's role at the school in their own right on all these days."""
    return any(
        role.role == ROLE
        and role.delegated_from is None
        and role.school_urn == urn
        and _covers(role, starts_on, ends_on)
        for role in person.roles
    )


def delegate(
    delegator: Person, stand_in: Person, urn: int, starts_on: date, ends_on: date, today: date
) -> tuple[Role, ...]:
    """The roles of `stand_in` once they stand in for `delegator`; an earlier delegation between the two ends.

    Raises DelegationRefused by field: person_id, starts_on, ends_on.
    """
    before = without(stand_in, delegator.person_id, urn, today)
    faults: dict[str, str] = {}
    if stand_in.person_id == delegator.person_id:
        faults["person_id"] = "Name somebody else."
    elif not any(role.school_urn == urn and _covers(role, starts_on, ends_on) for role in before):
        faults["person_id"] = f"{stand_in.name} holds no role at your school on all these days."
    elif any(role.role == ROLE and role.school_urn == urn and _meets(role, starts_on, ends_on) for role in before):
        faults["person_id"] = f"{stand_in.name} approves orders on some of these days already."
    if starts_on < today:
        faults["starts_on"] = "Begin today or later."
    if ends_on < starts_on:
        faults["ends_on"] = "The last day cannot come before the first."
    elif ends_on - starts_on >= timedelta(days=MOST_DAYS):
        faults["ends_on"] = f"Name a stand-in for at most {MOST_DAYS} days."
    elif not approves_by_right(delegator, urn, starts_on, ends_on):
        faults["ends_on"] = "You are not an approver yourself on all these days."
    if faults:
        raise DelegationRefused("Nobody can stand in like that.", fields=faults)
    return in_order([*before, Role(ROLE, urn, None, starts_on, ends_on, delegator.person_id)])


def without(stand_in: Person, delegator_id: str, urn: int, today: date) -> tuple[Role, ...]:
    """The roles of `stand_in` when the delegation by `delegator_id` ends: before today; past days stay as they were."""
    kept = []
    for role in stand_in.roles:
        if role.delegated_from != delegator_id or role.school_urn != urn or (role.ends_on and role.ends_on < today):
            kept.append(role)
        elif role.starts_on < today:
            kept.append(replace(role, ends_on=today - timedelta(days=1)))
    return tuple(kept)


def without_hollow(stand_in: Person, delegator: Person, today: date) -> tuple[Role, ...]:
    """The roles of `stand_in` when those in the name of `delegator`, who has lost the role itself, end as well."""
    roles = stand_in.roles
    for role in stand_in.roles:
        urn, ends_on = role.school_urn, role.ends_on
        if role.delegated_from != delegator.person_id or urn is None or ends_on is None or ends_on < today:
            continue
        if not approves_by_right(delegator, urn, max(role.starts_on, today), ends_on):
            roles = without(replace(stand_in, roles=roles), delegator.person_id, urn, today)
    return roles


def delegations(people: Iterable[Person], urn: int) -> list[Delegation]:
    """Every delegation at the school, the latest first."""
    found = [
        Delegation(urn, person.person_id, person.name, role.delegated_from, role.starts_on, role.ends_on)
        for person in people
        for role in person.roles
        if role.delegated_from is not None and role.school_urn == urn and role.ends_on is not None
    ]
    return sorted(found, key=lambda each: (each.starts_on, each.person_id), reverse=True)


def _covers(role: Role, starts_on: date, ends_on: date) -> bool:
    return role.starts_on <= starts_on and (role.ends_on is None or ends_on <= role.ends_on)


def _meets(role: Role, starts_on: date, ends_on: date) -> bool:
    return role.starts_on <= ends_on and (role.ends_on is None or starts_on <= role.ends_on)
