"""What all schools order together: the sums kept in the process are those of the database, whatever changes."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.london import london_today
from services.orders.usecases.read_rounds import get_board
from services.orders.usecases.sum_orders import ordered_units
from tests.orders.market import MANAGER, Market, buyer, ok

STATES = ("draft", "submitted", "returned", "approved", "declined")
TIERS = (((1, "12.5000"), (50, "11.8000"), (100, "10.9512")), ((5, "0.0349"),), ((1, "1.3349"), (7, "1.3350")))

_CHANGE = """
    WITH changed AS (
        INSERT INTO school_order (round_id, school_urn, state, version, reference, submitted_by_id, approved_by_id)
        VALUES (CAST(:round_id AS uuid), :urn, :state, 1, CAST(:round_id AS text) || :urn, 'buyer', 'approver')
        ON CONFLICT (round_id, school_urn) DO UPDATE SET state = excluded.state, version = school_order.version + 1
        RETURNING round_id
    ), gone AS (
        DELETE FROM order_line
        WHERE round_id = CAST(:round_id AS uuid) AND school_urn = :urn AND offer_id <> ALL (CAST(:offers AS uuid[]))
    )
    INSERT INTO order_line (round_id, school_urn, offer_id, quantity, flexible)
    SELECT changed.round_id, :urn, wanted.*
    FROM changed, unnest(CAST(:offers AS uuid[]), CAST(:firm AS integer[]), CAST(:flexible AS integer[])) AS wanted
    ON CONFLICT (round_id, school_urn, offer_id)
        DO UPDATE SET quantity = excluded.quantity, flexible = excluded.flexible
"""

Change = tuple[int, str, dict[int, tuple[int, int]]]
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(STATES),
        st.dictionaries(st.integers(0, 2), st.tuples(st.integers(1, 90), st.integers(0, 9))),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def offers(shared_market: Market) -> list[str]:
    return [shared_market.offer(f"Offer {number}", tiers=tiers) for number, tiers in enumerate(TIERS)]


@pytest.fixture(scope="module")
def urns(shared_market: Market) -> list[int]:
    return [shared_market.school() for _ in range(4)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_sums_follow_every_change(
    shared_market: Market, offers: list[str], urns: list[int], changes: list[Change]
) -> None:
    market = shared_market
    round_id = market.open_round()
    for school, state, wanted in changes:
        market.sql(
            _CHANGE,
            round_id=round_id,
            urn=urns[school],
            state=state,
            offers=[offers[number] for number in wanted],
            firm=[firm for firm, _ in wanted.values()],
            flexible=[flexible for _, flexible in wanted.values()],
        )
        assert _totals_here(market, round_id) == _totals_of_the_database(market, round_id)
        assert _nets_of_the_board(market, round_id) == _nets_of_the_database(market, round_id)


def test_a_draft_that_was_looked_at_counts_once_it_is_open(shared_market: Market, offers: list[str]) -> None:
    market, urn = shared_market, shared_market.school()
    round_id = market.draft_round()["round_id"]
    manager = market.as_(MANAGER)
    assert all(item["quantity"] == 0 for item in ok(manager.get(f"/rounds/{round_id}/totals"))["items"])
    ok(manager.post(f"/rounds/{round_id}/open"))
    market.order(round_id, urn, {offers[0]: 34}, "submitted")
    counted = {item["offer_id"]: item["quantity"] for item in ok(manager.get(f"/rounds/{round_id}/totals"))["items"]}
    assert counted[offers[0]] == 34


def test_lines_of_others_are_read_by_the_service_alone(shared_market: Market, urns: list[int]) -> None:
    with shared_market.service.database.transaction(buyer(urns[0])), pytest.raises(RuntimeError, match="actor"):
        ordered_units(shared_market.service.database, str(uuid4()), 1)


def _totals_here(market: Market, round_id: str) -> dict[str, tuple[int, int, int]]:
    stamp = market.sql("SELECT round_stamp(:round_id)", round_id=round_id)[0][0]
    totals = ordered_units(market.service.database, round_id, stamp).totals
    return {offer_id: tuple(total) for offer_id, total in totals.items()}


def _totals_of_the_database(market: Market, round_id: str) -> dict[str, tuple[int, int, int]]:
    rows = market.sql("SELECT offer_id::text, quantity, schools, flexible FROM round_totals(:r)", r=round_id)
    return {offer_id: tuple(total) for offer_id, *total in rows}


def _nets_of_the_board(market: Market, round_id: str) -> dict[int, int]:
    rows = get_board(market.service.database, MANAGER, round_id, london_today())
    return {row["school_urn"]: row["net_pence"] for row in rows if row["net_pence"]}


def _nets_of_the_database(market: Market, round_id: str) -> dict[int, int]:
    rows = market.sql("SELECT school_urn, net_pence FROM order_nets(:round_id)", round_id=round_id)
    return {urn: net for urn, net in rows if net}
