"""The close: totals choose the tier, shares add up to the penny, once only."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from chassis.actor import SERVICE
from contracts.allocation import allocate
from contracts.events import schemas
from contracts.money import line_net_pence
from services.orders.domain.errors import RoundNotOpen
from services.orders.domain.tiers import Tier, unit_price_at
from services.orders.storage.closing import Closing
from services.orders.storage.issuing import issue
from services.orders.storage.leavers import drop_orders_of_leavers
from services.orders.storage.rounds import mark_closed
from services.orders.usecases.close_round import close_due_rounds, close_round
from services.orders.usecases.compute_close import compute_close
from tests.orders.market import MANAGER, Market, buyer, in_days, ok, order_path, refused, school_body

SCHOOLS = 591
LINES = 20

_SHARES = text("""
    SELECT l.offer_id::text, d.school_urn, d.net_pence
    FROM drop_line d JOIN purchase_order_line l USING (purchase_order_id, line_no)
""")


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
    yesterday = in_days(-1)[:10]
    market.hear(("SchoolRecorded", school_body(schools[3], left_on=yesterday)))
    preview = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/close-preview"))
    (line,) = preview["purchase_orders"][0]["lines"]
    assert (line["quantity"], line["unit_price"], line["net_pence"]) == (93, "11.8000", 1097_40)
    assert line["cheaper"] == {"quantity": 100, "net_pence": 1095_00}
    assert preview["dropped"] == []
    left = ok(market.as_(buyer(schools[3])).get(order_path(round_id, schools[3])))
    assert (left["state"], left["history"][-1]["action"]) == ("dropped", "dropped")
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
    yesterday = in_days(-1)[:10]
    market.hear(("SchoolRecorded", school_body(schools[3], left_on=yesterday)))
    after = market.purchase_orders(round_id), ok(market.as_(buyer(schools[0])).get(order_path(round_id, schools[0])))
    assert after == before


def test_units_times_price_is_rounded_once(market: Market) -> None:
    """Example 12: 12,500 × £0.0349 = £436.25."""
    clips = market.offer("Paper clips", tiers=((1, "0.0349"),))
    urn = market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {clips: 12_500})
    market.close(round_id)
    assert market.purchase_orders(round_id)[0]["net_pence"] == 436_25


def test_the_preview_is_what_the_close_does(market: Market) -> None:
    other = market.supplier("Brightside Cleaning")
    cleaning = market.contract(other, "Cleaning")
    offers = [
        market.offer(),
        market.offer("Atlas", vat_class="Z", tiers=((1, "9.9900"), (5, "7.7777"))),
        market.offer("Mops", contract=(cleaning, other), tiers=((1, "3.3333"),)),
    ]
    round_id = market.open_round(contract_ids=[market.contract_id, cleaning])
    for boxes in (7, 11, 13):
        market.order(round_id, market.school(), dict(zip(offers, (boxes, boxes + 1, boxes + 2), strict=True)))
    market.order(round_id, market.school(name="Late"), {offers[0]: 500}, "submitted")
    market.order(round_id, market.school(name="Slow"), {offers[0]: 500}, "draft")
    market.order(round_id, market.school(name="Torn"), {offers[0]: 500}, "returned")
    preview = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/close-preview"))
    assert market.events("RoundClosed") == []
    market.close(round_id)
    made = sorted(market.purchase_orders(round_id), key=lambda order: order["number"])
    names = ("contract_id", "supplier_name", "net_pence", "vat_pence")
    assert [[order[name] for name in names] for order in made] == [
        [order[name] for name in names] for order in preview["purchase_orders"]
    ]
    columns = ("line_no", "offer_id", "unit_price", "quantity", "net_pence")
    assert [[line[name] for name in columns] for order in made for line in order["lines"]] == [
        [line[name] for name in columns] for order in preview["purchase_orders"] for line in order["lines"]
    ]
    shares: dict[int, int] = {}
    for order in made:
        for drop in order["drops"]:
            net = sum(line["net_pence"] for line in drop["lines"])
            shares[drop["school_urn"]] = shares.get(drop["school_urn"], 0) + net
    assert shares == {school["school_urn"]: school["net_pence"] for school in preview["schools"]}
    proof = preview["proof"]
    assert proof["units_ordered"] == proof["units_shared"]
    assert proof["lines_net_pence"] == proof["shares_net_pence"] == preview["net_pence"]
    assert {left["school_name"]: left["state"] for left in preview["dropped"]} == {
        "Late": "submitted",
        "Slow": "draft",
        "Torn": "returned",
    }


def test_an_order_without_approval_is_dropped_and_its_history_says_why(market: Market) -> None:
    paper = market.offer()
    in_time, late = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, in_time, {paper: 10})
    market.order(round_id, late, {paper: 100}, "submitted")
    market.close(round_id)
    order = ok(market.as_(buyer(late)).get(order_path(round_id, late)))
    assert order["state"] == "dropped"
    assert {name: order["history"][-1][name] for name in ("person", "action", "detail")} == {
        "person": None,
        "action": "dropped",
        "detail": "It was waiting for approval at the close.",
    }
    assert market.purchase_orders(round_id)[0]["net_pence"] == 125_00
    locked = ok(market.as_(buyer(in_time)).get(order_path(round_id, in_time)))
    assert (locked["state"], locked["net_pence"], locked["worst_gross_pence"]) == ("approved", 125_00, 150_00)


def test_a_round_in_which_nobody_orders_is_settled_at_once(market: Market) -> None:
    paper = market.offer()
    round_id = market.open_round()
    market.order(round_id, market.school(), {paper: 1}, "draft")
    assert market.close(round_id)["state"] == "settled"
    assert [event["purchase_order_ids"] for event in market.events("RoundClosed")] == [[]]
    assert market.events("PurchaseOrderIssued") == []


def test_the_other_parts_are_told_by_valid_events_drops_after_their_order(market: Market) -> None:
    paper, pens = market.offer(), market.offer("Pens", tiers=((1, "0.3333"),))
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 3, pens: 10})
    market.order(round_id, elm, {pens: 20})
    market.close(round_id)
    logged = market.sql("SELECT type, version, key, body FROM event_log WHERE type <> 'RoundOpened' ORDER BY id")
    assert [event.type for event in logged] == ["PurchaseOrderIssued", "DropIssued", "DropIssued", "RoundClosed"]
    for event in logged:
        jsonschema.validate(event.body, schemas()[event.type, event.version], format_checker=jsonschema.FormatChecker())
    assert {event.key for event in logged[:3]} == {f"purchase_order:{logged[0].body['purchase_order_id']}"}
    lines = {line["line_no"]: line["net_pence"] for line in logged[0].body["lines"]}
    shared = dict.fromkeys(lines, 0)
    for drop in logged[1:3]:
        for line in drop.body["lines"]:
            shared[line["line_no"]] += line["net_pence"]
    assert shared == lines


def test_numbers_of_purchase_orders_have_no_gaps(market: Market) -> None:
    other = market.supplier("Brightside Cleaning")
    cleaning = market.contract(other, "Cleaning")
    paper, mops = market.offer(), market.offer("Mops", contract=(cleaning, other))
    urn = market.school()
    for _ in range(2):
        round_id = market.open_round(contract_ids=[market.contract_id, cleaning])
        market.order(round_id, urn, {paper: 1, mops: 1})
        market.close(round_id)
    listed = ok(market.as_(MANAGER).get("/purchase-orders"))["items"]
    assert [order["number"] for order in listed] == ["PO-000004", "PO-000003", "PO-000002", "PO-000001"]
    page = ok(market.as_(MANAGER).get("/purchase-orders?limit=3"))
    assert page["next"] == "PO-000002"
    rest = ok(market.as_(MANAGER).get(f"/purchase-orders?limit=3&after={page['next']}"))
    assert ([order["number"] for order in rest["items"]], rest["next"]) == (["PO-000001"], None)


def test_closing_twice_is_refused_clearly(market: Market) -> None:
    market.offer()
    round_id = market.open_round()
    market.close(round_id)
    refused(market.as_(MANAGER).post(f"/rounds/{round_id}/close"), 409, "round_not_open")
    refused(market.as_(MANAGER).get(f"/rounds/{round_id}/close-preview"), 409, "round_not_open")
    refused(market.as_(MANAGER).post(f"/rounds/{uuid4()}/close"), 404, "not_found")


def test_many_who_close_at_once_close_once(market: Market) -> None:
    paper = market.offer()
    round_id = market.open_round()
    for boxes in (34, 41):
        market.order(round_id, market.school(), {paper: boxes})
    market.sql("UPDATE round SET closes_at = now() - interval '1 hour' WHERE round_id = :id", id=round_id)
    database, now = market.service.database, datetime.now(UTC)
    together = threading.Barrier(6)

    def by_hand() -> str:
        together.wait()
        try:
            close_round(database, round_id, now, closed_by="Morgan Manager")
        except RoundNotOpen:
            return "second"
        return "first"

    def by_timer() -> str:
        together.wait()
        return "first" if close_due_rounds(database, now) else "second"

    with ThreadPoolExecutor(6) as threads:
        attempts = [threads.submit(attempt) for attempt in (by_hand, by_timer) * 3]
        outcomes = sorted(attempt.result() for attempt in attempts)
    assert outcomes == ["first", *["second"] * 5]
    assert len(market.events("RoundClosed")) == len(market.events("PurchaseOrderIssued")) == 1
    assert [order["number"] for order in market.purchase_orders(round_id)] == ["PO-000001"]


def test_the_close_waits_for_a_save_in_hand_and_sees_it(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 1})
    database = market.service.database
    with ThreadPoolExecutor(1) as thread:
        with database.transaction(buyer(urn)) as connection:
            connection.execute(text("SELECT 1 FROM hold_round(:id)"), {"id": round_id})
            closing = thread.submit(close_round, database, round_id, datetime.now(UTC), closed_by="Morgan")
            wait_until(lambda: waiting_for_a_lock(market))
            connection.execute(text("UPDATE school_order SET state = 'draft', version = 3"))
        assert closing.result() == []
    assert ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))["state"] == "dropped"


def test_a_save_that_waited_for_the_close_comes_too_late(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 1})
    database = market.service.database
    with ThreadPoolExecutor(1) as thread:
        with database.transaction(SERVICE) as connection:
            connection.execute(text("SELECT 1 FROM round WHERE round_id = :id FOR UPDATE"), {"id": round_id})
            saving = thread.submit(market.save, round_id, urn, {paper: 9}, version=3)
            wait_until(lambda: waiting_for_a_lock(market))
            close_round(database, round_id, datetime.now(UTC), closed_by="Morgan")
        refused(saving.result(), 409, "round_not_open")
    assert market.purchase_orders(round_id)[0]["lines"][0]["quantity"] == 1


def test_the_timer_closes_what_is_due_however_late_and_nothing_else(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    due, later = market.open_round(), market.open_round(title="Later")
    market.order(due, urn, {paper: 5})
    market.sql("UPDATE round SET closes_at = now() - interval '3 days' WHERE round_id = :id", id=due)
    assert close_due_rounds(market.service.database, datetime.now(UTC)) == [due]
    assert close_due_rounds(market.service.database, datetime.now(UTC)) == []
    assert (market.round_state(due), market.round_state(later)) == ("closed", "open")
    assert market.sql("SELECT closed_by FROM round WHERE round_id = :id", id=due)[0].closed_by == "Bursar"
    assert len(close_due_rounds(market.service.database, datetime.now(UTC) + timedelta(days=30))) == 1


def test_a_round_that_cannot_be_closed_does_not_hold_up_the_others(market: Market) -> None:
    market.offer()
    broken, sound = market.open_round(), market.open_round()
    market.sql("UPDATE round SET closes_at = now() - interval '2 days' WHERE round_id = :id", id=broken)
    market.sql("UPDATE round SET closes_at = now() - interval '1 days' WHERE round_id = :id", id=sound)
    owner = market.service.owner_url
    execute_as_owner(owner, f"ALTER TABLE round ADD CONSTRAINT jammed CHECK (round_id <> '{broken}' OR state = 'open')")
    assert close_due_rounds(market.service.database, datetime.now(UTC)) == [sound]
    execute_as_owner(owner, "ALTER TABLE round DROP CONSTRAINT jammed")
    assert close_due_rounds(market.service.database, datetime.now(UTC)) == [broken]


def test_nor_does_a_round_over_which_the_close_itself_stumbles(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    broken, sound = market.open_round(), market.open_round()
    market.order(broken, urn, {paper: 5})
    market.sql("UPDATE round SET closes_at = now() - interval '2 days' WHERE round_id = :id", id=broken)
    market.sql("UPDATE round SET closes_at = now() - interval '1 days' WHERE round_id = :id", id=sound)
    market.sql("UPDATE round_contract SET terms = '{\"charges\": [{}]}' WHERE round_id = :id", id=broken)
    assert close_due_rounds(market.service.database, datetime.now(UTC)) == [sound]
    assert market.round_state(broken) == "open"


quantities = st.one_of(st.just(0), st.integers(1, 60), st.integers(1, 1_000_000))
prices = st.one_of(st.integers(0, 300), st.integers(0, 10**12 - 1)).map(lambda units: Decimal(units).scaleb(-4))
tier_starts = st.lists(st.integers(2, 500), max_size=3, unique=True).map(lambda starts: (1, *sorted(starts)))


@pytest.fixture
def round_of_three(market: Market) -> tuple[Market, str, list[str], list[int]]:
    """An open round of three offers and eight schools without orders."""
    offers = [market.offer(name) for name in ("Atlas", "Books", "Clips")]
    return market, market.open_round(), offers, [market.school() for _ in range(8)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_shares_as_allocate_does(
    round_of_three: tuple[Market, str, list[str], list[int]], data: st.DataObject
) -> None:
    market, round_id, offers, schools = round_of_three
    starts = {offer: data.draw(tier_starts) for offer in offers}
    tiers = {offer: tuple(Tier(start, data.draw(prices)) for start in starts[offer]) for offer in offers}
    ordered = {offer: {urn: data.draw(quantities) for urn in schools} for offer in offers}
    totals = {offer: sum(ordered[offer].values()) for offer in offers}
    expected: dict[tuple[str, int], int] = {}
    for offer in offers:
        if totals[offer]:
            net = line_net_pence(totals[offer], unit_price_at(tiers[offer], totals[offer]))
            weights = {urn: units for urn, units in ordered[offer].items() if units}
            expected |= {(offer, urn): share for urn, share in allocate(net, weights).items()}
    with undone(market) as connection:
        write_tiers(connection, round_id, tiers)
        write_orders(connection, round_id, schools, ordered)
        closing, _ = compute_close(connection, round_id, datetime.now(UTC).date(), date(2026, 11, 30))
        if expected:
            issue_for(closing, market)
        rows = connection.execute(_SHARES)
        assert {(row.offer_id, row.school_urn): row.net_pence for row in rows} == expected
        assert sum(school.net_pence for school in closing.schools()) == sum(expected.values())
        assert sum(line.net_pence for line in closing.lines()) == sum(expected.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), before=st.booleans())
def test_a_leaver_counts_for_nothing_before_the_close_and_moves_nothing_after_it(
    round_of_three: tuple[Market, str, list[str], list[int]], data: st.DataObject, before: bool
) -> None:
    """Example 6 for any figures: the rest share what they order together, or keep what the close made of all."""
    market, round_id, offers, schools = round_of_three
    starts = {offer: data.draw(tier_starts) for offer in offers}
    tiers = {offer: tuple(Tier(start, data.draw(prices)) for start in starts[offer]) for offer in offers}
    ordered = {offer: {urn: data.draw(st.integers(1, 60)) for urn in schools} for offer in offers}
    leaver = data.draw(st.sampled_from(schools))
    expected: dict[tuple[str, int], int] = {}
    for offer in offers:
        units = {urn: units for urn, units in ordered[offer].items() if urn != leaver or not before}
        net = line_net_pence(sum(units.values()), unit_price_at(tiers[offer], sum(units.values())))
        expected |= {(offer, urn): share for urn, share in allocate(net, units).items()}
    now = datetime.now(UTC)
    with undone(market) as connection:
        write_tiers(connection, round_id, tiers)
        write_orders(connection, round_id, schools, ordered)
        if before:
            assert leave(connection, leaver, now) == 1
        closing, _ = compute_close(connection, round_id, now.date(), date(2026, 11, 30))
        issue_for(closing, market)
        mark_closed(connection, round_id, now, "Manager", state="closed")
        if not before:
            assert leave(connection, leaver, now) == 0
        rows = connection.execute(_SHARES)
        assert {(row.offer_id, row.school_urn): row.net_pence for row in rows} == expected


def leave(connection: Connection, urn: int, now: datetime) -> int:
    """The school left yesterday; how many of its orders drop."""
    gone = {"urn": urn, "day": now.date() - timedelta(days=1)}
    connection.execute(text("UPDATE school SET left_on = :day WHERE urn = :urn"), gone)
    return drop_orders_of_leavers(connection, now)


def test_591_schools_with_20_lines_each_add_up(market: Market) -> None:
    offers = [market.offer(f"Item {n:02d}", tiers=((1, "1.2345"), (5000, "1.1111"))) for n in range(LINES)]
    schools = list(range(100001, 100001 + SCHOOLS))
    market.hear(*(("SchoolRecorded", school_body(urn)) for urn in schools))
    round_id = market.open_round()
    ordered = {offer: {urn: (urn * 7 + number * 13) % 40 + 1 for urn in schools} for number, offer in enumerate(offers)}
    with market.service.database.transaction(SERVICE) as connection:
        write_orders(connection, round_id, schools, ordered)
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert len(order["drops"]) == SCHOOLS
    assert sum(len(drop["lines"]) for drop in order["drops"]) == SCHOOLS * LINES
    for line in order["lines"]:
        units = ordered[line["offer_id"]]
        shares = {
            drop["school_urn"]: part["net_pence"]
            for drop in order["drops"]
            for part in drop["lines"]
            if part["line_no"] == line["line_no"]
        }
        assert line["quantity"] == sum(units.values())
        assert shares == allocate(line["net_pence"], units)
    assert sum(line["net_pence"] for line in order["lines"]) == order["net_pence"]
    assert len(market.events("DropIssued")) == SCHOOLS


@contextmanager
def undone(market: Market) -> Iterator[Connection]:
    """A transaction as the service that is rolled back, so that each example begins with an empty round."""
    with market.service.database.transaction(SERVICE) as connection:
        example = connection.begin_nested()
        yield connection
        example.rollback()


def write_tiers(connection: Connection, round_id: str, tiers: dict[str, tuple[Tier, ...]]) -> None:
    connection.execute(text("DELETE FROM round_tier WHERE round_id = :id"), {"id": round_id})
    rows = []
    for offer, of in tiers.items():
        for number, tier in enumerate(of):
            rows.append(
                {
                    "round": round_id,
                    "offer": offer,
                    "start": tier.from_quantity,
                    "low": tier.from_quantity if number else 0,
                    "high": of[number + 1].from_quantity if number + 1 < len(of) else 2**63 - 1,
                    "price": tier.unit_price,
                }
            )
    connection.execute(
        text(
            "INSERT INTO round_tier SELECT round_id, offer_id, supplier_id, :start, :low, :high, :price"
            " FROM round_offer WHERE round_id = :round AND offer_id = :offer"
        ),
        rows,
    )


def write_orders(connection: Connection, round_id: str, schools: list[int], ordered: dict[str, dict[int, int]]) -> None:
    """Approved orders, written without the ceremony of approving each."""
    connection.execute(
        text(
            "INSERT INTO school_order (round_id, school_urn, state, version, reference, submitted_by_id, submitted_by,"
            " approved_by_id, approved_by) SELECT :round, urn, 'approved', 3, 'O-' || urn, 'b', 'B', 'a', 'A'"
            " FROM unnest(CAST(:schools AS integer[])) AS urn"
        ),
        {"round": round_id, "schools": schools},
    )
    rows = [(offer, urn, units) for offer, of in ordered.items() for urn, units in of.items() if units]
    connection.execute(
        text(
            "INSERT INTO order_line (round_id, offer_id, school_urn, quantity) SELECT :round, l.* FROM"
            " unnest(CAST(:offers AS uuid[]), CAST(:schools AS integer[]), CAST(:units AS integer[])) AS l"
        ),
        {
            "round": round_id,
            "offers": [row[0] for row in rows],
            "schools": [row[1] for row in rows],
            "units": [row[2] for row in rows],
        },
    )


def issue_for(closing: Closing, market: Market) -> None:
    order = {
        "purchase_order_id": str(uuid4()),
        "number": "PO-1",
        "contract_id": market.contract_id,
        "supplier_id": market.supplier_id,
        "net_pence": 0,
        "vat_pence": 0,
    }
    issue(closing, [order], datetime.now(UTC))


def waiting_for_a_lock(market: Market) -> bool:
    query = "SELECT 1 FROM pg_locks WHERE NOT granted"
    with market.service.database.engine.connect() as connection:
        return connection.exec_driver_sql(query).first() is not None


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "It did not happen within 30 seconds."
        threading.Event().wait(0.01)


def execute_as_owner(url: str, statement: str) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    with create_engine(url, poolclass=NullPool).begin() as connection:
        return connection.exec_driver_sql(statement)
