"""A supplier's invoice: its number, its arithmetic and its VAT."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from contracts.allocation import allocate
from contracts.money import line_net_pence, pounds
from contracts.vat import vat_pence
from services.billing.domain.errors import (
    CurrencyNotPounds,
    DueDateImplausible,
    InvoiceArithmetic,
    IssueDateImplausible,
)
from services.billing.domain.invoice_document import Kind

LINE_TOLERANCE_PENCE: Final = 2
"""How far a line's net may stand from quantity × price (Peppol BIS Billing 3.0, rule PEPPOL-EN16931-R120)."""

VAT_TOLERANCE_PENCE: Final = 100
"""How far the VAT of a category may stand from net × rate (EN 16931, BR-CO-17)."""

EARLIEST_ISSUE: Final = date(2011, 1, 4)
"""No invoice can be older: the day from which today's VAT rates hold."""

_AHEAD: Final = timedelta(days=366)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoiced line. `unit_price` in pounds to four decimals, `vat_rate` in per cent.

    A line that takes back has a negative quantity and net; `net_pence` is after the line's own allowances and after
    its part of the document's. `school_urn` is set when the supplier names the school that the units went to,
    `order_number` when it stands on another purchase order than the document's own.
    """

    line_no: int
    order_line_no: int
    name: str
    quantity: int
    unit_price: Decimal
    net_pence: int
    vat_class: str
    vat_rate: Decimal
    school_urn: int | None = None
    order_number: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierInvoice:
    """An invoice or credit note as Bursar settles it; amounts in pence.

    Signed as what is owed to the supplier: a credit note, and its lines, are negative whatever the signs on paper.
    `buyer_urn` is the school that the document names as its buyer, `credits` the numbers of the invoices that a credit
    note gives back.
    """

    number: str
    issue_date: date
    due_date: date | None
    purchase_order_number: str
    lines: tuple[InvoiceLine, ...]
    net_pence: int
    vat_pence: int
    gross_pence: int
    currency: str = "GBP"
    kind: Kind = "invoice"
    buyer_urn: int | None = None
    credits: tuple[str, ...] = ()


def fold_number(number: str) -> str:
    """An invoice number without what people change by accident: case, spaces (also those without width), leading zeros.

    " inv-0042 " and "INV-42" fold alike (domain example 18).
    """
    seen = (sign for sign in unicodedata.normalize("NFKC", number) if unicodedata.category(sign) != "Cf")
    bare = "".join("".join(seen).casefold().split())
    return _DIGITS.sub(lambda run: run.group().lstrip("0") or "0", bare)


def check_issue_date(issued: date, today: date) -> None:
    """Refuse a day that is more than a year to come: a mistyped year would be posted where no month is ever closed.

    Raises IssueDateImplausible.
    """
    if issued > today + _AHEAD:
        text = f"The document is dated {issued}, more than a year from today."
        raise IssueDateImplausible(text, fields={"issue_date": text})


def check_due_date(issued: date, due: date | None) -> None:
    """Refuse a day of payment before the document's own, or more than a year after it: it would be paid at once, or
    never. Raises DueDateImplausible.
    """
    if due is None or issued <= due <= issued + _AHEAD:
        return
    text = f"The invoice is dated {issued} and due on {due}, "
    text += "before it was made." if due < issued else "more than a year after it."
    raise DueDateImplausible(text, fields={"due_date": text})


def check_arithmetic(invoice: SupplierInvoice) -> None:
    """Hold an invoice that was typed to its own figures, by the rules of EN 16931 that they come under.

    VAT may stand £1 from what it should be in each category, as there: whether it is right to the penny is a question
    for matching. Raises CurrencyNotPounds, IssueDateImplausible, InvoiceArithmetic with every fault by field.
    """
    if invoice.currency != "GBP":
        raise CurrencyNotPounds(f"The invoice is in {invoice.currency}; the books are kept in pounds.")
    if invoice.issue_date < EARLIEST_ISSUE:
        raise IssueDateImplausible(
            f"The invoice is dated {invoice.issue_date}.", fields={"issue_date": "Earlier than any order."}
        )
    faults = _line_faults(invoice.lines)
    total = sum(line.net_pence for line in invoice.lines)
    if total != invoice.net_pence:
        faults["net_pence"] = f"BR-CO-10: the lines add up to £{pounds(total)}."
    vat, categories = vat_by_invoice(invoice.lines), {(line.vat_class, line.vat_rate) for line in invoice.lines}
    if abs(invoice.vat_pence - vat) >= VAT_TOLERANCE_PENCE * len(categories):
        faults["vat_pence"] = f"BR-CO-17: the VAT of the lines is £{pounds(vat)}."
    if invoice.net_pence + invoice.vat_pence != invoice.gross_pence:
        faults["gross_pence"] = f"BR-CO-15: net and VAT add up to £{pounds(invoice.net_pence + invoice.vat_pence)}."
    if faults:
        raise InvoiceArithmetic(arithmetic_detail(faults), fields=faults)


def arithmetic_detail(faults: Mapping[str, str]) -> str:
    """What to say of broken rules in one sentence: the only one, or how many there are."""
    first = next(iter(faults.values()))
    return first if len(faults) == 1 else f"The figures do not add up: {len(faults)} rules are broken. {first}"


def _line_faults(lines: Iterable[InvoiceLine]) -> dict[str, str]:
    faults: dict[str, str] = {}
    for index, line in enumerate(lines):
        due = line_net_pence(line.quantity, line.unit_price)
        if abs(line.net_pence - due) > LINE_TOLERANCE_PENCE:
            told = f"{line.quantity} × £{line.unit_price:f} is £{pounds(due)}."
            faults[f"lines.{index}.net_pence"] = f"PEPPOL-EN16931-R120: {told}"
    return faults


def vat_by_line(lines: Iterable[InvoiceLine]) -> int:
    """VAT in pence when every line is rounded by itself (HMRC VATREC12020)."""
    counted = Counter((line.net_pence, line.vat_rate) for line in lines)
    return sum(vat_pence(net, rate) * times for (net, rate), times in counted.items())


def vat_by_invoice(lines: Iterable[InvoiceLine]) -> int:
    """VAT in pence when each category of the whole invoice is rounded once (EN 16931, BR-CO-17)."""
    nets: dict[tuple[str, Decimal], int] = defaultdict(int)
    for line in lines:
        nets[line.vat_class, line.vat_rate] += line.net_pence
    return sum(vat_pence(net, rate) for (_, rate), net in nets.items())


def vat_is_accepted(invoice: SupplierInvoice) -> bool:
    """Whether the invoice's VAT is right by line or right by invoice (domain example 7)."""
    return invoice.vat_pence in (vat_by_line(invoice.lines), vat_by_invoice(invoice.lines))


def vat_of_lines(invoice: SupplierInvoice) -> dict[int, int]:
    """The invoice's VAT in pence laid on its lines by number; always adds up to the invoice's VAT.

    Rounded by line, each line carries its own; otherwise the total is shared by net × rate. Where lines give back what
    others charge, each carries its own and what is left is shared by size.
    """
    vats = {
        (net, rate): vat_pence(net, rate) for net, rate in {(line.net_pence, line.vat_rate) for line in invoice.lines}
    }
    own = {line.line_no: vats[line.net_pence, line.vat_rate] for line in invoice.lines}
    left = invoice.vat_pence - sum(own.values())
    if not left:
        return own
    weights = _vat_weights(invoice.lines)
    if len({line.net_pence < 0 for line in invoice.lines if line.net_pence}) > 1:
        return {number: own[number] + share for number, share in allocate(left, weights).items()}
    return allocate(invoice.vat_pence, weights)


def _vat_weights(lines: Sequence[InvoiceLine]) -> dict[int, int]:
    """By what VAT is shared over lines: net × rate; where that is nought for all, the net or the units."""
    rates = {rate: int(rate * 100) for rate in {line.vat_rate for line in lines}}
    by_rate = {line.line_no: abs(line.net_pence * rates[line.vat_rate]) for line in lines}
    if any(by_rate.values()):
        return by_rate
    by_net = {line.line_no: abs(line.net_pence) for line in lines}
    return by_net if any(by_net.values()) else {line.line_no: abs(line.quantity) for line in lines}
