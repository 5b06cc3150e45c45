"""An invoice while it is being typed: filled in from an order's receipts, read back, and its totals worked out."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from contracts.london import london_today
from contracts.money import line_net_pence, pounds
from contracts.vat import vat_pence, vat_rate
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line as text in its inputs, beside what was ordered and received."""

    line_no: int
    name: str
    unit: str
    vat_class: str
    ordered: int
    received: int
    ordered_price: str
    quantity: str
    unit_price: str


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """The whole form; amounts are text in pounds, as they stand in the inputs."""

    order_number: str
    number: str
    issue_date: str
    due_date: str
    lines: tuple[DraftLine, ...]
    net: str
    vat: str
    gross: str
    read: Mapping[str, Any]

    def body(self) -> dict[str, Any]:
        """The request that sends this invoice; lines of nothing are left out."""
        issued = self.read["issue_date"]
        lines = [
            {
                "order_line_no": line.line_no,
                "quantity": quantity,
                "unit_price": unit_price,
                "vat_class": line.vat_class,
                "vat_rate": f"{vat_rate(line.vat_class, issued):.2f}",
            }
            for line, quantity, unit_price in self._counted()
        ]
        body: dict[str, Any] = {
            "number": self.number.strip(),
            "issue_date": issued.isoformat(),
            "purchase_order_number": self.order_number,
            "lines": lines,
        }
        if self.read["due_date"]:
            body["due_date"] = self.read["due_date"].isoformat()
        return body | {name: self.read[name] for name in ("net_pence", "vat_pence", "gross_pence")}

    def field_ids(self) -> dict[str, str]:
        """The request's paths by the inputs they came from."""
        ids = {"net_pence": "net", "vat_pence": "vat", "gross_pence": "gross"}
        for place, (line, _, _) in enumerate(self._counted()):
            ids[f"lines.{place}.quantity"] = f"quantity-{line.line_no}"
            ids[f"lines.{place}.unit_price"] = f"price-{line.line_no}"
            ids[f"lines.{place}"] = f"quantity-{line.line_no}"
        return ids

    def with_totals(self) -> "InvoiceDraft":
        """The same with totals worked out from the lines, VAT by class as EN 16931 has it (BR-CO-17)."""
        nets: defaultdict[str, int] = defaultdict(int)
        for line, quantity, unit_price in self._counted():
            nets[line.vat_class] += line_net_pence(quantity, Decimal(unit_price))
        on = self.read.get("issue_date") or london_today()
        vat = sum(vat_pence(net, vat_rate(vat_class, on)) for vat_class, net in nets.items())
        net = sum(nets.values())
        return replace(self, net=pounds(net), vat=pounds(vat), gross=pounds(net + vat))

    def _counted(self) -> list[tuple[DraftLine, int, str]]:
        """The lines with something on them, with quantity and price as read."""
        counted = []
        for line in self.lines:
            quantity, unit_price = self.read.get(f"quantity-{line.line_no}"), self.read.get(f"price-{line.line_no}")
            if quantity and unit_price is not None:
                counted.append((line, quantity, unit_price))
        return counted


def from_order(order: Mapping[str, Any]) -> InvoiceDraft:
    """A draft with every line at the quantity the schools received and the price that was ordered."""
    lines = tuple(_line(line, received, str(received), line["unit_price"]) for line, received in _with_receipts(order))
    read: dict[str, Any] = {f"quantity-{line.line_no}": line.received for line in lines}
    read |= {f"price-{line.line_no}": line.unit_price for line in lines}
    return InvoiceDraft(order["number"], "", london_today().isoformat(), "", lines, "", "", "", read).with_totals()


def from_typing(order: Mapping[str, Any], sent: Mapping[str, str], faults: Faults) -> InvoiceDraft:
    """The draft as it was typed, with a fault for everything that cannot be read."""
    typed = Typed(sent, faults)
    read: dict[str, Any] = {}
    typed.text("number", "your invoice number")
    read["issue_date"] = typed.day("issue_date", "the invoice’s date")
    read["due_date"] = typed.day("due_date", "the due date", needed=False)
    lines = []
    for line, received in _with_receipts(order):
        quantity, unit_price = f"quantity-{line['line_no']}", f"price-{line['line_no']}"
        read[quantity] = typed.units(quantity, f"the quantity of {line['name']}")
        read[unit_price] = typed.price(unit_price, f"the price of {line['name']}")
        lines.append(_line(line, received, sent.get(quantity, ""), sent.get(unit_price, "")))
    if sent.get("action") != "totals":
        read["net_pence"] = typed.pence("net", "the total without VAT")
        read["vat_pence"] = typed.pence("vat", "the VAT")
        read["gross_pence"] = typed.pence("gross", "the total with VAT")
        if not any(read.get(f"quantity-{line.line_no}") for line in lines):
            faults.add("Enter a quantity on at least one line.", f"quantity-{lines[0].line_no}" if lines else None)
    shown = {name: sent.get(name, "") for name in ("number", "issue_date", "due_date", "net", "vat", "gross")}
    return InvoiceDraft(order_number=order["number"], lines=tuple(lines), read=read, **shown)


def _line(line: Mapping[str, Any], received: int, quantity: str, unit_price: str) -> DraftLine:
    return DraftLine(
        line_no=line["line_no"],
        name=line["name"],
        unit=line["unit"],
        vat_class=line["vat_class"],
        ordered=line["quantity"],
        received=received,
        ordered_price=line["unit_price"],
        quantity=quantity,
        unit_price=unit_price,
    )


def _with_receipts(order: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], int]]:
    """Each line of the order with what all schools together received of it; a charge is due without."""
    received: defaultdict[int, int] = defaultdict(int)
    for drop in order["drops"]:
        for line in drop["lines"]:
            received[line["line_no"]] += line["quantity_received"]
    return [
        (line, line["quantity"] if line["kind"] == "charge" else received[line["line_no"]]) for line in order["lines"]
    ]
