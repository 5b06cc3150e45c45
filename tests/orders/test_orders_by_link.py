"""Somebody without an account, by the link of one order: that order, and nothing else of its supplier."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import Actor
from tests.orders.market import MANAGER, Market, buyer, ok, supplier_user


class Linked:
    """Two orders of one supplier and one of another; a link opens the first."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.other = market.supplier("Brightside Cleaning")
        second = market.contract(market.supplier_id, "Furniture")
        theirs = market.contract(self.other, "Cleaning")
        offers = [
            market.offer(),
            market.offer("Chairs", contract=(second, market.supplier_id)),
            market.offer("Mops", contract=(theirs, self.other)),
        ]
        self.urns = [market.school(), market.school()]
        round_id = market.open_round(contract_ids=[market.contract_id, second, theirs])
        for urn in self.urns:
            market.order(round_id, urn, dict.fromkeys(offers, 5))
        market.close(round_id)
        orders = {order["contract_title"]: order for order in market.purchase_orders(round_id)}
        self.order, self.own_other = orders["Paper and stationery"], orders["Furniture"]
        self.foreign = orders["Cleaning"]
        self.seller = supplier_user(market.supplier_id)
        self.actor = replace(self.seller, limited_to=f"purchase_order:{self.order['purchase_order_id']}")

    def see(self, statement: str, actor: Actor | None = None) -> list[Any]:
        return list(self.market.sql(statement, actor or self.actor))


def path_of(order: Any) -> str:
    """Where the purchase order is."""
    return f"/purchase-orders/{order['purchase_order_id']}"


@pytest.fixture
def linked(market: Market) -> Linked:
    return Linked(market)


def test_the_link_reads_answers_and_sends_its_order(linked: Linked) -> None:
    client, path = linked.market.as_(linked.actor), path_of(linked.order)
    seen = ok(client.get(path))
    assert (seen["contract_title"], seen["lines"][0]["name"]) == ("Paper and stationery", "Copier paper A4, 80 g")
    assert [drop["school_urn"] for drop in seen["drops"]] == linked.urns
    whole = ok(linked.market.as_(linked.seller).get(path))
    assert seen == whole

    assert ok(client.post(f"{path}/acknowledgement", {"answer": "accepted"}))["state"] == "accepted"
    assert len(ok(client.get(f"{path}/outstanding"))["items"]) == 2
    sent = client.post(f"{path}/despatches", {"reference": "DN-1", "drops": [{"school_urn": linked.urns[0]}]})
    assert sent.status_code == 201, sent.get_json()
    assert len(ok(client.get(f"{path}/despatches"))["items"]) == 1
    assert client.get(f"{path}.xlsx").status_code == 200


def test_changes_are_offered_by_link_too(linked: Linked) -> None:
    client, path = linked.market.as_(linked.actor), path_of(linked.order)
    drops = [{"school_urn": linked.urns[0], "quantity": 3, "promised_on": None}]
    sent = {"answer": "changes", "lines": [{"line_no": 1, "drops": drops}]}
    answered = client.post(f"{path}/acknowledgement", sent)
    assert answered.status_code == 200, answered.get_json()
    (answer,) = ok(client.get(f"{path}/answers"))["items"]
    assert answer["state"] == "waiting"


def test_no_other_order_opens(linked: Linked) -> None:
    client = linked.market.as_(linked.actor)
    for path in (path_of(linked.own_other), path_of(linked.foreign)):
        for method, at, sent in (
            ("GET", path, None),
            ("GET", f"{path}/outstanding", None),
            ("GET", f"{path}.pdf", None),
            ("POST", f"{path}/acknowledgement", {"answer": "accepted"}),
            ("POST", f"{path}/despatches", {"reference": "DN-1"}),
        ):
            assert client.send(method, at, json=sent).status_code == 403
    for at in ("/purchase-orders", "/drops", "/claims"):
        assert client.get(at).status_code == 403


def test_no_row_of_another_order_is_reached(linked: Linked) -> None:
    """Whatever the use cases ask: every table that names an order or a supplier gives the link its own order alone."""
    ok(linked.market.answer(linked.order))
    ok(linked.market.answer(linked.own_other))
    ok(linked.market.receive(linked.own_other, linked.urns[0], {1: 5}), 201)
    own = linked.order["purchase_order_id"]
    columns = linked.market.sql("""
        SELECT table_name, max(column_name) FILTER (WHERE column_name = 'purchase_order_id') AS by_order
        FROM information_schema.columns JOIN pg_class ON relname = table_name AND relkind = 'r' AND relrowsecurity
        WHERE table_schema = 'public' AND column_name IN ('purchase_order_id', 'supplier_id')
        GROUP BY table_name
    """)
    assert len(columns) > 15
    opened = set()
    for table, by_order in columns:
        if table == "supplier":
            continue
        if by_order:
            found = {str(row[0]) for row in linked.see(f"SELECT purchase_order_id FROM {table}")}
            assert found <= {own}, table
            opened |= {table} if found else set()
        elif table == "supplier_details":
            assert [str(row[0]) for row in linked.see(f"SELECT supplier_id FROM {table}")] == [
                linked.seller.supplier_id
            ]
        else:
            titles = {str(row[0]) for row in linked.see(f"SELECT contract_id FROM {table}")} if table in (
                "contract", "round_offer"
            ) else {row[0] for row in linked.see(f"SELECT count(*) FROM {table}")} - {0}  # fmt: skip
            assert titles <= {linked.order["contract_id"]}, table
    assert {"purchase_order", "purchase_order_line", "school_drop", "drop_line"} <= opened
    for table in ("order_line", "school_order", "budget"):
        assert linked.see(f"SELECT count(*) FROM {table}")[0][0] == 0


def test_nothing_of_another_order_is_written(linked: Linked) -> None:
    other, own = linked.own_other["purchase_order_id"], linked.order["purchase_order_id"]
    with linked.market.service.database.transaction(linked.actor) as connection:
        changed = connection.execute(
            text("UPDATE purchase_order SET version = version + 1 RETURNING purchase_order_id")
        )
        assert [str(row[0]) for row in changed] == [own]
        assert connection.execute(text("DELETE FROM purchase_order")).rowcount == 0
        connection.execute(text("SELECT hold_drops(:id)"), {"id": other})
        days = json.dumps([{"line_no": 1, "school_urn": linked.urns[0], "promised_on": "2026-12-24"}])
        connection.execute(text("SELECT promise_days(:id, CAST(:days AS jsonb))"), {"id": other, "days": days})
        assert connection.execute(text("SELECT count(*) FROM drop_addresses(:id)"), {"id": other}).scalar_one() == 0
    promised = linked.market.sql("SELECT count(*) FROM drop_line WHERE promised_on IS NOT NULL")
    assert promised[0][0] == 0


def test_a_supplier_lists_the_drops_of_all_its_orders(linked: Linked) -> None:
    mine = ok(linked.market.as_(linked.seller).get("/drops"))["items"]
    assert {drop["number"] for drop in mine} == {linked.order["number"], linked.own_other["number"]}
    assert [drop["school_urn"] for drop in mine] == linked.urns * 2
    assert {(drop["units"], drop["units_to_come"], drop["state"]) for drop in mine} == {(5, 5, "awaited")}
    first = ok(linked.market.as_(linked.seller).get("/drops?limit=3"))
    rest = ok(linked.market.as_(linked.seller).get(f"/drops?limit=3&after={first['next']}"))
    assert first["items"] + rest["items"] == mine
    ok(linked.market.answer(linked.order))
    ok(linked.market.receive(linked.order, linked.urns[0], {1: 5}), 201)
    left = ok(linked.market.as_(linked.seller).get("/drops?to_come=true"))["items"]
    assert len(left) == 3
    theirs = ok(linked.market.as_(supplier_user(linked.other)).get("/drops"))["items"]
    assert {drop["number"] for drop in theirs} == {linked.foreign["number"]}
    assert linked.market.as_(buyer(linked.urns[0])).get("/drops").status_code == 403
    assert len(ok(linked.market.as_(MANAGER).get("/drops"))["items"]) == 6
