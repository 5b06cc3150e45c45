"""Price lists as Peppol BIS Catalogue 3 (UBL 2.1): article numbers, units, VAT categories and dated prices."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lxml import etree

from contracts import safe_xml
from contracts.vat import VAT_CLASSES
from services.catalogue.domain.errors import PriceListUnreadable
from services.catalogue.domain.price import PRICE_STEP, DatedPrices, Tier
from services.catalogue.domain.price_list import ListedRow
from services.catalogue.domain.units import UNITS

_CATALOGUE: Final = "{urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2}Catalogue"
_SPACES: Final = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_ALWAYS: Final = date.min


def read_peppol_catalogue(data: bytes, today: date) -> list[ListedRow]:
    """The lines of a catalogue; prices whose period begins later wait for it, those whose period is over are left out.

    Raises XmlNotAllowed, and PriceListUnreadable with the line for what is no Peppol catalogue.
    """
    try:
        root = safe_xml.parse(data)
    except safe_xml.XmlBroken as fault:
        raise PriceListUnreadable(f"Line {fault.line}: the XML is broken: {fault.reason}.") from fault
    if root.tag != _CATALOGUE:
        raise PriceListUnreadable(f"Line {safe_xml.line_of(root)}: this is not a UBL 2.1 Catalogue.")
    lines = root.findall("cac:CatalogueLine", _SPACES)
    if not lines:
        raise PriceListUnreadable(f"Line {safe_xml.line_of(root)}: the catalogue has no lines.")
    return [_row(line, today) for line in lines]


def _row(line: etree._Element, today: date) -> ListedRow:
    at, sku = safe_xml.line_of(line), _text(line, "cac:Item/cac:SellersItemIdentification/cbc:ID")
    faults = [] if sku else ["The seller’s article number is missing."]
    if _text(line, "cbc:ActionCode").lower() == "delete" or _text(line, "cbc:OrderableIndicator").lower() == "false":
        return ListedRow(at, sku, faults=tuple(faults), ends=True)
    said: dict[str, Any] = {}
    for field, reader in (("unit", _unit), ("vat_class", _vat_class)):
        if (value := reader(line, faults)) is not None:
            said[field] = value
    for field, path in (("name", "cac:Item/cbc:Name"), ("description", "cac:Item/cbc:Description")):
        if value := _text(line, path):
            said[field] = value
    for field, path in (
        ("pack_size", "cac:Item/cbc:PackSizeNumeric"),
        ("minimum_quantity", "cbc:MinimumOrderQuantity"),
    ):
        if text := _text(line, path):
            said[field] = _whole(text, path, faults)
    return ListedRow(at, sku, {**said, **_prices(line, today, faults)}, tuple(faults))


def _unit(line: etree._Element, faults: list[str]) -> str | None:
    base = line.find("cac:RequiredItemLocationQuantity/cac:Price/cbc:BaseQuantity", _SPACES)
    code = _text(line, "cbc:OrderableUnit") or ("" if base is None else base.get("unitCode", ""))
    if code and code not in UNITS:
        faults.append(f"The unit {code[:10]} is not known; known are {', '.join(UNITS)}.")
    return code or None


def _vat_class(line: etree._Element, faults: list[str]) -> str | None:
    code = _text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID")
    if code and code not in VAT_CLASSES:
        faults.append(f"The VAT category {code[:10]} is not known.")
    return code or None


def _prices(line: etree._Element, today: date, faults: list[str]) -> dict[str, Any]:
    """The tiers that hold today, and those of later days."""
    by_day: dict[date, list[Tier]] = defaultdict(list)
    for place in line.findall("cac:RequiredItemLocationQuantity", _SPACES):
        price = place.find("cac:Price", _SPACES)
        if price is None:
            continue
        begins = _day(_text(price, "cac:ValidityPeriod/cbc:StartDate"), faults) or _ALWAYS
        ends = _day(_text(price, "cac:ValidityPeriod/cbc:EndDate"), faults)
        least = _text(place, "cbc:MinimumQuantity")
        tier = _tier(price, least, faults)
        if tier is not None and (ends is None or ends >= today):
            by_day[begins].append(tier)
    days = sorted(by_day)
    present = [day for day in days if day <= today]
    later = [DatedPrices(day, _ascending(by_day[day])) for day in days if day > today]
    said: dict[str, Any] = {"tiers": _ascending(by_day[present[-1]])} if present else {}
    return said | ({"later_prices": tuple(later)} if later else {})


def _tier(price: etree._Element, least: str, faults: list[str]) -> Tier | None:
    amount = price.find("cbc:PriceAmount", _SPACES)
    if amount is None:
        faults.append("A price has no amount.")
        return None
    if amount.get("currencyID") != "GBP":
        faults.append(f"The price is in {(amount.get('currencyID') or 'no currency')[:10]}, not in pounds.")
        return None
    pounds = _decimal(amount.text, "PriceAmount", faults)
    base = _decimal(_text(price, "cbc:BaseQuantity") or "1", "BaseQuantity", faults)
    quantity = _whole(least or "1", "MinimumQuantity", faults)
    if pounds is None or not base or quantity is None:
        return None
    each = pounds / base
    if each != each.quantize(PRICE_STEP):
        faults.append(f"£{pounds} for {base} is not a price of at most four decimals each.")
        return None
    return Tier(max(quantity, 1), each)


def _ascending(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    return tuple(sorted(tiers, key=lambda tier: tier.from_quantity))


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path, _SPACES)
    return (found.text or "").strip() if found is not None else ""


def _decimal(text: str | None, name: str, faults: list[str]) -> Decimal | None:
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not (value.is_finite() and 0 <= value < 10**9):
        faults.append(f"{name.rpartition(':')[2]} cannot be read: {(text or '')[:20]}.")
        return None
    return value


def _whole(text: str, name: str, faults: list[str]) -> int | None:
    value = _decimal(text, name, faults)
    if value is not None and value != int(value):
        faults.append(f"{name.rpartition(':')[2]} is no whole number: {text[:20]}.")
        return None
    return None if value is None else int(value)


def _day(text: str, faults: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        faults.append(f"{text[:20]} is no day.")
        return None
