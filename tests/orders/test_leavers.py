"""A school leaves: what it has in open rounds drops on that day, what a closed round committed stands."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.orders.usecases.drop_leavers import drop_leavers
from tests.orders.market import Market, approver, buyer, in_days, ok, order_path, school_body


def day(offset: int) -> str:
    return in_days(offset)[:10]


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "approved"])
def test_an_order_of_a_school_that_has_left_drops_with_its_reason(market: Market, state: str) -> None:
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    before = market.order(round_id, urn, {paper: 5}, state)
    market.hear(("SchoolRecorded", school_body(urn, left_on=day(-1))))

    order = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    assert (order["state"], order["version"]) == ("dropped", before["version"] + 1)
    left = date.fromisoformat(day(-1))
    assert order["history"][-1]["detail"] == f"The school left the alliance on {left.day} {left:%b %Y}."
    refused = market.as_(approver(urn)).post(f"{order_path(round_id, urn)}/approve", version=order["version"])
    assert refused.status_code in (403, 409, 422)


def test_a_leaving_to_come_drops_nothing_before_its_day(market: Market) -> None:
    paper, leaver, stayer = market.offer(), market.school(), market.school()
    round_id = market.open_round()
    for urn in (leaver, stayer):
        market.order(round_id, urn, {paper: 5})
    market.hear(("SchoolRecorded", school_body(leaver, left_on=day(3))))
    now = datetime.now(UTC)
    assert drop_leavers(market.service.database, now + timedelta(days=3)) == 0
    assert drop_leavers(market.service.database, now + timedelta(days=4)) == 1
    assert drop_leavers(market.service.database, now + timedelta(days=4)) == 0
    states = [ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))["state"] for urn in (leaver, stayer)]
    assert states == ["dropped", "approved"]


def test_what_a_closed_round_committed_stands(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 5})
    market.close(round_id)
    market.hear(("SchoolRecorded", school_body(urn, left_on=day(-1))))
    order = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    assert (order["state"], order["history"][-1]["action"]) == ("approved", "approved")
