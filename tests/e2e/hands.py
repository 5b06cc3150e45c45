"""What people do in the story, and what they see; by browser or by program."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.alliance import Alliance, School
from tests.e2e.api import Refused
from tests.e2e.patience import eventually

Quantities = Mapping[str, int]


class Hands(ABC):
    """The acts of the story are abstract; what comes of them is read through `/api/v1` in either telling."""

    def __init__(self, alliance: Alliance) -> None:
        self.alliance = alliance
        self.round_id = ""

    @abstractmethod
    def open_round(self, title: str, contract: Mapping[str, Any]) -> None:
        """The manager makes a round of that contract's offers and opens it."""

    @abstractmethod
    def order(self, school: School, quantities: Quantities) -> None:
        """The school's buyer fills the form, checks the answers and sends them."""

    @abstractmethod
    def approve(self, school: School) -> None:
        """The school's approver approves."""

    @abstractmethod
    def close_round(self) -> None:
        """The manager looks at the preview and closes."""

    @abstractmethod
    def accept_purchase_order(self) -> None:
        """The supplier accepts."""

    @abstractmethod
    def record_receipt(self, school: School, quantities: Quantities) -> None:
        """The school records what arrived."""

    @abstractmethod
    def send_invoice(self, document: bytes) -> None:
        """The supplier uploads a UBL invoice."""

    @abstractmethod
    def issue_bills(self) -> None:
        """The manager bills each school for what may be billed."""

    @abstractmethod
    def import_statement(self, document: bytes) -> None:
        """The manager uploads a bank statement."""

    @property
    def manager(self) -> Any:
        """The manager's way into the API."""
        return self.alliance.api(self.alliance.manager)

    def total_quantity(self, offer: str, *, seen_by: School) -> int:
        """What everybody together has ordered so far, as one school sees it."""
        offer_id = self.alliance.offers[offer]["offer_id"]
        totals = self.alliance.api(seen_by.buyer).get(f"/rounds/{self.round_id}/totals")["items"]
        return next(item["quantity"] for item in totals if item["offer_id"] == offer_id)

    def other_order_is_hidden(self, school: School, *, from_: School) -> bool:
        """Whether one school's order does not exist for the other's people."""
        try:
            self.alliance.api(from_.buyer).get(f"/rounds/{self.round_id}/orders/{school.urn}")
        except Refused as refused:
            return refused.status == 404
        return False

    def purchase_order(self) -> Any:
        """The round's one purchase order, as the supplier sees it."""
        supplier = self.alliance.api(self.alliance.supplier_user)
        listed = supplier.get(f"/purchase-orders?round_id={self.round_id}")["items"]
        assert len(listed) == 1
        return supplier.get(f"/purchase-orders/{listed[0]['purchase_order_id']}")

    def order_state(self, school: School) -> str:
        """The state of a school's order, as its buyer sees it."""
        return self.alliance.api(school.buyer).get(f"/rounds/{self.round_id}/orders/{school.urn}")["state"]

    def invoice(self) -> Any:
        """The supplier's invoice with its match, as the manager sees it, once billing has heard of everything."""
        order_id = self.purchase_order()["purchase_order_id"]
        self.alliance.stack.caught_up()
        listed = self.manager.get("/supplier-invoices")["items"]
        (mine,) = [item for item in listed if (item["purchase_order_id"], item["kind"]) == (order_id, "invoice")]
        return self.manager.get(f"/supplier-invoices/{mine['supplier_invoice_id']}")

    def held_lines(self) -> dict[int, list[str]]:
        """The reasons why a school's line is held, by URN."""
        return {line["school_urn"]: line["reasons"] for line in self.invoice()["matches"] if line["state"] == "held"}

    def bills(self) -> dict[int, int]:
        """What each school was billed in this round, gross pence by URN."""
        sums: dict[int, int] = {}
        for bill in self.manager.get(f"/bills?round_id={self.round_id}")["items"]:
            sums[bill["school_urn"]] = sums.get(bill["school_urn"], 0) + bill["gross_pence"]
        return sums

    def bill_of(self, school: School) -> Any:
        """A school's newest bill of this round, as its buyer sees it."""
        return self.alliance.api(school.buyer).get(f"/bills?round_id={self.round_id}")["items"][-1]

    def statement_of_account(self, school: School) -> Any:
        """A school's statement, as its buyer sees it."""
        return self.alliance.api(school.buyer).get(f"/accounts/{school.urn}")

    def balance_pence(self, school: School) -> int:
        """What a school owes."""
        return self.statement_of_account(school)["balance_pence"]

    def open_bank_lines(self) -> list[Any]:
        """Bank lines that nothing was posted for, of this story's schools."""
        names = {school.name for school in self.alliance.schools}
        references = {
            bill["payment_reference"] for bill in self.manager.get(f"/bills?round_id={self.round_id}")["items"]
        }
        lines = self.manager.get("/bank-lines?state=new")["items"]
        return [line for line in lines if line["counterparty"] in names and line["reference"] in references]

    def round_state(self) -> str:
        """The state of the round, once every part has heard of everything."""
        self.alliance.stack.caught_up()
        return self.manager.get(f"/rounds/{self.round_id}")["state"]


def deadline() -> str:
    """A closing time well in the future."""
    return (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:00Z")


class ApiHands(Hands):
    """Every act through `/api/v1`."""

    def open_round(self, title: str, contract: Mapping[str, Any]) -> None:
        made = eventually(
            lambda: self.manager.post(
                "/rounds",
                {
                    "title": title,
                    "closes_at": deadline(),
                    "delivery_from": "2026-12-01",
                    "delivery_to": "2026-12-18",
                    "contract_ids": [contract["contract_id"]],
                },
            ),
            failing_with=Refused,
        )
        self.round_id = made["round_id"]
        self.manager.post(f"/rounds/{self.round_id}/open", version=made["version"])

    def order(self, school: School, quantities: Quantities) -> None:
        api = self.alliance.api(school.buyer)
        path = f"/rounds/{self.round_id}/orders/{school.urn}"
        lines = [
            {"offer_id": self.alliance.offers[name]["offer_id"], "quantity": quantity}
            for name, quantity in quantities.items()
        ]
        draft = eventually(
            lambda: api.put(path, {"lines": lines}, version=api.get(path)["version"]), failing_with=Refused
        )
        api.post(f"{path}/submit", version=draft["version"])

    def approve(self, school: School) -> None:
        api = self.alliance.api(school.approver)
        path = f"/rounds/{self.round_id}/orders/{school.urn}"
        api.post(f"{path}/approve", version=api.get(path)["version"])

    def close_round(self) -> None:
        preview = self.manager.get(f"/rounds/{self.round_id}/close-preview")
        self.manager.post(
            f"/rounds/{self.round_id}/close", version=self.manager.get(f"/rounds/{self.round_id}")["version"]
        )
        assert sum(order["net_pence"] for order in preview["purchase_orders"]) == self.purchase_order()["net_pence"]

    def accept_purchase_order(self) -> None:
        order = self.purchase_order()
        supplier = self.alliance.api(self.alliance.supplier_user)
        supplier.post(f"/purchase-orders/{order['purchase_order_id']}/acknowledgement", {"answer": "accepted"})

    def record_receipt(self, school: School, quantities: Quantities) -> None:
        order = self.purchase_order()
        numbers = {line["name"]: line["line_no"] for line in order["lines"]}
        lines = [{"line_no": numbers[name], "quantity_received": quantity} for name, quantity in quantities.items()]
        self.alliance.api(school.buyer).post(
            f"/purchase-orders/{order['purchase_order_id']}/receipts", {"lines": lines}
        )

    def send_invoice(self, document: bytes) -> None:
        self.alliance.stack.caught_up()
        self.alliance.api(self.alliance.supplier_user).post(
            "/supplier-invoices", document, content_type="application/xml"
        )

    def issue_bills(self) -> None:
        self.alliance.stack.caught_up()
        self.manager.post("/bills", {"round_id": self.round_id})

    def import_statement(self, document: bytes) -> None:
        self.manager.post("/bank-statements", document, content_type="application/xml")
