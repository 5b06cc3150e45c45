"""The most that an order can come to: what limits and budgets go by, and what nobody ever pays more than."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.orders.domain.offer import FullCharge
from services.orders.domain.pricing import gross_of
from services.orders.domain.wanted import WantedLine
from services.orders.domain.worst_case import worst_parts
from tests.orders.market import Market, buyer, ok, order_path
from tests.orders.test_approvals import review
from tests.orders.test_tiers_and_pricing import PAPER

DELIVERY = FullCharge("S", Decimal(20), 45_00)
CHARGED = replace(PAPER, full_charges=(DELIVERY,))
SOAP = replace(CHARGED, offer_id="soap", category_code="cleaning")


def line(quantity: int, flexible: int = 0, most: str | None = None) -> WantedLine:
    return WantedLine("any", quantity, flexible, None if most is None else Decimal(most))


@pytest.mark.parametrize(
    ("wanted", "net"),
    [(line(34), 425_00), (line(34, 6), 500_00), (line(34, 6, "12.00"), 480_00), (line(100), 1095_00)],
)
def test_a_line_counts_with_its_flexible_units_at_its_dearest_price(wanted: WantedLine, net: int) -> None:
    (part,) = worst_parts([(PAPER, wanted)])
    assert (part.category_code, part.net_pence) == ("stationery", net)


def test_a_charge_counts_in_full_once_for_its_contract_where_most_of_the_order_is() -> None:
    parts = worst_parts([(CHARGED, line(10)), (SOAP, line(11)), (SOAP, line(1))])
    assert [(part.category_code, part.net_pence) for part in parts[3:]] == [("cleaning", 45_00)]
    assert gross_of(parts) == (22 * 12_50 + 45_00) * 6 // 5


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 50)), min_size=1, max_size=6))
def test_more_units_never_cost_less_at_worst_than_the_prices_of_all_tiers_allow(wanted: list[tuple[int, int]]) -> None:
    parts = worst_parts([(CHARGED, line(firm, flexible)) for firm, flexible in wanted])
    units = sum(firm + flexible for firm, flexible in wanted)
    goods = sum(part.net_pence for part in parts[: len(wanted)])
    assert units * 10_95 <= goods <= units * 12_50
    assert parts[len(wanted) :] == [parts[-1]]


def charged_market(market: Market, **terms: Any) -> tuple[str, int, str]:
    """(offer, school, round) under a contract that charges £45 for delivery."""
    body = {
        "contract_id": market.contract_id,
        "supplier_id": market.supplier_id,
        "title": "Paper and stationery",
        "reference": "C-1",
        "charges": [
            {
                "code": "DEL",
                "name": "Delivery",
                "kind": "delivery",
                "amount_pence": 45_00,
                "share_by": "value",
                "free_from_pence": None,
                "vat_class": "S",
            }
        ],
        **terms,
    }
    market.hear(("ContractRecorded", body))
    paper, urn = market.offer(), market.school()
    return paper, urn, market.open_round()


def test_nobody_pays_more_than_was_reserved_and_approved(market: Market) -> None:
    paper, urn, round_id = charged_market(market)
    order = market.order(round_id, urn, {paper: 20})
    assert order["worst_gross_pence"] == review(market, round_id, urn)["worst_gross_pence"] == 354_00
    budget = ok(market.as_(buyer(urn)).get(f"/budgets/{urn}?financial_year=2026-27"))["items"]
    assert [item["reserved_pence"] for item in budget] == [295_00]
    market.close(round_id)
    locked = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    budget = ok(market.as_(buyer(urn)).get(f"/budgets/{urn}?financial_year=2026-27"))["items"]
    assert sum(item["committed_pence"] for item in budget) == 295_00, "alone it bears the whole charge"
    assert locked["gross_pence"] <= 354_00


def test_a_fee_for_small_orders_may_come_on_top(market: Market) -> None:
    paper, urn, round_id = charged_market(
        market, minimum_order_pence=1000_00, small_order_fee_pence=10_00, small_order_fee_share_by="equal"
    )
    order = market.order(round_id, urn, {paper: 20}, "draft")
    assert order["worst_gross_pence"] == (250_00 + 45_00 + 10_00) * 6 // 5
