"""A school is a tenant: held by the database itself, whatever a query forgets."""

import pytest
from sqlalchemy.exc import ProgrammingError

from chassis.actor import Actor
from tests.orders.market import MANAGER, Market, approver, buyer, ok, order_path, refused, supplier_user

NOBODY = Actor("school")  # a school's actor without a school
OF_SCHOOLS = ("school_order", "order_line", "order_history", "school_drop", "drop_line", "receipt", "receipt_line")
ALL = (
    *OF_SCHOOLS, "purchase_order", "purchase_order_line", "round", "round_offer", "round_tier", "school", "supplier",
    "contract", "offer",
)  # fmt: skip


@pytest.fixture(scope="module")
def delivered(shared_market: Market) -> tuple[Market, int, int, str]:
    """Two schools with an order, a drop and a receipt each: (market, oak, elm, round)."""
    market = shared_market
    paper, pens = market.offer(), market.offer("Pens")
    oak, elm = market.school(name="Oak"), market.school(name="Elm")
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 3, pens: 1})
    market.order(round_id, elm, {paper: 4})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    ok(market.answer(order))
    numbers = {line["name"]: line["line_no"] for line in order["lines"]}
    for urn in (oak, elm):
        ok(market.receive(order, urn, {numbers["Copier paper A4, 80 g"]: 3}), 201)
    return market, oak, elm, round_id


@pytest.mark.parametrize("table", OF_SCHOOLS)
def test_a_school_sees_its_own_rows_only(delivered: tuple[Market, int, int, str], table: str) -> None:
    market, oak, elm, _ = delivered
    query = f"SELECT DISTINCT school_urn FROM {table}"
    assert {row.school_urn for row in market.sql(query)} == {oak, elm}
    assert [row.school_urn for row in market.sql(query, buyer(oak))] == [oak]
    assert [row.school_urn for row in market.sql(query, approver(elm))] == [elm]


@pytest.mark.parametrize("table", ALL)
def test_without_an_actor_there_are_no_rows(delivered: tuple[Market, int, int, str], table: str) -> None:
    market, *_ = delivered
    with market.service.database.engine.begin() as connection:
        assert connection.exec_driver_sql(f"SELECT 1 FROM {table}").all() == []
    if table in OF_SCHOOLS:
        assert market.sql(f"SELECT 1 FROM {table}", NOBODY) == []


def test_without_an_actor_sums_are_empty_too(delivered: tuple[Market, int, int, str]) -> None:
    market, oak, _, round_id = delivered
    with market.service.database.engine.begin() as connection:
        for call in ("round_totals", "order_nets", "hold_round"):
            assert connection.exec_driver_sql(f"SELECT * FROM {call}('{round_id}')").all() == []
        assert connection.exec_driver_sql(f"SELECT advance_round('{round_id}')").scalar() is None
    assert [row.school_urn for row in market.sql(f"SELECT * FROM order_nets('{round_id}')", buyer(oak))] == [oak]


@pytest.mark.parametrize("table", OF_SCHOOLS)
def test_a_school_changes_and_deletes_nothing_of_another(delivered: tuple[Market, int, int, str], table: str) -> None:
    market, oak, elm, _ = delivered
    before = market.sql(f"SELECT * FROM {table} WHERE school_urn = :elm ORDER BY 1, 2, 3", elm=elm)
    assert before
    market.sql(f"UPDATE {table} SET school_urn = school_urn WHERE school_urn = :elm", buyer(oak), elm=elm)
    market.sql(f"DELETE FROM {table} WHERE school_urn = :elm", buyer(oak), elm=elm)
    assert market.sql(f"SELECT * FROM {table} WHERE school_urn = :elm ORDER BY 1, 2, 3", elm=elm) == before


@pytest.mark.parametrize("kind", ["school", "alliance", "supplier"])
def test_nobody_writes_an_order_for_another_school(market: Market, kind: str) -> None:
    paper = market.offer()
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, elm, {paper: 1}, "draft")
    pens = market.sql("SELECT offer_id FROM round_offer")[0].offer_id
    actor = {"school": buyer(oak), "alliance": MANAGER, "supplier": supplier_user(market.supplier_id)}[kind]
    attempts = (
        "INSERT INTO school_order (round_id, school_urn, state, version) VALUES (:round, :elm, 'draft', 1)",
        "INSERT INTO order_line (round_id, school_urn, offer_id, quantity) VALUES (:round, :elm, :offer, 9)",
        "INSERT INTO order_history (round_id, school_urn, action) VALUES (:round, :elm, 'approved')",
    )
    for statement in attempts:
        with pytest.raises(ProgrammingError, match="row-level security"):
            market.sql(statement, actor, round=round_id, elm=elm, offer=pens)
    changed = "UPDATE school_order SET state = 'dropped' WHERE school_urn = :elm RETURNING 1"
    assert market.sql(changed, actor, elm=elm) == []


def test_a_school_cannot_hand_its_rows_to_another(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 1}, "draft")
    with pytest.raises(ProgrammingError, match="row-level security"):
        market.sql("UPDATE school_order SET school_urn = :elm", buyer(oak), elm=elm)


def test_another_schools_order_does_not_exist(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, elm, {paper: 1}, "submitted")
    path = order_path(round_id, elm)
    refused(market.as_(buyer(oak)).get(path), 404, "not_found")
    refused(market.as_(buyer(oak)).get(f"{path}/form"), 404, "not_found")
    refused(market.as_(buyer(oak)).put(path, {"lines": []}, version=1), 404, "not_found")
    refused(market.as_(buyer(oak)).post(f"{path}/submit", version=1), 404, "not_found")
    refused(market.as_(approver(oak)).post(f"{path}/approve", version=1), 404, "not_found")
    refused(market.as_(approver(oak)).post(f"{path}/return", {"reason": "No"}, version=1), 404, "not_found")


def test_the_alliance_sees_states_and_sums_never_lines(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(name="Oak"), market.school(name="Elm")
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 60}, "submitted")
    assert market.sql("SELECT 1 FROM order_line", MANAGER) == []
    assert market.sql("SELECT 1 FROM order_history", MANAGER) == []
    refused(market.as_(MANAGER).get(order_path(round_id, oak)), 403, "forbidden")
    rows = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/orders"))["items"]
    assert [(row["school_name"], row["state"], row["reference"], row["net_pence"]) for row in rows] == [
        ("Elm", "silent", None, 0),
        ("Oak", "submitted", "O-000001", 708_00),
    ]
    assert not any("lines" in row for row in rows)
    refused(market.as_(buyer(elm)).get(f"/rounds/{round_id}/orders"), 403, "forbidden")


def test_a_supplier_sees_its_own_offers_and_purchase_orders(market: Market) -> None:
    rival = market.supplier("Marlow Foods")
    catering = market.contract(rival, "Catering")
    paper, pasta = market.offer(), market.offer("Pasta", contract=(catering, rival))
    urn = market.school()
    round_id = market.open_round(contract_ids=[market.contract_id, catering])
    market.order(round_id, urn, {paper: 2, pasta: 5})
    as_rival = market.as_(supplier_user(rival))
    assert [item["offer_id"] for item in ok(as_rival.get(f"/rounds/{round_id}/totals"))["items"]] == [pasta]
    market.close(round_id)
    (theirs,) = market.purchase_orders(round_id, supplier_user(rival))
    assert [line["name"] for line in theirs["lines"]] == ["Pasta"]
    (ours,) = market.purchase_orders(round_id, supplier_user(market.supplier_id))
    refused(as_rival.get(f"/purchase-orders/{ours['purchase_order_id']}"), 404, "not_found")
    path = f"/purchase-orders/{ours['purchase_order_id']}/acknowledgement"
    refused(as_rival.post(path, {"answer": "accepted"}), 404, "not_found")


def test_a_school_sees_its_own_drop_of_a_purchase_order(delivered: tuple[Market, int, int, str]) -> None:
    market, oak, elm, round_id = delivered
    (seen,) = market.purchase_orders(round_id, buyer(elm))
    assert [drop["school_urn"] for drop in seen["drops"]] == [elm]
    assert [(line["name"], line["quantity"], line["net_pence"]) for line in seen["lines"]] == [
        ("Copier paper A4, 80 g", 4, 50_00)
    ]
    assert (seen["net_pence"], seen["vat_pence"], seen["drop_count"]) == (50_00, 10_00, 1)
    (whole,) = market.purchase_orders(round_id)
    assert [drop["school_urn"] for drop in whole["drops"]] == [elm, oak]
    silent = market.school()
    assert market.purchase_orders(round_id, buyer(silent)) == []
    refused(market.as_(buyer(silent)).get(f"/purchase-orders/{whole['purchase_order_id']}"), 404, "not_found")
