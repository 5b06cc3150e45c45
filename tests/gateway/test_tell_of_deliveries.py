"""Mail about deliveries: who is told what is on its way, what was found wrong, and what the supplier does about it."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.events import samples
from tests.backends import ServiceDatabase
from tests.gateway.conftest import role
from tests.gateway.test_tell_people import CHESTNUT, hear, mail, told

RECEIPT = samples()["ReceiptRecorded", 2]
SUPPLIER = RECEIPT["supplier_id"]


@pytest.fixture(autouse=True)
def people(known: Callable[..., str]) -> None:
    """The people of a school, of another, of the supplier and of the alliance."""
    held = {
        "buyer": role("school_buyer", urn=CHESTNUT),
        "head": role("school_approver", urn=CHESTNUT),
        "elsewhere": role("school_buyer", urn=900009),
        "sales": role("supplier_user", supplier=SUPPLIER),
        "rival": role("supplier_user", supplier="00000000-0000-4000-8000-0000000000ff"),
        "manager": role("alliance_manager"),
    }
    for number, (name, of_role) in enumerate(held.items(), start=101):
        known(f"{name}@people.example", of_role, number=number)


def test_schools_are_told_what_is_on_its_way(store: ServiceDatabase) -> None:
    for _ in range(2):
        hear(store, ("DespatchRecorded", samples()["DespatchRecorded", 1]))
    assert told(store) == {"despatched": {"buyer", "head"}}


def test_the_supplier_is_told_of_a_claim_and_of_no_other_receipt(store: ServiceDatabase) -> None:
    good: Any = {**RECEIPT["lines"][0], "quantity_damaged": 0, "quantity_wrong": 0, "quantity_received": 5}
    hear(store, ("ReceiptRecorded", {**RECEIPT, "lines": [good]}), ("ReceiptRecorded", samples()["ReceiptRecorded", 1]))
    assert told(store) == {}
    for _ in range(2):
        hear(store, ("ReceiptRecorded", RECEIPT))
    assert told(store) == {"claim_recorded": {"sales"}}
    said = mail(store, "claim_recorded")
    assert said.subject == "PO-000001: Ash School reports 2 damaged, 1 wrong"
    assert said.link == "/supplier/claims"


def test_the_school_and_the_manager_are_told_what_the_supplier_does(store: ServiceDatabase) -> None:
    answered = samples()["ClaimAnswered", 1]
    hear(store, ("ClaimAnswered", answered), ("ClaimAnswered", {**answered, "answer": "credit", "redeliver_by": None,
                                               "answered_at": "2026-12-02T10:00:00Z"}))  # fmt: skip
    assert told(store) == {"claim_answered": {"buyer", "head", "manager"}}
