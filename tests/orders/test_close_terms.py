"""The close under a contract's terms: conditions, flexible units, packs, charges, minimums; and the proof of it all."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from contracts.allocation import allocate
from services.orders.domain.proof import ProofLine, ProofShare, explain
from services.orders.domain.sharing import shares_of
from services.orders.domain.terms import decide, read_terms
from tests.orders.market import MANAGER, Market, buyer, ok, order_path, refused, supplier_user

DELIVERY = {
    "code": "DELIVERY",
    "name": "Delivery",
    "kind": "delivery",
    "amount_pence": 45_00,
    "share_by": "value",
    "free_from_pence": None,
    "vat_class": "S",
}
EACH = ((1, "1.0000"),)


def under(market: Market, **terms: Any) -> None:
    """New terms for the market's contract."""
    market.contract(market.supplier_id, "Paper and stationery", market.contract_id, **terms)


def sheet(content: bytes, place: int = 0) -> list[list[Any]]:
    """The rows of a workbook's sheet, the first or the one at another place."""
    return list(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(place).to_python())


def ordered(market: Market, wishes: Sequence[Mapping[str, Any]]) -> tuple[str, list[int]]:
    """An open round in which each of so many schools has an approved order; its id, and the URNs."""
    round_id = market.open_round()
    schools = [market.school() for _ in wishes]
    for urn, wish in zip(schools, wishes, strict=True):
        market.order(round_id, urn, wish)
    return round_id, schools


def preview(market: Market, round_id: str) -> Any:
    return ok(market.as_(MANAGER).get(f"/rounds/{round_id}/close-preview"))


def shares(market: Market, round_id: str, position: int) -> dict[int, Any]:
    found = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/proof/lines/{position}"))
    return {share["school_urn"]: share for share in found["items"]}


def test_delivery_is_shared_by_the_value_of_goods(market: Market) -> None:
    """domain.md §3, example 10: 45.00 by 425.00, 512.50, 225.00 → 16.45, 19.84, 8.71; goes to the bill of each."""
    under(market, charges=[DELIVERY])
    goods = market.offer("Goods", tiers=((1, "0.5000"),))
    round_id, schools = ordered(market, [{goods: 850}, {goods: 1025}, {goods: 450}])
    planned = preview(market, round_id)
    assert [line["net_pence"] for line in planned["purchase_orders"][0]["lines"]] == [1162_50, 45_00]
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert [(line["kind"], line["quantity"], line["net_pence"]) for line in order["lines"]] == [
        ("goods", 2325, 1162_50),
        ("charge", 1, 45_00),
    ]
    assert [drop["lines"][1]["net_pence"] for drop in order["drops"]] == [16_45, 19_84, 8_71]
    assert (order["net_pence"], order["vat_pence"]) == (1207_50, 241_50)
    own = ok(market.as_(buyer(schools[0])).get(order_path(round_id, schools[0])))
    assert [(line["name"], line["net_pence"]) for line in own["lines"]] == [("Goods", 425_00), ("Delivery", 16_45)]
    assert own["net_pence"] == 441_45
    told = market.events("PurchaseOrderIssued")[0]["lines"][1]
    assert (told["kind"], told["offer_id"], told["sku"], told["ledger_code"]) == ("charge", None, "DELIVERY", "E19")
    report = ok(market.as_(buyer(schools[0])).get(f"/rounds/{round_id}/report"))
    assert report["sections"][0]["sums"] == {"net_pence": 425_00, "saved_pence": 0}, "goods, and no charges"


@pytest.mark.parametrize(
    ("share_by", "expected"),
    [("equal", [15_00, 15_00, 15_00]), ("units", [16_45, 19_84, 8_71]), ("pupils", [9_02, 14_57, 21_41])],
)
def test_a_charge_is_shared_as_its_contract_says(market: Market, share_by: str, expected: list[int]) -> None:
    under(market, charges=[DELIVERY | {"share_by": share_by}])
    goods = market.offer("Goods", tiers=((1, "0.5000"),))
    round_id = market.open_round()
    for units, pupils in ((850, 153), (1025, 352 - 105), (450, 363)):
        market.order(round_id, market.school(pupils=pupils), {goods: units})
    market.close(round_id)
    assert [share["net_pence"] for share in shares(market, round_id, 2).values()] == expected


def test_pupils_that_nobody_knows_share_in_equal_parts(market: Market) -> None:
    under(market, charges=[DELIVERY | {"share_by": "pupils"}])
    goods = market.offer("Goods", tiers=EACH)
    round_id = market.open_round()
    for _ in range(2):
        market.order(round_id, market.school(pupils=None), {goods: 1})
    market.close(round_id)
    assert [share["net_pence"] for share in shares(market, round_id, 2).values()] == [22_50, 22_50]


def test_delivery_is_free_from_its_value_of_goods(market: Market) -> None:
    under(market, charges=[DELIVERY | {"free_from_pence": 10_00}])
    goods = market.offer("Goods", tiers=EACH)
    round_id, _ = ordered(market, [{goods: 10}])
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert order["net_pence"] == 10_00
    free = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/proof"))["items"][1]
    assert (free["reason"], free["net_pence"], free["line_no"]) == ("free_from", 0, None)


def test_a_charge_is_not_received_and_the_round_is_delivered_without_it(market: Market) -> None:
    under(market, charges=[DELIVERY])
    goods = market.offer("Goods", tiers=EACH)
    round_id, (urn,) = ordered(market, [{goods: 3}])
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    ok(market.answer(order))
    refused(market.receive(order, urn, {2: 0}), 422, "receipt_refused")
    ok(market.receive(order, urn, {1: 3}), 201)
    assert market.round_state(round_id) == "delivered"


def test_flexible_units_reach_the_tier_that_the_leaver_took_along(market: Market) -> None:
    """Example 6: the fourth has left; 7 of the offered units make 100, which cost less than 93."""
    paper = market.offer()
    flexible = {"quantity": 34, "flexible": 6}
    round_id, schools = ordered(market, [{paper: flexible}, {paper: {"quantity": 41, "flexible": 4}}, {paper: 18}])
    totals = ok(market.as_(buyer(schools[2])).get(f"/rounds/{round_id}/totals"))["items"][0]
    assert totals["advice"] == {"units": 7, "saves_pence": 2_40, "offered": 7}
    assert (totals["quantity"], totals["flexible"]) == (93, 10)
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert order["net_pence"] == 1095_00
    proved = shares(market, round_id, 1)
    assert [(share["granted"], share["reason"]) for share in proved.values()] == [
        (38, "flexible_used"),
        (44, "flexible_used"),
        (18, "as_wished"),
    ]
    assert "£1,095.00 × 38 ÷ 100 = £416.10 exactly." in proved[schools[0]]["explanation"]


def test_the_adviser_says_that_eight_more_reams_save_everyone(market: Market) -> None:
    reams = market.offer("Reams", tiers=((1, "5.0000"), (100, "4.0540")))
    round_id, schools = ordered(market, [{reams: {"quantity": 50, "flexible": 5}}, {reams: 42}])
    for actor in (MANAGER, buyer(schools[1]), supplier_user(market.supplier_id)):
        (total,) = ok(market.as_(actor).get(f"/rounds/{round_id}/totals"))["items"]
        assert total["advice"] == {"units": 8, "saves_pence": 54_60, "offered": 5}
    (standing,) = ok(market.as_(buyer(schools[1])).get(f"{order_path(round_id, schools[1])}/form"))["standings"]
    assert (standing["advice"], standing["flexible"]) == (total["advice"], 5), "the form of a school says the same"
    (line,) = preview(market, round_id)["purchase_orders"][0]["lines"]
    assert (line["quantity"], line["advice"]) == (92, {"units": 8, "saves_pence": 54_60, "offered": 5})


def test_the_adviser_counts_in_whole_packs(market: Market) -> None:
    """94 pens would cost less at 100's price, but 100 come as 96 in packs of 12; the price begins at 108."""
    pens = market.offer("Pens", unit="C62", pack_size=12, tiers=((1, "5.0000"), (100, "4.0000")))
    round_id, schools = ordered(market, [{pens: {"quantity": 50, "flexible": 4}}, {pens: 44}])
    (total,) = ok(market.as_(buyer(schools[1])).get(f"/rounds/{round_id}/totals"))["items"]
    assert (total["next_from_quantity"], total["units_to_next"]) == (108, 14)
    assert total["advice"] == {"units": 14, "saves_pence": 38_00, "offered": 4}
    (line,) = preview(market, round_id)["purchase_orders"][0]["lines"]
    assert (line["quantity"], line["cheaper"]) == (96, {"quantity": 108, "net_pence": 432_00})
    assert line["advice"] == {"units": 12, "saves_pence": 48_00, "offered": 2}


def test_conditions_that_do_not_hold_leave_their_lines_out_with_a_reason(market: Market) -> None:
    paper = market.offer()
    wishes = [
        {paper: {"quantity": 20, "max_unit_price": "11.8000"}},
        {paper: 21},
        {paper: {"quantity": 9, "min_schools": 4}},
    ]
    round_id, schools = ordered(market, wishes)
    planned = preview(market, round_id)
    assert [school["lines_denied"] for school in planned["schools"]] == [1, 0, 1]
    assert planned["purchase_orders"][0]["lines"][0]["denied"] == 29
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert [drop["school_urn"] for drop in order["drops"]] == [schools[1]]
    proved = shares(market, round_id, 1)
    assert [share["reason"] for share in proved.values()] == ["condition_price", "as_wished", "condition_schools"]
    assert "£11.8000 at most was asked, and the price stood at £12.5000." in proved[schools[0]]["explanation"]
    assert "4 schools were asked, and 3 took part." in proved[schools[2]]["explanation"]
    left_out = ok(market.as_(buyer(schools[0])).get(order_path(round_id, schools[0])))
    assert (left_out["state"], left_out["net_pence"], left_out["lines"]) == ("approved", 0, [])


def test_nothing_is_ordered_where_every_line_is_left_out(market: Market) -> None:
    under(market, charges=[DELIVERY], minimum_order_pence=100_00)
    paper = market.offer()
    round_id, _ = ordered(market, [{paper: {"quantity": 2, "min_schools": 3}}])
    assert market.close(round_id)["state"] == "settled"
    assert market.purchase_orders(round_id) == []
    assert [line["kind"] for line in ok(market.as_(MANAGER).get(f"/rounds/{round_id}/proof"))["items"]] == ["goods"]


def test_packs_are_filled_or_cut_and_whoever_was_cut_comes_first_next_time(market: Market) -> None:
    pens = market.offer("Pens", unit="C62", pack_size=12, tiers=EACH)
    early = [market.school() for _ in range(2)]
    round_id, schools = ordered(market, [{pens: 5}, {pens: 5}, {pens: {"quantity": 5, "flexible": 1}}])
    market.close(round_id)
    proved = shares(market, round_id, 1)
    assert [share["granted"] for share in proved.values()] == [4, 4, 4]
    assert "Supplied in packs of 12: 15 were wished and 12 are whole packs" in proved[schools[0]]["explanation"]
    second = market.open_round(title="Second")
    for urn in (*early, *schools):
        market.order(second, urn, {pens: 5})
    market.close(second)
    assert [share["granted"] for share in shares(market, second, 1).values()] == [5, 4, 5, 5, 5]


def test_below_its_minimum_a_contract_is_left_out_unless_the_fee_is_paid(market: Market) -> None:
    under(market, minimum_order_pence=100_00, small_order_fee_pence=15_00, small_order_fee_share_by="equal")
    goods = market.offer("Goods", tiers=EACH)
    round_id, schools = ordered(market, [{goods: 10}, {goods: 20}])
    (contract,) = preview(market, round_id)["purchase_orders"]
    assert (contract["below_minimum"], contract["ordered"], contract["goods_pence"]) == (True, False, 30_00)
    path = f"/rounds/{round_id}/contracts/{market.contract_id}/minimum-choice"
    assert market.as_(MANAGER).put(path, {"choice": "pay_fee"}).status_code == 204
    (contract,) = preview(market, round_id)["purchase_orders"]
    assert (contract["ordered"], contract["net_pence"]) == (True, 45_00)
    assert market.as_(MANAGER).put(path, {"choice": "drop"}).status_code == 204
    assert market.close(round_id)["state"] == "settled"
    assert [share["reason"] for share in shares(market, round_id, 1).values()] == ["minimum_dropped"] * 2
    refused(market.as_(MANAGER).put(path, {"choice": "drop"}), 409, "round_not_open")
    again = market.open_round(title="Again")
    market.order(again, schools[0], {goods: 10})
    ok(market.as_(MANAGER).put(f"/rounds/{again}", {"minimum_choice": "pay_fee"}, version=2))
    market.close(again)
    (order,) = market.purchase_orders(again)
    assert [line["sku"] for line in order["lines"]] == ["Goods", "SMALL-ORDER"]


def test_a_fee_that_the_contract_does_not_state_cannot_be_chosen(market: Market) -> None:
    market.offer()
    round_id = market.open_round()
    path = f"/rounds/{round_id}/contracts/{market.contract_id}/minimum-choice"
    refused(market.as_(MANAGER).put(path, {"choice": "pay_fee"}), 422, "small_order_fee_unknown")


def test_a_rounds_terms_are_those_of_its_opening(market: Market) -> None:
    goods = market.offer("Goods", tiers=EACH)
    round_id, _ = ordered(market, [{goods: 10}])
    under(market, charges=[DELIVERY])
    market.close(round_id)
    assert market.purchase_orders(round_id)[0]["net_pence"] == 10_00


def test_a_school_sees_its_own_proof_with_everybodys_totals(market: Market) -> None:
    under(market, charges=[DELIVERY])
    paper = market.offer("Paper", tiers=((1, "0.3333"),))
    round_id, (oak, elm) = ordered(market, [{paper: 10}, {paper: 20}])
    refused(market.as_(MANAGER).get(f"/rounds/{round_id}/proof"), 409, "round_not_closed")
    market.close(round_id)
    base = f"/rounds/{round_id}/proof"
    refused(market.as_(MANAGER).get(f"{base}/schools/999999"), 404, "not_found")
    own = ok(market.as_(buyer(oak)).get(f"{base}/schools/{oak}"))["items"]
    assert [(share["net_pence"], share["line"]["net_pence"]) for share in own] == [(3_33, 10_00), (14_99, 45_00)]
    assert own[0]["explanation"] == (
        "Wished 10. £10.00 × 10 ÷ 30 = £3.33 and 0.3333 of a penny. 1 penny was left over for the largest remainders;"
        " this one ranks 2, so no penny more: £3.33."
    )
    refused(market.as_(buyer(oak)).get(f"{base}/schools/{elm}"), 404, "not_found")
    of_line = ok(market.as_(buyer(oak)).get(f"{base}/lines/1"))["items"]
    assert [share["school_urn"] for share in of_line] == [oak]
    totals = [ok(market.as_(actor).get(base))["items"] for actor in (buyer(oak), buyer(elm), MANAGER)]
    assert totals[0] == totals[1] == totals[2]
    assert market.as_(supplier_user(market.supplier_id)).get(base).status_code == 403
    assert market.sql("SELECT * FROM close_share", supplier_user(market.supplier_id)) == []


def test_the_form_says_what_is_shared_on_top_of_its_prices(market: Market) -> None:
    """Of contracts that offer the school something; a round keeps the terms under which it opened."""
    fee = {"small_order_fee_pence": 15_00, "small_order_fee_share_by": "equal", "minimum_order_pence": 200_00}
    under(market, charges=[DELIVERY], **fee)
    market.offer("Paper", phases=["primary"])
    oak, elm = market.school(), market.school(phase="secondary")
    round_id = market.open_round()
    under(market, charges=[])
    charge = {"free_from_pence": None, "share_by": "value", "amount_pence": 45_00, "name": "Delivery"}
    (contract,) = ok(market.as_(buyer(oak)).get(f"{order_path(round_id, oak)}/form"))["contracts"]
    assert (contract["contract_title"], contract["minimum_order_pence"]) == ("Paper and stationery", 200_00)
    assert contract["charges"] == [charge]
    assert contract["small_order_fee"] == {
        **charge,
        "name": "Small-order fee",
        "amount_pence": 15_00,
        "share_by": "equal",
    }
    assert ok(market.as_(buyer(elm)).get(f"{order_path(round_id, elm)}/form"))["contracts"] == []


def test_the_proof_file_holds_every_share_and_no_formula(market: Market) -> None:
    under(market, charges=[DELIVERY])
    paper, tricky = market.offer("Paper"), market.offer("=SUM(A1)", tiers=EACH)
    round_id, (oak, elm) = ordered(market, [{paper: 10, tricky: 1}, {paper: 20}])
    market.close(round_id)
    whole, own = (
        list(csv.DictReader(io.StringIO(market.as_(actor).get(f"/rounds/{round_id}/proof.csv").text.lstrip("\ufeff"))))
        for actor in (MANAGER, buyer(elm))
    )
    assert [(row["Name"], row["URN"]) for row in whole] == [
        ("'=SUM(A1)", str(oak)),
        ("Paper", str(oak)),
        ("Paper", str(elm)),
        ("Delivery", str(oak)),
        ("Delivery", str(elm)),
    ]
    assert [row["Name"] for row in own] == ["Paper", "Delivery"]
    assert sum(int(row["Pence"]) for row in whole) == market.purchase_orders(round_id)[0]["net_pence"]
    book = market.as_(MANAGER).get(f"/rounds/{round_id}/proof.xlsx").data
    headings, *rows = sheet(book)
    sums = sheet(book, 1)
    assert sums[0] == ["Supplier", "Contract", "Without VAT"]
    assert [row[0] for row in sums[1:]] == [whole[0]["Supplier"], "Together"]
    assert {Decimal(str(row[2])) * 100 for row in sums[1:]} == {sum(int(row["Pence"]) for row in whole)}
    for row, sheet_row in zip(whole, rows, strict=True):
        cells = dict(zip(headings, sheet_row, strict=True))
        assert (cells["Name"], cells["Pence"], cells["URN"]) == (row["Name"], int(row["Pence"]), int(row["URN"]))
        assert (cells["Unit price"], cells["Explanation"]) == (float(row["Unit price"]), row["Explanation"])
    own_rows = sheet(market.as_(buyer(elm)).get(f"/rounds/{round_id}/proof.xlsx").data)
    assert len(own_rows) == 1 + len(own)


@given(total=st.integers(0, 10**9), weights=st.dictionaries(st.integers(1, 99), st.integers(0, 10**6), min_size=1))
def test_shares_with_their_ranks_are_those_of_allocate(total: int, weights: dict[int, int]) -> None:
    if not any(weights.values()):
        return
    shared = shares_of(total, weights)
    assert {share.urn: share.net_pence for share in shared} == allocate(total, weights)
    whole = sum(weights.values())
    left_over = total - sum(total * share.weight // whole for share in shared)
    assert left_over * whole == sum(share.remainder for share in shared)
    for share in shared:
        penny = share.rank is not None and share.rank <= left_over
        assert share.net_pence == total * share.weight // whole + penny


charges = st.fixed_dictionaries(
    {
        "code": st.just("C"),
        "name": st.just("Charge"),
        "kind": st.just("delivery"),
        "amount_pence": st.integers(1, 10**6),
        "share_by": st.sampled_from(("value", "units", "equal", "pupils")),
        "free_from_pence": st.none() | st.integers(1, 10**6),
        "vat_class": st.just("S"),
    }
)


@settings(max_examples=100)
@given(
    st.lists(charges, max_size=3),
    st.none() | st.integers(1, 10**6),
    st.none() | st.integers(1, 10**4),
    st.integers(0, 10**6),
    st.sampled_from(("drop", "pay_fee")),
)
def test_nobody_is_charged_more_than_all_charges_in_full(
    listed: list[dict[str, Any]], minimum: int | None, fee: int | None, goods: int, choice: Any
) -> None:
    terms = read_terms({"charges": listed, "minimum_order_pence": minimum, "small_order_fee_pence": fee})
    decision = decide(terms, 1, goods, choice)
    in_full = sum(charge["amount_pence"] for charge in listed) + (fee or 0)
    assert 0 <= sum(due.net_pence for due in decision.charges) <= in_full
    assert decision.below_minimum == (minimum is not None and goods < minimum)
    assert decision.ordered == (not decision.below_minimum or (choice == "pay_fee" and fee is not None))
    assert not decide(terms, 0, 0, choice).charges


def test_an_explanation_names_the_penny_more() -> None:
    line = ProofLine("charge", "value", "due", 1, 3, 0, 0, 0, Decimal(45), 1, 45_00, 1162_50, 1)
    share = ProofShare(0, 0, 0, "charged", None, None, None, None, 512_50, 1, 19_84)
    assert explain(line, share) == (
        "£45.00 × 51,250 ÷ 116,250 (the value of its goods in pence of all) = £19.83 and 0.8710 of a penny."
        " 1 penny was left over for the largest remainders; this one ranks 1, so a penny more: £19.84."
    )
