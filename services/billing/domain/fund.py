"""The partnership fund: what a year's budget asks of each school, and what the governors' answers must hold.

Contributions are pro rata to size and confirmed by each governing body (domain section 1). What was asked stands: a
school that declines leaves the fund with less, and never another school with more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from contracts.allocation import AllocationError, allocate, allocate_capped
from services.billing.domain.fund_errors import (
    FundCapsTooLow,
    FundDecisionInvalid,
    FundPaymentMisdated,
    FundYearInvalid,
    PupilsUnknown,
)

LONGEST_YEAR: Final = 366
LEDGER_CODE: Final = "E28a"
"""Where a school books its contribution (CFR: bought in professional services, other)."""

Decision = Literal["confirmed", "declined"]


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """What the fund is to pay for, and how much in pence."""

    name: str
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A year of the fund as it is drafted; `from_balance_pence` of its budget is paid from what the fund has."""

    title: str
    from_on: date
    to_on: date
    basis_on: date
    answer_by: date
    lines: Sequence[BudgetLine]
    from_balance_pence: int = 0
    caps: Mapping[int, int] | None = None

    @property
    def budget_pence(self) -> int:
        """What the lines come to."""
        return sum(line.amount_pence for line in self.lines)

    @property
    def asked_pence(self) -> int:
        """What all schools together are asked for."""
        return self.budget_pence - self.from_balance_pence


@dataclass(frozen=True, slots=True)
class Member:
    """A school that is a member on the first day of the year, with its newest count of pupils by the day of the basis.

    `counted_on` and `source` are None where there is no such count.
    """

    urn: int
    name: str
    pupils: int = 0
    counted_on: date | None = None
    source: str | None = None


def check_plan(plan: Plan, today: date) -> None:
    """Raise FundYearInvalid, by field."""
    faults: dict[str, str] = {}
    if plan.to_on <= plan.from_on:
        faults["to_on"] = "The year ends after it began."
    elif (plan.to_on - plan.from_on).days >= LONGEST_YEAR:
        faults["to_on"] = "A year of the fund is at most a year long."
    if plan.basis_on > today:
        faults["basis_on"] = "Nobody has counted the pupils of a day to come."
    if plan.answer_by > plan.to_on:
        faults["answer_by"] = "The governors answer before the year is over."
    if not plan.lines:
        faults["lines"] = "Say what the money is for, line by line."
    if plan.from_balance_pence > plan.budget_pence:
        faults["from_balance_pence"] = "More than the budget comes to."
    if faults:
        raise FundYearInvalid("The year of the fund does not hold.", fields=faults)


def share(asked_pence: int, members: Sequence[Member], caps: Mapping[int, int]) -> dict[int, int]:
    """What each school is asked for, by URN: in proportion to pupils, never above its cap, exactly `asked_pence`.

    A cap of 0 leaves a school out. Source: domain section 3, examples 1 to 5. Raises PupilsUnknown with the schools
    that have no dated count, FundCapsTooLow, and FundYearInvalid where there is nobody to ask.
    """
    asked = [member for member in members if caps.get(member.urn) != 0]
    unknown = [member.name for member in asked if member.counted_on is None]
    if unknown:
        raise PupilsUnknown(f"There is no number of pupils by that day of: {', '.join(unknown[:20])}.")
    shares = {member.urn: 0 for member in members}
    if asked_pence == 0:
        return shares
    pupils = {member.urn: member.pupils for member in asked}
    if not any(pupils.values()):
        field, says = ("basis_on", "No member has pupils.") if asked else ("caps", "They leave every member out.")
        raise FundYearInvalid("There is no member with pupils to ask.", fields={field: says})
    limits = {urn: cap for urn, cap in caps.items() if urn in pupils}
    try:
        return shares | (allocate_capped(asked_pence, pupils, limits) if limits else allocate(asked_pence, pupils))
    except AllocationError as error:
        message = "The caps of the schools add up to less than what is asked of them together."
        raise FundCapsTooLow(message, fields={"caps": "Together too low."}) from error


def check_payment_day(pay_on: date, from_on: date, to_on: date) -> None:
    """What a year buys is paid within it or within a year of its end. Raises FundPaymentMisdated."""
    if not from_on <= pay_on <= to_on + timedelta(days=LONGEST_YEAR):
        says = f"The year lasts from {from_on:%-d %B %Y} to {to_on:%-d %B %Y}."
        raise FundPaymentMisdated("The payment does not belong to this year.", fields={"pay_on": says})


def check_decision(
    decision: Decision, governor: str, decided_on: date, why: str, *, counted_on: date, today: date
) -> None:
    """Raise FundDecisionInvalid, by field. No meeting before the pupils were counted knew what is asked."""
    faults: dict[str, str] = {}
    if len(governor.split()) < 2:
        faults["governor"] = "Give the governor’s first and last name."
    if decided_on > today:
        faults["decided_on"] = "That meeting is still to come."
    elif decided_on < counted_on:
        faults["decided_on"] = f"The amount rests on pupils counted on {counted_on:%-d %B %Y}: give a meeting since."
    if decision == "declined" and not why.strip():
        faults["why"] = "Say why the governors declined."
    if faults:
        raise FundDecisionInvalid("The decision does not hold.", fields=faults)
