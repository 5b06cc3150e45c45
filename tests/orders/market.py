"""Builds what a round needs: schools, suppliers, offers, and people who order, approve, close and deliver."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from werkzeug.test import TestResponse

from chassis.actor import SERVICE, Actor
from tests.backends import ServiceDatabase
from tests.clients import Clients, ServiceClient, deliver

PAPER_TIERS = ((1, "12.5000"), (50, "11.8000"), (100, "10.9500"))

MANAGER = Actor("alliance", str(uuid4()), "Morgan Manager", frozenset({"alliance_manager"}))


def buyer(urn: int) -> Actor:
    """Somebody who fills in and sends the order of a school."""
    return Actor("school", f"buyer-{urn}", "Bea Buyer", frozenset({"school_buyer"}), school_urn=urn)


def approver(urn: int) -> Actor:
    """Somebody who approves the orders of a school."""
    return Actor("school", f"approver-{urn}", "Alex Approver", frozenset({"school_approver"}), school_urn=urn)


def supplier_user(supplier_id: str) -> Actor:
    """Somebody at a supplier."""
    return Actor("supplier", str(uuid4()), "Sam Sales", frozenset({"supplier_user"}), supplier_id=supplier_id)


class Market:
    """One orders database with its people; what it makes has sensible values unless told otherwise."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self._next_urn = 900001
        self.supplier_id = self.supplier("Fenwright Paper")
        self.contract_id = self.contract(self.supplier_id, "Paper and stationery")

    @property
    def service(self) -> ServiceDatabase:
        """The database behind it."""
        return self.clients.database("orders")

    def hear(self, *events: tuple[str, Mapping[str, Any]]) -> None:
        """Let the inbox handle events."""
        deliver(self.service, "orders", events)

    def as_(self, actor: Actor) -> ServiceClient:
        """The HTTP door as somebody sees it."""
        return self.clients("orders", actor)

    def school(self, *, phase: str = "primary", name: str | None = None, **more: Any) -> int:
        """A member school; returns its URN."""
        urn = self._next_urn
        self._next_urn += 1
        self.hear(("SchoolRecorded", school_body(urn, phase=phase, name=name or f"School {urn}", **more)))
        return urn

    def supplier(self, name: str, **more: Any) -> str:
        """A supplier; returns its id."""
        supplier_id = str(uuid4())
        body = {"supplier_id": supplier_id, "name": name, "email": "sales@example.org", "vat_number": None, **more}
        self.hear(("SupplierRecorded", body))
        return supplier_id

    def contract(self, supplier_id: str, title: str, contract_id: str | None = None, **terms: Any) -> str:
        """A contract with a supplier, or new terms for one; returns its id."""
        contract_id = contract_id or str(uuid4())
        body = {
            "contract_id": contract_id,
            "supplier_id": supplier_id,
            "title": title,
            "reference": "C-1",
            "category_code": "stationery",
            "settlement": "recharge",
            "starts_on": "2026-09-01",
            "ends_on": "2028-08-31",
            **terms,
        }
        self.hear(("ContractRecorded", body))
        return contract_id

    def offer(
        self,
        name: str = "Copier paper A4, 80 g",
        *,
        tiers: Sequence[tuple[int, str]] = PAPER_TIERS,
        contract: tuple[str, str] | None = None,
        **more: Any,
    ) -> str:
        """A published offer under `contract` (its id and its supplier's); returns its id."""
        offer_id = str(uuid4())
        self.hear(("OfferPublished", self.offer_body(offer_id, name, tiers=tiers, contract=contract, **more)))
        return offer_id

    def offer_body(
        self,
        offer_id: str,
        name: str,
        *,
        tiers: Sequence[tuple[int, str]] = PAPER_TIERS,
        contract: tuple[str, str] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """The body of OfferPublished."""
        contract_id, supplier_id = contract or (self.contract_id, self.supplier_id)
        return {
            "offer_id": offer_id,
            "contract_id": contract_id,
            "supplier_id": supplier_id,
            "category_code": "stationery",
            "category_name": "Stationery",
            "ledger_code": "E19",
            "sku": name[:12],
            "name": name,
            "description": "",
            "unit": "XBX",
            "pack_size": 1,
            "vat_class": "S",
            "tiers": [{"from_quantity": quantity, "unit_price": price} for quantity, price in tiers],
            "phases": [],
            **more,
        }

    def draft_round(self, **more: Any) -> dict[str, Any]:
        """A drafted round over the first contract, as the manager sees it."""
        sent = {
            "title": "Autumn stationery",
            "closes_at": in_days(7),
            "delivery_from": "2027-01-04",
            "delivery_to": "2027-01-22",
            "contract_ids": [self.contract_id],
            **more,
        }
        return ok(self.as_(MANAGER).post("/rounds", sent), 201)

    def open_round(self, **more: Any) -> str:
        """A round that takes orders; returns its id."""
        drafted = self.draft_round(**more)
        ok(self.as_(MANAGER).post(f"/rounds/{drafted['round_id']}/open", version=drafted["version"]))
        return str(drafted["round_id"])

    def save(self, round_id: str, urn: int, quantities: Mapping[str, Any], *, version: int = 0) -> TestResponse:
        """The buyer saves the order."""
        return self.as_(buyer(urn)).put(order_path(round_id, urn), {"lines": lines(quantities)}, version=version)

    def order(self, round_id: str, urn: int, quantities: Mapping[str, Any], state: str = "approved") -> Any:
        """The school's order brought to a state: draft, submitted, returned or approved."""
        path = order_path(round_id, urn)
        made = ok(self.save(round_id, urn, quantities))
        if state != "draft":
            made = ok(self.as_(buyer(urn)).post(f"{path}/submit", version=made["version"]))
        if state == "approved":
            made = ok(self.as_(approver(urn)).post(f"{path}/approve", version=made["version"]))
        if state == "returned":
            sent = {"reason": "Half of it, please"}
            made = ok(self.as_(approver(urn)).post(f"{path}/return", sent, version=made["version"]))
        return ok(self.as_(buyer(urn)).get(path))

    def close(self, round_id: str) -> dict[str, Any]:
        """The manager closes the round."""
        return ok(self.as_(MANAGER).post(f"/rounds/{round_id}/close"))

    def purchase_orders(self, round_id: str, actor: Actor = MANAGER) -> list[Any]:
        """The round's purchase orders, each whole, as somebody sees them."""
        listed = ok(self.as_(actor).get(f"/purchase-orders?round_id={round_id}"))["items"]
        return [ok(self.as_(actor).get(f"/purchase-orders/{item['purchase_order_id']}")) for item in listed]

    def answer(self, purchase_order: Mapping[str, Any], answer: str = "accepted", reason: str = "") -> TestResponse:
        """The supplier answers a purchase order."""
        path = f"/purchase-orders/{purchase_order['purchase_order_id']}/acknowledgement"
        sent = {"answer": answer, "reason": reason}
        return self.as_(supplier_user(purchase_order["supplier_id"])).post(path, sent)

    def receive(self, purchase_order: Mapping[str, Any], urn: int, units: Mapping[int, int]) -> TestResponse:
        """A school records units by line number."""
        sent = {"lines": [{"line_no": line_no, "quantity_received": count} for line_no, count in units.items()]}
        path = f"/purchase-orders/{purchase_order['purchase_order_id']}/receipts"
        return self.as_(buyer(urn)).post(path, sent)

    def round_state(self, round_id: str) -> str:
        """The state of the round."""
        return str(ok(self.as_(MANAGER).get(f"/rounds/{round_id}"))["state"])

    def events(self, event_type: str) -> list[Any]:
        """The bodies of the events of one type that were logged, in order."""
        query = text("SELECT body FROM event_log WHERE type = :type ORDER BY id")
        with self.service.database.transaction(SERVICE) as connection:
            return list(connection.execute(query, {"type": event_type}).scalars())

    def sql(self, statement: str, actor: Actor = SERVICE, **values: Any) -> list[Any]:
        """Run SQL through the service's own login as somebody; the rows, if there are any."""
        with self.service.database.transaction(actor) as connection:
            result = connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []


def school_body(urn: int, **more: Any) -> dict[str, Any]:
    """The body of SchoolRecorded."""
    return {
        "urn": urn,
        "name": f"School {urn}",
        "phase": "primary",
        "type_code": "1",
        "la_code": "886",
        "establishment_number": "2001",
        "low_age": 4,
        "high_age": 11,
        "pupils": 271,
        "postcode": "CT1 1AA",
        "town": "Canterbury",
        "joined_on": "2024-09-01",
        "left_on": None,
        **more,
    }


def order_path(round_id: str, urn: int) -> str:
    """The path of a school's order."""
    return f"/rounds/{round_id}/orders/{urn}"


def lines(wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of an order on the wire: by offer a quantity, or a mapping with what is wished beside it."""
    return [
        {"offer_id": offer_id, **(wish if isinstance(wish, Mapping) else {"quantity": wish})}
        for offer_id, wish in wanted.items()
    ]


def in_days(days: float) -> str:
    """An instant on the wire."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ok(answer: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer that must have gone well."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def refused(answer: TestResponse, status: int, code: str) -> dict[str, str]:
    """The faulty fields, with their messages, of a request that must have been refused."""
    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (status, code), body
    return {error["field"]: error["message"] for error in body["errors"]}
