"""Budgets: what a school may spend in a category and a financial year, and what it has spent so far.

A figure is counted once. An order in an open round is *reserved* at its worst case; the close turns it into purchase
orders and it is *committed* at locked prices; what is billed of those is *actual* and no longer committed. What is left
of a commitment when its purchase order is settled or rejected is released. A recurring service is committed to the end
of the year: what a run orders of it moves from the subscription to the purchase order. Nothing of that is booked by
itself: each figure is read from the one document that an amount stands in at the time, so two can never hold the same
amount.

An amount belongs to the year in which its delivery begins, at every stage, so that it never moves between years.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from contracts.school_types import FinancialYear, school_type
from services.orders.domain.errors import BudgetInvalid

Kind = Literal["reserved", "committed", "actual"]
Key = tuple[str, str]
"""Purchase order and category."""

_FIRST_MONTH: Final[dict[FinancialYear, int]] = {"april": 4, "september": 9}
_LABEL: Final = re.compile(r"(20[0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a school may spend in a category; where it is `hard`, no order that goes beyond it can be sent."""

    category_code: str
    amount_pence: int
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount in one document: an order (reserved), a purchase order (committed) or a bill (actual).

    What a recurring service will still be ordered for stands in its subscription: committed, or reserved while it waits
    for approval.

    `number` and `title` are what people call the document; `on` decides the financial year.
    """

    kind: Kind
    category_code: str
    net_pence: int
    vat_pence: int
    number: str
    title: str
    on: date
    round_id: str | None = None
    purchase_order_id: str | None = None
    bill_id: str | None = None
    subscription_id: str | None = None

    def counted(self, type_code: str) -> int:
        """What counts against a budget of a school of this type, in pence: VAT only where it is a cost."""
        return self.net_pence + (self.vat_pence if vat_is_a_cost(type_code) else 0)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A school's part of a purchase order in one category, as it stands now; `settled` when nothing more is to come."""

    movement: Movement
    settled: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where a category stands in a year, in pence; `budget` is None where the school has set none."""

    category_code: str
    budget: Budget | None
    reserved_pence: int = 0
    committed_pence: int = 0
    actual_pence: int = 0

    @property
    def used_pence(self) -> int:
        """All that is reserved, committed and spent."""
        return self.reserved_pence + self.committed_pence + self.actual_pence

    @property
    def left_pence(self) -> int | None:
        """What is left, negative when overspent; None without a budget."""
        return None if self.budget is None else self.budget.amount_pence - self.used_pence


def vat_is_a_cost(type_code: str) -> bool:
    """Whether VAT on its purchases stays with a school of this type.

    Local authorities get it back for maintained schools (VAT Act 1994 s33) and academy trusts for academies (s33B).
    """
    return school_type(type_code).vat_refund == "none"


def financial_year(on: date, begins: FinancialYear) -> str:
    """The financial year of a day, such as "2026-27"; `begins` is the month in which the school's begins."""
    first = on.year if on.month >= _FIRST_MONTH[begins] else on.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def days_of(year: str, begins: FinancialYear) -> tuple[date, date]:
    """The first and last day of a financial year such as "2026-27". Raises BudgetInvalid for anything else."""
    parts = _LABEL.fullmatch(year)
    if parts is None or (int(parts[1]) + 1) % 100 != int(parts[2]):
        raise BudgetInvalid("Write a financial year as 2026-27.", fields={"financial_year": "Write it as 2026-27."})
    first = date(int(parts[1]), _FIRST_MONTH[begins], 1)
    return first, first.replace(year=first.year + 1) - timedelta(days=1)


def check_budgets(budgets: Sequence[Budget]) -> None:
    """Raise BudgetInvalid where a category stands twice, by field ("budgets.3.category_code")."""
    seen: set[str] = set()
    faults = {}
    for index, budget in enumerate(budgets):
        if budget.category_code in seen:
            faults[f"budgets.{index}.category_code"] = "This category stands there twice."
        seen.add(budget.category_code)
    if faults:
        raise BudgetInvalid("A category has one budget.", fields=faults)


def commitments(ordered: Iterable[Ordered], billed: Iterable[Movement]) -> list[Movement]:
    """What of each purchase order and category is still committed: as ordered, less what was billed of it.

    Nothing when the purchase order is settled: what was not delivered is released then.
    """
    net: dict[Key, int] = defaultdict(int)
    vat: dict[Key, int] = defaultdict(int)
    for each in billed:
        if each.purchase_order_id is not None:
            net[each.purchase_order_id, each.category_code] += each.net_pence
            vat[each.purchase_order_id, each.category_code] += each.vat_pence
    left = []
    for part in ordered:
        found = part.movement
        key = (found.purchase_order_id or "", found.category_code)
        rest_net, rest_vat = max(0, found.net_pence - net[key]), max(0, found.vat_pence - vat[key])
        if not part.settled and (rest_net or rest_vat):
            left.append(replace(found, net_pence=rest_net, vat_pence=rest_vat))
    return left


def positions(budgets: Iterable[Budget], movements: Iterable[Movement], type_code: str) -> list[Position]:
    """Where every category with a budget or an amount stands, by its code."""
    budget = {each.category_code: each for each in budgets}
    sums: dict[str, dict[Kind, int]] = {code: defaultdict(int) for code in budget}
    for movement in movements:
        sums.setdefault(movement.category_code, defaultdict(int))[movement.kind] += movement.counted(type_code)
    return [
        Position(code, budget.get(code), kinds["reserved"], kinds["committed"], kinds["actual"])
        for code, kinds in sorted(sums.items())
    ]


def beyond(positions: Iterable[Position], wanted: Mapping[str, int]) -> dict[str, int]:
    """By category, how many pence `wanted` (pence by category) goes beyond what its budget leaves."""
    left = {each.category_code: each.left_pence for each in positions}
    over = {code: pence - rest for code, pence in wanted.items() if (rest := left.get(code)) is not None}
    return {code: pence for code, pence in over.items() if pence > 0}
