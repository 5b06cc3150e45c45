"""Rounds in calendars: a feed whose address can be withdrawn, in London's time, with entries that keep their names."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient
from icalendar import Calendar
from lxml import html
from sqlalchemy import text

from chassis.actor import SERVICE
from gateway.pages.calendar_file import calendar_of
from gateway.usecases.sign_in import sign_in
from tests.backends import ServiceDatabase
from tests.gateway.conftest import PASSWORD, Recorder, role

Known = Callable[..., str]
LONDON = ZoneInfo("Europe/London")
ROUND = "00000000-0000-4000-8000-000000000005"


def a_round(state: str = "open", mine: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "round_id": ROUND,
        "number": "R-0001",
        "title": "Autumn stationery",
        "state": state,
        "closes_at": "2026-11-20T16:00:00Z",
        "delivery_from": "2026-12-01",
        "delivery_to": "2026-12-11",
        "version": 3,
        "my_order": mine and {"state": mine},
        **more,
    }


def entries(content: bytes) -> dict[str, Any]:
    """The entries by the first word of their UID."""
    found = Calendar.from_ical(content).walk("VEVENT")
    return {str(part["uid"]).partition("-")[0]: part for part in found}


@pytest.mark.parametrize(
    ("closes_at", "wall_clock", "offset"),
    [
        ("2026-03-28T16:00:00Z", "2026-03-28T16:00", 0),
        ("2026-03-29T15:00:00Z", "2026-03-29T16:00", 1),
        ("2026-10-24T15:00:00Z", "2026-10-24T16:00", 1),
        ("2026-10-25T16:00:00Z", "2026-10-25T16:00", 0),
    ],
)
def test_a_deadline_is_in_londons_time_across_both_clock_changes(closes_at: str, wall_clock: str, offset: int) -> None:
    content = calendar_of("Bursar", [a_round(closes_at=closes_at)], "https://b.example")
    start = entries(content)["deadline"]["dtstart"]
    assert start.params["TZID"] == "Europe/London"
    assert start.dt.replace(tzinfo=None) == datetime.fromisoformat(wall_clock)
    assert start.dt.utcoffset() == timedelta(hours=offset)
    assert b"BEGIN:VTIMEZONE" in content


@pytest.mark.parametrize(
    ("state", "mine", "shown"),
    [
        ("open", None, {"deadline"}),
        ("open", "draft", {"deadline"}),
        ("open", "submitted", {"deadline"}),
        ("open", "approved", {"delivery"}),
        ("open", "declined", set()),
        ("ordered", "approved", {"delivery"}),
        ("ordered", None, set()),
        ("ordered", "dropped", set()),
        ("settled", "approved", set()),
    ],
)
def test_a_calendar_shows_what_a_school_still_has_before_it(state: str, mine: str | None, shown: set[str]) -> None:
    assert set(entries(calendar_of("Bursar", [a_round(state, mine)], "https://b.example"))) == shown


def test_a_delivery_window_covers_its_last_day() -> None:
    window = entries(calendar_of("Bursar", [a_round("ordered", "approved")], "https://b.example"))["delivery"]
    assert (window["dtstart"].dt, window["dtend"].dt) == (date(2026, 12, 1), date(2026, 12, 12))


def test_an_entry_keeps_its_name_when_it_moves() -> None:
    before = entries(calendar_of("Bursar", [a_round()], "https://b.example"))["deadline"]
    after = entries(calendar_of("Bursar", [a_round(closes_at="2026-11-27T16:00:00Z", version=4)], "x"))["deadline"]
    assert before["uid"] == after["uid"] == f"deadline-{ROUND}@bursar"
    assert (before["sequence"], after["sequence"]) == (3, 4)


@pytest.fixture
def browser(app: Flask, store: ServiceDatabase, known: Known) -> FlaskClient:
    """A buyer of school 1."""
    known("me@people.example", role("school_buyer", urn=1))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.set_cookie("bursar-session", sign_in(store.database, "me@people.example", PASSWORD, address="x").token)
    return client


def address_on(browser: FlaskClient) -> str | None:
    found = html.document_fromstring(browser.get("/school/calendar").text).xpath("//input[@id='address']/@value")
    return str(found[0]).removeprefix("http://localhost") if found else None


def test_a_school_makes_sees_and_renews_its_address(
    app: Flask, store: ServiceDatabase, browser: FlaskClient, recorder: Recorder
) -> None:
    recorder.answer = lambda: jsonify(items=[a_round()], next=None)
    assert address_on(browser) is None
    assert browser.post("/school/calendar").status_code == 303
    first = address_on(browser)
    assert first is not None
    outside = app.test_client()
    answer = outside.get(first)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert set(entries(answer.data)) == {"deadline"}
    actor = recorder.last["actor"]
    assert (actor.kind, actor.school_urn, actor.roles) == ("school", 1, frozenset({"governor"}))

    browser.post("/school/calendar")
    second = address_on(browser)
    assert second != first
    assert (outside.get(first).status_code, outside.get(second or "").status_code) == (404, 200)

    with store.database.transaction(SERVICE) as connection:
        kept = json.dumps([str(value) for value in connection.execute(text("SELECT * FROM calendar_feed")).one()])
    assert (second or "").rpartition("/")[2].removesuffix(".ics") not in kept


def test_an_address_made_with_another_secret_is_none(app: Flask, browser: FlaskClient) -> None:
    browser.post("/school/calendar")
    app.config["SECRET_KEY"] = "another secret key, as after an accident"
    assert address_on(browser) is None
    assert app.test_client().get("/calendar/nonsense.ics").status_code == 404


def test_only_buyers_and_approvers_make_addresses(app: Flask, store: ServiceDatabase, known: Known) -> None:
    known("gov@people.example", role("governor", urn=1))
    app.config["WTF_CSRF_ENABLED"] = False
    governor = app.test_client()
    governor.set_cookie("bursar-session", sign_in(store.database, "gov@people.example", PASSWORD, address="x").token)
    assert "A buyer or an approver can make one" in governor.get("/school/calendar").text
    assert governor.post("/school/calendar").status_code == 403


def test_one_deadline_comes_as_a_file(browser: FlaskClient, recorder: Recorder) -> None:
    recorder.answer = lambda: jsonify(a_round(mine="approved"))
    answer = browser.get(f"/school/rounds/{ROUND}/deadline.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="R-0001.ics"'
    assert set(entries(answer.data)) == {"deadline"}
