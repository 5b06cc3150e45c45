"""The rules of EN 16931 about VAT: each category of the breakdown against the lines, allowances and charges it sums."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.billing.domain.invoice_document import InvoiceDocument, VatSubtotal

RULES: Final = {
    "S": "BR-S", "Z": "BR-Z", "E": "BR-E", "AE": "BR-AE", "K": "BR-IC", "G": "BR-G", "O": "BR-O", "L": "BR-IG",
    "M": "BR-IP",
}  # fmt: skip
"""What the rules of each category are called."""

TOLERANCE: Final = Decimal(1)
"""How far VAT, and in the categories with rates the taxable amount, may stand from what it should be."""

_BY_RATE: Final = ("S", "L", "M")
_WITHOUT_VAT: Final = ("Z", "E", "AE", "K", "G", "O")
_TELL_WHY: Final = ("E", "AE", "K", "G", "O")
_PENNY: Final = Decimal("0.01")

_Found = Iterator[tuple[str, str, str]]
_Key = tuple[str, Decimal | None]


def vat_faults(document: InvoiceDocument) -> _Found:
    """(rule, where, text) of every rule about VAT that the document breaks."""
    if not document.vat_subtotals:
        yield "BR-CO-18", "VAT", "the document has no breakdown of its VAT by category."
        return
    due = _taxable(document)
    stated = [_key(subtotal.vat_class, subtotal.rate) for subtotal in document.vat_subtotals]
    for key in due:
        if key not in stated:
            text = f"lines or charges of category {_told(key)} stand in no VAT breakdown."
            yield f"{RULES.get(key[0], 'BR-S')}-01", f"VAT {_told(key)}", text
    for key in {key for key in stated if stated.count(key) > 1}:
        yield f"{RULES.get(key[0], 'BR-S')}-01", f"VAT {_told(key)}", "stands in the VAT breakdown more than once."
    if ("O", None) in stated and len(set(stated)) > 1:
        yield "BR-O-11", "VAT O", "what is outside the scope of VAT stands beside other categories."
    for subtotal in document.vat_subtotals:
        yield from _subtotal(subtotal, due.get(_key(subtotal.vat_class, subtotal.rate), Decimal(0)))
    yield from _rates(document)


def _subtotal(subtotal: VatSubtotal, due: Decimal) -> _Found:
    name = RULES.get(subtotal.vat_class, "BR-S")
    where = f"VAT {_told(_key(subtotal.vat_class, subtotal.rate))}"
    off = abs(subtotal.taxable - due)
    if off >= TOLERANCE if subtotal.vat_class in _BY_RATE else off:
        yield f"{name}-08", where, f"its lines and charges add up to {due:,.2f}, not {subtotal.taxable:,.2f}."
    if subtotal.vat_class in _WITHOUT_VAT:
        if subtotal.vat:
            yield f"{name}-09", where, f"carries no VAT, not {subtotal.vat:,.2f}."
    elif subtotal.rate is not None:
        vat = (abs(subtotal.taxable) * subtotal.rate / 100).quantize(_PENNY, rounding=ROUND_HALF_UP)
        if abs(abs(subtotal.vat) - vat) >= TOLERANCE or subtotal.vat * subtotal.taxable < 0:
            text = f"{subtotal.rate:f}% of {subtotal.taxable:,.2f} is {_signed(vat, subtotal.taxable):,.2f}"
            yield "BR-CO-17", where, f"{text}, not {subtotal.vat:,.2f}."
    why = subtotal.exemption_reason or subtotal.exemption_code
    if subtotal.vat_class in _TELL_WHY and not why:
        yield f"{name}-10", where, "does not say why there is no VAT."
    if subtotal.vat_class in ("S", "Z") and why:
        yield f"{name}-10", where, "gives a reason for an exemption, which it is not."


def _rates(document: InvoiceDocument) -> _Found:
    """Which rates go with which category: S above nought, O none, the others nought."""
    right: set[_Key] = set()
    for line in document.lines:
        category = (line.vat_class, line.vat_rate)
        if category not in right:
            faults = list(_rate(*category, "05", f"line {line.line_id[:20]}"))
            if not faults:
                right.add(category)
            yield from faults
    for number, each in enumerate(document.charges, 1):
        rule, name = ("07", "charge") if each.is_charge else ("06", "allowance")
        yield from _rate(each.vat_class or "", each.vat_rate, rule, f"{name} {number}")


def _rate(vat_class: str, rate: Decimal | None, rule: str, where: str) -> _Found:
    name = f"{RULES.get(vat_class, 'BR-S')}-{rule}"
    if vat_class == "S" and not rate:
        yield name, where, "the rate of category S must be above nought."
    if vat_class in ("Z", "E", "AE", "K", "G") and rate:
        yield name, where, f"the rate of category {vat_class} must be nought, not {rate:f}."
    if vat_class == "O" and rate is not None:
        yield name, where, "category O has no rate."


def _taxable(document: InvoiceDocument) -> dict[_Key, Decimal]:
    """What each category (and rate, where rates tell them apart) should be taxed on."""
    nets: defaultdict[_Key, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        nets[line.vat_class, line.vat_rate] += line.net
    due: defaultdict[_Key, Decimal] = defaultdict(Decimal)
    for category, net in nets.items():
        due[_key(*category)] += net
    for each in document.charges:
        due[_key(each.vat_class or "", each.vat_rate)] += each.signed
    return due


def _key(vat_class: str, rate: Decimal | None) -> _Key:
    return vat_class, rate if vat_class in _BY_RATE else None


def _told(key: _Key) -> str:
    return key[0] if key[1] is None else f"{key[0]} {key[1].normalize():f}%"


def _signed(vat: Decimal, taxable: Decimal) -> Decimal:
    return -vat if taxable < 0 else vat
