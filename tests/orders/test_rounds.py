"""Rounds before and while schools order: planning, opening, totals, the form, the board."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import Schema

from services.orders.api import answer_schemas, close_schemas, purchase_order_schemas
from tests.orders.market import (
    MANAGER,
    Market,
    approver,
    buyer,
    in_days,
    ok,
    order_path,
    refused,
    supplier_user,
)

HOMES = {
    "Preview": close_schemas,
    "PurchaseOrderList": purchase_order_schemas,
    "PurchaseOrder": purchase_order_schemas,
}


def test_a_round_is_planned_and_opened(market: Market) -> None:
    paper = market.offer()
    drafted = market.draft_round()
    assert (drafted["number"], drafted["state"], drafted["opens_at"]) == ("R-0001", "draft", None)
    assert [offer["offer_id"] for offer in drafted["offers"]] == [paper]
    opened = ok(market.as_(MANAGER).post(f"/rounds/{drafted['round_id']}/open", version=drafted["version"]))
    assert (opened["state"], opened["version"]) == ("open", 2)
    assert opened["opens_at"] is not None
    (offer,) = opened["offers"]
    assert (offer["supplier_name"], offer["vat_rate"]) == ("Fenwright Paper", "20.00")
    assert offer["tiers"] == [
        {"from_quantity": 1, "unit_price": "12.5000"},
        {"from_quantity": 50, "unit_price": "11.8000"},
        {"from_quantity": 100, "unit_price": "10.9500"},
    ]


def test_a_round_may_choose_single_offers(market: Market) -> None:
    paper, _ = market.offer(), market.offer("Pens")
    drafted = market.draft_round(contract_ids=[], offer_ids=[paper])
    assert [offer["offer_id"] for offer in drafted["offers"]] == [paper]


def test_what_a_round_offers_is_fixed_when_it_opens(market: Market) -> None:
    paper = market.offer()
    round_id = market.open_round()
    market.hear(("OfferPublished", market.offer_body(paper, "Dearer paper", tiers=((1, "99.0000"),))))
    market.offer("Newcomer")
    (offer,) = ok(market.as_(MANAGER).get(f"/rounds/{round_id}"))["offers"]
    assert (offer["name"], offer["tiers"][0]["unit_price"]) == ("Copier paper A4, 80 g", "12.5000")


def test_a_round_needs_something_to_offer(market: Market) -> None:
    sent = {"title": "Empty", "closes_at": in_days(7), "delivery_from": "2027-01-04", "delivery_to": "2027-01-22"}
    as_manager = market.as_(MANAGER)
    refused(as_manager.post("/rounds", sent), 422, "round_without_offers")
    faults = refused(
        as_manager.post("/rounds", {**sent, "contract_ids": [market.contract_id]}), 422, "round_without_offers"
    )
    assert list(faults) == ["contract_ids.0"]
    faults = refused(as_manager.post("/rounds", {**sent, "offer_ids": [str(uuid4())]}), 422, "round_without_offers")
    assert list(faults) == ["offer_ids.0"]
    paper = market.offer()
    drafted = market.draft_round()
    market.hear(("OfferWithdrawn", {"offer_id": paper}))
    refused(as_manager.post(f"/rounds/{drafted['round_id']}/open"), 422, "round_without_offers")


def test_dates_must_be_in_order(market: Market) -> None:
    market.offer()
    sent = {
        "title": "Backwards",
        "closes_at": in_days(-1),
        "delivery_from": "2027-01-22",
        "delivery_to": "2027-01-04",
        "contract_ids": [market.contract_id],
    }
    faults = refused(market.as_(MANAGER).post("/rounds", sent), 422, "dates_out_of_order")
    assert sorted(faults) == ["closes_at", "delivery_to"]
    faults = refused(market.as_(MANAGER).post("/rounds", {**sent, "closes_at": "tomorrow"}), 422, "validation_failed")
    assert list(faults) == ["closes_at"]


def test_a_draft_changes_freely_and_an_open_round_only_its_deadline(market: Market) -> None:
    market.offer()
    drafted = market.draft_round()
    path = f"/rounds/{drafted['round_id']}"
    as_manager = market.as_(MANAGER)
    changed = ok(as_manager.put(path, {"title": "Winter stationery"}, version=1))
    assert (changed["title"], changed["delivery_from"]) == ("Winter stationery", "2027-01-04")
    refused(as_manager.put(path, {"title": "Spring"}, version=1), 412, "version_conflict")
    opened = ok(as_manager.post(f"{path}/open", version=2))
    later = {**{name: opened[name] for name in ("title", "delivery_from", "delivery_to")}, "closes_at": in_days(9)}
    moved = ok(as_manager.put(path, later, version=3))
    assert moved["closes_at"] == later["closes_at"]
    refused(as_manager.put(path, {"title": "Spring"}, version=4), 409, "round_not_draft")
    refused(as_manager.put(path, {"closes_at": in_days(-1)}, version=4), 422, "dates_out_of_order")
    refused(as_manager.post(f"{path}/open"), 409, "round_not_draft")


def test_a_repeated_post_plans_one_round(market: Market) -> None:
    market.offer()
    sent = {
        "title": "Once",
        "closes_at": in_days(7),
        "delivery_from": "2027-01-04",
        "delivery_to": "2027-01-22",
        "contract_ids": [market.contract_id],
    }
    key = str(uuid4())
    first, second = (ok(market.as_(MANAGER).post("/rounds", sent, key=key), 201) for _ in range(2))
    assert first == second
    assert len(ok(market.as_(MANAGER).get("/rounds"))["items"]) == 1


def test_only_the_manager_runs_rounds(market: Market) -> None:
    market.offer()
    round_id = market.open_round()
    for actor in (buyer(market.school()), supplier_user(market.supplier_id)):
        someone = market.as_(actor)
        refused(someone.post("/rounds", {}), 403, "forbidden")
        for step in ("open", "close"):
            refused(someone.post(f"/rounds/{round_id}/{step}"), 403, "forbidden")
        refused(someone.get(f"/rounds/{round_id}/close-preview"), 403, "forbidden")


def test_totals_and_tiers_are_the_same_for_every_member(market: Market) -> None:
    paper, pens = market.offer(), market.offer("Pens", tiers=((1, "1.0000"),))
    oak, elm, ash = market.school(), market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 34}, "approved")
    market.order(round_id, elm, {paper: 59, pens: 1}, "submitted")
    market.order(round_id, ash, {paper: 500}, "draft")
    seen = [
        ok(market.as_(actor).get(f"/rounds/{round_id}/totals"))["items"]
        for actor in (buyer(oak), approver(ash), MANAGER, supplier_user(market.supplier_id))
    ]
    assert all(items == seen[0] for items in seen)
    totals = {item["offer_id"]: item for item in seen[0]}
    assert totals[paper] == {
        "offer_id": paper,
        "quantity": 93,
        "schools": 2,
        "unit_price": "11.8000",
        "net_pence": 1097_40,
        "next_from_quantity": 100,
        "next_unit_price": "10.9500",
        "units_to_next": 7,
        "cheaper": {"quantity": 100, "net_pence": 1095_00},
        "flexible": 0,
        "advice": {"units": 7, "saves_pence": 2_40, "offered": 0},
    }
    assert (totals[pens]["quantity"], totals[pens]["next_from_quantity"]) == (1, None)


def test_an_order_is_shown_at_the_tier_that_it_would_reach(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 60}, "submitted")
    draft = market.order(round_id, elm, {paper: 40}, "draft")
    assert (draft["lines"][0]["unit_price"], draft["net_pence"]) == ("10.9500", 438_00)
    assert draft["worst_gross_pence"] == 600_00
    seen = ok(market.as_(buyer(oak)).get(order_path(round_id, oak)))
    assert (seen["lines"][0]["unit_price"], seen["net_pence"]) == ("11.8000", 708_00)


def test_the_form_has_every_offer_for_the_school_in_order(market: Market) -> None:
    paper = market.offer()
    atlas = market.offer("Atlas", category_name="Books")
    market.offer("Lab coats", phases=["secondary"])
    infants = market.offer("Big bricks", phases=["primary", "nursery"])
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, elm, {paper: 40}, "submitted")
    market.order(round_id, oak, {paper: 8}, "draft")
    form = ok(market.as_(buyer(oak)).get(f"{order_path(round_id, oak)}/form"))
    assert [at["offer_id"] for at in form["standings"]] == [atlas, infants, paper]
    assert form["standings"][2] == {
        "offer_id": paper,
        "total_quantity": 48,
        "schools": 2,
        "unit_price": "12.5000",
        "next_from_quantity": 50,
        "next_unit_price": "11.8000",
        "units_to_next": 2,
        "flexible": 0,
        "advice": {"units": 2, "offered": 0, "saves_pence": 48 * 1250 - 50 * 1180},
    }
    wishes = {"flexible": 0, "max_unit_price": None, "min_schools": None, "note": ""}
    assert form["lines"] == [{"offer_id": paper, "quantity": 8, **wishes}]
    assert (form["order"]["state"], form["order"]["net_pence"]) == ("draft", 100_00)
    assert form["round"]["round_id"] == round_id


def test_a_withdrawn_offer_leaves_the_form_unless_it_stands_in_the_order(market: Market) -> None:
    paper, pens = market.offer(), market.offer("Pens")
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 8, pens: 1}, "draft")
    assert len(ok(market.as_(buyer(elm)).get(f"{order_path(round_id, elm)}/form"))["standings"]) == 2
    market.hear(("OfferWithdrawn", {"offer_id": pens}))
    form = ok(market.as_(buyer(elm)).get(f"{order_path(round_id, elm)}/form"))
    assert [at["offer_id"] for at in form["standings"]] == [paper]
    form = ok(market.as_(buyer(oak)).get(f"{order_path(round_id, oak)}/form"))
    assert [at["offer_id"] for at in form["standings"]] == [paper, pens]
    assert [(offer["offer_id"], offer["withdrawn"]) for offer in form["offers"]] == [(paper, False), (pens, True)]


def test_who_keeps_the_offers_is_sent_them_again_only_after_a_change(market: Market) -> None:
    paper, pens = market.offer(), market.offer("Pens")
    oak = market.school()
    path = f"{order_path(market.open_round(), oak)}/form"
    first = ok(market.as_(buyer(oak)).get(path))
    assert [offer["offer_id"] for offer in first["offers"]] == [paper, pens]
    again = ok(market.as_(buyer(oak)).get(f"{path}?known_offers={first['offers_version']}"))
    assert again == {**first, "offers": None}
    market.hear(("OfferWithdrawn", {"offer_id": pens}))
    changed = ok(market.as_(buyer(oak)).get(f"{path}?known_offers={first['offers_version']}"))
    assert changed["offers_version"] != first["offers_version"]
    assert [offer["withdrawn"] for offer in changed["offers"]] == [False, True]


def test_the_list_shows_answers_to_the_manager_and_the_own_order_to_a_school(market: Market) -> None:
    paper = market.offer()
    schools = [market.school() for _ in range(5)]
    market.school(left_on="2025-08-31")
    round_id = market.open_round()
    for urn, state in zip(schools, ("approved", "submitted", "draft", "returned"), strict=False):
        market.order(round_id, urn, {paper: 2}, state)
    (listed,) = ok(market.as_(MANAGER).get("/rounds"))["items"]
    assert listed["answers"] == {
        "approved": 1,
        "submitted": 1,
        "draft": 1,
        "returned": 1,
        "silent": 1,
        "declined": 0,
        "dropped": 0,
    }
    assert "my_order" not in listed
    (listed,) = ok(market.as_(buyer(schools[0])).get("/rounds"))["items"]
    assert listed["my_order"] == {"state": "approved", "reference": "O-000001", "net_pence": 25_00, "version": 3}
    assert "answers" not in listed
    (listed,) = ok(market.as_(buyer(schools[4])).get("/rounds"))["items"]
    assert listed["my_order"] is None
    market.close(round_id)
    (listed,) = ok(market.as_(buyer(schools[0])).get("/rounds"))["items"]
    assert listed["my_order"]["net_pence"] == 25_00
    rows = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/orders"))["items"]
    assert {row["state"] for row in rows} == {"approved", "dropped", "silent"}


@pytest.fixture(scope="module")
def shown(shared_market: Market) -> dict[str, Any]:
    """One answer of each kind, by the name of its schema."""
    market = shared_market
    paper = market.offer()
    market.offer("Atlas", vat_class="Z", phases=["primary"])
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 93})
    draft = market.order(round_id, elm, {paper: 1}, "draft")
    sent = ok(market.as_(buyer(elm)).post(f"{order_path(round_id, elm)}/submit", version=draft["version"]))
    school, manager, path = market.as_(buyer(oak)), market.as_(MANAGER), f"/rounds/{round_id}"
    shown = {
        "OrderState": sent,
        "RoundList": ok(school.get("/rounds")),
        "RoundWithOffers": ok(manager.get(path)),
        "Totals": ok(school.get(f"{path}/totals")),
        "Board": ok(manager.get(f"{path}/orders")),
        "Order": ok(school.get(order_path(round_id, oak))),
        "Preview": ok(manager.get(f"{path}/close-preview")),
    }
    market.close(round_id)
    shown["PurchaseOrderList"] = ok(manager.get("/purchase-orders"))
    shown["PurchaseOrder"] = market.purchase_orders(round_id)[0]
    return shown


@pytest.mark.parametrize(
    "name",
    [
        "RoundList",
        "RoundWithOffers",
        "Totals",
        "Board",
        "Order",
        "OrderState",
        "Preview",
        "PurchaseOrderList",
        "PurchaseOrder",
    ],
)
def test_answers_are_what_their_schema_says(shown: dict[str, Any], name: str) -> None:
    home = HOMES.get(name, answer_schemas)
    schema: Schema = getattr(home, f"{name}Schema")()
    assert schema.validate(shown[name]) == {}


def test_a_deadline_moves_to_utc(market: Market) -> None:
    market.offer()
    local = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    drafted = market.draft_round(closes_at=f"{local:%Y-%m-%dT%H:%M:%S}+01:00")
    assert drafted["closes_at"] == f"{local - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
