"""Peppol Order Response (transaction 76 of BIS Ordering 3, UBL 2.1): read, and understood as an answer.

The response code of the document is AB (received, not yet decided), AP (accepted), RE (rejected) or CA (accepted with
changes); that of a line 3 (changed), 5 (accepted) or 7 (not accepted). 1 (added) and 42 (delivered already) are codes
of the format that no order of ours can take.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from contracts import safe_xml
from contracts.digits import as_whole
from contracts.money import PRICE_STEP
from services.orders.domain.answer import (
    AnswerKind,
    DropAnswer,
    LineAnswer,
    OrderedDocument,
    OrderedLine,
    Substitute,
    SupplierAnswer,
)
from services.orders.domain.errors import AnswerUnreadable, OrderAnswerRefused

_NS: Final = {
    "r": "urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_ROOT: Final = f"{{{_NS['r']}}}OrderResponse"
_CUSTOMIZATION: Final = "urn:fdc:peppol.eu:poacc:trns:order_response:3"
_KINDS: Final[Mapping[str, AnswerKind]] = {"AB": "received", "AP": "accepted", "CA": "changes", "RE": "rejected"}
_STATUSES: Final = {"3": "changed", "5": "accepted", "7": "rejected"}
_UNUSABLE: Final = {"1": "adds a line", "42": "says that a line is delivered already"}
_PERIOD: Final = "cac:Delivery/cac:PromisedDeliveryPeriod"
_NUMBER: Final = re.compile(r"\d{1,12}(\.\d{0,12})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ResponseLine:
    """One cac:OrderLine; `price` in `currency` for one unit, `vat` (class, rate) of a substitute."""

    line_id: str
    status: str
    quantity: Decimal | None
    unit: str | None
    backorder: Decimal | None
    price: Decimal | None
    currency: str | None
    promised_on: date | None
    sku: str | None
    substitute: Substitute | None
    substitute_vat: tuple[str, Decimal | None] | None
    note: str


@dataclass(frozen=True, slots=True)
class OrderResponse:
    """What a supplier's system answers to one order document."""

    response_id: str
    order_reference: str
    kind: AnswerKind
    note: str
    currency: str | None
    promised_on: date | None
    lines: tuple[ResponseLine, ...]


def read_order_response(data: bytes) -> OrderResponse:
    """Read an Order Response. Raises XmlNotAllowed, AnswerUnreadable (with the line of the file)."""
    try:
        root = safe_xml.parse(data)
    except safe_xml.XmlBroken as fault:
        raise AnswerUnreadable(f"Line {fault.line}: this is no well-formed XML: {fault.reason}") from fault
    if root.tag != _ROOT:
        raise AnswerUnreadable(f"This is {etree.QName(root).localname}, not a UBL 2.1 OrderResponse.")
    if not _need(root, "cbc:CustomizationID").startswith(_CUSTOMIZATION):
        raise AnswerUnreadable(f"CustomizationID: Bursar reads {_CUSTOMIZATION}.")
    code = _need(root, "cbc:OrderResponseCode")
    if code not in _KINDS:
        raise AnswerUnreadable(f"OrderResponseCode {code} is none of AB, AP, CA and RE.")
    return OrderResponse(
        response_id=_need(root, "cbc:ID"),
        order_reference=_need(root, "cac:OrderReference/cbc:ID"),
        kind=_KINDS[code],
        note=" ".join(_texts(root, "cbc:Note")),
        currency=_text(root, "cbc:DocumentCurrencyCode"),
        promised_on=_promised(root),
        lines=tuple(_line(line) for line in _all(root, "cac:OrderLine")),
    )


def as_answer(response: OrderResponse, order: OrderedDocument, urn: int | None = None) -> SupplierAnswer:
    """The response as an answer to the order, or, where the document was for one drop, to the part of school `urn`.

    Raises OrderAnswerRefused with each faulty line ("lines.<line id>").
    """
    if response.currency not in (None, "GBP"):
        raise OrderAnswerRefused(f"The order is in pounds (GBP); the response is in {response.currency}.")
    if response.kind == "received" or (response.kind == "rejected" and urn is None):
        return SupplierAnswer(response.kind, response.note)
    faults: dict[str, str] = {}
    lines: dict[int, LineAnswer] = {}
    for said in response.lines:
        line_no = as_whole(said.line_id) or 0
        if (fault := _line_fault(said, order, response.kind, urn)) or line_no in lines:
            faults[f"lines.{said.line_id[:20]}"] = fault or f"Line {said.line_id} stands in the response twice."
            continue
        lines[line_no] = _line_answer(said, line_no, urn, response.promised_on)
    if faults:
        raise OrderAnswerRefused("The response does not fit the order.", fields=faults)
    whole = response.kind == "rejected"
    for line_no, line in order.lines.items():
        if urn is not None and urn not in line.drops:
            continue
        if whole and line.kind == "goods":
            lines[line_no] = LineAnswer(line_no, note=response.note[:500], drops={urn or 0: DropAnswer(0)})
        elif line_no not in lines and response.promised_on and line.kind == "goods":
            lines[line_no] = _promise(line_no, urn, response.promised_on)
    kind: AnswerKind = "changes" if whole else response.kind
    return SupplierAnswer(kind, response.note, tuple(lines.values()))


def _line_fault(said: ResponseLine, order: OrderedDocument, kind: AnswerKind, urn: int | None) -> str | None:
    line = order.lines.get(as_whole(said.line_id) or 0)
    if line is None or (urn is not None and urn not in line.drops):
        return f"The order has no line {said.line_id[:20]}."
    if said.status in _UNUSABLE:
        return f"Line {said.line_id}: status {said.status} {_UNUSABLE[said.status]}, which an answer to us cannot."
    if said.status not in _STATUSES:
        return f"Line {said.line_id}: status {said.status} is none of 3, 5 and 7."
    if kind == "accepted" and said.status != "5":
        return f"Line {said.line_id} is {_STATUSES[said.status]}, but the response code AP accepts all of the order."
    return _misfit(said, line)


def _misfit(said: ResponseLine, line: OrderedLine) -> str | None:
    """What of the line cannot be said of what was ordered."""
    if said.sku and said.sku != line.sku:
        return f"Line {said.line_id} is {line.sku} in the order and {said.sku} in the response."
    if said.unit and said.unit != line.unit:
        return f"Line {said.line_id} is ordered in {line.unit}, not in {said.unit}."
    if said.quantity is not None and said.quantity != int(said.quantity):
        return f"Line {said.line_id}: only whole units are delivered, not {said.quantity}."
    if said.currency not in (None, "GBP"):
        return f"Line {said.line_id}: the price is in {said.currency}; the order is in pounds (GBP)."
    if said.price is not None and said.price != said.price.quantize(PRICE_STEP):
        return f"Line {said.line_id}: a price has at most four decimals, not {said.price}."
    if said.substitute_vat and said.substitute_vat[0] != line.vat_class:
        return (
            f"Line {said.line_id}: the substitute has VAT category {said.substitute_vat[0]}, what was ordered"
            f" {line.vat_class}. It could cost a school more, so it cannot take its place."
        )
    return None


def _line_answer(said: ResponseLine, line_no: int, urn: int | None, promised_on: date | None) -> LineAnswer:
    quantity = None if said.quantity is None else int(said.quantity)
    if said.status == "7":
        quantity = 0
    day = said.promised_on or promised_on
    changed = said.status == "3"
    note = said.note
    if said.backorder:
        note = f"{note} Up to {said.backorder.normalize():f} more on back order.".strip()
    return LineAnswer(
        line_no=line_no,
        quantity=quantity if urn is None and said.status != "5" else None,
        unit_price=said.price if changed else None,
        promised_on=day if urn is None and said.status != "7" else None,
        substitute=said.substitute if changed else None,
        note=note[:500],
        drops={}
        if urn is None
        else {urn: DropAnswer(None if said.status == "5" else quantity, None if said.status == "7" else day)},
    )


def _promise(line_no: int, urn: int | None, day: date) -> LineAnswer:
    return (
        LineAnswer(line_no, promised_on=day)
        if urn is None
        else LineAnswer(line_no, drops={urn: DropAnswer(promised_on=day)})
    )


def _line(element: etree._Element) -> ResponseLine:
    item = _need_one(element, "cac:LineItem")
    instead = next(iter(_all(element, "cac:SellerSubstitutedLineItem/cac:Item")), None)
    base = _number(item, "cac:Price/cbc:BaseQuantity")
    price = _number(item, "cac:Price/cbc:PriceAmount")
    currency = next((found.get("currencyID") for found in _all(item, "cac:Price/cbc:PriceAmount")), None)
    unit = next((found.get("unitCode") for found in _all(item, "cbc:Quantity")), None)
    return ResponseLine(
        line_id=_need(element, "cac:OrderLineReference/cbc:LineID"),
        status=_text(item, "cbc:LineStatusCode") or "5",
        quantity=_number(item, "cbc:Quantity"),
        unit=unit,
        backorder=_number(item, "cbc:MaximumBackorderQuantity"),
        price=price / base if price is not None and base else price,
        currency=currency,
        promised_on=_promised(item),
        sku=_text(item, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
        substitute=None if instead is None else _substitute(instead),
        substitute_vat=None if instead is None else _vat(instead),
        note=" ".join(_texts(item, "cbc:Note")),
    )


def _substitute(item: etree._Element) -> Substitute:
    name = _need(item, "cbc:Name")
    sku = _text(item, "cac:SellersItemIdentification/cbc:ID") or _text(item, "cac:StandardItemIdentification/cbc:ID")
    if sku is None:
        raise AnswerUnreadable(f"Line {safe_xml.line_of(item)}: the substitute “{name}” has no item number.")
    return Substitute(sku[:60], name[:200])


def _vat(item: etree._Element) -> tuple[str, Decimal | None] | None:
    category = _text(item, "cac:ClassifiedTaxCategory/cbc:ID")
    return None if category is None else (category, _number(item, "cac:ClassifiedTaxCategory/cbc:Percent"))


def _promised(element: etree._Element) -> date | None:
    """The day by which delivery is promised: the end of the period, or where it has none its start."""
    for name in ("EndDate", "StartDate"):
        if found := _text(element, f"{_PERIOD}/cbc:{name}"):
            try:
                return date.fromisoformat(found)
            except ValueError as fault:
                raise AnswerUnreadable(f"Line {safe_xml.line_of(element)}: {name} {found} is no day.") from fault
    return None


def _number(element: etree._Element, path: str) -> Decimal | None:
    found = _text(element, path)
    if found is None:
        return None
    if _NUMBER.fullmatch(found):
        return Decimal(found)
    raise AnswerUnreadable(f"Line {safe_xml.line_of(element)}: {path.rpartition(':')[2]} “{found}” is no number.")


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    found: list[etree._Element] = element.findall(path, _NS)
    return found


def _texts(element: etree._Element, path: str) -> list[str]:
    return [" ".join(found.text.split()) for found in _all(element, path) if found.text and found.text.strip()]


def _text(element: etree._Element, path: str) -> str | None:
    return next(iter(_texts(element, path)), None)


def _need(element: etree._Element, path: str) -> str:
    found = _text(element, path)
    if found is None:
        raise AnswerUnreadable(
            f"Line {safe_xml.line_of(element)}: {path.replace('cac:', '').replace('cbc:', '')} is missing."
        )
    return found


def _need_one(element: etree._Element, path: str) -> etree._Element:
    found = next(iter(_all(element, path)), None)
    if found is None:
        raise AnswerUnreadable(f"Line {safe_xml.line_of(element)}: {path.replace('cac:', '')} is missing.")
    return found
