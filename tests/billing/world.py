"""Billing's world: what the other services have told it, and the people at its door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from werkzeug.test import TestResponse

from chassis.actor import SERVICE, Actor
from contracts.allocation import allocate
from tests.billing.documents import UblInvoice, camt, entry
from tests.clients import Clients, ServiceClient, deliver

ASH, BEECH, CEDAR = 900001, 900002, 900003
NAMES = {ASH: "Ash Primary School", BEECH: "Beech School", CEDAR: "Cedar Academy"}
FENWRIGHT = "00000000-0000-4000-8000-000000000001"
OAKDALE = "00000000-0000-4000-8000-000000000002"
CONTRACT = "00000000-0000-4000-8000-000000000003"
ROUND = "00000000-0000-4000-8000-000000000005"

MANAGER = Actor("alliance", "00000000-0000-4000-8000-0000000000a1", "Mags Field", frozenset({"alliance_manager"}))
BOARD = Actor("alliance", "00000000-0000-4000-8000-0000000000a2", "Bo Reed", frozenset({"board_member"}))


def buyer_of(urn: int) -> Actor:
    """A buyer of one school."""
    return Actor("school", f"00000000-0000-4000-8000-{urn:012d}", "Buyer", frozenset({"school_buyer"}), school_urn=urn)


def seller_of(supplier_id: str) -> Actor:
    """A user of one supplier."""
    person = "00000000-0000-4000-8000-0000000000b" + supplier_id[-1]
    return Actor("supplier", person, "Sal Mercer", frozenset({"supplier_user"}), supplier_id=supplier_id)


@dataclass(frozen=True)
class Line:
    """One order line: what each school orders of it at a price."""

    wanted: Mapping[int, int]
    unit_price: str = "10.9500"
    vat_class: str = "S"
    sku: str = "PAP-A4-80"

    @property
    def quantity(self) -> int:
        return sum(self.wanted.values())

    @property
    def net_pence(self) -> int:
        whole, _, part = self.unit_price.partition(".")
        return (self.quantity * int(whole + part.ljust(4, "0")) + 50) // 100


@dataclass(frozen=True)
class Order:
    """A purchase order as the orders service issues it."""

    lines: Sequence[Line] = field(default_factory=lambda: [Line({ASH: 34, BEECH: 68})])
    number: str = "PO-000001"
    supplier_id: str = FENWRIGHT
    order_id: str = field(default_factory=lambda: str(uuid4()))
    round_id: str = ROUND

    def events(self, answer: str | None = "accepted") -> list[tuple[str, dict[str, Any]]]:
        """PurchaseOrderIssued, a DropIssued for each school, and the supplier's answer."""
        told: list[tuple[str, dict[str, Any]]] = [("PurchaseOrderIssued", self._issued())]
        nets = [allocate(line.net_pence, dict(line.wanted)) for line in self.lines]
        schools = sorted({urn for line in self.lines for urn in line.wanted})
        told += [("DropIssued", self._drop(urn, nets)) for urn in schools]
        if answer:
            body = {"purchase_order_id": self.order_id, "answer": answer, "reason": None}
            told.append(("PurchaseOrderAcknowledged", body))
        return told

    def receipt(self, urn: int, **quantities: int) -> tuple[str, dict[str, Any]]:
        """A school's receipt of everything it ordered; `line_1=38` says otherwise."""
        return (
            "ReceiptRecorded",
            {
                "receipt_id": str(uuid4()),
                "purchase_order_id": self.order_id,
                "school_urn": urn,
                "recorded_at": "2026-11-22T09:30:00Z",
                "lines": [
                    {"line_no": number, "quantity_received": quantities.get(f"line_{number}", line.wanted[urn])}
                    for number, line in enumerate(self.lines, 1)
                    if urn in line.wanted
                ],
            },
        )

    def _issued(self) -> dict[str, Any]:
        return {
            "purchase_order_id": self.order_id,
            "number": self.number,
            "round_id": self.round_id,
            "round_number": "R-0001",
            "round_title": "Autumn stationery",
            "contract_id": CONTRACT,
            "supplier_id": self.supplier_id,
            "issued_at": "2026-11-20T16:00:00Z",
            "lines": [
                {
                    "line_no": number,
                    "offer_id": str(uuid4()),
                    "sku": line.sku,
                    "name": f"Item {number}",
                    "unit": "XBX",
                    "category_code": "stationery",
                    "ledger_code": "E19",
                    "vat_class": line.vat_class,
                    "unit_price": line.unit_price,
                    "quantity": line.quantity,
                    "net_pence": line.net_pence,
                }
                for number, line in enumerate(self.lines, 1)
            ],
        }

    def _drop(self, urn: int, nets: list[dict[int, int]]) -> dict[str, Any]:
        return {
            "purchase_order_id": self.order_id,
            "school_urn": urn,
            "lines": [
                {
                    "line_no": number,
                    "quantity": line.wanted[urn],
                    "net_pence": nets[number - 1][urn],
                }
                for number, line in enumerate(self.lines, 1)
                if urn in line.wanted
            ],
        }


def directory() -> list[tuple[str, dict[str, Any]]]:
    """Three schools, two suppliers, a contract and a closed round."""
    schools = [
        ("SchoolRecorded", {"urn": urn, "name": name, "joined_on": "2024-09-01", "left_on": None})
        for urn, name in NAMES.items()
    ]
    suppliers = [
        (
            "SupplierRecorded",
            {"supplier_id": supplier_id, "name": name, "email": "orders@example.org", "vat_number": None},
        )
        for supplier_id, name in ((FENWRIGHT, "Fenwright Paper"), (OAKDALE, "Oakdale Supplies"))
    ]
    contract = {
        "contract_id": CONTRACT,
        "supplier_id": FENWRIGHT,
        "title": "Paper",
        "reference": "C-1",
        "settlement": "recharge",
    }
    closed = {"round_id": ROUND, "number": "R-0001", "title": "Autumn stationery", "closed_at": "2026-11-20T16:00:00Z"}
    return [*schools, *suppliers, ("ContractRecorded", contract), ("RoundClosed", closed)]


class World:
    """One billing service with the directory told."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.database = clients.database("billing")
        self.tell(*directory())

    def tell(self, *events: tuple[str, Mapping[str, Any]]) -> None:
        """Let the other services' events arrive."""
        deliver(self.database, "billing", events)

    def a(self, actor: Actor) -> ServiceClient:
        """Billing's door as this actor sees it."""
        return self._clients("billing", actor)

    def ordered(self, order: Order | None = None, *, received: bool = True) -> Order:
        """A purchase order that was issued, accepted, and received by every school unless said otherwise."""
        order = order or Order()
        self.tell(*order.events())
        if received:
            self.tell(*[order.receipt(urn) for urn in sorted({urn for line in order.lines for urn in line.wanted})])
        return order

    def invoice(
        self, order: Order, number: str = "INV-0042", actor: Actor | None = None, **changed: Any
    ) -> TestResponse:
        """Send an invoice for all that was ordered, with changes."""
        sent = invoice_form(order, number) | changed
        return self.a(actor or seller_of(order.supplier_id)).post("/supplier-invoices", sent)

    def invoiced(self, order: Order, number: str = "INV-0042") -> dict[str, Any]:
        """An invoice that was registered."""
        return answered(self.invoice(order, number), 201)

    def shown(self, invoice_id: str) -> dict[str, Any]:
        """An invoice with its match, as the manager sees it."""
        return answered(self.a(MANAGER).get(f"/supplier-invoices/{invoice_id}"))

    def billed(self) -> list[dict[str, Any]]:
        """Bills issued now for the round."""
        return list(answered(self.a(MANAGER).post("/bills", {"round_id": ROUND}), 201)["items"])

    def pay(self, *entries: str) -> dict[str, Any]:
        """A bank statement with these entries, imported."""
        return answered(self.upload(camt(*entries)), 201)

    def upload(self, content: bytes, content_type: str = "application/xml") -> TestResponse:
        """A bank statement as the manager uploads it."""
        return self.a(MANAGER).post("/bank-statements", data=content, content_type=content_type)

    def send_ubl(self, document: UblInvoice | bytes, actor: Actor | None = None) -> TestResponse:
        """An invoice document as the supplier uploads it."""
        content = document if isinstance(document, bytes) else document.xml()
        return self.a(actor or seller_of(FENWRIGHT)).post(
            "/supplier-invoices", data=content, content_type="application/xml"
        )

    def rows(self, query: str, **names: Any) -> list[Any]:
        """Rows as the service itself sees them."""
        with self.database.database.transaction(SERVICE) as connection:
            return list(connection.execute(text(query), names))

    def balances(self) -> dict[str, int]:
        """Debit less credit of every account, in pence."""
        query = "SELECT account, CAST(sum(debit_pence - credit_pence) AS bigint) FROM entry_line GROUP BY account"
        return {account: balance for account, balance in self.rows(query) if balance}

    def everything(self) -> dict[str, list[Any]]:
        """Every row of every table that a refusal must leave alone."""
        tables = self.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version' ORDER BY 1"
        )
        return {table: sorted(map(str, self.rows(f"SELECT * FROM {table}"))) for (table,) in tables}


def payment_of(bill: Mapping[str, Any], less: int = 0) -> str:
    """The bank entry with which a school pays its bill."""
    pence = bill["gross_pence"] - less
    return entry(f"{pence / 100:.2f}", bill["payment_reference"], name=bill["school_name"])


def invoice_form(order: Order, number: str = "INV-0042") -> dict[str, Any]:
    """An invoice as JSON for all that was ordered, VAT by line."""
    lines = [
        {
            "order_line_no": line_no,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "net_pence": line.net_pence,
            "vat_class": line.vat_class,
            "vat_rate": "20.00" if line.vat_class == "S" else "0.00",
        }
        for line_no, line in enumerate(order.lines, 1)
    ]
    net = sum(line.net_pence for line in order.lines)
    vat = sum((line.net_pence + 2) // 5 for line in order.lines if line.vat_class == "S")
    return {
        "number": number,
        "issue_date": "2026-11-23",
        "purchase_order_number": order.number,
        "lines": lines,
        "net_pence": net,
        "vat_pence": vat,
        "gross_pence": net + vat,
    }


def answered(response: TestResponse, status: int = 200) -> dict[str, Any]:
    """The JSON of an answer that must have this status."""
    assert response.status_code == status, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer that must have this status and code."""
    problem = answered(response, status)
    assert problem["code"] == code, problem
    return problem
