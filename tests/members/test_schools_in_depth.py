"""Memberships over time, dated counts of pupils, delivery sites: what schools are told as, and who writes what."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from chassis.actor import SERVICE
from contracts.events import schemas
from contracts.school_types import SCHOOL_TYPES, school_type
from services.members.domain import membership
from services.members.domain.errors import MembershipsOverlap, NotAMember
from services.members.domain.membership import Membership
from services.members.domain.pupil_count import PupilCount, newest
from services.members.usecases.import_schools import import_schools
from services.members.usecases.record_memberships import renew_memberships
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import BOARD_MEMBER, MANAGER, buyer_of
from tests.members.files import register_file
from tests.members.test_members_api import HOP_GARDEN, ST_MARY, a_school

jsonschema = pytest.importorskip("jsonschema")

TODAY = date(2026, 11, 22)
SITE = {"name": "Main building", "address": "Oast Road\nFaversham", "postcode": "me137aa", "main": True}


@pytest.fixture
def members(service_client: Clients) -> Clients:
    database = service_client.database("members").database
    for school in (a_school(), a_school(ST_MARY, "St Mary's Secondary School")):
        put_school(database, SERVICE, school, None)
    return service_client


def told(members: Clients, urn: int = HOP_GARDEN) -> list[dict[str, Any]]:
    with members.database("members").database.transaction(SERVICE) as connection:
        rows = connection.execute(
            text("SELECT version, body FROM event_log WHERE key = :key AND type = 'SchoolRecorded' ORDER BY id"),
            {"key": f"school:{urn}"},
        ).all()
    for row in rows:
        jsonschema.validate(row.body, schemas()["SchoolRecorded", row.version])
    return [row.body for row in rows]


def ahead(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - as a person would type it


def test_the_membership_of_today_counts_then_the_next_then_the_last() -> None:
    first = Membership(date(2020, 9, 1), date(2022, 8, 31))
    second = Membership(date(2024, 9, 1), None, "associate")
    assert membership.current([second, first], date(2021, 1, 1)) == first
    assert membership.current([first, second], date(2023, 1, 1)) == second
    assert membership.current([first, second], TODAY) == second
    assert membership.current([first], TODAY) == first


def test_another_class_begins_where_the_old_one_ends() -> None:
    held = membership.joined([Membership(date(2020, 9, 1), None)], date(2026, 9, 1), "associate")
    assert held == (
        Membership(date(2020, 9, 1), date(2026, 8, 31)),
        Membership(date(2026, 9, 1), None, "associate"),
    )


def test_nobody_is_a_member_twice_or_leaves_before_joining() -> None:
    held = [Membership(date(2020, 9, 1), None)]
    with pytest.raises(MembershipsOverlap):
        membership.joined(held, date(2026, 9, 1), "full")
    with pytest.raises(NotAMember):
        membership.left(held, date(2020, 8, 31))


def test_the_newest_count_stands_and_one_without_a_day_is_the_oldest() -> None:
    undated, dated = PupilCount(None, 300, "census"), PupilCount(date(2020, 1, 16), 271, "register")
    assert newest([undated, dated]) == dated
    assert newest([undated]) == undated
    assert newest([]) is None


@pytest.mark.parametrize(
    ("code", "vat_refund", "year"),
    [("1", "authority", "april"), ("2", "authority", "april"), ("7", "authority", "april"),
     ("28", "academy", "september"), ("34", "academy", "september"), ("35", "academy", "september"),
     ("", "authority", "april")],
)  # fmt: skip
def test_vat_and_year_follow_from_the_type(code: str, vat_refund: str, year: str) -> None:
    assert (school_type(code).vat_refund, school_type(code).financial_year) == (vat_refund, year)


def test_every_known_type_has_the_register_s_own_name() -> None:
    assert SCHOOL_TYPES["34"].name == "Academy converter"
    assert school_type("01") == SCHOOL_TYPES["1"]


def test_a_school_leaves_and_joins_again(members: Clients) -> None:
    client = members("members", MANAGER)

    left = client.post(f"/schools/{HOP_GARDEN}/leave", {"left_on": "2026-03-31"}, version=1)
    assert (left.status_code, left.json["items"][-1]["left_on"]) == (200, "2026-03-31")
    again = client.post(
        f"/schools/{HOP_GARDEN}/memberships", {"joined_on": "2026-09-01", "membership_class": "associate"}, version=2
    )
    assert (again.status_code, again.headers["ETag"]) == (201, '"3"')
    assert client.get(f"/schools/{HOP_GARDEN}/memberships").json["items"] == [
        {"joined_on": "2024-09-01", "left_on": "2026-03-31", "membership_class": "full"},
        {"joined_on": "2026-09-01", "left_on": None, "membership_class": "associate"},
    ]
    assert [(body["joined_on"], body["left_on"], body["membership_class"]) for body in told(members)] == [
        ("2024-09-01", None, "full"),
        ("2024-09-01", "2026-03-31", "full"),
        ("2026-09-01", None, "associate"),
    ]


def test_joining_again_in_the_middle_of_a_membership_is_refused(members: Clients) -> None:
    answer = members("members", MANAGER).post(
        f"/schools/{HOP_GARDEN}/memberships", {"joined_on": "2026-09-01"}, version=1
    )
    assert (answer.status_code, answer.json["code"]) == (409, "memberships_overlap")
    assert [error["field"] for error in answer.json["errors"]] == ["joined_on"]
    assert answer.json["detail"] == "The membership that began on 1 September 2024 has no end."


def test_a_membership_to_come_is_told_on_its_first_day(members: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    client, database = members("members", MANAGER), members.database("members").database
    client.post(f"/schools/{HOP_GARDEN}/leave", {"left_on": ahead(10)}, version=1)
    client.post(f"/schools/{HOP_GARDEN}/memberships", {"joined_on": ahead(40)}, version=2)
    assert (told(members)[-1]["joined_on"], told(members)[-1]["left_on"]) == ("2024-09-01", ahead(10))
    assert renew_memberships(database) == 0

    later = date.fromisoformat(ahead(11))
    monkeypatch.setattr("services.members.usecases.record_memberships.london_today", lambda: later)
    assert renew_memberships(database) == 1
    assert (told(members)[-1]["joined_on"], told(members)[-1]["left_on"]) == (ahead(40), None)
    assert renew_memberships(database) == 0


def test_putting_a_school_right_puts_its_membership_right(members: Clients) -> None:
    client = members("members", MANAGER)
    sent = {key: value for key, value in client.get(f"/schools/{HOP_GARDEN}").json.items() if key not in (
        "urn", "version", "type_name", "vat_refund", "financial_year")}  # fmt: skip
    assert client.put(f"/schools/{HOP_GARDEN}", sent | {"joined_on": "2023-09-01"}, version=1).status_code == 200
    assert client.get(f"/schools/{HOP_GARDEN}/memberships").json["items"] == [
        {"joined_on": "2023-09-01", "left_on": None, "membership_class": "full"}
    ]


def test_counts_of_pupils_stay_and_the_newest_stands(members: Clients) -> None:
    client = members("members", MANAGER)
    older = {"counted_on": "2025-01-16", "pupils": 260, "source": "school census"}
    assert client.post(f"/schools/{HOP_GARDEN}/pupil-counts", older).status_code == 201
    assert client.get(f"/schools/{HOP_GARDEN}").json["pupils"] == 271

    newer = client.post(f"/schools/{HOP_GARDEN}/pupil-counts", older | {"counted_on": "2026-05-21", "pupils": 280})
    assert [count["pupils"] for count in newer.json["items"]] == [280, 271, 260]
    school = client.get(f"/schools/{HOP_GARDEN}").json
    assert (school["pupils"], school["pupils_on"], school["pupils_source"]) == (280, "2026-05-21", "school census")
    assert told(members)[-1]["pupils_source"] == "school census"

    twice = client.post(f"/schools/{HOP_GARDEN}/pupil-counts", older)
    assert (twice.status_code, twice.json["code"]) == (409, "pupil_count_taken")
    assert twice.json["detail"] == "There is a count of 16 January 2025 already: correct that one."
    put = {"pupils": 282, "source": "school census"}
    assert client.put(f"/schools/{HOP_GARDEN}/pupil-counts/2026-05-21", put, version=3).status_code == 200
    assert client.put(f"/schools/{HOP_GARDEN}/pupil-counts/2026-05-21", put, version=3).status_code == 412
    assert told(members)[-1]["pupils"] == 282
    assert [(count["counted_on"], count["pupils"]) for count in told(members)[-1]["pupil_counts"]] == [
        ("2025-01-16", 260), ("2026-01-15", 271), ("2026-05-21", 282),
    ]  # fmt: skip
    to_come = client.post(f"/schools/{HOP_GARDEN}/pupil-counts", older | {"counted_on": "2999-01-01"})
    assert [error["field"] for error in to_come.json["errors"]] == ["counted_on"]


def test_an_edit_neither_loses_nor_predates_a_count(members: Clients) -> None:
    database = members.database("members").database
    with pytest.raises(Exception, match="does not follow on"):
        put_school(database, SERVICE, replace(a_school(), pupils=None, version=1), 1)
    with pytest.raises(Exception, match="does not follow on"):
        put_school(database, SERVICE, replace(a_school(), pupils_on=date(2020, 1, 1), version=1), 1)


def test_an_import_adds_to_the_counts(members: Clients) -> None:
    row = {"URN": HOP_GARDEN, "NumberOfPupils": "290", "CensusDate": "21-05-2026"}
    import_schools(members.database("members").database, SERVICE, register_file(row), la_code="886")
    counts = members("members", MANAGER).get(f"/schools/{HOP_GARDEN}/pupil-counts").json["items"]
    assert [(count["counted_on"], count["pupils"]) for count in counts] == [("2026-05-21", 290), ("2026-01-15", 271)]


def test_an_import_of_an_older_count_is_told_once(members: Clients) -> None:
    row = {"URN": HOP_GARDEN, "NumberOfPupils": "255", "CensusDate": "18-01-2024"}
    before = len(told(members))
    for _ in range(2):
        import_schools(members.database("members").database, SERVICE, register_file(row), la_code="886")
    (*_, last) = news = told(members)[before:]
    assert len(news) == 1
    assert (last["pupils"], [count["pupils"] for count in last["pupil_counts"]]) == (271, [255, 271])


def test_a_school_writes_its_own_sites_and_they_are_told(members: Clients) -> None:
    client = members("members", buyer_of(HOP_GARDEN))
    assert client.get(f"/schools/{HOP_GARDEN}/sites").headers["ETag"] == '"0"'

    first = client.put(f"/schools/{HOP_GARDEN}/sites", {"sites": [SITE]}, version=0)
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    (main,) = first.json["items"]
    assert main["postcode"] == "ME13 7AA"
    annexe = SITE | {"name": "Annexe", "instructions": "Ring the bell.", "main": True}
    second = client.put(f"/schools/{HOP_GARDEN}/sites", {"sites": [main | {"main": False}, annexe]}, version=1)
    assert second.json["items"][0]["site_id"] == main["site_id"]

    assert [(site["name"], site["main"]) for site in told(members)[-1]["sites"]] == [
        ("Main building", False),
        ("Annexe", True),
    ]
    stale = client.put(f"/schools/{HOP_GARDEN}/sites", {"sites": []}, version=1)
    assert (stale.status_code, stale.json["code"]) == (412, "version_conflict")
    assert len(members("members", MANAGER).get(f"/schools/{HOP_GARDEN}/sites").json["items"]) == 2


@pytest.mark.parametrize(
    ("sites", "field"),
    [
        ([SITE, SITE | {"main": False}], "sites.1.name"),
        ([SITE | {"main": False}], "main"),
        ([SITE | {"postcode": "Faversham"}], "sites.0.postcode"),
        ([SITE | {"site_id": "5170a001-0000-4000-8000-000000000009"}], "sites.0.site_id"),
    ],
)
def test_sites_that_do_not_hold_together_are_refused(members: Clients, sites: list[dict[str, Any]], field: str) -> None:
    answer = members("members", buyer_of(HOP_GARDEN)).put(f"/schools/{HOP_GARDEN}/sites", {"sites": sites}, version=0)
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_nobody_else_sees_or_writes_a_school_s_sites(members: Clients) -> None:
    members("members", buyer_of(HOP_GARDEN)).put(f"/schools/{HOP_GARDEN}/sites", {"sites": [SITE]}, version=0)
    stranger = members("members", buyer_of(ST_MARY))
    assert stranger.get(f"/schools/{HOP_GARDEN}/sites").status_code == 404
    assert stranger.put(f"/schools/{HOP_GARDEN}/sites", {"sites": []}, version=1).status_code == 404
    assert members("members", MANAGER).put(f"/schools/{HOP_GARDEN}/sites", {"sites": []}, version=1).status_code == 403
    with members.database("members").database.transaction(buyer_of(ST_MARY)) as connection:
        assert connection.execute(text("SELECT count(*) FROM site")).scalar_one() == 0
        assert connection.execute(text("DELETE FROM site")).rowcount == 0


@pytest.mark.parametrize("table", ["membership", "pupil_count"])
def test_only_the_alliance_writes_the_histories_which_everybody_reads(members: Clients, table: str) -> None:
    database = members.database("members").database
    with database.transaction(buyer_of(ST_MARY)) as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 2
        assert connection.execute(text(f"DELETE FROM {table}")).rowcount == 0
    with pytest.raises(ProgrammingError), database.transaction(buyer_of(HOP_GARDEN)) as connection:
        connection.execute(text("INSERT INTO pupil_count VALUES (:urn, '2026-06-01', 900, 'own')"), {"urn": HOP_GARDEN})
    for actor in (buyer_of(HOP_GARDEN), BOARD_MEMBER):
        refused = members("members", actor).post(f"/schools/{HOP_GARDEN}/leave", {"left_on": ahead(1)}, version=1)
        assert refused.status_code == 403
