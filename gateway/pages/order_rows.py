"""The rows of the order form: up to thousands, so those that hold nothing of the school's own are written once."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from flask import current_app
from markupsafe import Markup

from contracts.money import line_net_pence
from contracts.vat import vat_pence
from gateway.pages.faults import Faults
from gateway.pages.order_book import Book, Offer
from gateway.pages.order_typing import Entry, Typing
from gateway.pages.show import money, number, per_cent, per_unit, price, vat

_BLANK: Final = Entry()


class Row(NamedTuple):
    """One offer as the row's template prints it: see school/order_row.html.

    For the script: `tiers` as "1:125000,50:118000" (from quantity: ten-thousandths of a pound), `others` the units that
    the other schools have ordered, `flexible` those that are offered on top, `vat_rate` per cent.
    """

    offer_id: str
    place: int
    name: str
    notes: str
    price: str
    next_price: str
    so_far: int
    next_from: int | None
    advice: str
    entry: Entry
    is_open: bool
    last: str
    total: str
    faulty: frozenset[str]
    tiers: str
    others: int
    flexible: int
    vat_rate: str


class Group(NamedTuple):
    """The offers of one category, and their rows as HTML."""

    code: str
    name: str
    rows: Markup


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form shows of the school's own: what was typed or is saved, what counts already, last time's units.

    `opened` is the offer whose further fields were asked for; `faulty` the ids of the inputs with faults.
    """

    typing: Typing
    counted: Mapping[str, int]
    last: Mapping[str, int]
    opened: str = ""
    faulty: frozenset[str] = frozenset()

    @property
    def offers(self) -> set[str]:
        """The offers whose rows show anything of the school's own."""
        return {*self.typing.entries, *self.counted, *self.last, self.opened}


def faulty_ids(faults: Faults | None) -> frozenset[str]:
    """The ids of the inputs that have faults."""
    return frozenset(fault.field for fault in faults or () if fault.field)


def groups_of(form: Mapping[str, Any], book: Book, shown: Shown) -> list[Group]:
    """The school's offers by category, as the service orders them."""
    write = current_app.jinja_env.get_template("school/order_row.html").module.row  # type: ignore[attr-defined]
    taxed = {each["offer_id"]: each for each in form["vat"]}
    own = {*shown.offers, *taxed}

    def row(standing: Mapping[str, Any]) -> str:
        offer_id, total = standing["offer_id"], (standing["total_quantity"], standing["flexible"])
        if offer_id in own:
            offer = {**book.offers[offer_id], **taxed.get(offer_id, {})}
            return str(write(_own_row(offer, standing, shown)))
        kept = book.rows.get(offer_id)
        if kept is None or kept[0] != total:  # the row of an offer of which the school has nothing: as last written
            kept = book.rows[offer_id] = (total, str(write(_row(book.offers[offer_id], standing, total[0], _BLANK))))
        return kept[1]

    def category(standing: Mapping[str, Any]) -> tuple[str, str]:
        offer = book.offers[standing["offer_id"]]
        return offer["category_code"], offer["category_name"]

    return [
        Group(code, name, Markup("".join(map(row, members))))  # noqa: S704 - each row comes from its template
        for (code, name), members in groupby(form["standings"], category)
    ]


def sums_of(form: Mapping[str, Any], book: Book, typing: Typing) -> dict[str, int]:
    """What the typed lines come to in pence at today's prices, with VAT rounded once for each rate."""
    prices = {standing["offer_id"]: standing["unit_price"] for standing in form["standings"]}
    rates = {each["offer_id"]: each["vat_rate"] for each in form["vat"]}
    nets: dict[str, int] = defaultdict(int)
    for offer_id, line in typing.lines.items():
        if offer_id in prices:
            rate = rates.get(offer_id) or book.offers[offer_id]["vat_rate"]
            nets[rate] += _net(line["quantity"], prices[offer_id])
    net, taxes = sum(nets.values()), sum(vat_pence(part, Decimal(rate)) for rate, part in nets.items())
    return {"net_pence": net, "vat_pence": taxes, "gross_pence": net + taxes}


def _own_row(offer: Offer, standing: Mapping[str, Any], shown: Shown) -> Row:
    offer_id = offer["offer_id"]
    entry = shown.typing.entries.get(offer_id, _BLANK)
    line, last = shown.typing.lines.get(offer_id), shown.last.get(offer_id)
    return _row(offer, standing, standing["total_quantity"] - shown.counted.get(offer_id, 0), entry)._replace(
        is_open=entry.has_more or offer_id == shown.opened,
        last=f"last time {number(last)}" if last else "",
        total=money(_net(line["quantity"], standing["unit_price"])) if line else "",
        faulty=frozenset(field[0] for field in shown.faulty if field[2:] == offer_id),
    )


def _row(offer: Offer, standing: Mapping[str, Any], others: int, entry: Entry) -> Row:
    next_from = standing["next_from_quantity"]
    return Row(
        offer["offer_id"],
        offer["place"],
        offer["name"],
        _notes(offer),
        price(standing["unit_price"]),
        f"{price(standing['next_unit_price'])} from {number(next_from)}" if next_from is not None else "",
        standing["total_quantity"],
        next_from,
        _advice(standing["advice"]) if standing["advice"] else "",
        entry,
        False,
        "",
        "",
        frozenset(),
        ",".join(f"{tier['from_quantity']}:{_steps(tier['unit_price'])}" for tier in offer["tiers"]),
        others,
        standing["flexible"],
        per_cent(offer["vat_rate"]).removesuffix(" %"),
    )


def _advice(advice: Mapping[str, Any]) -> str:
    offered = f", {number(advice['offered'])} of them offered" if advice["offered"] else ""
    return f"{number(advice['units'])} more would save everyone {money(advice['saves_pence'])}{offered}"


def _net(quantity: int, unit_price: str) -> int:
    return line_net_pence(quantity, Decimal(unit_price))


@lru_cache(maxsize=4096)
def _steps(unit_price: str) -> int:
    """A unit price such as "12.5000" in ten-thousandths of a pound."""
    whole, _, decimals = unit_price.partition(".")
    return int(whole) * 10_000 + int(f"{decimals:0<4}"[:4])


def _notes(offer: Offer) -> str:
    unit = per_unit(offer["unit"])
    pack = f", {offer['pack_size']} to a pack" if offer["pack_size"] > 1 else ""
    least = offer.get("minimum_quantity", 1)
    minimum = f" · {number(least)} or more" if least > 1 else ""
    own_vat = f" · {vat(offer)}" if "vat_certificate" in offer else ""
    return f"{offer['sku']} · {unit}{pack}{minimum} · {offer['supplier_name']}{own_vat}"
