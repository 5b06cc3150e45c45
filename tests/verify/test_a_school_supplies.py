"""A school supplies others with its staff: from its offers to their bills, and the books are clean afterwards."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from bursar.verify import verify
from tests.backends import ServiceDatabase
from tests.verify.life import ASH, BEECH, CEDAR, MANAGER, Life, approver, buyer, contract, offer, seller

SENT = {"issue_date": "2027-01-25", "purchase_order_number": "PO-000001"}


class Sharing(Life):
    """Cedar Academy supplies IT technicians and a music teacher to the primary schools of the alliance."""

    supplier: str
    offers: dict[str, str]

    def agree(self) -> tuple[str, dict[str, str]]:
        """Cedar becomes a supplier, with a contract and its offers: the supplier's id, and the offers' by sku."""
        self._join()
        sent = {"name": "Cedar shared staff", "email": "staff@cedar.example", "vat_number": None, "school_urn": CEDAR}
        supplier = str(self._do("members", MANAGER, "POST", "/suppliers", sent)["supplier_id"])
        self.tell()
        catalogue = partial(self._do, "catalogue", MANAGER, "POST")
        category = {"code": "staff", "name": "Shared staff", "cpv": "72253000-3", "ledger_code": "E20G"}
        catalogue("/categories", category)
        self.contracts = [catalogue("/contracts", contract("Shared staff", supplier, "staff"))["contract_id"]]
        offers = {}
        for sku, staff, unit, price in (("IT-DAY", "other", "DAY", "218"), ("MUSIC", "teaching", "HUR", "46.5")):
            made = catalogue(
                "/offers",
                offer(sku, self.contracts[0])
                | {"category_code": "staff", "staff": staff, "unit": unit, "vat_class": "Z"}
                | {"tiers": [{"from_quantity": 1, "unit_price": price}]},
            )
            assert (made["staff"], made["vat_class"]) == (staff, {"other": "S", "teaching": "E"}[staff])
            offers[sku] = made["offer_id"]
        self.tell()
        return supplier, offers

    def order(self, offers: dict[str, str]) -> dict[str, Any]:
        """Ash and Beech order of both, the round closes: Cedar's purchase order as Cedar sees it."""
        round_id = self.round_id = self.open_round("Shared staff")
        self._approve(round_id, ASH, {offers["IT-DAY"]: 3, offers["MUSIC"]: 20})
        self._approve(round_id, BEECH, {offers["IT-DAY"]: 2, offers["MUSIC"]: 10})
        form = self._do("orders", buyer(CEDAR), "GET", f"/rounds/{round_id}/orders/{CEDAR}/form")
        assert form["standings"] == []  # nobody supplies itself
        self._do("orders", MANAGER, "POST", f"/rounds/{round_id}/close")
        (listed,) = self._do("orders", MANAGER, "GET", f"/purchase-orders?round_id={round_id}")["items"]
        found: dict[str, Any] = self._do("orders", MANAGER, "GET", f"/purchase-orders/{listed['purchase_order_id']}")
        return found


@pytest.fixture(scope="module")
def sharing(module_databases: Callable[[str], ServiceDatabase]) -> Sharing:
    begun = Sharing(module_databases)
    begun.supplier, begun.offers = begun.agree()
    return begun


def test_teaching_staff_is_billed_exempt_and_other_staff_at_the_standard_rate(sharing: Sharing) -> None:
    supplier, order = sharing.supplier, sharing.order(sharing.offers)
    assert (order["supplier_name"], order["net_pence"], order["vat_pence"]) == ("Cedar shared staff", 2485_00, 218_00)
    lines = {line["sku"]: line for line in order["lines"]}
    assert {sku: line["vat_class"] for sku, line in lines.items()} == {"IT-DAY": "S", "MUSIC": "E"}

    do, path = sharing._do, f"/purchase-orders/{order['purchase_order_id']}"
    do("orders", seller(supplier), "POST", f"{path}/acknowledgement", {"answer": "accepted"})
    for drop in order["drops"]:
        sharing._receive(order, drop["school_urn"], {line["line_no"]: line["quantity"] for line in drop["lines"]})
    sharing.tell()
    invoiced = [
        {
            "order_line_no": line["line_no"],
            "quantity": line["quantity"],
            "unit_price": line["unit_price"],
            "vat_class": line["vat_class"],
        }
        for line in order["lines"]
    ]
    sent = SENT | {"number": "CS-1", "lines": invoiced, "net_pence": 2485_00, "vat_pence": 218_00}
    made = do("billing", seller(supplier), "POST", "/supplier-invoices", sent | {"gross_pence": 2703_00})
    assert {match["state"] for match in made["matches"]} == {"billable"}
    bills = do("billing", MANAGER, "POST", "/bills", {"round_id": sharing.round_id})["items"]
    sharing.tell()
    totals = {
        bill["school_urn"]: {
            each["vat_class"]: (each["net_pence"], each["vat_pence"])
            for each in do("billing", approver(bill["school_urn"]), "GET", f"/bills/{bill['bill_id']}")["vat_totals"]
        }
        for bill in bills
    }
    assert totals == {
        ASH: {"E": (930_00, 0), "S": (654_00, 130_80)},
        BEECH: {"E": (465_00, 0), "S": (436_00, 87_20)},
    }
    sharing.rest()
    environ = {f"{part.upper()}_MIGRATION_DATABASE_URL": each.owner_url for part, each in sharing.databases.items()}
    assert verify(environ, patience=0).breaches == ()


def test_only_a_school_supplies_staff(sharing: Sharing) -> None:
    known = sharing._do("members", MANAGER, "GET", "/suppliers")["items"]
    other = next(each["supplier_id"] for each in known if each["name"] == "oakdale")
    agreed = sharing._do("catalogue", MANAGER, "POST", "/contracts", contract("Agency", other, "staff"))
    sent = offer("TEMP", agreed["contract_id"]) | {"category_code": "staff", "staff": "other"}
    refused = sharing.clients("catalogue", MANAGER).send("POST", "/offers", json=sent, key=str(uuid4()))
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "staff")
