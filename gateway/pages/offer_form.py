"""The form of an offer: reading what was typed, and showing what an offer says."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

MOST_TIERS: Final = 20
MOST_LATER: Final = 50
_SPARE_TIERS: Final = 2
_FEWEST_TIERS: Final = 4
_TEXTS: Final = {
    "sku": "the article number",
    "name": "what is offered",
    "category_code": "the category",
    "unit": "the unit",
    "vat_class": "the VAT class",
}
_ONE_IF_BLANK: Final = {"pack_size": "how many a unit holds", "minimum_quantity": "the fewest that a school orders"}
_CHOICES: Final = ("phases", "eligible_types", "eligible_classes")


def read_offer(sent: MultiDict[str, str], faults: Faults) -> dict[str, Any]:
    """The offer as the catalogue wants it, with a fault for each field that is missing or cannot be read."""
    typed = Typed(sent, faults)
    body: dict[str, Any] = {name: typed.text(name, label) for name, label in _TEXTS.items()}
    body["description"] = typed.text("description", "a description", needed=False).replace("\r\n", "\n")
    body["staff"] = typed.text("staff", "the staff", needed=False) or None
    for name, label in _ONE_IF_BLANK.items():
        body[name] = typed.units(name, label) if sent.get(name, "").strip() else 1
    body["alone_price"] = typed.price("alone_price", "the price alone", needed=False)
    body["tiers"] = _tiers(typed, sent, "tiers.")
    if not body["tiers"]:
        faults.add("Enter the price.", "tiers.0.unit_price")
    body["later_prices"] = [_later(typed, sent, place) for place in _later_places(sent)]
    body |= {name: sent.getlist(name) for name in _CHOICES}
    body["eligible_urns"] = _urns(typed.text("eligible_urns", "the schools", needed=False), faults)
    return body


def price_fields(sent: Mapping[str, str]) -> dict[str, str]:
    """The request's paths of prices by the inputs they came from: empty rows are not sent."""
    paths = {"tiers": "tiers.0.unit_price", **_tier_fields(sent, "tiers.", "tiers.")}
    for position, place in enumerate(_later_places(sent)):
        to, at = f"later_prices.{position}.", f"later_prices.{place}."
        paths[f"{to}valid_from"] = f"{at}valid_from"
        paths[f"{to}tiers"] = f"{at}tiers.0.unit_price"
        paths |= _tier_fields(sent, f"{to}tiers.", f"{at}tiers.")
    return paths


def typed_offer(offer: Mapping[str, Any]) -> MultiDict[str, str]:
    """The form's fields for an offer that exists."""
    names = (*_TEXTS, "description", "pack_size", "minimum_quantity", "version")
    typed: MultiDict[str, str] = MultiDict({name: str(offer[name]) for name in names})
    typed["alone_price"] = offer["alone_price"] or ""
    typed["staff"] = offer["staff"] or ""
    typed["eligible_urns"] = "\n".join(str(urn) for urn in offer["eligible_urns"])
    for name in _CHOICES:
        typed.setlist(name, offer[name])
    _fill(typed, "tiers.", offer["tiers"])
    for place, prices in enumerate(offer["later_prices"]):
        typed[f"later_prices.{place}.valid_from"] = prices["valid_from"]
        _fill(typed, f"later_prices.{place}.tiers.", prices["tiers"])
    return typed


def tier_rows(typed: Mapping[str, str], at: str) -> list[int]:
    """The rows of prices to show below `at`: those that are filled, and some to spare."""
    used = _filled(typed, at)
    return list(range(min(max((used[-1] + 1 if used else 0) + _SPARE_TIERS, _FEWEST_TIERS), MOST_TIERS)))


def later_rows(typed: Mapping[str, str]) -> list[int]:
    """The later prices to show: those that are filled, and one to spare."""
    used = _later_places(typed)
    return list(range(min((used[-1] + 1 if used else 0) + 1, MOST_LATER)))


def _fill(typed: MultiDict[str, str], at: str, tiers: Iterable[Mapping[str, Any]]) -> None:
    for row, tier in enumerate(tiers):
        typed[f"{at}{row}.from_quantity"] = str(tier["from_quantity"])
        typed[f"{at}{row}.unit_price"] = tier["unit_price"]


def _filled(sent: Mapping[str, str], at: str) -> list[int]:
    return [row for row in range(MOST_TIERS) if sent.get(f"{at}{row}.unit_price", "").strip()]


def _tiers(typed: Typed, sent: Mapping[str, str], at: str) -> list[dict[str, Any]]:
    return [
        {
            "from_quantity": typed.units(f"{at}{row}.from_quantity", "the quantity"),
            "unit_price": typed.price(f"{at}{row}.unit_price", "the price"),
        }
        for row in _filled(sent, at)
    ]


def _tier_fields(sent: Mapping[str, str], to: str, at: str) -> dict[str, str]:
    return {
        f"{to}{position}.{name}": f"{at}{row}.{name}"
        for position, row in enumerate(_filled(sent, at))
        for name in ("from_quantity", "unit_price")
    }


def _later_places(sent: Mapping[str, str]) -> list[int]:
    places = range(MOST_LATER)
    return [
        place
        for place in places
        if sent.get(f"later_prices.{place}.valid_from", "").strip() or _filled(sent, f"later_prices.{place}.tiers.")
    ]


def _later(typed: Typed, sent: Mapping[str, str], place: int) -> dict[str, Any]:
    on = typed.day(f"later_prices.{place}.valid_from", "the day from which the prices hold")
    tiers = _tiers(typed, sent, f"later_prices.{place}.tiers.")
    return {"valid_from": on.isoformat() if on else None, "tiers": tiers}


def must_be_known(urns: Iterable[int], schools: Iterable[Mapping[str, Any]], faults: Faults) -> None:
    """Add a fault for URNs of no school that the alliance knows: a mistyped one would leave a school out unseen."""
    known = {school["urn"] for school in schools}
    if strange := [str(urn) for urn in urns if urn not in known]:
        faults.add(f"The alliance knows no school with this URN: look at {', '.join(strange[:5])}.", "eligible_urns")


def _urns(text: str, faults: Faults) -> list[int]:
    """URNs, one a line or separated by blanks or commas."""
    written = [each for each in re.split(r"[\s,;]+", text) if each]
    if strange := [each for each in written if not re.fullmatch(r"[0-9]{6}", each)]:
        faults.add(f"A URN has six digits: look at {', '.join(strange[:5])}.", "eligible_urns")
    return [int(each) for each in written if re.fullmatch(r"[0-9]{6}", each)]
