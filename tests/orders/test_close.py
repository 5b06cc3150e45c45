"""The close: totals choose the tier, shares add up to the penny, once only."""

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.actor import SERVICE
from contracts.allocation import allocate
from contracts.errors import BrokenRule
from contracts.money import line_net_pence
from services.orders.usecases.close_round import close_due_rounds, close_round
from tests.orders.market import MANAGER, Market, buyer, in_days, ok, order_path, refused


def test_the_total_of_all_schools_chooses_the_tier_and_shares_are_exact(market: Market) -> None:
    """domain.md §3, example 6: 34 + 41 + 18 + 9 = 102 boxes at £10.95."""
    paper = market.offer()
    schools = [market.school() for _ in range(4)]
    round_id = market.open_round()
    for urn, boxes in zip(schools, (34, 41, 18, 9), strict=True):
        market.order(round_id, urn, {paper: boxes})
    assert market.close(round_id)["state"] == "closed"
    (order,) = market.purchase_orders(round_id)
    assert order["number"] == "PO-000001"
    assert [(line["quantity"], line["unit_price"], line["net_pence"]) for line in order["lines"]] == [
        (102, "10.9500", 1116_90)
    ]
    assert [(drop["school_urn"], drop["lines"][0]["net_pence"]) for drop in order["drops"]] == list(
        zip(schools, (372_30, 448_95, 197_10, 98_55), strict=True)
    )
    assert (order["net_pence"], order["vat_pence"]) == (1116_90, 223_38)


def test_a_school_that_leaves_before_the_close_moves_the_tier_and_the_adviser_says_so(market: Market) -> None:
    """Example 6: 93 boxes at £11.80 are £1,097.40, and 100 would cost £1,095.00."""
    paper = market.offer()
    schools = [market.school() for _ in range(4)]
    round_id = market.open_round()
    for urn, boxes in zip(schools, (34, 41, 18, 9), strict=True):
        market.order(round_id, urn, {paper: boxes})
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    market.hear(("SchoolRecorded", leaver(schools[3], yesterday)))
    preview = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/close-preview"))
    (line,) = preview["purchase_orders"][0]["lines"]
    assert (line["quantity"], line["unit_price"], line["net_pence"]) == (93, "11.8000", 1097_40)
    assert line["cheaper"] == {"quantity": 100, "net_pence": 1095_00}
    assert [(left["school_urn"], left["reason"]) for left in preview["dropped"]] == [
        (schools[3], "The school had left the alliance by the close.")
    ]
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert order["net_pence"] == 1097_40
    assert len(order["drops"]) == 3


def test_a_school_that_leaves_after_the_close_changes_nothing_for_the_others(market: Market) -> None:
    paper = market.offer()
    schools = [market.school() for _ in range(4)]
    round_id = market.open_round()
    for urn, boxes in zip(schools, (34, 41, 18, 9), strict=True):
        market.order(round_id, urn, {paper: boxes})
    market.close(round_id)
    before = market.purchase_orders(round_id), ok(market.as_(buyer(schools[0])).get(order_path(round_id, schools[0])))
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    market.hear(("SchoolRecorded", leaver(schools[3], yesterday)))
    after = market.purchase_orders(round_id), ok(market.as_(buyer(schools[0])).get(order_path(round_id, schools[0])))
    assert after == before


def leaver(urn: int, left_on: str) -> dict[str, object]:
    from tests.orders.market import school_body

    return school_body(urn, left_on=left_on)


def test_units_times_price_is_rounded_once(market: Market) -> None:
    """Example 12: 12,500 × £0.0349 = £436.25."""
    clips = market.offer("Paper clips", tiers=((1, "0.0349"),))
    urn = market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {clips: 12_500})
    market.close(round_id)
    assert market.purchase_orders(round_id)[0]["net_pence"] == 436_25
