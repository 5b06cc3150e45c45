"""What waits for the alliance in ordering, as its home shows it."""

from dataclasses import replace

from tests.orders.market import MANAGER, Market, buyer, ok

BOARD = replace(MANAGER, roles=frozenset({"board_member"}))


def test_the_desk_says_who_is_silent_and_what_is_not_answered(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(name="Oak"), market.school(name="Elm")
    market.school(name="Ash")
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 34})
    market.order(round_id, elm, {paper: 41}, state="submitted")
    desk = ok(market.as_(BOARD).get("/order-reports/desk"))
    (found,) = desk["rounds"]
    assert (found["schools"], found["to_approve"], found["unfinished"]) == (3, 1, 0)
    assert (found["silent"], found["silent_names"]) == (1, ["Ash"])
    market.close(round_id)
    desk = ok(market.as_(BOARD).get("/order-reports/desk"))
    assert desk["rounds"] == []
    assert _counts(desk) == {"orders_unanswered": 1}
    (order,) = market.purchase_orders(round_id)
    ok(market.answer(order))
    short = {"lines": [{"line_no": 1, "quantity_received": 30, "quantity_short": 4}]}
    ok(market.as_(buyer(oak)).post(f"/purchase-orders/{order['purchase_order_id']}/receipts", short), 201)
    assert _counts(ok(market.as_(BOARD).get("/order-reports/desk"))) == {"claims_open": 1, "claims_unanswered": 1}
    assert market.as_(buyer(oak)).get("/order-reports/desk").status_code == 403


def _counts(desk: dict[str, list[dict[str, int]]]) -> dict[int, int]:
    return {item["name"]: item["count"] for item in desk["items"] if item["count"]}
