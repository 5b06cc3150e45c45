"""The rows of the order form: up to hundreds, so everything is made ready here and the template only prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from gateway.pages.faults import Faults
from gateway.pages.show import money, number, per_unit, price
from gateway.pages.typed import units

_PREFIX = "q."


@dataclass(frozen=True, slots=True)
class Typing:
    """What was typed into the form.

    `texts` and `quantities` go by offer; `lines` is what the service is sent, `fields` maps its paths back onto the
    inputs' ids.
    """

    texts: Mapping[str, str]
    quantities: Mapping[str, int]
    lines: list[dict[str, Any]]
    fields: Mapping[str, str]


class Row(NamedTuple):
    """One offer as it stands in the form.

    For the script: `tiers` as "1:125000,50:118000" (from quantity: ten-thousandths of a pound), `others` the units that
    the other schools have ordered, `vat_rate` per cent.
    """

    field: str
    name: str
    notes: str
    price: str
    next_price: str
    next_distance: str
    quantity: str
    line_total: str
    tiers: str
    others: int
    vat_rate: str
    faulty: bool


class Group(NamedTuple):
    """The offers of one category."""

    code: str
    name: str
    rows: list[Row]


def read_typing(sent: Mapping[str, str], faults: Faults) -> Typing:
    """The quantities sent with the form; faults go to the inputs' ids."""
    texts = {field.removeprefix(_PREFIX): value for field, value in sent.items() if field.startswith(_PREFIX)}
    quantities = {}
    for offer_id, text in texts.items():
        read = units(text, f"{_PREFIX}{offer_id}", "the quantity", faults)
        if read:
            quantities[offer_id] = read
    lines = [{"offer_id": offer_id, "quantity": quantity} for offer_id, quantity in quantities.items()]
    fields = {}
    for place, offer_id in enumerate(quantities):
        fields[f"lines.{place}"] = fields[f"lines.{place}.quantity"] = f"{_PREFIX}{offer_id}"
        fields[f"lines.{place}.offer_id"] = f"{_PREFIX}{offer_id}"
    return Typing(texts, quantities, lines, fields)


def groups_of(offers: list[dict[str, Any]], typing: Typing | None, faults: Faults | None) -> list[Group]:
    """The offers by category, in the order the service gives them, with what was typed or else what is saved."""
    faulty = {fault.field for fault in faults} if faults else set()
    return [
        Group(code, name, [_row(offer, typing, faulty) for offer in members])
        for (code, name), members in groupby(offers, key=lambda offer: (offer["category_code"], offer["category_name"]))
    ]


def _row(offer: Mapping[str, Any], typing: Typing | None, faulty: set[str | None]) -> Row:
    offer_id, field = offer["offer_id"], f"{_PREFIX}{offer['offer_id']}"
    if typing is None:
        quantity = offer["quantity"]
        text = str(quantity) if quantity else ""
    else:
        quantity, text = typing.quantities.get(offer_id, 0), typing.texts.get(offer_id, "")
    steps = _steps(offer["unit_price"])
    next_price, distance = "", ""
    if offer["next_from_quantity"] is not None:
        next_price = f"{price(offer['next_unit_price'])} from {number(offer['next_from_quantity'])}"
        distance = f"{number(offer['units_to_next'])} to go"
    return Row(
        field,
        offer["name"],
        _notes(offer),
        price(offer["unit_price"]),
        next_price,
        distance,
        text,
        money((quantity * steps + 50) // 100) if quantity else "",
        ",".join(f"{tier['from_quantity']}:{_steps(tier['unit_price'])}" for tier in offer["tiers"]),
        offer["total_quantity"] - offer["quantity"],
        str(offer["vat_rate"]).removesuffix(".00"),
        field in faulty,
    )


@lru_cache(maxsize=4096)
def _steps(unit_price: str) -> int:
    """A unit price such as "12.5000" in ten-thousandths of a pound."""
    whole, _, decimals = unit_price.partition(".")
    return int(whole) * 10_000 + int(f"{decimals:0<4}"[:4])


def _notes(offer: Mapping[str, Any]) -> str:
    unit = per_unit(offer["unit"])
    pack = f", {offer['pack_size']} to a pack" if offer["pack_size"] > 1 else ""
    return f"{offer['sku']} · {unit}{pack} · {offer['supplier_name']}"
