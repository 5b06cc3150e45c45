"""Each school's own approval limits, and who stands in for an approver."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from werkzeug.test import TestResponse

from chassis.actor import SERVICE, Actor
from services.members.domain.approval_limits import ApprovalLimit, ApprovalLimits
from services.members.domain.delegation import delegate, without
from services.members.domain.errors import DelegationRefused
from services.members.domain.person import Person, Role
from services.members.storage.approval_limits import save_limits
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import MANAGER, buyer_of
from tests.members.test_members_api import HOP_GARDEN, ST_MARY, a_school, add_person, told

TODAY = datetime.now(UTC).date()
LIMITS = f"/schools/{HOP_GARDEN}/approval-limits"
ALL_LIMITS = {
    "limits": [
        {"role": "school_approver", "category_code": None, "amount_pence": 10_000_00},
        {"role": "school_approver", "category_code": "devices", "amount_pence": 2_500_00},
        {"role": "governor", "category_code": None, "amount_pence": 50_000_00},
    ],
    "second_above_pence": 5_000_00,
}


def approver_of(urn: int, person_id: str = "", **more: Any) -> Actor:
    return Actor("school", person_id or str(uuid4()), "Head", frozenset({"school_approver"}), school_urn=urn, **more)


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.fixture
def members(service_client: Clients) -> Clients:
    database = service_client.database("members").database
    for school in (a_school(), a_school(ST_MARY, "St Mary's Secondary School")):
        put_school(database, SERVICE, school, None)
    return service_client


def a_person_with(members: Clients, email: str, role: str, urn: int = HOP_GARDEN, **more: Any) -> str:
    sent = {"role": role, "school_urn": urn, "starts_on": "2026-01-01", **more}
    return str(add_person(members, email, sent).json["person_id"])


def name_stand_in(
    members: Clients, approver: str, stand_in: str, first: int = 0, last: int = 7, urn: int = HOP_GARDEN
) -> TestResponse:
    path = f"/schools/{urn}/delegations/{stand_in}"
    return members("members", approver_of(HOP_GARDEN, approver)).put(
        path, {"starts_on": day(first), "ends_on": day(last)}
    )


def roles_of(members: Clients, person_id: str) -> list[tuple[str, str | None, str | None]]:
    found = members("members", MANAGER).get(f"/people/{person_id}").json["roles"]
    return [(role["role"], role["ends_on"], role["delegated_from"]) for role in found]


def test_a_school_without_limits_reads_none(members: Clients) -> None:
    answer = members("members", buyer_of(HOP_GARDEN)).get(LIMITS)
    assert answer.json == {"school_urn": HOP_GARDEN, "limits": [], "second_above_pence": None, "version": 0}
    assert answer.headers["ETag"] == '"0"'


def test_an_approver_records_the_limits_and_the_others_are_told(members: Clients) -> None:
    client = members("members", approver_of(HOP_GARDEN))
    answer = client.put(LIMITS, ALL_LIMITS, version=0)
    assert answer.status_code == 200, answer.json
    assert answer.json == {"school_urn": HOP_GARDEN, **ALL_LIMITS, "version": 1}
    assert client.put(LIMITS, ALL_LIMITS, version=1).json["version"] == 1, "nothing changed"
    changed = client.put(LIMITS, ALL_LIMITS | {"second_above_pence": None}, version=1)
    assert changed.json["version"] == 2
    assert [body["second_above_pence"] for body in told(members, "ApprovalLimitsRecorded")] == [5_000_00, None]


def test_two_editors_of_limits_do_not_overwrite_one_another(members: Clients) -> None:
    client = members("members", approver_of(HOP_GARDEN))
    assert client.put(LIMITS, ALL_LIMITS, version=0).status_code == 200
    assert client.put(LIMITS, {"limits": []}, version=0).status_code == 412
    assert client.put(LIMITS, {"limits": []}).status_code == 428


@pytest.mark.parametrize(
    ("actor", "status"),
    [
        (buyer_of(HOP_GARDEN), 403),
        (MANAGER, 403),
        (approver_of(ST_MARY), 404),
        (approver_of(HOP_GARDEN, stands_in_for=str(uuid4())), 403),
    ],
)
def test_only_the_schools_own_approvers_set_its_limits(members: Clients, actor: Actor, status: int) -> None:
    assert members("members", actor).put(LIMITS, ALL_LIMITS, version=0).status_code == status


def test_nobody_else_reads_a_schools_limits(members: Clients) -> None:
    assert members("members", approver_of(HOP_GARDEN)).put(LIMITS, ALL_LIMITS, version=0).status_code == 200
    assert members("members", buyer_of(ST_MARY)).get(LIMITS).status_code == 404
    assert members("members", MANAGER).get(LIMITS).status_code == 403
    database = members.database("members").database
    for actor in (approver_of(ST_MARY), MANAGER):
        with database.transaction(actor) as connection:
            assert connection.execute(text("SELECT count(*) FROM approval_limits")).scalar_one() == 0
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            database.transaction(actor) as connection,
        ):
            save_limits(connection, ApprovalLimits(910000, (ApprovalLimit("governor", None, 1),)))


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ([{"role": "school_buyer", "amount_pence": 1}], "limits.0.role"),
        ([{"role": "governor", "amount_pence": -1}], "limits.0.amount_pence"),
        ([{"role": "governor", "amount_pence": 1, "category_code": "No such"}], "limits.0.category_code"),
        ([{"role": "governor", "amount_pence": 1}, {"role": "governor", "amount_pence": 2}], "limits.1.category_code"),
    ],
)
def test_faulty_limits_are_refused_by_field(members: Clients, limits: list[dict[str, Any]], field: str) -> None:
    answer = members("members", approver_of(HOP_GARDEN)).put(LIMITS, {"limits": limits}, version=0)
    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_an_approver_names_a_stand_in_for_some_days(members: Clients) -> None:
    head = a_person_with(members, "head@hopgarden.example", "school_approver")
    office = a_person_with(members, "office@hopgarden.example", "school_buyer")
    assert name_stand_in(members, head, office).status_code == 204
    assert roles_of(members, office) == [("school_buyer", None, None), ("school_approver", day(7), head)]
    assert told(members, "PersonRecorded")[-1]["roles"][-1]["delegated_from"] == head
    listed = members("members", buyer_of(HOP_GARDEN)).get(f"/schools/{HOP_GARDEN}/delegations").json["items"]
    assert [(each["person_id"], each["delegated_from"], each["ends_on"]) for each in listed] == [(office, head, day(7))]
    assert name_stand_in(members, head, office).status_code == 204
    assert len(roles_of(members, office)) == 2, "the same again changes nothing"
    assert name_stand_in(members, head, office, last=3).status_code == 204
    assert roles_of(members, office)[-1] == ("school_approver", day(3), head)


def test_a_stand_in_is_taken_back(members: Clients) -> None:
    head = a_person_with(members, "head@hopgarden.example", "school_approver")
    office = a_person_with(members, "office@hopgarden.example", "school_buyer")
    name_stand_in(members, head, office, 1, 5)
    client = members("members", approver_of(HOP_GARDEN, head))
    assert client.send("DELETE", f"/schools/{HOP_GARDEN}/delegations/{office}").status_code == 204
    assert roles_of(members, office) == [("school_buyer", None, None)]


def test_who_cannot_stand_in(members: Clients) -> None:
    head = a_person_with(members, "head@hopgarden.example", "school_approver")
    deputy = a_person_with(members, "deputy@hopgarden.example", "school_approver")
    stranger = a_person_with(members, "office@stmary.example", "school_buyer", ST_MARY)
    office = a_person_with(members, "office@hopgarden.example", "school_buyer")
    assert name_stand_in(members, head, head).json["errors"][0]["message"] == "Name somebody else."
    assert "already" in name_stand_in(members, head, deputy).json["errors"][0]["message"]
    assert name_stand_in(members, head, stranger).status_code == 404
    assert name_stand_in(members, head, office, urn=ST_MARY).status_code == 404
    for first, last, field in ((-1, 2, "starts_on"), (3, 2, "ends_on"), (0, 200, "ends_on")):
        answer = name_stand_in(members, head, office, first, last)
        assert [error["field"] for error in answer.json["errors"]] == [field]
    refused = name_stand_in(members, office, deputy)
    assert refused.json["code"] == "delegation_refused", "a buyer has nothing to delegate"


def test_the_alliance_neither_makes_a_delegation_nor_turns_one_into_a_right(members: Clients) -> None:
    head = a_person_with(members, "head@hopgarden.example", "school_approver")
    office = a_person_with(members, "office@hopgarden.example", "school_buyer")
    name_stand_in(members, head, office)
    client = members("members", MANAGER)
    read = client.get(f"/people/{office}").json
    sent = {
        "name": "Office",
        "email": read["email"],
        "roles": [role | {"delegated_from": None} for role in read["roles"]],
    }
    assert client.put(f"/people/{office}", sent, version=read["version"]).status_code == 200
    assert roles_of(members, office)[-1] == ("school_approver", day(7), head)
    made = add_person(
        members, "x@hopgarden.example", {"role": "school_approver", "school_urn": HOP_GARDEN, "delegated_from": head}
    )
    assert made.json["roles"][0]["delegated_from"] is None


def test_nobody_stands_in_for_somebody_who_is_no_approver_any_more(members: Clients) -> None:
    head = a_person_with(members, "head@hopgarden.example", "school_approver")
    office = a_person_with(members, "office@hopgarden.example", "school_buyer")
    name_stand_in(members, head, office)
    client = members("members", MANAGER)
    read = client.get(f"/people/{head}").json
    sent = {"name": read["name"], "email": read["email"], "roles": [read["roles"][0] | {"ends_on": day(2)}]}
    assert client.put(f"/people/{head}", sent, version=read["version"]).status_code == 200
    assert roles_of(members, office) == [("school_buyer", None, None)]


HEAD = Person("head", "Helen Brandt", "head@a.example", (Role("school_approver", 1, None, date(2026, 1, 1), None),))
OFFICE = Person("office", "Ada Okafor", "office@a.example", (Role("school_buyer", 1, None, date(2026, 1, 1), None),))


def test_what_has_been_stays_when_a_delegation_ends() -> None:
    roles = delegate(HEAD, OFFICE, 1, date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 1))
    lent = Person("office", "Ada Okafor", "office@a.example", roles)
    assert without(lent, "head", 1, date(2026, 3, 4))[-1].ends_on == date(2026, 3, 3)
    assert without(lent, "head", 1, date(2026, 3, 9)) == roles
    assert without(lent, "somebody", 1, date(2026, 3, 4)) == roles


def test_a_stand_in_hands_on_to_nobody() -> None:
    roles = delegate(HEAD, OFFICE, 1, date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 1))
    lent = Person("office", "Ada Okafor", "office@a.example", roles)
    other = Person("other", "Ben Ashdown", "ben@a.example", OFFICE.roles)
    with pytest.raises(DelegationRefused):
        delegate(lent, other, 1, date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 1))
