"""The lines of a UBL invoice or credit note.

A line for each article in each school makes tens of thousands of them, but few that say different things: lines differ
in their number, their school and their note, and share the rest with many others. So what a line says is read once for
every different text of it (`_content`), and every line is compared by its texts alone, walked once in C order.
"""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

from lxml import etree

from contracts import safe_xml
from services.billing.domain.invoice_document import AllowanceCharge, DocumentLine, Kind
from services.billing.domain.ubl_element import Element, short_name
from services.billing.domain.ubl_parties import allowances_and_charges, urn_of_cost, urn_of_place, vat_category

_QUANTITIES: Final[dict[Kind, str]] = {"invoice": "cbc:InvoicedQuantity", "credit_note": "cbc:CreditedQuantity"}
_HIGHEST_PRICE: Final = Decimal("99999999.9999")

_ID: Final = ("cbc:ID",)
_NOTE: Final = ("cbc:Note",)
_COST: Final = ("cbc:AccountingCost",)
_PLACE: Final = ("cac:Delivery", "cac:DeliveryLocation", "cbc:ID")
_CHARGE: Final = "cac:AllowanceCharge"
_SAID: Final = frozenset(
    [
        *((name,) for name in _QUANTITIES.values()),
        ("cbc:LineExtensionAmount",),
        ("cac:OrderLineReference", "cbc:LineID"),
        ("cac:OrderLineReference", "cac:OrderReference", "cbc:ID"),
        ("cac:Item", "cbc:Name"),
        ("cac:Item", "cac:SellersItemIdentification", "cbc:ID"),
        ("cac:Item", "cac:BuyersItemIdentification", "cbc:ID"),
        ("cac:Item", "cac:StandardItemIdentification", "cbc:ID"),
        ("cac:Item", "cac:ClassifiedTaxCategory", "cbc:ID"),
        ("cac:Item", "cac:ClassifiedTaxCategory", "cbc:Percent"),
        ("cac:Item", "cac:ClassifiedTaxCategory", "cac:TaxScheme", "cbc:ID"),
        ("cac:Price", "cbc:PriceAmount"),
        ("cac:Price", "cbc:BaseQuantity"),
        ("cac:Price", _CHARGE, "cbc:ChargeIndicator"),
        ("cac:Price", _CHARGE, "cbc:Amount"),
        ("cac:Price", _CHARGE, "cbc:BaseAmount"),
    ]
)
"""Where the texts stand that `_content` reads, besides those of allowances and charges."""

_TAG: Final = attrgetter("tag")
_Shape = tuple[tuple[str, ...], tuple[int, ...]]
"""The tags of a line's elements in the order of the document, and how many children each has."""
_Content = tuple[
    Decimal, str, Decimal, str, Decimal, str, Decimal | None, Decimal, Decimal | None, Decimal | None,
    tuple[AllowanceCharge, ...],
    str | None, str | None, str | None, str | None, str | None,
]  # fmt: skip
"""The fields of a DocumentLine from `quantity` to `standard_item`."""
_Contents = dict[tuple[str | None, ...], _Content]
"""What lines of one shape say, by their texts and attributes."""


class _Layout(NamedTuple):
    """Where things stand among the elements of lines of one shape; None: nowhere."""

    said: tuple[int, ...]
    attributes: tuple[tuple[int, str], ...]
    number: int | None
    note: int | None
    cost: int | None
    place: int | None


def read_lines(root: Element, name: str, kind: Kind, delivered: int | None) -> tuple[DocumentLine, ...]:
    """The children of this name as lines, in their order; `delivered` is the school that the document names itself.

    What is missing or cannot be read is noted in the root's faults.
    """
    known: dict[_Shape, tuple[_Layout, _Contents]] = {}
    shape: _Shape = (), ()
    layout, contents = _lay_out(shape), _Contents()
    found: list[DocumentLine] = []
    for line in root.nodes(name):
        nodes = list(line.iter())
        its_shape = tuple(map(_TAG, nodes)), tuple(map(len, nodes))
        if its_shape != shape:  # seldom: so the long names are compared, and not hashed
            shape = its_shape
            layout, contents = known.setdefault(shape, (_lay_out(shape), _Contents()))
        texts = (
            *[nodes[index].text for index in layout.said],
            *[nodes[index].get(attribute) for index, attribute in layout.attributes],
        )
        content = contents.get(texts)
        if content is None:
            element, faults = root.of(line), len(root.faults.found)
            content = _content(element, kind)
            if len(root.faults.found) == faults:  # what is wrong is told of every line
                contents[texts] = content
        number = _text(nodes, layout.number) or root.of(line).text("BR-21", *_ID)
        school = urn_of_cost(_text(nodes, layout.cost)) or _place(nodes, layout.place) or delivered
        note = _text(nodes, layout.note)
        found.append(DocumentLine(number, *content, school, note, safe_xml.line_of(line)))
    return tuple(found)


def _lay_out(shape: _Shape) -> _Layout:
    """Find what lines of one shape say, by the first element on each path; everything counts below an allowance."""
    paths = _paths(shape)
    first = {path: index for index, path in reversed(list(enumerate(paths)))}
    said = [index for path, index in first.items() if path in _SAID]
    said += [index for index, path in enumerate(paths) if path[:1] == (_CHARGE,)]
    attributes = (
        (index, name) for index in said for name in ("currencyID", "unitCode") if _carries(paths[index], name)
    )
    return _Layout(tuple(said), tuple(attributes), *(first.get(path) for path in (_ID, _NOTE, _COST, _PLACE)))


def _carries(path: tuple[str, ...], attribute: str) -> bool:
    """Whether an element has an attribute that is read: amounts their currency, quantities their unit."""
    return path[-1].endswith("Amount") if attribute == "currencyID" else path[-1].endswith("Quantity")


def _paths(shape: _Shape) -> list[tuple[str, ...]]:
    """The path of each element from its line, as people write it; the line's own is empty."""
    found: list[tuple[str, ...]] = []
    above: list[tuple[tuple[str, ...], int]] = []  # the open elements, and how many children each has still to come
    for tag, children in zip(*shape, strict=True):
        while above and not above[-1][1]:
            above.pop()
        path: tuple[str, ...] = ()
        if above:
            over, left = above.pop()
            above.append((over, left - 1))
            path = (*over, short_name(tag))
        found.append(path)
        above.append((path, children))
    return found


def _content(element: Element, kind: Kind) -> _Content:
    quantity = (_QUANTITIES[kind],)
    item = element.child("cac:Item")
    tax = item.child("cac:ClassifiedTaxCategory") if item else None
    vat_class, vat_rate = vat_category(tax, "BR-CO-04", element)
    price, base = _price(element)
    if element.optional(*quantity) is not None and element.attribute("unitCode", *quantity) is None:
        element.fault(f"BR-23: the unit of {quantity[0].partition(':')[2]} is missing")
    return (
        element.needed("BR-22", quantity, element.number(*quantity), Decimal(0)),
        element.attribute("unitCode", *quantity) or "",
        element.required_amount("BR-24", "cbc:LineExtensionAmount"),
        element.text("BR-25", "cac:Item", "cbc:Name"),
        price,
        vat_class,
        vat_rate,
        base,
        element.amount("cac:Price", _CHARGE, "cbc:BaseAmount"),
        _price_discount(element),
        allowances_and_charges(element, of_document=False),
        element.optional("cac:OrderLineReference", "cbc:LineID"),
        element.optional("cac:OrderLineReference", "cac:OrderReference", "cbc:ID"),
        element.optional("cac:Item", "cac:SellersItemIdentification", "cbc:ID"),
        element.optional("cac:Item", "cac:BuyersItemIdentification", "cbc:ID"),
        element.optional("cac:Item", "cac:StandardItemIdentification", "cbc:ID"),
    )


def _price(element: Element) -> tuple[Decimal, Decimal]:
    """The net price and how many units it is for."""
    path = ("cac:Price", "cbc:PriceAmount")
    price = element.needed("BR-26", path, element.amount(*path), Decimal(0))
    base = element.number("cac:Price", "cbc:BaseQuantity")
    base = Decimal(1) if base is None else base
    if base <= 0 or abs(price) > _HIGHEST_PRICE * base:
        element.fault("PEPPOL-EN16931-R121: the price or its base quantity is out of bounds")
        return price, Decimal(1)
    return price, base


def _price_discount(element: Element) -> Decimal | None:
    """What the net price is below the gross price, if that is stated."""
    if element.optional("cac:Price", _CHARGE, "cbc:ChargeIndicator") in ("true", "1"):
        element.fault("PEPPOL-EN16931-R044: a price can have a discount and no charge")
    return element.amount("cac:Price", _CHARGE, "cbc:Amount")


def _text(nodes: Sequence[etree._Element], index: int | None) -> str | None:
    return None if index is None else (nodes[index].text or "").strip() or None


def _place(nodes: Sequence[etree._Element], index: int | None) -> int | None:
    """The school of a delivery location, if its identifier carries no scheme."""
    return None if index is None or nodes[index].get("schemeID") else urn_of_place(_text(nodes, index))
