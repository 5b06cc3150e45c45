"""What goes with the goods: labels and delivery notes for the drops, with a bar code and a code to record the receipt.

The QR code leads the school to where it records what came; the bar code (Code 128) is the number of the drop’s order.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from chassis.pdf_join import joined
from chassis.tagged_pdf import MEDIA_TYPE, tagged_pdf
from contracts.units import quantity_words
from services.orders.api.order_words import day
from services.orders.domain.issued_order import Drop, IssuedOrder, by_date, by_route
from services.orders.domain.order_document import NOTES, Progress, Rendered

Json = dict[str, Any]

PART: Final = 16
"""Drops set at once, so that memory stays small: two sheets of labels."""

_TITLES: Final = {NOTES: "Delivery notes", "labels-sheet": "Labels", "labels-page": "Labels"}


def delivery_paper(order: IssuedOrder, form: str, root: str, tell: Progress) -> Rendered:
    """Labels or delivery notes, as `form` names them with their sorting: "labels-sheet-route"."""
    paper, _, sorting = form.rpartition("-")
    drops = by_date(order.drops) if sorting == "date" else by_route(order.drops)
    leads_to = f"{root}/school/deliveries/{order.purchase_order_id}" if root else ""

    def parts() -> Iterator[bytes]:
        for at in range(0, len(drops), PART):
            yield _set(order, paper, drops[at : at + PART], leads_to)
            tell(95 * min(at + PART, len(drops)) // len(drops))

    content = next(parts()) if len(drops) <= PART else joined(parts())
    return Rendered(content, MEDIA_TYPE, f"{order.number}-{paper}.pdf")


def _set(order: IssuedOrder, paper: str, drops: list[Drop], leads_to: str) -> bytes:
    data = {
        "title": f"{_TITLES[paper]} for purchase order {order.number}",
        "layout": "page" if paper == "labels-page" else "sheet",
        "number": order.number,
        "count": len(order.drops),
        "buyer": order.buyer.name,
        "seller": order.seller.name,
        "seller_lines": order.seller.address.shown() if order.seller.address else [],
        "window": f"{day(order.delivery_from)} to {day(order.delivery_to)}",
        "leads_to": leads_to,
        "drops": [_drop(order, drop) for drop in drops],
    }
    bars = {f"bars-{place}": bar_code(str(order.numbered(drop))) for place, drop in enumerate(drops)}
    codes = {**bars, "qr": qr_code(leads_to)} if leads_to else bars
    template = "delivery_notes.typ" if paper == NOTES else "labels.typ"
    return tagged_pdf("services.orders.api", template, data, **codes)


def _drop(order: IssuedOrder, drop: Drop) -> Json:
    return {
        "no": str(drop.place),
        "called": str(order.numbered(drop)),
        "name": drop.school_name,
        "lines": [line for line in (drop.site_name, *drop.address.lines, drop.address.town) if line],
        "postcode": drop.address.postcode,
        "instructions": drop.instructions.replace("\n", " "),
        "note": drop.note,
        "goods": [
            [str(part.line.line_no), part.line.sku, part.line.name, quantity_words(part.quantity, part.line.unit)]
            for part in drop.lines
            if part.line.kind != "charge" and part.quantity
        ],
    }


def qr_code(address: str) -> str:
    """An address as a QR code (error correction M), as SVG."""
    import segno

    drawing = BytesIO()
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue().decode()


def bar_code(words: str) -> str:
    """Words as Code 128 bars without the text below, as SVG of one unit's height."""
    from barcode import Code128

    [modules] = Code128(words).build()
    bars, at = [], 0
    for run in modules.replace("01", "0 1").replace("10", "1 0").split():
        bars += [f"M{at} 0h{len(run)}v1h-{len(run)}z"] if run[0] == "1" else []
        at += len(run)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {at} 1" width="{at}" height="1"'
        f' preserveAspectRatio="none"><path d="{"".join(bars)}"/></svg>'
    )
