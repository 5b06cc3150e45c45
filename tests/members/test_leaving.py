"""A school leaves by itself: its own approver, its own membership, from today on, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.actor import SERVICE, Actor
from contracts.events import schemas
from contracts.london import london_today
from services.members.domain.errors import MembershipInvalid, NotAMember
from services.members.domain.membership import Membership, ended_by_school
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import MANAGER, approver_of, buyer_of
from tests.members.test_members_api import HOP_GARDEN, ST_MARY, a_school

jsonschema = pytest.importorskip("jsonschema")

TODAY = london_today()
SINCE = date(2020, 9, 1)
HEAD = approver_of(HOP_GARDEN)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def members(service_client: Clients) -> Clients:
    database = service_client.database("members").database
    for school in (a_school(), a_school(ST_MARY, "St Mary's Secondary School")):
        put_school(database, SERVICE, school, None)
    return service_client


def told(members: Clients, event_type: str) -> list[dict[str, Any]]:
    with members.database("members").database.transaction(SERVICE) as connection:
        query = text("SELECT version, body FROM event_log WHERE type = :type ORDER BY id")
        rows = connection.execute(query, {"type": event_type}).all()
    for row in rows:
        jsonschema.validate(row.body, schemas()[event_type, row.version])
    return [row.body for row in rows]


def leave(members: Clients, actor: Actor, on: date, urn: int = HOP_GARDEN, version: int = 1, **more: Any) -> Any:
    return members("members", actor).post(f"/schools/{urn}/leave", {"left_on": str(on)}, version=version, **more)


def test_what_lies_beyond_the_day_falls_away_and_nothing_else_changes() -> None:
    held = [Membership(SINCE, ahead(30)), Membership(ahead(31), None, "associate")]
    assert ended_by_school(held, ahead(10), TODAY) == (Membership(SINCE, ahead(10)),)
    assert ended_by_school(held, ahead(60), TODAY) == (held[0], Membership(ahead(31), ahead(60), "associate"))
    apart = [Membership(SINCE, ahead(5)), Membership(ahead(90), None)]
    assert ended_by_school(apart, ahead(30), TODAY) == (apart[0],)


def test_a_school_neither_leaves_in_the_past_nor_lengthens_its_membership() -> None:
    with pytest.raises(MembershipInvalid, match="today or a later day"):
        ended_by_school([Membership(SINCE, None)], ahead(-1), TODAY)
    with pytest.raises(MembershipInvalid, match="Only the alliance"):
        ended_by_school([Membership(SINCE, ahead(5))], ahead(6), TODAY)
    for none_today in ([Membership(SINCE, ahead(-1))], [Membership(ahead(1), None)]):
        with pytest.raises(NotAMember):
            ended_by_school(none_today, ahead(2), TODAY)


def test_an_approver_ends_the_membership_and_may_bring_the_day_forward(members: Clients) -> None:
    first = leave(members, HEAD, ahead(60), key="the same leaving")
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    again = leave(members, HEAD, ahead(60), key="the same leaving")
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert leave(members, HEAD, TODAY, version=2).json["items"] == [
        {"joined_on": "2024-09-01", "left_on": str(TODAY), "membership_class": "full"}
    ]
    school = members("members", HEAD).get(f"/schools/{HOP_GARDEN}").json
    assert (school["left_on"], school["version"]) == (str(TODAY), 3)
    assert [body["left_on"] for body in told(members, "SchoolRecorded") if body["urn"] == HOP_GARDEN] == [
        None,
        str(ahead(60)),
        str(TODAY),
    ]
    assert [(body["left_on"], body["by"], body["by_school"]) for body in told(members, "LeavingRecorded")] == [
        (str(ahead(60)), "Head", True),
        (str(TODAY), "Head", True),
    ]


def test_the_alliance_records_a_leaving_as_its_own(members: Clients) -> None:
    assert leave(members, MANAGER, date(2026, 3, 31)).status_code == 200
    (body,) = told(members, "LeavingRecorded")
    assert (body["urn"], body["by_school"]) == (HOP_GARDEN, False)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda members: leave(members, HEAD, ahead(-1)), 422, "membership_invalid"),
        (lambda members: leave(members, HEAD, ahead(9), ST_MARY), 404, "not_found"),
        (lambda members: leave(members, HEAD, ahead(9), version=7), 412, "version_conflict"),
        (lambda members: leave(members, buyer_of(HOP_GARDEN), ahead(9)), 403, "forbidden"),
        (lambda members: leave(members, replace(HEAD, stands_in_for="a"), ahead(9)), 403, "forbidden"),
    ],
)
def test_who_may_not_and_what_does_not_hold_is_refused(
    members: Clients, change: Callable[[Clients], Any], status: int, code: str
) -> None:
    answer = change(members)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert told(members, "LeavingRecorded") == []


@pytest.mark.parametrize(
    ("actor", "statement"),
    [
        (HEAD, "SELECT end_own_membership(current_date - 1)"),
        (HEAD, "SELECT end_own_membership(NULL)"),
        (MANAGER, "SELECT end_own_membership(current_date + 1)"),
        (HEAD, "INSERT INTO membership VALUES (900001, '2030-01-01', NULL, 'full')"),
    ],
)
def test_the_database_itself_refuses_more(members: Clients, actor: Actor, statement: str) -> None:
    with (
        pytest.raises(DBAPIError),
        members.database("members").database.transaction(actor) as connection,
    ):
        connection.execute(text(statement))


def test_a_school_cannot_reach_another_s_membership_or_lengthen_its_own(members: Clients) -> None:
    """Whatever it sends to the database: its own record is cut off, and its own alone."""
    assert leave(members, MANAGER, ahead(5)).status_code == 200
    with members.database("members").database.transaction(HEAD) as connection:
        connection.execute(text("SELECT end_own_membership(current_date + 50)"))
        assert connection.execute(text("UPDATE membership SET left_on = NULL")).rowcount == 0
        assert connection.execute(text("UPDATE school SET left_on = NULL")).rowcount == 0
        rows = connection.execute(text("SELECT school_urn, left_on FROM membership ORDER BY 1")).all()
    assert [tuple(row) for row in rows] == [(urn, ahead(5) if urn == HOP_GARDEN else None) for urn in sorted(
        (HOP_GARDEN, ST_MARY))]  # fmt: skip
