"""Rounds open, remind and chase by the clock: once, whoever ran and whatever did not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.database import Database
from services.orders.storage import order_news
from services.orders.usecases.chase import chase_answers, chase_receipts
from services.orders.usecases.close_round import close_due_rounds
from services.orders.usecases.open_due_rounds import open_due_rounds
from services.orders.usecases.remind_schools import remind_schools
from services.orders.usecases.tell_order_news import tell_order_news
from tests.orders.market import MANAGER, Market, approver, buyer, in_days, ok, order_path, refused

LONDON = ZoneInfo("Europe/London")


def london(day: str, time: str = "07:30") -> datetime:
    return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=LONDON).astimezone(UTC)


@pytest.fixture
def workers(market: Market) -> Iterator[list[Database]]:
    """Three workers' own connections."""
    made = [Database(market.service.app_url, pool_size=1) for _ in range(3)]
    yield made
    for database in made:
        database.dispose()


def at_once(workers: list[Database], action: Any, now: datetime) -> None:
    """All workers do the same at the same time."""
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(lambda database: action(database, now), workers))


def planned(market: Market, **more: Any) -> str:
    """A round that opens by itself tomorrow."""
    return str(market.draft_round(opens_at=in_days(1), **more)["round_id"])


def opened(market: Market, closes_at: datetime, opened_at: datetime) -> str:
    """An open round with these times."""
    round_id = market.open_round()
    market.sql(
        "UPDATE round SET opens_at = :opened, closes_at = :closes WHERE round_id = :id",
        opened=opened_at,
        closes=closes_at,
        id=round_id,
    )
    return round_id


# Opening


def test_a_draft_opens_by_itself_at_its_time_and_not_before(market: Market) -> None:
    urn = market.school()
    market.offer()
    round_id = planned(market)
    now = datetime.now(UTC)
    assert open_due_rounds(market.service.database, now) == []
    assert market.round_state(round_id) == "draft"
    assert open_due_rounds(market.service.database, now + timedelta(days=1)) == [round_id]
    assert market.round_state(round_id) == "open"
    (told,) = market.events("RoundOpened")
    assert (told["round_id"], told["school_urns"]) == (round_id, [urn])


def test_a_round_opens_late_rather_than_never_and_once(market: Market, workers: list[Database]) -> None:
    market.offer()
    round_id = planned(market)
    at_once(workers, open_due_rounds, datetime.now(UTC) + timedelta(days=3))
    assert market.round_state(round_id) == "open"
    assert len(market.events("RoundOpened")) == 1


def test_a_round_that_cannot_open_stays_a_draft_and_its_managers_hear_why(market: Market) -> None:
    """Its deadline passed while nothing ran. Another round is not held up."""
    market.offer()
    late, other = planned(market, closes_at=in_days(2)), planned(market)
    assert open_due_rounds(market.service.database, datetime.now(UTC) + timedelta(days=3)) == [other]
    found = ok(market.as_(MANAGER).get(f"/rounds/{late}"))
    assert (found["state"], found["opens_at"]) == ("draft", None)
    (told,) = market.events("RoundOpeningFailed")
    assert (told["round_id"], told["reason"]) == (
        late,
        "The dates of the round are out of order. The deadline must lie in the future.",
    )
    assert open_due_rounds(market.service.database, datetime.now(UTC) + timedelta(days=3)) == []


def test_the_time_to_open_lies_before_the_deadline_and_can_be_changed(market: Market) -> None:
    market.offer()
    as_manager = market.as_(MANAGER)
    sent = {"title": "x", "closes_at": in_days(7), "delivery_from": "2027-01-04", "delivery_to": "2027-01-22"}
    sent |= {"contract_ids": [market.contract_id]}
    for wrong in (in_days(-1), in_days(8)):
        faults = refused(as_manager.post("/rounds", {**sent, "opens_at": wrong}), 422, "dates_out_of_order")
        assert list(faults) == ["opens_at"]
    drafted = market.draft_round(opens_at=in_days(1))
    assert drafted["opens_at"] is not None
    changed = ok(as_manager.put(f"/rounds/{drafted['round_id']}", {"opens_at": None}, version=drafted["version"]))
    assert changed["opens_at"] is None


def test_only_schools_to_which_it_offers_something_are_invited(market: Market) -> None:
    primary, _ = market.school(), market.school(phase="secondary")
    market.school(left_on="2025-08-31")
    market.offer(phases=["primary"])
    market.open_round()
    assert market.events("RoundOpened")[0]["school_urns"] == [primary]


# Reminders


@pytest.fixture
def owing(market: Market) -> tuple[str, dict[str, int]]:
    """A round that closes on Friday 20 November 2026 at 16:00, with a school in each state."""
    paper = market.offer(phases=["primary"])
    schools = {state: market.school() for state in ("silent", "draft", "returned", "submitted", "approved", "declined")}
    schools["elsewhere"] = market.school(phase="secondary")
    schools["gone"] = market.school(left_on="2026-01-01")
    round_id = market.open_round()
    for state in ("draft", "returned", "submitted", "approved"):
        market.order(round_id, schools[state], {paper: 3}, state)
    declining = schools["declined"]
    ok(market.save(round_id, declining, {paper: 1}))
    market.sql(
        "UPDATE school_order SET state = 'declined' WHERE round_id = :id AND school_urn = :urn",
        id=round_id,
        urn=declining,
    )
    market.sql(
        "UPDATE round SET opens_at = :opened, closes_at = :closes WHERE round_id = :id",
        opened=london("2026-11-01"),
        closes=london("2026-11-20", "16:00"),
        id=round_id,
    )
    return round_id, schools


def test_only_those_who_owe_something_are_reminded(market: Market, owing: tuple[str, dict[str, int]]) -> None:
    round_id, schools = owing
    assert remind_schools(market.service.database, london("2026-11-13")) == [round_id]
    (told,) = market.events("RoundReminderDue")
    assert (told["reminder"], told["closes_at"]) == ("week", "2026-11-20T16:00:00Z")
    assert {school["school_urn"]: (school["owes"], school["state"]) for school in told["schools"]} == {
        schools["silent"]: ("form", "silent"),
        schools["draft"]: ("form", "draft"),
        schools["returned"]: ("form", "returned"),
        schools["submitted"]: ("approval", "submitted"),
    }


def test_each_reminder_is_given_once_by_however_many_workers(
    market: Market, owing: tuple[str, dict[str, int]], workers: list[Database]
) -> None:
    for day in ("2026-11-13", "2026-11-18", "2026-11-20"):
        for minutes in (0, 1, 600):
            at_once(workers, remind_schools, london(day) + timedelta(minutes=minutes))
    assert [told["reminder"] for told in market.events("RoundReminderDue")] == ["week", "two_days", "morning"]


def test_after_downtime_only_the_latest_reminder_is_given_and_none_after_the_deadline(
    market: Market, owing: tuple[str, dict[str, int]]
) -> None:
    """Nothing ran from before the first reminder until the day before the deadline, and then over the deadline."""
    remind_schools(market.service.database, london("2026-11-19", "11:00"))
    remind_schools(market.service.database, london("2026-11-20", "16:00"))
    assert [told["reminder"] for told in market.events("RoundReminderDue")] == ["two_days"]


def test_a_deadline_that_moves_gets_reminders_of_its_own(market: Market, owing: tuple[str, dict[str, int]]) -> None:
    round_id, _ = owing
    remind_schools(market.service.database, london("2026-11-20"))
    market.sql(
        "UPDATE round SET closes_at = :closes WHERE round_id = :id", closes=london("2026-11-27", "16:00"), id=round_id
    )
    for day in ("2026-11-20", "2026-11-25", "2026-11-27"):
        remind_schools(market.service.database, london(day, "12:00"))
    told = [(told["reminder"], told["due_at"]) for told in market.events("RoundReminderDue")]
    assert told == [
        ("morning", "2026-11-20T07:30:00Z"),
        ("two_days", "2026-11-25T07:30:00Z"),
        ("morning", "2026-11-27T07:30:00Z"),
    ]


def test_schools_are_told_of_a_deadline_that_the_manager_moves(
    market: Market, owing: tuple[str, dict[str, int]]
) -> None:
    round_id, schools = owing
    market.sql("UPDATE round SET closes_at = :at WHERE round_id = :id", at=in_days(3), id=round_id)
    client = market.as_(MANAGER)
    found = ok(client.get(f"/rounds/{round_id}"))
    kept = ok(client.put(f"/rounds/{round_id}", {"closes_at": found["closes_at"]}, version=found["version"]))
    assert market.events("RoundDeadlineMoved") == []
    moved = {"closes_at": in_days(5)}
    ok(client.put(f"/rounds/{round_id}", moved, version=kept["version"]))
    (told,) = market.events("RoundDeadlineMoved")
    assert (told["was_to_close_at"], told["closes_at"], told["by"]) == (
        found["closes_at"],
        moved["closes_at"],
        MANAGER.name,
    )
    names = {urn: name for name, urn in schools.items()}
    assert {names[school["school_urn"]]: school["owes"] for school in told["schools"]} == {
        "silent": "form",
        "draft": "form",
        "returned": "form",
        "submitted": "approval",
        "approved": "nothing",
    }


def test_the_manager_nudges_all_or_one_and_nobody_too_often(market: Market, owing: tuple[str, dict[str, int]]) -> None:
    round_id, schools = owing
    market.sql("UPDATE round SET closes_at = :at WHERE round_id = :id", at=in_days(3), id=round_id)
    path, as_manager = f"/rounds/{round_id}/nudge", market.as_(MANAGER)
    one = {"school_urns": [schools["silent"], schools["approved"], schools["declined"]]}
    assert ok(as_manager.post(path, one))["school_urns"] == [schools["silent"]]
    refused(as_manager.post(path, one), 409, "nobody_to_nudge")
    others = sorted(schools[state] for state in ("draft", "returned", "submitted"))
    assert ok(as_manager.post(path, {}))["school_urns"] == others
    told = market.events("SchoolsNudged")
    assert [[school["school_urn"] for school in body["schools"]] for body in told] == [[schools["silent"]], others]
    assert told[1]["by"] == MANAGER.name
    refused(market.as_(buyer(schools["draft"])).post(path, {}), 403, "forbidden")


# What happened to orders


def test_whoever_sends_approves_or_returns_is_told_of_once_and_in_order(
    market: Market, workers: list[Database]
) -> None:
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 3}, "returned")
    saved = ok(market.save(round_id, urn, {paper: 2}, version=3))
    path = order_path(round_id, urn)
    sent = ok(market.as_(buyer(urn)).post(f"{path}/submit", version=saved["version"]))
    at_once(workers, tell_order_news, datetime.now(UTC))
    ok(market.as_(approver(urn)).post(f"{path}/approve", version=sent["version"]))
    for _ in range(3):
        at_once(workers, tell_order_news, datetime.now(UTC))
    told = market.sql("SELECT type, key, body FROM event_log WHERE type LIKE 'Order%' ORDER BY id")
    assert [row.type for row in told] == ["OrderSubmitted", "OrderReturned", "OrderSubmitted", "OrderApproved"]
    assert {row.key for row in told} == {f"order:{round_id}:{urn}"}
    returned = told[1].body
    assert (returned["by_id"], returned["sent_by_id"], returned["reason"]) == (
        f"approver-{urn}",
        f"buyer-{urn}",
        "Half of it, please",
    )
    assert (returned["reference"], returned["round_number"]) == ("O-000001", "R-0001")


def test_a_school_is_told_that_its_order_is_not_part_of_the_round(market: Market) -> None:
    paper, waiting, approved = market.offer(), market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, waiting, {paper: 3}, "submitted")
    market.order(round_id, approved, {paper: 3})
    market.sql("UPDATE round SET closes_at = :now WHERE round_id = :id", now=datetime.now(UTC), id=round_id)
    close_due_rounds(market.service.database, datetime.now(UTC))
    tell_order_news(market.service.database, datetime.now(UTC))
    (told,) = market.events("OrderDropped")
    assert (told["school_urn"], told["reason"]) == (waiting, "It was waiting for approval at the close.")
    assert (told["by_id"], told["sent_by_id"]) == (None, f"buyer-{waiting}")


def test_a_school_is_told_once_what_was_ordered_for_it(market: Market, workers: list[Database]) -> None:
    paper, pens = market.offer(), market.offer("Pens", tiers=((1, "2.0000"),))
    small, large, silent = market.school(), market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, small, {paper: 1, pens: 2})
    market.order(round_id, large, {paper: 9})
    market.order(round_id, silent, {paper: 9}, "draft")
    market.close(round_id)
    for _ in range(2):
        at_once(workers, tell_order_news, datetime.now(UTC))
    told = market.events("OrderPlaced")
    assert [(body["school_urn"], [order["net_pence"] for order in body["purchase_orders"]]) for body in told] == [
        (small, [1250 + 400]),
        (large, [11250]),
    ]
    assert told[0]["purchase_orders"][0]["number"] == "PO-000001"


def test_approvers_hear_of_reminders_and_first_approvals(market: Market) -> None:
    """The history says so in these words (domain/approval.py, usecases/remind_approvers.py)."""
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 1}, "submitted")
    ok(market.as_(buyer(urn)).post(f"{order_path(round_id, urn)}/remind"))
    market.sql(
        "INSERT INTO order_history (round_id, school_urn, person_id, person, action)"
        " VALUES (:id, :urn, 'approver', 'Alex', 'first approval')",
        id=round_id,
        urn=urn,
    )
    tell_order_news(market.service.database, datetime.now(UTC))
    assert [told["by_id"] for told in market.events("ApproversReminded")] == [f"buyer-{urn}"]
    assert [told["sent_by_id"] for told in market.events("FirstApprovalGiven")] == [f"buyer-{urn}"]


def test_news_that_commits_late_is_told_all_the_same(market: Market) -> None:
    """A row with a lower number may become visible after one with a higher."""
    paper, slow, fast = market.offer(), market.school(), market.school()
    round_id = market.open_round()
    for urn in (slow, fast):
        market.order(round_id, urn, {paper: 3}, "draft")
    add = (
        "INSERT INTO order_history (round_id, school_urn, at, person_id, person, action)"
        " VALUES (:id, :urn, :at, 'x', 'X', 'submitted')"
    )
    other = Database(market.service.app_url, pool_size=1)
    now = datetime.now(UTC)
    with other.transaction(SERVICE) as connection:
        connection.execute(text(add), {"id": round_id, "urn": slow, "at": now})
        market.sql(add, id=round_id, urn=fast, at=now)
        tell_order_news(market.service.database, now)
    other.dispose()
    tell_order_news(market.service.database, now + timedelta(minutes=5))
    tell_order_news(market.service.database, now + timedelta(hours=1))
    assert [told["school_urn"] for told in market.events("OrderSubmitted")] == [fast, slow]
    assert market.sql("SELECT 1 FROM order_news") == []
    tell_order_news(market.service.database, now + timedelta(hours=2))
    assert len(market.events("OrderSubmitted")) == 2


def test_much_news_is_told_in_parts(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_news, "MOST_AT_ONCE", 3)
    monkeypatch.setattr("services.orders.usecases.tell_order_news.MOST_AT_ONCE", 3)
    paper, schools = market.offer(), [market.school() for _ in range(5)]
    round_id = market.open_round()
    for urn in schools:
        market.order(round_id, urn, {paper: 1}, "submitted")
    tell_order_news(market.service.database, datetime.now(UTC))
    assert [told["school_urn"] for told in market.events("OrderSubmitted")] == schools


# Chasing


@pytest.fixture
def issued(market: Market) -> tuple[dict[str, Any], list[int]]:
    """A purchase order of Tuesday 17 November 2026 for two schools, delivery until Friday 4 December 2026."""
    paper, schools = market.offer(), [market.school(), market.school()]
    round_id = market.open_round()
    for urn in schools:
        market.order(round_id, urn, {paper: 3})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    market.sql("UPDATE purchase_order SET issued_at = :at", at=london("2026-11-17", "16:00"))
    market.sql("UPDATE round SET delivery_from = '2026-12-01', delivery_to = '2026-12-04'")
    return order, schools


def test_an_unanswered_order_is_chased_until_it_is_answered(
    market: Market, issued: tuple[dict[str, Any], list[int]], workers: list[Database]
) -> None:
    order, _ = issued
    for day in ("2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23"):
        at_once(workers, chase_answers, london(day, "12:00"))
    assert [told["due_at"] for told in market.events("AnswerOverdue")] == [
        "2026-11-19T07:30:00Z",
        "2026-11-23T07:30:00Z",
    ]
    told = market.events("AnswerOverdue")[0]
    assert (told["number"], told["supplier_name"]) == ("PO-000001", "Fenwright Paper")
    ok(market.answer(order))
    chase_answers(market.service.database, london("2027-01-20"))
    assert len(market.events("AnswerOverdue")) == 2


def test_what_was_not_recorded_is_chased_school_by_school(
    market: Market, issued: tuple[dict[str, Any], list[int]], workers: list[Database]
) -> None:
    order, (recorded, silent) = issued
    at_once(workers, chase_receipts, london("2026-12-08"))
    assert market.events("ReceiptsOverdue") == []  # it is not accepted yet
    ok(market.answer(order))
    chase_receipts(market.service.database, london("2026-12-04", "23:00"))
    assert market.events("ReceiptsOverdue") == []
    at_once(workers, chase_receipts, london("2026-12-07"))
    ok(market.receive(order, recorded, {1: 0}), 201)
    for day in ("2026-12-08", "2026-12-14", "2026-12-15"):
        at_once(workers, chase_receipts, london(day))
    assert [(told["due_at"], told["school_urns"]) for told in market.events("ReceiptsOverdue")] == [
        ("2026-12-07T07:30:00Z", [recorded, silent]),
        ("2026-12-14T07:30:00Z", [silent]),
    ]
