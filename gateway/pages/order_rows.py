"""The rows of the order form: up to thousands, so those that hold nothing of the school's own are written once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from flask import current_app
from markupsafe import Markup

from gateway.pages.faults import Faults
from gateway.pages.order_book import Book, Offer
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


class Entry(NamedTuple):
    """What a school has in one row: as it is saved, or as it was typed even if that makes no sense."""

    text: str
    quantity: int
    faulty: bool


class Group(NamedTuple):
    """The offers of one category, and their rows as HTML."""

    code: str
    name: str
    rows: Markup


_NOTHING: Final = Entry("", 0, False)


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


def groups_of(form: Mapping[str, Any], book: Book, typing: Typing | None, faults: Faults | None) -> list[Group]:
    """The school's offers by category, in the order the service gives them, with what was typed or else saved."""
    saved = {line["offer_id"]: line["quantity"] for line in form["lines"]}
    entries = _entries(saved, typing, {fault.field for fault in faults} if faults else set())
    write = current_app.jinja_env.get_template("school/order_row.html").module.row  # type: ignore[attr-defined]

    def row(standing: Mapping[str, Any]) -> str:
        offer_id, total = standing["offer_id"], standing["total_quantity"]
        if offer_id in entries or offer_id in saved:
            entry, others = entries.get(offer_id, _NOTHING), total - saved.get(offer_id, 0)
            return str(write(*_cells(book.offers[offer_id], standing, entry, others)))
        kept = book.rows.get(offer_id)
        if kept is None or kept[0] != total:
            written = str(write(*_cells(book.offers[offer_id], standing, _NOTHING, total)))
            kept = book.rows[offer_id] = (total, written)
        return kept[1]

    def category(standing: Mapping[str, Any]) -> tuple[str, str]:
        offer = book.offers[standing["offer_id"]]
        return offer["category_code"], offer["category_name"]

    return [
        Group(code, name, Markup("".join(map(row, members))))  # noqa: S704 - each row comes from its template
        for (code, name), members in groupby(form["standings"], category)
    ]


def _entries(saved: Mapping[str, int], typing: Typing | None, faulty: set[str | None]) -> dict[str, Entry]:
    if typing is None:
        return {offer_id: Entry(str(quantity), quantity, False) for offer_id, quantity in saved.items()}
    return {
        offer_id: Entry(text, typing.quantities.get(offer_id, 0), f"{_PREFIX}{offer_id}" in faulty)
        for offer_id, text in typing.texts.items()
        if text
    }


def _cells(offer: Offer, standing: Mapping[str, Any], entry: Entry, others: int) -> tuple[Any, ...]:
    """What the row's template prints: see school/order_row.html."""
    next_price = ""
    if standing["next_from_quantity"] is not None:
        next_price = f"{price(standing['next_unit_price'])} from {number(standing['next_from_quantity'])}"
    tiers = ",".join(f"{tier['from_quantity']}:{_steps(tier['unit_price'])}" for tier in offer["tiers"])
    net = (entry.quantity * _steps(standing["unit_price"]) + 50) // 100
    total = money(net) if entry.quantity else ""
    return f"{_PREFIX}{offer['offer_id']}", offer, _notes(offer), standing, next_price, others, tiers, entry, total


@lru_cache(maxsize=4096)
def _steps(unit_price: str) -> int:
    """A unit price such as "12.5000" in ten-thousandths of a pound."""
    whole, _, decimals = unit_price.partition(".")
    return int(whole) * 10_000 + int(f"{decimals:0<4}"[:4])


def _notes(offer: Mapping[str, Any]) -> str:
    unit = per_unit(offer["unit"])
    pack = f", {offer['pack_size']} to a pack" if offer["pack_size"] > 1 else ""
    return f"{offer['sku']} · {unit}{pack} · {offer['supplier_name']}"
