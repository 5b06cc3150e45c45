"""A purchase order as tagged PDF (PDF/UA-1): all schools together, where it goes, and each drop.

A long order is set in parts that are joined: typst takes gigabytes for a thousand tagged pages at once, and less than a
hundred megabytes for a part of them. Many parts are set by processes of their own, while this one joins them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from chassis.pdf_join import joined
from chassis.tagged_pdf import MEDIA_TYPE, tagged_pdf, tagged_pdfs
from contracts.money import pounds
from contracts.units import quantity_words
from services.orders.api.order_words import day, facts, notice, price, rate_words
from services.orders.domain.issued_order import Drop, IssuedOrder, Party
from services.orders.domain.order_document import Progress, Rendered

Json = dict[str, Any]

PART: Final = 200
"""Lines of drops in a part: more take more memory, fewer repeat the fonts more often."""

LONG: Final = 1_600
"""Lines of drops from which processes of their own are worth their start."""

PART_OF_LONG: Final = 480
"""Lines of drops in a part of a long order, whose processes give their memory back."""

_TEMPLATE: Final = ("services.orders.api", "order.typ")


def order_pdf(order: IssuedOrder, tell: Progress) -> Rendered:
    """The whole order as one file; `tell` hears how far it is."""
    long = sum(len(drop.lines) for drop in order.drops) >= LONG
    pieces = _pieces(order.drops, PART_OF_LONG if long else PART)
    if len(pieces) <= 1:
        content = _set(_inputs(order, order.drops, opening=True))
    else:
        wanted: list[Sequence[Drop]] = [(), *pieces]  # the opening first
        inputs = (_inputs(order, drops, opening=not drops) for drops in wanted)
        made = tagged_pdfs(*_TEMPLATE, inputs) if long else map(_set, inputs)
        content = joined(_told(made, len(wanted), tell))
    return Rendered(content, MEDIA_TYPE, f"{called(order)}.pdf")


def _pieces(drops: Sequence[Drop], most: int) -> list[list[Drop]]:
    """Whole drops in parts of at least `most` lines, but for the last."""
    pieces: list[list[Drop]] = [[]]
    for drop in drops:
        if sum(len(each.lines) for each in pieces[-1]) >= most:
            pieces.append([])
        pieces[-1].append(drop)
    return pieces


def called(order: IssuedOrder) -> str:
    """The order's number, with the revision once there is more than one: "PO-000012-R2"."""
    return order.number if order.revision == 1 else f"{order.number}-R{order.revision}"


def _told(parts: Iterable[bytes], count: int, tell: Progress) -> Iterator[bytes]:
    """The parts, of which `tell` hears as each is there."""
    for done, part in enumerate(parts, start=1):
        yield part
        tell(95 * done // count)


def _set(inputs: Json) -> bytes:
    return tagged_pdf(*_TEMPLATE, inputs)


def _inputs(order: IssuedOrder, drops: Sequence[Drop], *, opening: bool) -> Json:
    """What `order.typ` wants. The pages of a part are numbered by themselves, after the name of the part."""
    part = "" if opening else f"Drops {drops[0].place} to {drops[-1].place}" if drops[1:] else f"Drop {drops[0].place}"
    return {
        "order": _order(order) if opening else _heads(order),
        "opening": opening,
        "part": part,
        "heading": part or "Drops, school by school",
        "drops": [drop_words(order, drop) for drop in drops],
    }


def _heads(order: IssuedOrder) -> Json:
    name = f"{order.number}, revision {order.revision}" if order.revision > 1 else order.number
    return {"called": name, "seller": order.seller.name, "buyer": order.buyer.name}


def _order(order: IssuedOrder) -> Json:
    return {
        **_heads(order),
        "buyer_lines": _party_lines(order.buyer),
        "seller_lines": _party_lines(order.seller),
        "facts": facts(order),
        "notice": notice(order),
        "lines": [
            {
                "no": str(line.line_no),
                "name": line.name,
                "sku": line.sku,
                "quantity": "" if line.kind == "charge" else quantity_words(line.quantity, line.unit),
                "price": price(line.unit_price),
                "vat": rate_words(rates),
                "net": pounds(line.net_pence),
            }
            for line, rates in order.rates()
        ],
        "sums": _sums(order),
        "places": [
            {
                "no": str(drop.place),
                "name": drop.school_name,
                "postcode": drop.address.postcode,
                "net": pounds(drop.net_pence),
                "vat": pounds(drop.vat_pence),
                "gross": pounds(drop.gross_pence),
            }
            for drop in order.drops
        ],
        "together": [pounds(amount) for amount in (order.net_pence, order.vat_pence, order.gross_pence)],
    }


def _sums(order: IssuedOrder) -> list[Json]:
    vats = [
        _sum(f"VAT {rate_words([(total.vat_class, total.rate)])} on {pounds(total.net_pence)}", total.vat_pence)
        for total in order.vat_totals
    ]
    return [
        _sum("Without VAT", order.net_pence),
        *vats,
        _sum("Total with VAT, pounds sterling", order.gross_pence, strong=True),
    ]


def _sum(name: str, pence: int, *, strong: bool = False) -> Json:
    return {"name": name, "amount": pounds(pence), "strong": strong}


def drop_words(order: IssuedOrder, drop: Drop) -> Json:
    """One drop as it is to be read."""
    words = [f"Site: {drop.site_name}"] if drop.site_name else []
    words += [drop.instructions.replace("\n", " ")] if drop.instructions else []
    words += [f"The school writes: “{drop.note}”"] if drop.note else []
    if drop.revision > 1 and drop.revised_on:
        words.append(f"Changed by revision {drop.revision}, agreed on {day(drop.revised_on)}.")
    return {
        "no": str(drop.place),
        "name": drop.school_name,
        "address": ", ".join(drop.address.shown()),
        "words": words,
        "called": str(order.numbered(drop)),
        "urn": str(drop.school_urn),
        "lines": [
            [
                str(part.line.line_no),
                f"{part.line.name} – “{part.note}”" if part.note else part.line.name,
                "" if part.line.kind == "charge" else quantity_words(part.quantity, part.line.unit),
                rate_words([(part.vat_class, part.vat_rate)]),
                pounds(part.net_pence),
            ]
            for part in drop.lines
        ],
        "sums": [
            _sum("Without VAT", drop.net_pence),
            _sum("VAT", drop.vat_pence),
            _sum("With VAT", drop.gross_pence, strong=True),
        ],
    }


def _party_lines(party: Party) -> list[str]:
    numbers = [f"VAT {party.vat_number}"] if party.vat_number else []
    numbers += [f"Company {party.company_number}"] if party.company_number else []
    reached = " · ".join(way for way in (party.email, party.telephone) if way)
    address = ", ".join(party.address.shown()) if party.address else ""
    legal = party.legal_name if party.legal_name != party.name else ""
    return [line for line in (legal, address, reached, " · ".join(numbers)) if line]
