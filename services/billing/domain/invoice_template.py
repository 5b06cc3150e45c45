"""The sheet on which a supplier invoices an order: its labels and headings, filled in from what was received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from contracts.money import line_net_pence
from contracts.vat import vat_pence

ORDER: Final = "Purchase order"
DOCUMENT: Final = "Document"
NUMBER: Final = "Number"
ISSUED: Final = "Date"
DUE: Final = "Due date"
CREDITS: Final = "Credits invoice"
BUYER: Final = "Buyer (school URN)"
NET: Final = "Total without VAT, £"
VAT: Final = "VAT, £"
GROSS: Final = "Total with VAT, £"
LABELS: Final = (ORDER, DOCUMENT, NUMBER, ISSUED, DUE, CREDITS, BUYER, NET, VAT, GROSS)

LINE, ITEM, QUANTITY, PRICE, CLASS, RATE, SCHOOL = (
    "Line", "Item", "Quantity", "Price each, £", "VAT class", "VAT rate, %", "School URN",
)  # fmt: skip
HEADINGS: Final = (LINE, "Code", ITEM, "Unit", "Ordered", "Received", QUANTITY, PRICE, CLASS, RATE, SCHOOL)

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One line of an order, of one VAT rate, as a supplier may invoice it: `due` are the units received and not yet
    invoiced."""

    line_no: int
    sku: str
    name: str
    unit: str
    ordered: int
    received: int
    due: int
    unit_price: Decimal
    vat_class: str
    vat_rate: Decimal


def template_rows(order_number: str, lines: Sequence[TemplateLine], on: date, buyer: int | None) -> list[list[Cell]]:
    """The sheet for an order, filled in with what was received and not invoiced; amounts are numbers."""
    nets: dict[tuple[str, Decimal], int] = {}
    for line in lines:
        key = (line.vat_class, line.vat_rate)
        nets[key] = nets.get(key, 0) + line_net_pence(line.due, line.unit_price)
    net = sum(nets.values())
    vat = sum(vat_pence(each, rate) for (_, rate), each in nets.items())
    head: list[list[Cell]] = [
        [ORDER, order_number],
        [DOCUMENT, "Invoice"],
        [NUMBER, None],
        [ISSUED, on.isoformat()],
        [DUE, None],
        [CREDITS, None],
        [BUYER, buyer],
        [NET, Decimal(net).scaleb(-2)],
        [VAT, Decimal(vat).scaleb(-2)],
        [GROSS, Decimal(net + vat).scaleb(-2)],
        [],
        list(HEADINGS),
    ]
    body: list[list[Cell]] = [
        [
            line.line_no, line.sku, line.name, line.unit, line.ordered, line.received, line.due,
            line.unit_price, line.vat_class, line.vat_rate, None,
        ]
        for line in lines
    ]  # fmt: skip
    return head + body
