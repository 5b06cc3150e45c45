"""A school's memberships over time: it joins, may leave, and may join again; never two at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from contracts.school_types import MEMBERSHIP_CLASSES, MembershipClass
from services.members.domain.errors import MembershipInvalid, MembershipsOverlap, NotAMember

Memberships = tuple["Membership", ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """One membership; `left_on` is its last day, None while no end is known."""

    joined_on: date
    left_on: date | None
    membership_class: MembershipClass = "full"

    def holds(self, today: date) -> bool:
        """Whether the school is a member under it on the day."""
        return self.joined_on <= today and not self.is_over(today)

    def is_over(self, today: date) -> bool:
        """Whether its last day is past."""
        return self.left_on is not None and self.left_on < today


def current(memberships: Sequence[Membership], today: date) -> Membership:
    """The one that holds on the day, else the next to begin, else the last that there was. `memberships` has one."""
    in_order = sorted(memberships, key=lambda each: each.joined_on)
    return next((each for each in in_order if not each.is_over(today)), in_order[-1])


def joined(memberships: Sequence[Membership], on: date, membership_class: MembershipClass) -> Memberships:
    """After the school joins (again) on a day. Raises MembershipInvalid, MembershipsOverlap.

    Joining in another class while a membership has no end changes the class: the old one ends on the day before.
    """
    open_ended = next((each for each in memberships if each.left_on is None), None)
    if open_ended is not None and open_ended.membership_class != membership_class and open_ended.joined_on < on:
        memberships = _replaced(memberships, open_ended, replace(open_ended, left_on=on - timedelta(days=1)))
    return checked([*memberships, Membership(on, None, membership_class)])


def left(memberships: Sequence[Membership], on: date) -> Memberships:
    """After the school leaves: `on` is its last day. Raises NotAMember, MembershipInvalid.

    Ends the membership that holds on that day, or moves the end of the last one; what was to follow falls away.
    """
    begun = [each for each in memberships if each.joined_on <= on]
    if not begun:
        raise NotAMember("The school has not joined by that day.", fields={"left_on": "It had not joined by then."})
    last = max(begun, key=lambda each: each.joined_on)
    return checked(_replaced(begun, last, replace(last, left_on=on)))


def ended_by_school(memberships: Sequence[Membership], on: date, today: date) -> Memberships:
    """After the school itself leaves: `on` is its last day. Raises NotAMember, MembershipInvalid.

    A school ends the membership that holds today, from today on, and lengthens none: what lay beyond the day falls
    away, and nothing else changes.
    """
    if not current(memberships, today).holds(today):
        raise NotAMember("The school is not a member today.", fields={"left_on": "Your school is not a member today."})
    if on < today:
        fault = "Choose today or a later day."
        raise MembershipInvalid(fault, fields={"left_on": fault})
    known_end = max((each.left_on or date.max for each in memberships), default=date.max)
    if on > known_end:
        fault = f"The membership ends on {known_end:%d %B %Y} already. Only the alliance can let it last longer."
        raise MembershipInvalid(fault, fields={"left_on": fault})
    return tuple(
        replace(each, left_on=min(each.left_on or on, on))
        for each in sorted(memberships, key=lambda each: each.joined_on)
        if each.joined_on <= on
    )


def corrected(memberships: Sequence[Membership], before: Membership, after: Membership) -> Memberships:
    """After one membership was put right, its first day included. Raises MembershipInvalid, MembershipsOverlap."""
    return checked(_replaced(memberships, before, after))


def checked(memberships: Sequence[Membership]) -> Memberships:
    """The memberships in the order of their days. Raises MembershipInvalid, MembershipsOverlap, by field."""
    in_order = tuple(sorted(memberships, key=lambda each: each.joined_on))
    for each in in_order:
        if each.membership_class not in MEMBERSHIP_CLASSES:
            raise MembershipInvalid("There is no such class.", fields={"membership_class": "Choose a class."})
        if each.left_on is not None and each.left_on < each.joined_on:
            fault = "A school cannot leave before it joined."
            raise MembershipInvalid(fault, fields={"left_on": fault})
    for earlier, later in pairwise(in_order):
        if earlier.left_on is None or earlier.left_on >= later.joined_on:
            fault = f"The membership that began on {earlier.joined_on:%-d %B %Y} {_end(earlier)}."
            raise MembershipsOverlap(fault, fields={"joined_on": fault})
    return in_order


def _end(membership: Membership) -> str:
    return "has no end" if membership.left_on is None else f"lasts until {membership.left_on:%-d %B %Y}"


def _replaced(memberships: Sequence[Membership], before: Membership, after: Membership) -> list[Membership]:
    return [after if each == before else each for each in memberships]
