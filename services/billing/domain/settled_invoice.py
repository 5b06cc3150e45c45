"""From a supplier's document to what Bursar settles: pounds in pence, signed as what is owed, order lines found."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from contracts.allocation import allocate
from contracts.errors import BrokenRule
from contracts.money import PRICE_STEP, round_pence
from contracts.vat import VAT_CLASSES
from services.billing.domain.en16931 import as_fields, faults_of
from services.billing.domain.errors import (
    ChargeNotOrdered,
    CurrencyNotPounds,
    InvoiceArithmetic,
    IssueDateImplausible,
    PrepaidOrRounded,
    QuantityNotWhole,
    VatCategoryNotSettled,
)
from services.billing.domain.invoice import EARLIEST_ISSUE, InvoiceLine, SupplierInvoice, arithmetic_detail
from services.billing.domain.invoice_document import AllowanceCharge, DocumentLine, InvoiceDocument
from services.billing.domain.order_references import OrderedLine, find_charge_line, find_order_line

MOST_UNITS: Final = 1_000_000
_MOST_FAULTS: Final = 100
_Settled = tuple[int, str, int, Decimal, int, str, Decimal, str | None]
"""Order line, name, units, unit price in pounds, net in pence, VAT class and rate, and the order if it is another."""


def check_document(document: InvoiceDocument) -> None:
    """Refuse what no purchase order could mend: another currency, wrong sums, what Bursar does not settle.

    Raises CurrencyNotPounds, InvoiceArithmetic, PrepaidOrRounded, IssueDateImplausible, VatCategoryNotSettled,
    QuantityNotWhole or ChargeNotOrdered, whichever comes first, with every fault in its fields.
    """
    found: list[BrokenRule] = []
    if document.currency != "GBP":
        text = f"The document is in {document.currency[:10]}; contracts and books are kept in pounds."
        found.append(CurrencyNotPounds(text, fields={"currency": text}))
    faults = as_fields(faults_of(document))
    if faults:
        found.append(InvoiceArithmetic(arithmetic_detail(faults), fields=faults))
    totals = document.totals
    if totals.prepaid or totals.rounding:
        text = (
            f"{totals.payable:,.2f} is asked for and {totals.gross:,.2f} is the total with VAT: nothing was paid"
            " before, and what is paid is not rounded."
        )
        found.append(PrepaidOrRounded(text, fields={"payable": text}))
    if document.issue_date < EARLIEST_ISSUE:
        text = f"The document is dated {document.issue_date}, earlier than any order."
        found.append(IssueDateImplausible(text, fields={"issue_date": text}))
    right: set[tuple[object, ...]] = set()  # a line for each school repeats the same few figures
    for line in document.lines:
        figures = (line.vat_class, line.quantity, line.net, line.charges)
        if figures in right:
            continue
        broken = _line_faults(line)
        if not broken:
            right.add(figures)
        found.extend(broken)
    raise_all(found)


def settle(document: InvoiceDocument, order_number: str, ordered: Sequence[OrderedLine]) -> SupplierInvoice:
    """The document as Bursar settles it, on these lines of the purchase orders that it names.

    `order_number` is the order that the document as a whole is kept under. Allowances of the document lower the lines
    of their VAT category, by their nets; a charge becomes a line of the charge that was ordered. Raises
    UnknownOrderLine, AmbiguousOrderLine, ChargeNotOrdered, with every fault in its fields.
    """
    sign = -1 if document.kind == "credit_note" else 1
    lines, found = _settled_lines(document, order_number, ordered, sign)
    charges = [each for each in document.charges if each.is_charge and each.amount]
    for number, charge in enumerate(charges, len(document.lines) + 1):
        at_charge = find_charge_line(abs(charge.amount), charge.vat_class, ordered)
        if at_charge is None:
            found.append(_not_ordered(charge))
            continue
        lines.append(_charge_line(number, charge, at_charge, order_number, sign))
    raise_all(found)
    return SupplierInvoice(
        number=document.number,
        issue_date=document.issue_date,
        due_date=document.due_date,
        purchase_order_number=order_number,
        lines=tuple(lines),
        net_pence=sign * _pence(document.totals.net),
        vat_pence=sign * _pence(document.totals.vat),
        gross_pence=sign * _pence(document.totals.gross),
        kind=document.kind,
        buyer_urn=document.buyer_urn,
        credits=tuple(reference.number for reference in document.preceding),
    )


def _settled_lines(
    document: InvoiceDocument, order_number: str, ordered: Sequence[OrderedLine], sign: int
) -> tuple[list[InvoiceLine], list[BrokenRule]]:
    """The document's own lines on those of the orders, and what is wrong with the others."""
    found: list[BrokenRule] = []
    lines = []
    less = _spread_allowances(document)
    known: dict[tuple[object, ...], _Settled] = {}  # a line for each school repeats the same few
    for number, line in enumerate(document.lines, 1):
        key = (
            line.order_number, line.order_line, line.buyer_item, line.seller_item, line.name, line.quantity, line.price,
            line.base_quantity, line.net, line.vat_class, line.vat_rate,
        )  # fmt: skip
        settled = known.get(key)
        if settled is None:
            try:
                at = find_order_line(line, ordered)
            except BrokenRule as fault:
                found.append(_at(fault, f"line {line.line_id}"))
                continue
            settled = known[key] = _settled(line, at, order_number, sign)
        at_line, name, quantity, price, net_pence, vat_class, vat_rate, at_order = settled
        if less:
            net_pence += sign * less.get(number, 0)
        lines.append(
            InvoiceLine(
                number, at_line, name, quantity, price, net_pence, vat_class, vat_rate, line.school_urn, at_order
            )
        )
    return lines, found


def raise_all(found: Sequence[BrokenRule]) -> None:
    """Raise the first of these broken rules, with the fields of all; nothing if there are none."""
    if not found:
        return
    fields: dict[str, str] = {}
    for fault in found:
        for where, text in (fault.fields or {fault.code: str(fault)}).items():
            if len(fields) < _MOST_FAULTS:
                fields.setdefault(where, text)
    raise type(found[0])(str(found[0]), fields=fields)


def _line_faults(line: DocumentLine) -> list[BrokenRule]:
    found: list[BrokenRule] = []
    where = f"line {line.line_id}"
    if line.vat_class not in VAT_CLASSES:
        text = f"Line {line.line_id}: VAT category {line.vat_class} is for trade across borders."
        found.append(VatCategoryNotSettled(text, fields={f"{where} VAT": text}))
    if line.quantity != int(line.quantity) or not 1 <= abs(line.quantity) <= MOST_UNITS:
        text = f"Line {line.line_id} is about {line.quantity:f}; whole units are ordered."
        found.append(QuantityNotWhole(text, fields={f"{where} quantity": text}))
    if line.net and (line.net < 0) != (line.quantity < 0):
        text = f"Line {line.line_id}: {line.quantity:f} units cannot come to {line.net:,.2f}."
        found.append(QuantityNotWhole(text, fields={f"{where} net": text}))
    dearer = sum((each.signed for each in line.charges), Decimal(0))
    if dearer * line.quantity > 0:
        text = f"Line {line.line_id} carries charges of {abs(dearer):,.2f} that the purchase order does not hold."
        found.append(ChargeNotOrdered(text, fields={f"{where} charges": text}))
    return found


def _settled(line: DocumentLine, at: OrderedLine, order_number: str, sign: int) -> _Settled:
    """What a line comes to before the document's allowances, but for its number and its school."""
    return (
        at.line_no,
        line.name[:300],
        sign * int(line.quantity),
        (line.price / line.base_quantity).quantize(PRICE_STEP),
        sign * _pence(line.net),
        line.vat_class,
        line.vat_rate or Decimal(0),
        None if at.order_number == order_number else at.order_number,
    )


def _charge_line(number: int, charge: AllowanceCharge, at: OrderedLine, order_number: str, sign: int) -> InvoiceLine:
    way = sign if charge.amount > 0 else -sign
    return InvoiceLine(
        line_no=number,
        order_line_no=at.line_no,
        name=(charge.reason or charge.reason_code or "Charge")[:300],
        quantity=way,
        unit_price=abs(charge.amount).quantize(PRICE_STEP),
        net_pence=way * _pence(abs(charge.amount)),
        vat_class=charge.vat_class or "",
        vat_rate=charge.vat_rate or Decimal(0),
        order_number=None if at.order_number == order_number else at.order_number,
    )


def _spread_allowances(document: InvoiceDocument) -> dict[int, int]:
    """What the document's allowances take off each line, in pence by its number."""
    less: dict[int, int] = {}
    for each in document.charges:
        if each.is_charge or not each.amount:
            continue
        key = (each.vat_class, each.vat_rate or Decimal(0))
        weights = {
            number: abs(_pence(line.net))
            for number, line in enumerate(document.lines, 1)
            if (line.vat_class, line.vat_rate or Decimal(0)) == key
        }
        weights = weights if any(weights.values()) else {1: 1}
        for number, pence in allocate(-_pence(each.amount), weights).items():
            less[number] = less.get(number, 0) + pence
    return less


def _not_ordered(charge: AllowanceCharge) -> ChargeNotOrdered:
    what = charge.reason or charge.reason_code or "without a reason"
    text = f"The charge {what[:60]} of {charge.amount:,.2f} stands on no purchase order that the document names."
    return ChargeNotOrdered(text, fields={f"charge {what[:60]}": text})


def _at(fault: BrokenRule, where: str) -> BrokenRule:
    return type(fault)(str(fault), fields={where: str(fault)})


def _pence(amount: Decimal) -> int:
    return round_pence(amount)
