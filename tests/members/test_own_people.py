"""A school's approver says who acts for it; and the alliance always keeps a business manager."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from services.members.domain.errors import LastManager
from services.members.domain.person import Role, must_keep_a_manager
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import ADMINISTRATOR, MANAGER, approver_of, buyer_of
from tests.members.test_members_api import HOP_GARDEN, ST_MARY, a_school

TODAY = date(2026, 11, 22)
BUYER = {"role": "school_buyer", "starts_on": "2026-09-01"}
PEOPLE = f"/schools/{HOP_GARDEN}/people"


@pytest.fixture
def members(service_client: Clients) -> Clients:
    database = service_client.database("members").database
    for school in (a_school(), a_school(ST_MARY, "St Mary's Secondary School")):
        put_school(database, SERVICE, school, None)
    return service_client


def invite(members: Clients, email: str = "ada@hopgarden.example", *roles: dict[str, Any], **who: Any) -> Any:
    client = members("members", who.get("actor", approver_of(HOP_GARDEN)))
    return client.post(PEOPLE, {"name": "Ada Okafor", "email": email, "roles": [*roles] or [BUYER]})


def add_manager(members: Clients, email: str, **dates: Any) -> Any:
    role = {"role": "alliance_manager", "starts_on": "2024-09-01", **dates}
    return members("members", MANAGER).post("/people", {"name": "Mara Quill", "email": email, "roles": [role]})


def put_roles(members: Clients, person: dict[str, Any], *roles: dict[str, Any], version: int = 1) -> Any:
    sent = {"name": person["name"], "email": person["email"], "roles": [*roles]}
    return members("members", ADMINISTRATOR).put(f"/people/{person['person_id']}", sent, version=version)


def told_roles(members: Clients) -> list[tuple[str, int | None]]:
    with members.database("members").database.transaction(SERVICE) as connection:
        body = connection.execute(
            text("SELECT body FROM event_log WHERE type = 'PersonRecorded' ORDER BY id DESC LIMIT 1")
        ).scalar_one()
    return [(role["role"], role["school_urn"]) for role in body["roles"]]


def test_an_approver_gives_somebody_a_role_at_the_own_school(members: Clients) -> None:
    answer = invite(members)
    assert (answer.status_code, answer.json["elsewhere"]) == (201, False)
    assert [role["role"] for role in answer.json["roles"]] == ["school_buyer"]
    assert told_roles(members) == [("school_buyer", HOP_GARDEN)]

    sent, key = {"name": "Ada Okafor", "email": "ada@hopgarden.example", "roles": [BUYER]}, "one invitation"
    first, repeat = (members("members", approver_of(HOP_GARDEN)).post(PEOPLE, sent, key=key) for _ in range(2))
    assert (first.headers.get("Idempotent-Replay"), repeat.headers.get("Idempotent-Replay")) == (None, "true")
    assert (repeat.json, repeat.headers["ETag"]) == (first.json, first.headers["ETag"])
    other = members("members", approver_of(HOP_GARDEN)).post(PEOPLE, {**sent, "name": "Ida"}, key=key)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")

    again = invite(members)
    assert (again.status_code, again.json["version"]) == (201, 1)
    assert invite(members, "ADA@hopgarden.example", BUYER | {"role": "governor"}).json["version"] == 2


def test_somebody_of_another_school_keeps_the_name_and_the_roles_there(members: Clients) -> None:
    elsewhere = {**BUYER, "school_urn": ST_MARY}
    members("members", MANAGER).post(
        "/people", {"name": "Ada O.", "email": "ada@hopgarden.example", "roles": [elsewhere]}
    )
    answer = invite(members)
    assert (answer.json["name"], answer.json["elsewhere"]) == ("Ada O.", True)
    assert [role["school_urn"] for role in answer.json["roles"]] == [HOP_GARDEN]
    assert told_roles(members) == [("school_buyer", HOP_GARDEN), ("school_buyer", ST_MARY)]


def test_roles_at_the_own_school_begin_and_end_and_no_others(members: Clients) -> None:
    members("members", MANAGER).post(
        "/people",
        {"name": "Ada", "email": "ada@hopgarden.example", "roles": [{**BUYER, "school_urn": ST_MARY}]},
    )
    person = invite(members).json
    path = f"{PEOPLE}/{person['person_id']}"
    client = members("members", approver_of(HOP_GARDEN))
    ended = client.put(path, {"roles": [BUYER | {"ends_on": "2026-12-31"}]}, version=person["version"])
    assert [role["ends_on"] for role in ended.json["roles"]] == ["2026-12-31"]
    assert len(told_roles(members)) == 2
    stale = client.put(path, {"roles": []}, version=person["version"])
    assert stale.status_code == 412
    stranger = members("members", approver_of(ST_MARY))
    assert stranger.put(path, {"roles": []}, version=3).status_code == 404


@pytest.mark.parametrize(
    ("actor", "role", "status"),
    [
        (buyer_of(HOP_GARDEN), BUYER, 403),
        (approver_of(ST_MARY), BUYER, 404),
        (MANAGER, BUYER, 403),
        (approver_of(HOP_GARDEN), BUYER | {"role": "alliance_manager"}, 422),
        (approver_of(HOP_GARDEN), BUYER | {"ends_on": "2020-01-01"}, 422),
    ],
)
def test_nobody_gives_roles_that_are_not_theirs_to_give(
    members: Clients, actor: Any, role: dict[str, Any], status: int
) -> None:
    assert invite(members, "ada@hopgarden.example", role, actor=actor).status_code == status


def test_the_last_manager_cannot_be_locked_out(members: Clients) -> None:
    person = add_manager(members, "mara@alliance.example").json
    refused = put_roles(members, person)
    assert (refused.status_code, refused.json["code"]) == (422, "last_manager")
    to_an_end = {"role": "alliance_manager", "starts_on": "2024-09-01", "ends_on": "2030-01-01"}
    assert put_roles(members, person, to_an_end).json["code"] == "last_manager"

    add_manager(members, "noor@alliance.example")
    assert put_roles(members, person, to_an_end).status_code == 200


@pytest.mark.parametrize(
    ("others", "before", "after", "lost"),
    [
        ([], [(2024, None)], [], True),
        ([], [(2024, 2030)], [], True),
        ([], [(2024, 2030)], [(2024, 2028)], False),
        ([], [(2024, None)], [(2024, 2030)], True),
        ([(2024, 2030)], [(2024, None)], [], True),
        ([(2027, None)], [(2024, None)], [], True),
        ([(2020, None)], [(2024, None)], [], False),
        ([], [], [], False),
    ],
)
def test_a_manager_is_there_today_and_for_as_long_as_there_was(
    others: list[Any], before: list[Any], after: list[Any], lost: bool
) -> None:
    def roles(years: list[tuple[int, int | None]]) -> list[Role]:
        return [
            Role("alliance_manager", None, None, date(start, 1, 1), end and date(end, 1, 1)) for start, end in years
        ]

    if lost:
        with pytest.raises(LastManager):
            must_keep_a_manager(roles(others), roles(before), roles(after), TODAY)
    else:
        must_keep_a_manager(roles(others), roles(before), roles(after), TODAY)
