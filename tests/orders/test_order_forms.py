"""The order form begins with what a school ordered last time, and reads tables without changing anything."""

from typing import Any

from services.orders.api import form_schemas
from tests.orders.market import Market, buyer, in_days, ok, order_path, refused


def last_of(market: Market, round_id: str, urn: int) -> list[Any]:
    form = ok(market.as_(buyer(urn)).get(f"{order_path(round_id, urn)}/form"))
    return [(line["offer_id"], line["name"], line["quantity"], line["unit_price"]) for line in form["last"]]


def reported(market: Market, round_id: str, urn: int, sent: dict[str, Any]) -> Any:
    return ok(market.as_(buyer(urn)).post(f"{order_path(round_id, urn)}/lines-report", sent))


def test_last_time_is_the_last_closed_order_from_each_supplier(market: Market) -> None:
    paper, pens = market.offer(), market.offer("Pens", tiers=[(1, "4.2500")])
    mops_supplier = market.supplier("Cleanwell")
    mops_contract = market.contract(mops_supplier, "Cleaning")
    mop = market.offer("Mop", contract=(mops_contract, mops_supplier))
    oak, elm = market.school(), market.school()
    early = market.open_round(contract_ids=[market.contract_id, mops_contract], closes_at=in_days(1))
    market.order(early, oak, {paper: 4, mop: 3})
    market.order(early, elm, {paper: 60})
    market.close(early)
    late = market.open_round(closes_at=in_days(2))
    market.order(late, oak, {paper: 5, pens: 2})
    market.close(late)
    dropped = market.open_round(closes_at=in_days(3))
    market.order(dropped, oak, {paper: 9}, "submitted")
    market.close(dropped)
    now = market.open_round(contract_ids=[market.contract_id, mops_contract], closes_at=in_days(4))
    assert last_of(market, now, oak) == [
        (paper, "Copier paper A4, 80 g", 5, "12.5000"),
        (mop, "Mop", 3, "12.5000"),
        (pens, "Pens", 2, "4.2500"),
    ]
    assert last_of(market, now, elm) == [(paper, "Copier paper A4, 80 g", 60, "11.8000")]
    assert last_of(market, late, oak) == [(paper, "Copier paper A4, 80 g", 4, "11.8000")]


def test_a_new_contract_with_the_same_codes_goes_on_where_the_old_one_ended(market: Market) -> None:
    paper = market.offer(sku="PAP-080")
    chalk = market.offer("Chalk", sku="CHK-1")
    oak = market.school()
    before = market.open_round(closes_at=in_days(1))
    market.order(before, oak, {paper: 4, chalk: 2})
    market.close(before)
    contract = market.contract(market.supplier_id, "Paper, the next three years")
    better = market.offer("Copier paper A4, recycled", sku="PAP-080", contract=(contract, market.supplier_id))
    now = market.open_round(contract_ids=[contract], closes_at=in_days(4))
    assert last_of(market, now, oak) == [(None, "Chalk", 2, "12.5000"), (better, "Copier paper A4, 80 g", 4, "12.5000")]
    again = reported(market, now, oak, {"repeat_last": True})
    assert [(line["offer_id"], line["quantity"], line["last_unit_price"]) for line in again["lines"]] == [
        (better, 4, "12.5000")
    ]
    assert [(left["text"], left["reason"]) for left in again["left_out"]] == [("CHK-1 · Chalk", "unknown")]
    assert again["columns"] is None


def test_a_report_compares_with_the_order_and_changes_nothing(market: Market) -> None:
    paper = market.offer(sku="PAP-080", tiers=[(1, "12.5000"), (50, "11.8000")])
    labs = market.offer("Lab coat", sku="LAB-1", phases=["secondary"])
    oak, elm = market.school(), market.school()
    before = market.open_round(closes_at=in_days(1))
    market.order(before, oak, {paper: 4})
    market.close(before)
    now = market.open_round(closes_at=in_days(4))
    market.order(now, elm, {paper: 48}, "submitted")
    saved = market.order(now, oak, {paper: 3}, "draft")
    rows = [["Code", "Qty"], ["PAP-080", "12"], ["PAP-080", "1"], ["LAB-1", "2"], ["PAP-081", "1"]]
    report = reported(market, now, oak, {"rows": rows})
    (line,) = report["lines"]
    assert {name: line[name] for name in ("quantity", "ordered", "rows", "unit_price", "last_unit_price")} == {
        "quantity": 13,
        "ordered": 3,
        "rows": [2, 3],
        "unit_price": "11.8000",
        "last_unit_price": "12.5000",
    }
    assert [(left["row"], left["reason"], left["offer_id"]) for left in report["left_out"]] == [
        (4, "not_eligible", labs),
        (5, "unknown", None),
    ]
    form = ok(market.as_(buyer(oak)).get(f"{order_path(now, oak)}/form"))
    assert form_schemas.FormSchema().validate(form) == form_schemas.LinesReportSchema().validate(report) == {}
    assert report["version"] == saved["version"]
    assert report["columns"] == {"code": 0, "name": None, "quantity": 1}
    assert ok(market.as_(buyer(oak)).get(order_path(now, oak)))["version"] == saved["version"]


def test_a_report_asks_for_rows_or_for_the_last_order_of_the_own_school(market: Market) -> None:
    market.offer()
    oak, elm = market.school(), market.school()
    path = f"{order_path(market.open_round(), oak)}/lines-report"
    door = market.as_(buyer(oak))
    assert "rows" in refused(door.post(path, {}), 422, "validation_failed")
    assert "rows" in refused(door.post(path, {"rows": [], "repeat_last": True}), 422, "validation_failed")
    assert "rows.0.1" in refused(door.post(path, {"rows": [["PAP-080", 12]]}), 422, "validation_failed")
    refused(market.as_(buyer(elm)).post(path, {"rows": []}), 404, "not_found")
