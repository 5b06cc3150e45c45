"""What belongs to another month or year than its document: accruals and prepayments, and the entries they make.

An accrual is what was received by the end of a month and not invoiced; it stands for that one day, and is released on
the first of the next month, when the invoice takes its place. A prepayment (and deferred income, of a bill) is the part
of a service's charge that falls into the next financial year, by its days.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from contracts.allocation import allocate
from services.billing.domain.ledger import ACCRUALS, CLEARING_NET, PREPAYMENTS, Entry, Posting
from services.billing.domain.periods import last_of, month_after

AdjustmentKind = Literal["accrual", "prepayment", "deferred_income"]

_SIDES: Final[dict[AdjustmentKind, tuple[str, str]]] = {
    "accrual": (CLEARING_NET, ACCRUALS),
    "prepayment": (PREPAYMENTS, CLEARING_NET),
    "deferred_income": (CLEARING_NET, ACCRUALS),
}
"""Of each kind, the account that is debited at the end of the month and the one that is credited."""

YEAR_BEGINS_IN: Final = {"april": 4, "september": 9}
"""The month in which a school's financial year begins: maintained schools' in April, academies' in September."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What should be posted at the end of `month` (its first day) for a document: net pence, more than nothing."""

    kind: AdjustmentKind
    month: date
    document_id: str
    document_number: str
    supplier_id: str | None
    description: str
    pence: int

    @property
    def key(self) -> str:
        """What names the proposal on a form."""
        return f"{self.kind}:{self.document_id}"


def ends_a_year(month: date, year_begins_in: int) -> bool:
    """Whether the next month begins a financial year."""
    return month_after(month).month == year_begins_in


def over_two_years(pence: int, service_from: date, service_to: date, year_end: date) -> tuple[int, int]:
    """(this year's, next year's) pence of a service from its first to its last day, by days, largest remainder.

    `year_end` is the last day of this year. 36,500 pence from 1 January to 31 December, year ending 31 March:
    (9,000, 27,500).
    """
    before = max((min(service_to, year_end) - service_from).days + 1, 0)
    after = (service_to - service_from).days + 1 - before
    shares = allocate(pence, {0: before, 1: after})
    return shares[0], shares[1]


def elapsed(pence: int, service_from: date, service_to: date, day: date) -> int:
    """What of a service's pence is delivered at the end of `day`, by days."""
    return pence if service_to <= day else over_two_years(pence, service_from, service_to, day)[0]


def adjustment_entries(proposal: Proposal, adjustment_id: str, number: str) -> tuple[Entry, Entry]:
    """The entry on the last day of the month, and its release on the first of the next one."""
    debit, credit = _SIDES[proposal.kind]

    def entry(kind: str, on: date, debited: str, credited: str, description: str) -> Entry:
        whose = proposal.supplier_id
        return Entry(
            kind,
            adjustment_id,
            number,
            on,
            description,
            (
                Posting(debited, debit_pence=proposal.pence, supplier_id=whose),
                Posting(credited, credit_pence=proposal.pence, supplier_id=whose),
            ),
        )

    told = proposal.description
    return (
        entry(proposal.kind, last_of(proposal.month), debit, credit, told),
        entry(f"{proposal.kind}_release", month_after(proposal.month), credit, debit, f"Release: {told}"),
    )
