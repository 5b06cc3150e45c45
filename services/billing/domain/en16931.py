"""The rules of EN 16931 and Peppol BIS Billing 3.0 about a document's figures, each under its own name.

Every rule is asked, so that a sender learns of all faults at once. Sources: EN 16931-1 with the CEN Schematron for UBL,
and the PEPPOL-EN16931 rules; the tolerances are theirs: a line's net ± 0.02, VAT and taxable amounts ± 1.00 (category
S), everything else exactly. Rules about names, addresses and codes are not asked: no figure hangs on them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.billing.domain.invoice_document import AllowanceCharge, DocumentLine, InvoiceDocument
from services.billing.domain.vat_rules import vat_faults

LINE_TOLERANCE: Final = Decimal("0.02")
_PENNY: Final = Decimal("0.01")
_MOST_FAULTS: Final = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule: its name, the part of the document it is about, and what is the matter, in figures."""

    rule: str
    where: str
    text: str


def faults_of(document: InvoiceDocument) -> tuple[Fault, ...]:
    """Every rule that a document breaks, the first hundred; none if its figures are right."""
    found: list[Fault] = []
    for rules in (_totals, _charges_of_document, _lines, _decimals):
        for rule, where, text in rules(document):
            found.append(Fault(rule, where, text))
    found.extend(Fault(*fault) for fault in vat_faults(document))
    return tuple(found[:_MOST_FAULTS])


def as_fields(faults: Iterable[Fault]) -> dict[str, str]:
    """Faults for a problem's fields: where and which rule, and the message with the rule's name."""
    return {f"{fault.where} {fault.rule}": f"{fault.rule}: {fault.text}" for fault in faults}


def rounded(amount: Decimal) -> Decimal:
    """An amount to two decimals, halves away from zero."""
    return amount.quantize(_PENNY, rounding=ROUND_HALF_UP)


Found = Iterator[tuple[str, str, str]]


def _totals(document: InvoiceDocument) -> Found:
    totals, where = document.totals, "totals"
    lines = rounded(sum((line.net for line in document.lines), Decimal(0)))
    allowances = rounded(sum((each.amount for each in document.charges if not each.is_charge), Decimal(0)))
    charges = rounded(sum((each.amount for each in document.charges if each.is_charge), Decimal(0)))
    if totals.lines != lines:
        yield "BR-CO-10", where, f"the lines add up to {lines:,.2f}, not {totals.lines:,.2f}."
    if totals.allowances != allowances:
        yield "BR-CO-11", where, f"the allowances add up to {allowances:,.2f}, not {totals.allowances:,.2f}."
    if totals.charges != charges:
        yield "BR-CO-12", where, f"the charges add up to {charges:,.2f}, not {totals.charges:,.2f}."
    net = rounded(totals.lines - totals.allowances + totals.charges)
    if totals.net != net:
        yield "BR-CO-13", where, f"lines less allowances plus charges come to {net:,.2f}, not {totals.net:,.2f}."
    vat = rounded(sum((each.vat for each in document.vat_subtotals), Decimal(0)))
    if document.vat_subtotals and totals.vat != vat:
        yield "BR-CO-14", where, f"the VAT of the categories adds up to {vat:,.2f}, not {totals.vat:,.2f}."
    gross = rounded(totals.net + totals.vat)
    if totals.gross != gross:
        yield "BR-CO-15", where, f"the total without VAT and the VAT come to {gross:,.2f}, not {totals.gross:,.2f}."
    payable = rounded(totals.gross - totals.prepaid + totals.rounding)
    if rounded(totals.payable) != payable:
        how = "the total with VAT" + (" less what is prepaid" if totals.prepaid else "")
        how += ", rounded," if totals.rounding else ""
        yield "BR-CO-16", where, f"{how} comes to {payable:,.2f}, not {totals.payable:,.2f}."


def _charges_of_document(document: InvoiceDocument) -> Found:
    for number, each in enumerate(document.charges, 1):
        where = f"{_name(each)} {number}"
        yield from _charge(each, where)
        if not each.reason and not each.reason_code:
            yield ("BR-38" if each.is_charge else "BR-33"), where, "gives no reason."


def _lines(document: InvoiceDocument) -> Found:
    right: set[tuple[object, ...]] = set()  # a line for each school repeats the same few figures
    for line in document.lines:
        prices = (line.price, line.base_quantity, line.gross_price, line.price_discount)
        figures = (line.quantity, *prices, line.net, line.charges)
        if figures in right:
            continue
        faults = list(_line(line))
        if not faults:
            right.add(figures)
        yield from faults
    counted = Counter(line.line_id for line in document.lines)
    for line_id in (line_id for line_id, times in counted.items() if times > 1):
        yield "BR-21", f"line {line_id[:20]}", f"{counted[line_id]} lines carry this number."


def _line(line: DocumentLine) -> Found:
    where = f"line {line.line_id[:20]}"
    due = line.quantity * line.price / line.base_quantity + sum(each.signed for each in line.charges)
    if abs(line.net - due) > LINE_TOLERANCE:
        yield "PEPPOL-EN16931-R120", where, f"{_sum_of(line)} is {rounded(due):,.2f}, not {line.net:,.2f}."
    if line.price < 0:
        yield "BR-27", where, f"the price {line.price:f} is negative."
    yield from _gross_price(line, where)
    for each in line.charges:
        yield from _charge(each, where)
        if not each.reason and not each.reason_code:
            yield ("BR-44" if each.is_charge else "BR-42"), where, f"its {_name(each)} gives no reason."


def _gross_price(line: DocumentLine, where: str) -> Found:
    if line.gross_price is None:
        return
    if line.gross_price < 0:
        yield "BR-28", where, f"the price before its discount, {line.gross_price:f}, is negative."
    discount = line.price_discount or Decimal(0)
    due = line.gross_price - discount
    if line.price != due:
        text = f"the price {line.gross_price:f} less {discount:f} is {due:f}, not {line.price:f}."
        yield "PEPPOL-EN16931-R046", where, text


def _charge(each: AllowanceCharge, where: str) -> Found:
    if each.base is None and each.percent is not None:
        yield "PEPPOL-EN16931-R041", where, f"the base of the {_name(each)}'s percentage is missing."
    if each.base is not None and each.percent is None:
        yield "PEPPOL-EN16931-R042", where, f"the percentage of the {_name(each)}'s base is missing."
    if each.base is not None and each.percent is not None:
        due = each.base * each.percent / 100
        if abs(each.amount - due) > LINE_TOLERANCE:
            text = f"{each.percent:f}% of {each.base:,.2f} is {rounded(due):,.2f}, not {each.amount:,.2f}."
            yield "PEPPOL-EN16931-R040", where, text


def _decimals(document: InvoiceDocument) -> Found:
    """No amount of money has more than two decimals (BR-DEC-…)."""
    totals = document.totals
    amounts: list[tuple[str, str, Decimal | None]] = [
        ("BR-DEC-09", "totals", totals.lines),
        ("BR-DEC-10", "totals", totals.allowances),
        ("BR-DEC-11", "totals", totals.charges),
        ("BR-DEC-12", "totals", totals.net),
        ("BR-DEC-13", "totals", totals.vat),
        ("BR-DEC-14", "totals", totals.gross),
        ("BR-DEC-15", "totals", document.vat_in_tax_currency),
        ("BR-DEC-16", "totals", totals.prepaid),
        ("BR-DEC-17", "totals", totals.rounding),
        ("BR-DEC-18", "totals", totals.payable),
    ]
    for each in document.charges:
        amounts.append(("BR-DEC-05" if each.is_charge else "BR-DEC-01", _name(each), each.amount))
        amounts.append(("BR-DEC-06" if each.is_charge else "BR-DEC-02", _name(each), each.base))
    for subtotal in document.vat_subtotals:
        amounts.append(("BR-DEC-19", f"VAT {subtotal.vat_class}", subtotal.taxable))
        amounts.append(("BR-DEC-20", f"VAT {subtotal.vat_class}", subtotal.vat))
    for line in document.lines:
        if line.charges or _is_finer(line.net):
            where = f"line {line.line_id[:20]}"
            amounts.append(("BR-DEC-23", where, line.net))
            for each in line.charges:
                amounts.append(("BR-DEC-27" if each.is_charge else "BR-DEC-24", where, each.amount))
                amounts.append(("BR-DEC-28" if each.is_charge else "BR-DEC-25", where, each.base))
    for rule, where, amount in amounts:
        if amount is not None and _is_finer(amount):
            yield rule, where, f"{amount:f} has more than two decimals."


def _is_finer(amount: Decimal) -> bool:
    """Whether an amount was written with more than two decimals."""
    return int(amount.as_tuple().exponent) < -2


def _name(each: AllowanceCharge) -> str:
    return "charge" if each.is_charge else "allowance"


def _sum_of(line: DocumentLine) -> str:
    per = f" for {line.base_quantity:f}" if line.base_quantity != 1 else ""
    charged = " with its allowances and charges" if line.charges else ""
    return f"{line.quantity:f} × {line.price:f}{per}{charged}"
