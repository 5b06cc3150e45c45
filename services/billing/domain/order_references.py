"""Which purchase orders a document stands on, and which order line each of its lines is for.

A document may name several orders, and suppliers point at lines in different ways: by the line's number, by
"PO-000007/3", by their own item number, by the buyer's. What fits exactly one line is taken; what fits several is
refused with all of them told.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.order_numbers import read_order_number
from services.billing.domain.errors import AmbiguousOrderLine, CancelledOrderLine, UnknownOrderLine
from services.billing.domain.invoice import SupplierInvoice
from services.billing.domain.invoice_document import DocumentLine, InvoiceDocument

_SEPARATED: Final = re.compile(r"[,;|\s]+")
_WITH_LINE: Final = re.compile(r"(?P<order>\S.*?)\s*[/#:]\s*(?P<line>\d{1,6})", re.ASCII)
_LINE: Final = re.compile(r"\d{1,6}", re.ASCII)
_MOST_ORDERS: Final = 50


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of a purchase order as invoices are held against it; `unit_price` in pounds."""

    order_number: str
    line_no: int
    sku: str
    unit_price: Decimal
    vat_class: str
    is_charge: bool = False
    cancelled: bool = False

    def __str__(self) -> str:
        return f"{self.order_number} line {self.line_no}"


def orders_named(document: InvoiceDocument) -> tuple[str, ...]:
    """The numbers of the purchase orders that a document and its lines name, in the order of their first mention.

    The order reference (BT-13) may hold several, separated by commas, semicolons or spaces. Without one, the buyer
    reference (BT-10) counts. The number of a document for one drop stands for its order.
    """
    named = _numbers(document.order_number or document.buyer_reference or "")
    for line in document.lines:
        number, _ = _reference(line)
        named.extend([number] if number else [])
    return tuple(dict.fromkeys(named))[:_MOST_ORDERS]


def our_number(number: str) -> str:
    """Our order's number, also where a document was made for one drop of it ("PO-000001-3", "PO-000001-3-R2")."""
    read = read_order_number(number)
    return read.number if read else number.strip()


def find_order_line(line: DocumentLine, ordered: Sequence[OrderedLine]) -> OrderedLine:
    """The order line that an invoiced line is for. Raises UnknownOrderLine, AmbiguousOrderLine."""
    number, line_no = _reference(line)
    goods = [each for each in ordered if not number or _same(each.order_number, number)]
    if number and not goods:
        raise UnknownOrderLine(f"Line {line.line_id}: there is no purchase order {number} with this supplier.")
    by_item = [each for each in goods if line.seller_item and _same(each.sku, line.seller_item)]
    if line_no is None:
        if not by_item:
            raise UnknownOrderLine(f"Line {line.line_id} names no line of the purchase order{_item_of(line)}.")
        return _the_one(line, by_item)
    by_number = [each for each in goods if each.line_no == line_no]
    if not by_number:
        raise UnknownOrderLine(f"Line {line.line_id}: {_told_orders(goods)} has no line {line_no}.")
    both = [each for each in by_number if each in by_item]
    if by_item and not both:
        raise AmbiguousOrderLine(
            f"Line {line.line_id} names {_told(by_number)}, but its item {line.seller_item} is {_told(by_item)}."
        )
    return _the_one(line, both or by_number)


def find_charge_line(amount: Decimal, vat_class: str | None, ordered: Iterable[OrderedLine]) -> OrderedLine | None:
    """The one charge (delivery, say) that was ordered, for a charge that the document carries; None if there is none.

    Among several, the one of the same amount in pounds or, failing that, of the same VAT class.
    """
    charges = [each for each in ordered if each.is_charge]
    for narrower in (
        charges,
        [each for each in charges if each.unit_price == amount],
        [each for each in charges if each.vat_class == vat_class],
    ):
        if len(narrower) == 1:
            return narrower[0]
    return None


def check_order_lines(invoice: SupplierInvoice, ordered: Iterable[OrderedLine]) -> None:
    """Hold every line to the purchase orders. Raises UnknownOrderLine, CancelledOrderLine, by line.

    What was cancelled can still be credited.
    """
    known = {(each.order_number, each.line_no): each for each in ordered}
    unknown: dict[str, str] = {}
    cancelled: dict[str, str] = {}
    for index, line in enumerate(invoice.lines):
        number = line.order_number or invoice.purchase_order_number
        found = known.get((number, line.order_line_no))
        if found is None:
            unknown[f"lines.{index}.order_line_no"] = f"{number} has no line {line.order_line_no}."
        elif found.cancelled and line.quantity > 0:
            cancelled[f"lines.{index}.order_line_no"] = f"{found} was cancelled: nothing is ordered on it."
    if unknown:
        raise UnknownOrderLine("The purchase order has no such line.", fields=unknown | cancelled)
    if cancelled:
        raise CancelledOrderLine("A line was cancelled: nothing is ordered on it any more.", fields=cancelled)


def _the_one(line: DocumentLine, found: Sequence[OrderedLine]) -> OrderedLine:
    """The only line, or the only one that still stands, has the price, has the VAT class."""
    price = line.price / line.base_quantity
    for narrower in (
        list(found),
        [each for each in found if not each.cancelled],
        [each for each in found if each.unit_price == price],
        [each for each in found if each.unit_price == price and each.vat_class == line.vat_class],
    ):
        if len(narrower) == 1:
            return narrower[0]
    raise AmbiguousOrderLine(
        f"Line {line.line_id} may be for any of {_told(found)}: name the order and its line, such as {_example(found)}."
    )


def _reference(line: DocumentLine) -> tuple[str | None, int | None]:
    """The (order number, line number) that a line names, each if it does; the buyer's item number may hold them too."""
    own = our_number(line.order_number) if line.order_number else None
    for raw in (line.order_line, line.buyer_item):
        if raw is None:
            continue
        both = _WITH_LINE.fullmatch(raw)
        if both:
            return our_number(both["order"]), int(both["line"])
        if raw is line.order_line and _LINE.fullmatch(raw):
            return own, int(raw)
    return own, None


def _numbers(raw: str) -> list[str]:
    return [our_number(number) for number in _SEPARATED.split(raw.strip()) if number]


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _item_of(line: DocumentLine) -> str:
    return f", and its item {line.seller_item} stands on none" if line.seller_item else " and no item number"


def _told(found: Iterable[OrderedLine]) -> str:
    return ", ".join(str(each) for each in list(found)[:10])


def _told_orders(found: Iterable[OrderedLine]) -> str:
    return ", ".join(sorted({each.order_number for each in found})) or "the purchase order"


def _example(found: Sequence[OrderedLine]) -> str:
    return f"{found[0].order_number}/{found[0].line_no}"
