"""Peppol BIS Ordering 3, transaction T01 (UBL 2.1 Order): one order for each drop.

T01 has one `cac:Delivery` to an order, and its lines can name days but no place, so an order that goes to several
schools is several documents (docs/adr/0015). Source of the rules named here: PEPPOL-T01 in "Rules for Peppol Order
transaction 3.0", May 2026. Elements stand in the order of the UBL 2.1 schema, and none is empty (PEPPOL-COMMON-R001).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from stdnum import ean

from contracts.london import LONDON
from contracts.money import line_net_pence, unit_price_text
from contracts.order_numbers import OrderNumber
from services.orders.domain.document_errors import ElectronicAddressMissing
from services.orders.domain.issued_order import Address, Drop, DropLine, IssuedOrder, OrderLine, Party

CUSTOMIZATION: Final = "urn:fdc:peppol.eu:poacc:trns:order:3"
PROFILE: Final = "urn:fdc:peppol.eu:poacc:bis:ordering:3"

_SLACK_PENCE: Final = 2
"""How far a line's amount may be from quantity × price (PEPPOL-T01-R024)."""

_CHARGE_CODES: Final = {"delivery": "DL"}
_OTHER_CHARGE: Final = "ADR"
"""Reasons of charges in UN/CEFACT 7161: delivery, and other services."""

_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": None})
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
)


def check_addressable(order: IssuedOrder) -> None:
    """Raise ElectronicAddressMissing unless both sides have an electronic address, as T01 demands."""
    for side, party in (("The alliance", order.buyer), (order.seller.name, order.seller)):
        if _endpoint(party) is None:
            raise ElectronicAddressMissing(
                f"{side} has no electronic address: a Peppol order needs a GLN, a DUNS number or a VAT number."
                " The order as PDF and as a spreadsheet says the same."
            )


def order_documents(order: IssuedOrder) -> Iterator[tuple[OrderNumber, bytes]]:
    """The number and the XML of the order for each drop, by its place. Raises ElectronicAddressMissing."""
    check_addressable(order)
    parties = _party("BuyerCustomerParty", order.buyer) + _party("SellerSupplierParty", order.seller, seller=True)
    item = cache(_item)
    for drop in order.drops:
        number = order.numbered(drop)
        goods = [part for part in drop.lines if part.line.kind != "charge"]
        charges = [part for part in drop.lines if part.line.kind == "charge" and part.net_pence]
        body = (
            _opening(order, drop, number)
            + parties
            + _school(order, drop)
            + _delivery(order, drop)
            + "".join(_charge(part) for part in charges)
            + _totals(drop, sum(part.net_pence for part in goods), sum(part.net_pence for part in charges))
            + "".join(_line(part, drop, item(part.line, part.vat_class, part.vat_rate)) for part in goods)
        )
        yield number, f"{_HEAD}{body}</Order>\n".encode()


def _opening(order: IssuedOrder, drop: Drop, number: OrderNumber) -> str:
    before = OrderNumber(order.number, drop.place)
    notes = [f"Part {drop.place} of {len(order.drops)} of purchase order {order.number}, {order.title}."]
    if drop.revision > 1:
        notes.append(f"Revision {drop.revision}: this replaces {before} and every later order that was made of it.")
    notes.append(drop.note)
    moment = order.issued_at.astimezone(LONDON)
    return (
        _text("CustomizationID", CUSTOMIZATION)
        + _text("ProfileID", PROFILE)
        + _text("ID", str(number))
        + _text("IssueDate", (drop.revised_on or moment.date()).isoformat())
        + ("" if drop.revised_on else _text("IssueTime", f"{moment:%H:%M:%S}"))
        + _text("OrderTypeCode", "220")
        + _text("Note", " ".join(note for note in notes if note))
        + _text("DocumentCurrencyCode", "GBP")
        + _text("CustomerReference", f"{order.number} URN {drop.school_urn}")
        + _text("AccountingCost", f"URN {drop.school_urn}")
        + _group("ValidityPeriod", _text("EndDate", order.answer_by.isoformat()))
        + ("" if drop.revision == 1 else _group("OrderDocumentReference", _text("ID", str(before))))
        + _group("OriginatorDocumentReference", _text("ID", drop.reference))
        + _group("Contract", _text("ID", order.contract_reference))
    )


def _party(role: str, party: Party, *, seller: bool = False) -> str:
    scheme, identifier = _endpoint(party) or ("", "")
    vat = (
        ""
        if seller
        else _group("PartyTaxScheme", _text("CompanyID", party.vat_number or "") + _VAT)
        if party.vat_number
        else ""
    )
    return _group(
        role,
        _group(
            "Party",
            _text("EndpointID", identifier, f' schemeID="{scheme}"')
            + _group("PartyName", _text("Name", party.name))
            + _address("PostalAddress", party.address or Address())
            + vat
            + _group(
                "PartyLegalEntity",
                _text("RegistrationName", party.legal_name) + _text("CompanyID", party.company_number or ""),
            )
            + _group(
                "Contact",
                _text("Name", party.name) + _text("Telephone", party.telephone) + _text("ElectronicMail", party.email),
            ),
        ),
    )


def _endpoint(party: Party) -> tuple[str, str] | None:
    """The recorded electronic address, or the VAT number, which is one too (scheme 9932 of the code list EAS).

    A GLN with a wrong check digit is no address: PEPPOL-COMMON-R040 refuses the whole document for it.
    """
    recorded = party.endpoint
    if recorded and (recorded[0] != "0088" or ean.is_valid(recorded[1])):
        return recorded
    return ("9932", party.vat_number) if party.vat_number else None


def _school(order: IssuedOrder, drop: Drop) -> str:
    """Who asked for the goods; and, where each school is invoiced by itself, who is to be named on the invoice."""
    name = _group("PartyIdentification", _text("ID", str(drop.school_urn))) + _group(
        "PartyName", _text("Name", drop.school_name)
    )
    originator = _group("OriginatorCustomerParty", _group("Party", name))
    if order.settlement != "direct":
        return originator
    legal = _group("PartyLegalEntity", _text("RegistrationName", drop.school_name))
    return originator + _group(
        "AccountingCustomerParty", _group("Party", name + _address("PostalAddress", drop.address) + legal)
    )


def _delivery(order: IssuedOrder, drop: Drop) -> str:
    called = f"{drop.school_name}, {drop.site_name}" if drop.site_name else drop.school_name
    return _group(
        "Delivery",
        _group("DeliveryLocation", _text("ID", str(drop.school_urn)) + _address("Address", drop.address))
        + _period(order.delivery_from, order.delivery_to)
        + _group(
            "DeliveryParty",
            _group("PartyIdentification", _text("ID", str(drop.school_urn)))
            + _group("PartyName", _text("Name", called)),
        ),
    ) + _group("DeliveryTerms", _text("SpecialTerms", drop.instructions))


def _period(first: date, last: date) -> str:
    return _group("RequestedDeliveryPeriod", _text("StartDate", first.isoformat()) + _text("EndDate", last.isoformat()))


def _charge(part: DropLine) -> str:
    line = part.line
    code = next(
        (code for word, code in _CHARGE_CODES.items() if word in f"{line.sku} {line.name}".lower()), _OTHER_CHARGE
    )
    return _group(
        "AllowanceCharge",
        _text("ChargeIndicator", "true")
        + _text("AllowanceChargeReasonCode", code)
        + _text("AllowanceChargeReason", line.name)
        + _amount("Amount", part.net_pence)
        + _group("TaxCategory", _tax(part.vat_class, part.vat_rate)),
    )


def _totals(drop: Drop, goods: int, charges: int) -> str:
    return _group("TaxTotal", _amount("TaxAmount", drop.vat_pence)) + _group(
        "AnticipatedMonetaryTotal",
        _amount("LineExtensionAmount", goods)
        + _amount("TaxExclusiveAmount", goods + charges)
        + _amount("TaxInclusiveAmount", drop.gross_pence)
        + (_amount("ChargeTotalAmount", charges) if charges else "")
        + _amount("PayableAmount", drop.gross_pence),
    )


def _line(part: DropLine, drop: Drop, item: str) -> str:
    line = part.line
    cancelled = "Cancelled: nothing of this is to come." if part.quantity == 0 else ""
    note = " ".join(word for word in (cancelled, part.note) if word)
    promised = _group("Delivery", _period(part.promised_on, part.promised_on)) if part.promised_on else ""
    return _group(
        "OrderLine",
        _text("Note", note)
        + _group(
            "LineItem",
            _text("ID", str(line.line_no))
            + _text("Quantity", str(part.quantity), f' unitCode="{line.unit}"')
            + _amount("LineExtensionAmount", part.net_pence)
            + _text("AccountingCost", f"URN {drop.school_urn}")
            + promised
            + _rounding(part)
            + item,
        ),
    )


def _rounding(part: DropLine) -> str:
    """What makes up for pennies that sharing has moved, once they are more than the rule lets pass."""
    off = part.net_pence - line_net_pence(part.quantity, part.line.unit_price)
    if abs(off) < _SLACK_PENCE:
        return ""
    return _group(
        "AllowanceCharge",
        _text("ChargeIndicator", "true" if off > 0 else "false")
        + _text("AllowanceChargeReason", "Share of the order's rounding")
        + _amount("Amount", abs(off)),
    )


def _item(line: OrderLine, vat_class: str, rate: Decimal) -> str:
    classified = _text("ItemClassificationCode", line.cpv, ' listID="STI"')
    return _group(
        "Price",
        _text("PriceAmount", unit_price_text(line.unit_price), ' currencyID="GBP"')
        + _text("BaseQuantity", "1", f' unitCode="{line.unit}"'),
    ) + _group(
        "Item",
        _text("Description", line.description)
        + _text("Name", line.name)
        + _group("SellersItemIdentification", _text("ID", line.sku))
        + _group("CommodityClassification", classified)
        + _group("ClassifiedTaxCategory", _tax(vat_class, rate)),
    )


def _tax(vat_class: str, rate: Decimal) -> str:
    percent = "" if vat_class == "O" else _text("Percent", f"{rate:f}")
    return _text("ID", vat_class) + percent + _VAT


def _address(name: str, address: Address) -> str:
    first, second, *more = (*address.lines, "", "")
    return _group(
        name,
        _text("StreetName", first)
        + _text("AdditionalStreetName", second)
        + _text("CityName", address.town)
        + _text("PostalZone", address.postcode)
        + _group("AddressLine", _text("Line", ", ".join(line for line in more if line)))
        + _group("Country", _text("IdentificationCode", address.country)),
    )


def _amount(name: str, pence: int) -> str:
    sign = "-" if pence < 0 else ""
    return f'<cbc:{name} currencyID="GBP">{sign}{abs(pence) // 100}.{abs(pence) % 100:02d}</cbc:{name}>'


def _text(name: str, words: str, attributes: str = "") -> str:
    return f"<cbc:{name}{attributes}>{words.translate(_ESCAPES)}</cbc:{name}>" if words else ""


def _group(name: str, body: str) -> str:
    return f"<cac:{name}>{body}</cac:{name}>" if body else ""


_VAT: Final = _group("TaxScheme", _text("ID", "VAT"))
