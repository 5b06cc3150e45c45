"""What a school says beside its quantities: flexible units, conditions, notes, fund, site, or nothing this time."""

from typing import Any

import pytest

from tests.orders.market import MANAGER, Market, approver, buyer, ok, order_path, refused, school_body, supplier_user

NONE: dict[str, Any] = {"flexible": 0, "max_unit_price": None, "min_schools": None, "note": ""}
ALL: dict[str, Any] = {"flexible": 6, "max_unit_price": "11.8000", "min_schools": 5, "note": "Blue, please"}


def wished(market: Market, round_id: str, urn: int) -> dict[str, Any]:
    """The order's lines by offer, each without what follows from the round."""
    order = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    return {line["offer_id"]: {name: line[name] for name in ("quantity", *NONE)} for line in order["lines"]}


def test_a_line_keeps_what_was_said_of_it_until_it_is_said_otherwise(market: Market) -> None:
    paper, pens = market.offer(), market.offer("Pens")
    oak = market.school()
    round_id = market.open_round()
    path, door = order_path(round_id, oak), market.as_(buyer(oak))
    sent = [{"offer_id": paper, "quantity": 8, **ALL, "max_unit_price": "11.8"}, {"offer_id": pens, "quantity": 2}]
    saved = ok(door.put(path, {"lines": sent}, version=0))
    assert wished(market, round_id, oak) == {paper: {"quantity": 8, **ALL}, pens: {"quantity": 2, **NONE}}
    form = ok(door.get(f"{path}/form"))
    assert {line["offer_id"]: line for line in form["lines"]}[paper] == {"offer_id": paper, "quantity": 8, **ALL}
    sent[0] = {"offer_id": paper, "quantity": 8, "note": "Red"}
    ok(door.put(path, {"lines": sent}, version=saved["version"]))
    assert wished(market, round_id, oak)[paper] == {"quantity": 8, **NONE, "note": "Red"}


def test_the_worst_case_has_the_flexible_units_at_the_dearest_price_agreed_to(market: Market) -> None:
    paper = market.offer(vat_class="Z")
    oak = market.school()
    door, path = market.as_(buyer(oak)), order_path(market.open_round(), oak)
    line = {"offer_id": paper, "quantity": 10, "flexible": 5}
    saved = ok(door.put(path, {"lines": [line]}, version=0))
    assert (saved["net_pence"], saved["worst_gross_pence"]) == (125_00, 15 * 12_50)
    saved = ok(door.put(path, {"lines": [line | {"max_unit_price": "11.80"}]}, version=saved["version"]))
    assert saved["worst_gross_pence"] == 15 * 11_80


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"flexible": -1}, "lines.0.flexible"),
        ({"flexible": 1.5}, "lines.0.flexible"),
        ({"max_unit_price": "cheap"}, "lines.0.max_unit_price"),
        ({"max_unit_price": "0.00001"}, "lines.0.max_unit_price"),
        ({"max_unit_price": "-1"}, "lines.0.max_unit_price"),
        ({"min_schools": 0}, "lines.0.min_schools"),
        ({"note": "x" * 501}, "lines.0.note"),
        ({"note": "two\nlines"}, "lines.0.note"),
        ({"hurry": True}, "lines.0.hurry"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(shared_market: Market, wish: dict[str, Any], field: str) -> None:
    paper, oak = shared_market.offer(), shared_market.school()
    path = order_path(shared_market.open_round(), oak)
    sent = {"lines": [{"offer_id": paper, "quantity": 1, **wish}]}
    assert field in refused(shared_market.as_(buyer(oak)).put(path, sent, version=0), 422, "validation_failed")


def test_flexible_units_come_on_top_of_firm_ones(market: Market) -> None:
    paper, oak = market.offer(), market.school()
    sent = {"lines": [{"offer_id": paper, "quantity": 0, "flexible": 6}]}
    answer = market.as_(buyer(oak)).put(order_path(market.open_round(), oak), sent, version=0)
    assert "lines.0.quantity" in refused(answer, 422, "lines_refused")


def test_fund_site_and_note_stay_until_they_are_said_otherwise(market: Market) -> None:
    paper = market.offer()
    main, annexe = "11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"
    site = {"address": "Elm Row", "postcode": "CT1 1AA", "instructions": "Ring", "main": False}
    oak, elm = market.school(), market.school()
    sites = [{**site, "site_id": main, "name": "Main", "main": True}, {**site, "site_id": annexe, "name": "Annexe"}]
    market.hear(("SchoolRecorded", school_body(oak, sites=sites)), ("SchoolRecorded", school_body(elm, sites=[])))
    round_id = market.open_round()
    path, door = order_path(round_id, oak), market.as_(buyer(oak))
    assert [at["name"] for at in ok(door.get(f"{path}/form"))["sites"]] == ["Main", "Annexe"]
    lines = [{"offer_id": paper, "quantity": 1}]
    said = {"fund": "pta", "site_id": annexe, "note": "For the fair"}
    saved = ok(door.put(path, {"lines": lines, **said}, version=0))
    assert {name: saved[name] for name in said} == said
    assert saved["site_name"] == "Annexe"
    sent = ok(door.post(f"{path}/submit", {"lines": lines}, version=saved["version"]))
    assert {name: sent[name] for name in said} == said
    assert ok(door.put(path, {"lines": lines, "site_id": None}, version=sent["version"]))["site_id"] is None
    theirs = market.as_(buyer(elm)).put(order_path(round_id, elm), {"lines": lines, "site_id": annexe}, version=0)
    assert "site_id" in refused(theirs, 422, "site_unknown")
    assert "fund" in refused(door.put(path, {"lines": lines, "fund": "mine"}, version=4), 422, "validation_failed")


def test_a_school_that_needs_nothing_says_so_and_may_change_its_mind(market: Market) -> None:
    paper, oak, elm = market.offer(), market.school(), market.school()
    round_id = market.open_round()
    path, door = order_path(round_id, oak), market.as_(buyer(oak))
    declined = ok(door.post(f"{path}/decline", version=0))
    assert (declined["state"], declined["version"]) == ("declined", 1)
    (listed,) = ok(market.as_(MANAGER).get("/rounds"))["items"]
    assert (listed["answers"]["declined"], listed["answers"]["silent"]) == (1, 1)
    again = ok(market.save(round_id, oak, {paper: 60}, version=1))
    assert [entry["action"] for entry in again["history"]] == ["declined", "changed"]
    sent = ok(door.post(f"{path}/submit", version=again["version"]))
    ok(market.as_(approver(oak)).post(f"{path}/approve", version=sent["version"]))
    refused(door.post(f"{path}/decline", version=sent["version"]), 412, "version_conflict")
    ok(door.post(f"{path}/decline", version=sent["version"] + 1))
    kept = ok(door.get(path))
    assert (kept["state"], [line["quantity"] for line in kept["lines"]]) == ("declined", [60])
    totals = ok(market.as_(buyer(elm)).get(f"/rounds/{round_id}/totals"))["items"]
    assert [(total["quantity"], total["schools"]) for total in totals] == [(0, 0)]
    market.close(round_id)
    assert ok(door.get(path))["state"] == "declined"
    refused(door.post(f"{path}/decline", version=kept["version"]), 409, "round_not_open")


def test_the_supplier_learns_where_a_drop_goes_and_what_was_noted(market: Market) -> None:
    paper = market.offer()
    site = {"address": "Elm Row 2", "postcode": "CT2 2BB", "instructions": "Ring at the gate", "main": False}
    annexe = "22222222-0000-4000-8000-000000000002"
    oak, elm = market.school(name="Oak Street"), market.school(name="Elm Park")
    market.hear(
        (
            "SchoolRecorded",
            school_body(oak, name="Oak Street", sites=[{**site, "site_id": annexe, "name": "Annexe"}]),
        )
    )
    round_id = market.open_round()
    path, door = order_path(round_id, oak), market.as_(buyer(oak))
    said = {"site_id": annexe, "note": "For the summer fair"}
    lines = [{"offer_id": paper, "quantity": 4, "note": "White"}]
    sent = ok(door.post(f"{path}/submit", {"lines": lines, **said}, version=0))
    ok(market.as_(approver(oak)).post(f"{path}/approve", version=sent["version"]))
    market.order(round_id, elm, {paper: 2})
    market.close(round_id)
    (seen,) = market.purchase_orders(round_id, supplier_user(market.supplier_id))
    theirs, ours = seen["drops"]
    told = ("site_name", "address", "postcode", "instructions", "note")
    assert [ours[name] for name in told] == [
        "Annexe",
        "Elm Row 2",
        "CT2 2BB",
        "Ring at the gate",
        "For the summer fair",
    ]
    assert [theirs[name] for name in told] == [None, "", "CT1 1AA", "", ""]
    assert (ours["lines"][0]["note"], theirs["lines"][0]["note"]) == ("White", "")
    (seen,) = market.purchase_orders(round_id, MANAGER)
    assert [(drop["address"], drop["note"], drop["lines"][0]["note"]) for drop in seen["drops"]] == [
        ("", "", ""),
        ("Elm Row 2", "", ""),
    ]
    (seen,) = market.purchase_orders(round_id, buyer(elm))
    assert [drop["school_name"] for drop in seen["drops"]] == ["Elm Park"]
    elsewhere = supplier_user(market.supplier("Somebody else"))
    hidden = market.sql("SELECT * FROM drop_addresses(:id)", elsewhere, id=seen["purchase_order_id"])
    assert hidden == []
