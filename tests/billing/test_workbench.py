"""Decisions on many lines at once, and back again until the month closes."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    CEDAR,
    MANAGER,
    Line,
    Order,
    World,
    answered,
    payment_of,
    refused,
    seller_of,
)

WHY = {"reason": "Agreed by telephone"}


def decide(world: World, decision: str, *keys: tuple[str, int, int], **more: Any) -> dict[str, Any]:
    lines = [{"supplier_invoice_id": key[0], "line_no": key[1], "school_urn": key[2]} for key in keys]
    body = {"decision": decision, "reason": "Agreed by telephone", "lines": lines, **more}
    return answered(world.a(MANAGER).post("/match-decisions", body))


def bench(world: World, show: str) -> list[tuple[str, int, str]]:
    page = answered(world.a(MANAGER).get(f"/open-matches?show={show}"))
    return [(line["number"], line["school_urn"], line["state"]) for line in page["items"]]


def short(world: World, number: str, missing: Sequence[int], round_no: int = 1) -> str:
    """An invoice for all of an order of which these schools received two units too few; its id."""
    order = Order([Line({ASH: 40, BEECH: 30, CEDAR: 20})], number=f"PO-00000{round_no}")
    world.tell(*order.events())
    world.tell(*[order.receipt(urn, **({"line_1": 2} if urn in missing else {})) for urn in (ASH, BEECH, CEDAR)])
    return str(world.invoiced(order, number)["supplier_invoice_id"])


def test_many_lines_of_several_invoices_are_decided_at_once_and_what_cannot_be_is_told(world: World) -> None:
    one = short(world, "INV-1", (ASH, BEECH), 1)
    two = short(world, "INV-2", (CEDAR,), 2)
    assert bench(world, "to_decide") == [
        ("INV-1", ASH, "held"),
        ("INV-1", BEECH, "held"),
        ("INV-2", CEDAR, "held"),
    ]
    found = decide(world, "accept", (one, 1, ASH), (two, 1, CEDAR), (two, 1, BEECH), (two, 1, 999999))
    assert found["done"] == 2
    assert [(each["school_urn"], each["code"]) for each in found["refused"]] == [
        (BEECH, "match_not_held"),
        (999999, "not_found"),
    ]
    assert bench(world, "decided") == [("INV-1", ASH, "billable"), ("INV-2", CEDAR, "billable")]
    assert answered(world.a(BOARD).get("/open-matches"))["counts"] == {"to_decide": 1, "awaiting": 0, "decided": 2}


def test_a_decision_on_whole_invoices_is_about_the_lines_that_it_can_be_about(world: World) -> None:
    one, two = short(world, "INV-1", (ASH, BEECH), 1), short(world, "INV-2", (CEDAR,), 2)
    assert decide(world, "credit-request", supplier_invoice_ids=[one, two]) == {"done": 3, "refused": []}
    assert bench(world, "to_decide") == []
    claims = answered(world.a(MANAGER).get("/credit-claims"))["items"]
    assert [claim["why"] for claim in claims] == ["Agreed by telephone"] * 3
    assert decide(world, "withdraw", supplier_invoice_ids=[one]) == {"done": 2, "refused": []}
    claims = answered(world.a(MANAGER).get("/credit-claims"))["items"]
    assert [claim["requested_at"] is not None for claim in claims] == [False, False, True]
    assert len(bench(world, "to_decide")) == 2
    assert decide(world, "dispute", supplier_invoice_ids=[two])["done"] == 3
    assert {match["state"] for match in world.shown(two)["matches"]} == {"held"}


def test_of_two_invoices_for_the_same_units_only_one_is_accepted_and_nothing_else_is_lost(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 10, BEECH: 5})]))
    first, second = (world.invoiced(order, number)["supplier_invoice_id"] for number in ("INV-1", "INV-2"))
    third = short(world, "INV-3", (CEDAR,), 3)
    found = decide(world, "accept", (second, 1, ASH), (second, 1, BEECH), (third, 1, CEDAR))
    assert found["done"] == 1
    assert {each["detail"] for each in found["refused"]} == {
        "Earlier invoices have used up what this school ordered and received."
    }
    assert [match["decisions"] for match in world.shown(second)["matches"]] == [[], []]
    assert {match["state"] for match in world.shown(first)["matches"]} == {"billable"}


@pytest.mark.parametrize("decision", ["accept", "dispute", "credit-request"])
def test_every_decision_is_taken_back_and_leaves_what_there_was(world: World, decision: str) -> None:
    invoice_id = short(world, "INV-1", (ASH,))
    before = world.shown(invoice_id)["matches"]
    decide(world, decision, (invoice_id, 1, ASH))
    decide(world, "withdraw", (invoice_id, 1, ASH))
    after = world.shown(invoice_id)["matches"]
    assert [made["decision"] for made in after[0].pop("decisions")][-1] == "withdrawn"
    before[0].pop("decisions")
    assert after == before
    assert bench(world, "to_decide") == [("INV-1", ASH, "held")]


def test_what_is_paid_is_not_taken_back_and_the_refusal_names_the_bill(world: World) -> None:
    invoice_id = short(world, "INV-1", (ASH,))
    decide(world, "accept", (invoice_id, 1, ASH))
    (bill,) = [bill for bill in world.billed() if bill["school_urn"] == ASH]
    world.pay(payment_of(bill))
    (fault,) = decide(world, "withdraw", (invoice_id, 1, ASH))["refused"]
    assert fault["code"] == "match_billed"
    assert bill["number"] in fault["detail"]


def test_nothing_is_taken_back_of_a_month_that_is_closed(world: World) -> None:
    invoice_id = short(world, "INV-1", (ASH,))
    decide(world, "dispute", (invoice_id, 1, ASH))
    world.rows("INSERT INTO period (month, state) VALUES (date_trunc('month', now()), 'closed') RETURNING month")
    (fault,) = decide(world, "withdraw", (invoice_id, 1, ASH))["refused"]
    assert fault["code"] == "period_closed"
    path = f"/supplier-invoices/{invoice_id}/matches/1/{ASH}/withdraw"
    refused(world.a(MANAGER).post(path, WHY), 409, "period_closed")


def test_a_rejection_is_taken_back_until_the_supplier_has_credited_it(world: World) -> None:
    invoice_id = short(world, "INV-1", (ASH,))
    before = [(match["state"], match["reasons"]) for match in world.shown(invoice_id)["matches"]]
    path = f"/supplier-invoices/{invoice_id}/rejection"
    refused(world.a(MANAGER).post(f"{path}-withdrawal", WHY), 409, "match_not_decided")
    answered(world.a(MANAGER).post(path, WHY))
    assert bench(world, "all") == []
    assert decide(world, "accept", (invoice_id, 1, BEECH))["refused"][0]["code"] == "invoice_rejected"
    back = answered(world.a(MANAGER).post(f"{path}-withdrawal", WHY))
    assert [(match["state"], match["reasons"]) for match in back["matches"]] == before
    assert back["answer"] == "under_query"


def test_taking_a_rejection_back_leaves_no_credit_asked_for(world: World) -> None:
    invoice_id = short(world, "INV-1", (ASH,))
    decide(world, "credit-request", (invoice_id, 1, ASH))
    path = f"/supplier-invoices/{invoice_id}/rejection"
    answered(world.a(MANAGER).post(path, WHY))
    answered(world.a(MANAGER).post(f"{path}-withdrawal", WHY))
    assert {match["credit_requested"] for match in world.shown(invoice_id)["matches"]} == {False}
    assert bench(world, "to_decide") == [("INV-1", ASH, "held")]


def test_the_workbench_is_the_alliances(world: World) -> None:
    seller = seller_of(Order().supplier_id)
    body = {"decision": "accept", "reason": "x", "supplier_invoice_ids": [short(world, "INV-1", (ASH,))]}
    for actor in (seller, BOARD):
        assert world.a(actor).post("/match-decisions", body).status_code == 403
    assert world.a(seller).get("/open-matches").status_code == 403
    refused(world.a(MANAGER).post("/match-decisions", {"decision": "accept", "reason": "x"}), 422, "validation_failed")
