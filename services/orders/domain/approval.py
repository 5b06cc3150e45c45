"""Who may approve an order: within the school's own limits, and above one of them only two people together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.orders.domain.errors import ApprovedAlready, OwnOrder
from services.orders.domain.order import HistoryEntry, Person, SchoolOrder

APPROVER: Final = "school_approver"
GOVERNOR: Final = "governor"


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to `amount_pence` the role may approve; None as category is the order as a whole."""

    role: str
    category_code: str | None
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Limits:
    """A school's own limits; above `second_above_pence` a second person approves too (None: never).

    Without a limit of its own an approver approves any amount, a governor none.
    """

    limits: tuple[Limit, ...] = ()
    second_above_pence: int | None = None

    def needs_two(self, worst_gross_pence: int) -> bool:
        """Whether an order that costs this much at worst is approved by two people."""
        return self.second_above_pence is not None and worst_gross_pence > self.second_above_pence


@dataclass(frozen=True, slots=True)
class WorstCase:
    """The most that an order can cost with VAT, in pence: as a whole, and each category by itself."""

    gross_pence: int
    by_category: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit that an order is above; None as category is the order as a whole."""

    category_code: str | None
    limit_pence: int
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who approves, and by whose authority: their own, or that of the approver they stand in for."""

    person: Person
    roles: frozenset[str]
    stands_in_for: str | None = None

    @property
    def authority_id(self) -> str:
        """The person whose approval this counts as."""
        return self.stands_in_for or self.person.person_id


def exceeded(limits: Limits, roles: Iterable[str], worst: WorstCase) -> tuple[Exceeded, ...]:
    """The limits that keep somebody with these roles from approving; of several roles the most generous one counts.

    Empty when the order is within the limits.
    """
    by_role = [_exceeded_as(limits, role, worst) for role in (APPROVER, GOVERNOR) if role in roles]
    return min(by_role, key=len, default=(Exceeded(None, 0, worst.gross_pence),))


def _exceeded_as(limits: Limits, role: str, worst: WorstCase) -> tuple[Exceeded, ...]:
    own: dict[str | None, int] = {None: 0} if role == GOVERNOR else {}
    own |= {limit.category_code: limit.amount_pence for limit in limits.limits if limit.role == role}
    found = []
    for category, limit in own.items():
        amount = worst.gross_pence if category is None else worst.by_category.get(category, 0)
        if amount > limit:
            found.append(Exceeded(category, limit, amount))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval as it was given: by whom, by whose authority, when."""

    person: Person
    authority_id: str
    at: datetime


def approve(
    order: SchoolOrder, first: Approval | None, approver: Approver, at: datetime, *, two: bool
) -> tuple[SchoolOrder, Approval | None, HistoryEntry]:
    """The order after `approver` has approved it, its first approval, and what its history says.

    Where `two` must, the first leaves the order waiting for somebody else. Nobody approves what they sent, or what is
    sent by the person they stand in for; and one authority is not two. Raises OrderNotSubmitted, OwnOrder,
    ApprovedAlready.
    """
    order.must_be_waiting()
    acting = {approver.person.person_id, approver.authority_id}
    if order.submitted_by is not None and order.submitted_by.person_id in acting:
        raise OwnOrder("Somebody else at your school has to approve an order that you sent.")
    if first is not None and not acting.isdisjoint({first.person.person_id, first.authority_id}):
        raise ApprovedAlready("You have approved this order. Somebody else at your school has to approve it as well.")
    detail = "" if approver.stands_in_for is None else "standing in for another approver"
    if two and first is None:
        given = Approval(approver.person, approver.authority_id, at)
        return order, given, HistoryEntry(approver.person, "first approval", detail)
    done = replace(order, state="approved", approved_by=approver.person, approved_at=at)
    return done, first, HistoryEntry(approver.person, "approved", detail)
