"""The figures of form VAT126: what an academy that is not registered for VAT claims back (VAT Act 1994, section 33B).

Each invoice with its date, the supplier's VAT number, the VAT, whom it is addressed to and what it is about; whole
calendar months, and at least twelve of them for less than £100 (gov.uk, "Claim a VAT refund as an organisation not
registered for VAT").
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contracts.money import pounds
from contracts.report import Column, Report, Section

LEAST_PENCE: Final = 100_00
"""Below it a claim covers at least `LEAST_MONTHS`."""

LEAST_MONTHS: Final = 12
_YEARS: Final = 4
"""Academies claim within four years of the month of the supply."""

_NON_BUSINESS: Final = (
    "All that the school bought through the alliance is taken for its non-business activities: leave out what was"
    " bought for letting, trading or other business."
)
_LONGEST_DESCRIPTION: Final = 120
COLUMNS: Final = (
    Column("vat_number", "Supplier’s VAT number"),
    Column("issue_date", "Date", "date"),
    Column("number", "Invoice"),
    Column("supplier", "Supplier"),
    Column("description", "Goods or services"),
    Column("addressed_to", "Addressed to"),
    Column("net_pence", "Without VAT", "money", added=True),
    Column("vat_pence", "VAT", "money", added=True),
)


@dataclass(frozen=True, slots=True)
class ClaimedDocument:
    """A document that carries VAT to the school; credit notes are negative. Amounts in pence."""

    supplier: str
    vat_number: str | None
    issue_date: date
    number: str
    items: Sequence[str]
    addressed_to: str
    net_pence: int
    vat_pence: int

    @property
    def description(self) -> str:
        """What it is about, in a few words."""
        items = list(dict.fromkeys(self.items))
        text = "; ".join(items)
        if len(text) <= _LONGEST_DESCRIPTION:
            return text
        more = f" and {len(items) - 1} more" if len(items) > 1 else ""
        return f"{items[0][: _LONGEST_DESCRIPTION - len(more)]}{more}"


def month_end(month: date) -> date:
    """The last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def vat126_report(school: str, first: date, last: date, documents: Iterable[ClaimedDocument], today: date) -> Report:
    """The figures and the list of a claim from the first to the last day of whole months.

    A document without the VAT number of who made it out supports no claim: it stands in a list of its own.
    """
    carrying = [document for document in documents if document.vat_pence]
    claimed = [document for document in carrying if document.vat_number]
    left_out = [document for document in carrying if not document.vat_number]
    total = sum(document.vat_pence for document in claimed)
    figures = Section(
        "Figures of the claim",
        (Column("name", "Figure"), Column("value", "Value")),
        [
            {"name": "Organisation", "value": school},
            {"name": "First day of the claim", "value": f"{first:%d/%m/%Y}"},
            {"name": "Last day of the claim", "value": f"{last:%d/%m/%Y}"},
            {"name": "Invoices and credit notes", "value": str(len(claimed))},
            {"name": "VAT claimed on non-business purchases", "value": f"£{pounds(total)}"},
        ],
        note=" ".join(_notes(first, last, total, today)),
    )
    sections = [figures, Section("Invoices", COLUMNS, [_row(document) for document in claimed])]
    if left_out:
        note = "Whoever made them out has no VAT number on record, so their VAT cannot be claimed back."
        sections.append(Section("Not claimed", COLUMNS, [_row(document) for document in left_out], note=note))
    sentence = f"{school} can claim £{pounds(total)} of VAT back from {first:%-d %B %Y} to {last:%-d %B %Y}."
    return Report("vat126", f"VAT126 of {school}", sentence, sections)


def _notes(first: date, last: date, total: int, today: date) -> list[str]:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    notes = [_NON_BUSINESS]
    if total < LEAST_PENCE and months < LEAST_MONTHS:
        notes.append(f"A claim of less than £{pounds(LEAST_PENCE)} covers at least {LEAST_MONTHS} months.")
    if last >= today:
        notes.append("The last month is not over yet.")
    if first.year + _YEARS < today.year or (first.year + _YEARS == today.year and first.month < today.month):
        notes.append(f"VAT is claimed back within {_YEARS} years of the month of the supply: part of this is too late.")
    return notes


def _row(document: ClaimedDocument) -> dict[str, Any]:
    return {
        "vat_number": document.vat_number or "",
        "issue_date": document.issue_date.isoformat(),
        "number": document.number,
        "supplier": document.supplier,
        "description": document.description,
        "addressed_to": document.addressed_to,
        "net_pence": document.net_pence,
        "vat_pence": document.vat_pence,
    }
