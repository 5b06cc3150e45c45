"""An invoice or credit note while it is being typed: filled in from what was received or invoiced, and read back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from contracts.london import london_today
from contracts.money import line_net_pence, pounds
from contracts.vat import vat_pence
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

_TYPED: Final = ("number", "issue_date", "due_date", "net", "vat", "gross")


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line as text in its inputs, beside what was ordered and received; on a credit note, invoiced and claimed.

    A line of the order that carries several rates of VAT is as many lines of the invoice; `key` tells them apart.
    """

    key: str
    line_no: int
    name: str
    unit: str
    vat_class: str
    vat_rate: str
    ordered: int
    received: int
    ordered_price: str
    quantity: str
    unit_price: str
    school_urn: int | None = None


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """The whole form; amounts are text in pounds, as they stand in the inputs, and positive on a credit note as well.

    `credits` is the invoice that a credit note gives back of, `buyer_urn` the school that it is made out to.
    """

    order_number: str
    number: str
    issue_date: str
    due_date: str
    lines: tuple[DraftLine, ...]
    net: str
    vat: str
    gross: str
    read: Mapping[str, Any]
    credits: str = ""
    buyer_urn: int | None = None

    @property
    def kind(self) -> str:
        """What is typed."""
        return "credit_note" if self.credits else "invoice"

    def body(self) -> dict[str, Any]:
        """The request that sends this invoice; lines of nothing are left out."""
        lines = [
            {
                "order_line_no": line.line_no,
                "name": line.name,
                "quantity": quantity,
                "unit_price": unit_price,
                "vat_class": line.vat_class,
                "vat_rate": line.vat_rate,
                "school_urn": line.school_urn,
            }
            for line, quantity, unit_price in self._counted()
        ]
        body: dict[str, Any] = {
            "kind": self.kind,
            "credits": [self.credits] if self.credits else [],
            "buyer_urn": self.buyer_urn,
            "number": self.number.strip(),
            "issue_date": self.read["issue_date"].isoformat(),
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
            ids[f"lines.{place}.quantity"] = f"quantity-{line.key}"
            ids[f"lines.{place}.unit_price"] = ids[f"lines.{place}.net_pence"] = f"price-{line.key}"
            ids[f"lines.{place}.order_line_no"] = f"quantity-{line.key}"
            ids[f"lines.{place}"] = f"quantity-{line.key}"
        return ids

    def with_totals(self) -> "InvoiceDraft":
        """The same with totals worked out from the lines, VAT by rate as EN 16931 has it (BR-CO-17)."""
        nets: defaultdict[str, int] = defaultdict(int)
        for line, quantity, unit_price in self._counted():
            nets[line.vat_rate] += line_net_pence(quantity, Decimal(unit_price))
        vat = sum(vat_pence(net, Decimal(rate)) for rate, net in nets.items())
        net = sum(nets.values())
        return replace(self, net=pounds(net), vat=pounds(vat), gross=pounds(net + vat))

    def _counted(self) -> list[tuple[DraftLine, int, str]]:
        """The lines with something on them, with quantity and price as read."""
        counted = []
        for line in self.lines:
            quantity, unit_price = self.read.get(f"quantity-{line.key}"), self.read.get(f"price-{line.key}")
            if quantity and unit_price is not None:
                counted.append((line, quantity, unit_price))
        return counted


def from_order(order: Mapping[str, Any], urn: int | None = None) -> InvoiceDraft:
    """A draft with every line at the quantity the schools received and the price that was ordered.

    With `urn` it is made out to that school, for what it alone received.
    """
    own = {**order, "drops": [drop for drop in order["drops"] if urn in (None, drop["school_urn"])]}
    return _filled(order["number"], tuple(_lines(own)), buyer_urn=urn)


def from_invoice(invoice: Mapping[str, Any]) -> InvoiceDraft:
    """A draft of a credit note for an invoice, with every line at what the schools have not ordered or not received."""
    lines = tuple(_credit_line(invoice, line) for line in invoice["lines"] if line["quantity"] > 0)
    return _filled(invoice["purchase_order_number"], lines, credits=invoice["number"], buyer_urn=invoice["buyer_urn"])


def from_typing(blank: InvoiceDraft, sent: Mapping[str, str], faults: Faults) -> InvoiceDraft:
    """The draft as it was typed over a blank one, with a fault for everything that cannot be read."""
    typed = Typed(sent, faults)
    read: dict[str, Any] = {}
    what = "credit note" if blank.credits else "invoice"
    typed.text("number", f"the {what} number")
    read["issue_date"] = typed.day("issue_date", f"the {what}’s date")
    read["due_date"] = typed.day("due_date", "the due date", needed=False)
    lines = []
    for line in blank.lines:
        quantity, unit_price = f"quantity-{line.key}", f"price-{line.key}"
        read[quantity] = typed.units(quantity, f"the quantity of {line.name}")
        read[unit_price] = typed.price(unit_price, f"the price of {line.name}")
        lines.append(replace(line, quantity=sent.get(quantity, ""), unit_price=sent.get(unit_price, "")))
    if sent.get("action") != "totals":
        read["net_pence"] = typed.pence("net", "the total without VAT")
        read["vat_pence"] = typed.pence("vat", "the VAT")
        read["gross_pence"] = typed.pence("gross", "the total with VAT")
        if not any(read.get(f"quantity-{line.key}") for line in lines):
            faults.add("Enter a quantity on at least one line.", f"quantity-{lines[0].key}" if lines else None)
    shown: dict[str, Any] = {name: sent.get(name, "") for name in _TYPED}
    return replace(blank, lines=tuple(lines), read=read, **shown)


def _filled(order_number: str, lines: tuple[DraftLine, ...], **more: Any) -> InvoiceDraft:
    read: dict[str, Any] = {f"quantity-{line.key}": int(line.quantity) for line in lines}
    read |= {f"price-{line.key}": line.unit_price for line in lines}
    today = london_today().isoformat()
    return InvoiceDraft(order_number, "", today, "", lines, "", "", "", read, **more).with_totals()


def _credit_line(invoice: Mapping[str, Any], line: Mapping[str, Any]) -> DraftLine:
    claimed = sum(match["claim_quantity"] for match in invoice["matches"] if match["line_no"] == line["line_no"])
    return DraftLine(
        key=str(line["line_no"]),
        line_no=line["order_line_no"],
        name=line["name"],
        unit="",
        vat_class=line["vat_class"],
        vat_rate=line["vat_rate"],
        ordered=line["quantity"],
        received=claimed,
        ordered_price=line["unit_price"],
        quantity=str(claimed),
        unit_price=line["unit_price"],
        school_urn=line["school_urn"],
    )


def _lines(order: Mapping[str, Any]) -> Iterator[DraftLine]:
    """Each line of the order with what the schools received of it, a line for each VAT that it carries for them.

    A charge is due without a receipt: one of it, at what the schools with the same VAT bear of it.
    """
    parts: dict[int, dict[tuple[str, str], list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for drop in order["drops"]:
        for part in drop["lines"]:
            parts[part["line_no"]][part["vat_class"], part["vat_rate"]].append(part)
    for line in order["lines"]:
        carried = sorted(parts[line["line_no"]].items(), key=lambda each: Decimal(each[0][1]), reverse=True)
        for place, ((vat_class, vat_rate), own) in enumerate(carried):
            yield _line(line, f"{line['line_no']}-{place}" if place else str(line["line_no"]), vat_class, vat_rate, own)


def _line(
    line: Mapping[str, Any], key: str, vat_class: str, vat_rate: str, parts: list[Mapping[str, Any]]
) -> DraftLine:
    charge = line["kind"] == "charge"
    received = 1 if charge else sum(part["quantity_received"] for part in parts)
    price = f"{Decimal(sum(part['net_pence'] for part in parts)).scaleb(-2):.4f}" if charge else line["unit_price"]
    return DraftLine(
        key=key,
        line_no=line["line_no"],
        name=line["name"],
        unit=line["unit"],
        vat_class=vat_class,
        vat_rate=vat_rate,
        ordered=1 if charge else sum(part["quantity"] for part in parts),
        received=received,
        ordered_price=price,
        quantity=str(received),
        unit_price=price,
    )
