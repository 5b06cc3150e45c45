"""A purchase order as its documents say it: one thing, of which every format is a rendering.

All amounts are pence. VAT is rounded once for each rate over the whole order, as everywhere in Bursar, and shared over
the drops by their nets (largest remainder, ties to the lowest URN), so that the drops add up to the order.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from contracts.allocation import allocate
from contracts.order_numbers import OrderNumber
from contracts.vat import vat_pence
from services.orders.domain.document_errors import DocumentsDisagree

# What XML 1.0 cannot hold, and nobody can read.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(words: str | None) -> str:
    """Words that people typed, without the signs that no document can hold and blanks around them."""
    return _UNPRINTABLE.sub("", words or "").strip()


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` in ISO 3166-1 alpha-2."""

    lines: tuple[str, ...] = ()
    town: str = ""
    postcode: str = ""
    country: str = "GB"

    def shown(self) -> list[str]:
        """The lines as they stand on an envelope."""
        return [line for line in (*self.lines, self.town, self.postcode) if line]


@dataclass(frozen=True, slots=True)
class Party:
    """The alliance, or a supplier. `endpoint` is (Peppol scheme, identifier)."""

    name: str
    legal_name: str
    address: Address | None = None
    endpoint: tuple[str, str] | None = None
    vat_number: str | None = None
    company_number: str | None = None
    email: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of the order, all schools together; unit prices in pounds, `cpv` empty if unknown.

    A charge is a line of one unit whose price is shared by the drops.
    """

    line_no: int
    kind: str
    sku: str
    name: str
    description: str
    unit: str
    unit_price: Decimal
    quantity: int
    net_pence: int
    cpv: str = ""


@dataclass(frozen=True, slots=True)
class DropLine:
    """A school's part of a line, with the VAT class and rate (per cent) that it carries for this school.

    `promised_on` is the day that the supplier has promised, if it has.
    """

    line: OrderLine
    quantity: int
    net_pence: int
    vat_class: str
    vat_rate: Decimal
    note: str = ""
    promised_on: date | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """A school's part of the order and where it goes.

    `place` counts the drops from 1 by URN and never changes; `revision` is the last one that changed this drop.
    """

    place: int
    school_urn: int
    school_name: str
    site_name: str
    address: Address
    instructions: str
    note: str
    reference: str
    lines: tuple[DropLine, ...]
    revision: int = 1
    revised_on: date | None = None
    vat_pence: int = 0

    @property
    def net_pence(self) -> int:
        """Without VAT."""
        return sum(line.net_pence for line in self.lines)

    @property
    def gross_pence(self) -> int:
        """With VAT."""
        return self.net_pence + self.vat_pence

    @property
    def comes_on(self) -> date | None:
        """The first day promised for anything of it."""
        return min((line.promised_on for line in self.lines if line.promised_on), default=None)


@dataclass(frozen=True, slots=True)
class VatTotal:
    """Net and VAT of all lines of one class at one rate."""

    vat_class: str
    rate: Decimal
    net_pence: int
    vat_pence: int


@dataclass(frozen=True, slots=True)
class IssuedOrder:
    """A purchase order at one of its revisions. `settlement` says who is invoiced: "recharge" or "direct"."""

    purchase_order_id: str
    number: str
    revision: int
    title: str
    issued_at: datetime
    answer_by: date
    delivery_from: date
    delivery_to: date
    contract_title: str
    contract_reference: str
    settlement: str
    buyer: Party
    seller: Party
    lines: tuple[OrderLine, ...]
    drops: tuple[Drop, ...]
    vat_totals: tuple[VatTotal, ...] = ()
    net_pence: int = 0
    vat_pence: int = 0

    @property
    def gross_pence(self) -> int:
        """With VAT."""
        return self.net_pence + self.vat_pence

    @property
    def drop_lines(self) -> int:
        """How much there is to write."""
        return sum(len(drop.lines) for drop in self.drops)

    def rates(self) -> list[tuple[OrderLine, list[tuple[str, Decimal]]]]:
        """Each line with the VAT classes and rates that it carries in the drops."""
        found: dict[int, set[tuple[str, Decimal]]] = {line.line_no: set() for line in self.lines}
        for drop in self.drops:
            for part in drop.lines:
                found[part.line.line_no].add((part.vat_class, part.vat_rate))
        return [(line, sorted(found[line.line_no])) for line in self.lines]

    def numbered(self, drop: Drop) -> OrderNumber:
        """What the order for one drop is called, with the revision that made it what it is."""
        return OrderNumber(self.number, drop.place, drop.revision)


def totalled(order: IssuedOrder) -> IssuedOrder:
    """The order with its VAT, by rate and by drop; `net_pence` and `vat_pence` say what the portal shows.

    Raises DocumentsDisagree when lines, drops and the portal's totals do not come to the same: no document is better
    than one that says something else.
    """
    nets: dict[tuple[str, Decimal], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for drop in order.drops:
        for part in drop.lines:
            nets[part.vat_class, part.vat_rate][drop.school_urn] += part.net_pence
    totals = tuple(
        VatTotal(vat_class, rate, sum(by_drop.values()), vat_pence(sum(by_drop.values()), rate))
        for (vat_class, rate), by_drop in sorted(nets.items())
    )
    shares: dict[int, int] = defaultdict(int)
    for total in totals:
        if total.vat_pence:
            for urn, share in allocate(total.vat_pence, nets[total.vat_class, total.rate]).items():
                shares[urn] += share
    drops = tuple(replace(drop, vat_pence=shares[drop.school_urn]) for drop in order.drops)
    _check(order, sum(total.net_pence for total in totals), sum(total.vat_pence for total in totals))
    return replace(order, drops=drops, vat_totals=totals)


def _check(order: IssuedOrder, net: int, vat: int) -> None:
    by_line = sum(line.net_pence for line in order.lines)
    if not (net == by_line == order.net_pence) or vat != order.vat_pence:
        raise DocumentsDisagree(
            f"{order.number}: the drops come to {net} pence and {vat} of VAT, the lines to {by_line}, the order to"
            f" {order.net_pence} and {order.vat_pence}."
        )


def without_words(order: IssuedOrder) -> IssuedOrder:
    """The order without what schools wrote to the supplier: the alliance reads totals and sites, not notes."""
    drops = tuple(
        replace(drop, note="", lines=tuple(replace(line, note="") for line in drop.lines)) for drop in order.drops
    )
    return replace(order, drops=drops)


def address_of(written: Mapping[str, object] | None) -> Address | None:
    """An address as members tell of it."""
    if written is None:
        return None
    lines = written.get("lines")
    kept = [printable(str(line)) for line in lines] if isinstance(lines, Sequence) else []
    return Address(
        lines=tuple(line for line in kept if line),
        town=printable(str(written.get("town") or "")),
        postcode=printable(str(written.get("postcode") or "")),
        country=str(written.get("country") or "GB"),
    )


def site_address(written: str, town: str, postcode: str) -> Address:
    """A delivery site's address, typed as lines of text, with the school's town where the text does not end in it."""
    lines = [printable(line) for line in printable(written).splitlines()]
    kept = [line for line in lines if line and line.casefold() not in (town.casefold(), postcode.casefold())]
    return Address(tuple(kept), printable(town), printable(postcode))


def by_route(drops: Sequence[Drop]) -> list[Drop]:
    """Drops as a van would pass them: by postcode, then by name."""
    return sorted(drops, key=lambda drop: (_route_key(drop.address.postcode), drop.school_name, drop.school_urn))


def by_date(drops: Sequence[Drop]) -> list[Drop]:
    """Drops by the day promised for them, those without one last; within a day by route."""
    return sorted(by_route(drops), key=lambda drop: drop.comes_on or date.max)


def _route_key(postcode: str) -> list[tuple[str, int]]:
    """CT2 before CT10: letters by the alphabet, numbers by their size."""
    return [
        (letters, int(digits or 0))
        for letters, digits in re.findall(r"([A-Z]*)(\d*)", postcode.upper())
        if letters or digits
    ]
