"""The members' HTTP interface, and who sees and writes what."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from chassis.actor import SERVICE, Actor
from contracts.events import schemas
from services.members.domain.school import School
from services.members.storage.schools import save_schools
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import ADMINISTRATOR, BOARD_MEMBER, MANAGER, buyer_of, user_of

jsonschema = pytest.importorskip("jsonschema")

HOP_GARDEN, ST_MARY = 900001, 900002


def a_school(urn: int = HOP_GARDEN, name: str = "Hop Garden Primary School") -> School:
    return School(
        urn=urn,
        name=name,
        phase="primary",
        type_code="1",
        la_code="886",
        establishment_number="2001",
        low_age=4,
        high_age=11,
        pupils=271,
        pupils_on=date(2026, 1, 15),
        pupils_source="register",
        postcode="ME13 7AA",
        town="Faversham",
        joined_on=date(2024, 9, 1),
        left_on=None,
    )


@pytest.fixture
def members(service_client: Clients) -> Clients:
    database = service_client.database("members").database
    for school in (a_school(), a_school(ST_MARY, "St Mary's Secondary School")):
        put_school(database, SERVICE, school, None)
    return service_client


def add_supplier(members: Clients, name: str = "Fenwright Paper") -> dict[str, Any]:
    answer = members("members", MANAGER).post(
        "/suppliers", {"name": name, "email": "orders@fenwright.example", "vat_number": "GB 980 7806 84"}
    )
    assert answer.status_code == 201
    return dict(answer.json or {})


def add_person(members: Clients, email: str, *roles: dict[str, Any], actor: Actor = MANAGER) -> Any:
    sent = [{"starts_on": "2026-09-01", **role} for role in roles]
    return members("members", actor).post("/people", {"name": "Ada Okafor", "email": email, "roles": sent})


def told(members: Clients, event_type: str) -> list[dict[str, Any]]:
    with members.database("members").database.transaction(SERVICE) as connection:
        rows = connection.execute(
            text("SELECT body FROM event_log WHERE type = :type ORDER BY id"), {"type": event_type}
        )
        bodies = [row.body for row in rows]
    for body in bodies:
        jsonschema.validate(body, schemas()[event_type, max(n for kind, n in schemas() if kind == event_type)])
    return bodies


def test_every_member_reads_every_school(members: Clients) -> None:
    answer = members("members", buyer_of(HOP_GARDEN)).get("/schools")

    assert [school["name"] for school in answer.json["items"]] == [
        "Hop Garden Primary School",
        "St Mary's Secondary School",
    ]
    assert answer.json["next"] is None


def test_schools_come_by_the_page(members: Clients) -> None:
    client = members("members", MANAGER)

    first = client.get("/schools?limit=1").json
    second = client.get(f"/schools?limit=1&after={first['next']}").json

    assert [first["next"], second["next"]] == [HOP_GARDEN, None]
    assert second["items"][0]["urn"] == ST_MARY


def test_a_school_is_read_with_its_version_and_edited_with_it(members: Clients) -> None:
    client = members("members", MANAGER)
    read = client.get(f"/schools/{HOP_GARDEN}")
    assert read.headers["ETag"] == '"1"'
    edited = {key: value for key, value in read.json.items() if key not in ("urn", "version")}

    answer = client.put(f"/schools/{HOP_GARDEN}", edited | {"left_on": "2027-08-31"}, version=1)
    assert (answer.status_code, answer.json["left_on"], answer.json["version"]) == (200, "2027-08-31", 2)
    assert told(members, "SchoolRecorded")[-1]["left_on"] == "2027-08-31"

    stale = client.put(f"/schools/{HOP_GARDEN}", edited, version=1)
    assert (stale.status_code, stale.json["code"]) == (412, "version_conflict")
    assert client.put(f"/schools/{HOP_GARDEN}", edited).status_code == 428


def test_a_new_school_is_added_only_where_there_is_none(members: Clients) -> None:
    client = members("members", MANAGER)
    sent = {"name": "Oast Hill Nursery", "phase": "nursery", "joined_on": "2026-09-01"}
    only_new = {"If-Match": '"0"'}

    assert client.put("/schools/900003", sent, headers=only_new).status_code == 200
    assert client.put("/schools/900003", sent, headers=only_new).status_code == 412
    assert client.put("/schools/900004", sent, version=1).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phase": "infant"}, "phase"),
        ({"pupils": -1}, "pupils"),
        ({"pupils": 10**12}, "pupils"),
        ({"pupils": "many"}, "pupils"),
        ({"left_on": "2020-01-01"}, "left_on"),
        ({"name": ""}, "name"),
        ({"name": "Oast\u0000Hill"}, "name"),
        ({"headteacher": "Ada"}, "headteacher"),
    ],
)
def test_a_faulty_school_is_refused_by_field_and_changes_nothing(
    members: Clients, change: dict[str, Any], field: str
) -> None:
    sent = {"name": "Oast Hill", "phase": "primary", "joined_on": "2026-09-01"} | change

    answer = members("members", MANAGER).put("/schools/900003", sent, headers={"If-Match": '"0"'})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert members("members", MANAGER).get("/schools/900003").status_code == 404


@pytest.mark.parametrize("path", ["/schools/900099", "/schools/99999999999999999999", "/schools/kent", "/people/7"])
def test_what_is_not_there_is_not_found(members: Clients, path: str) -> None:
    answer = members("members", MANAGER).get(path)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("actor", [buyer_of(HOP_GARDEN), BOARD_MEMBER])
def test_only_managers_and_administrators_write(members: Clients, actor: Actor) -> None:
    answer = members("members", actor).post("/suppliers", {"name": "Fenwright", "email": "a@fenwright.example"})

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert members("members", MANAGER).get("/suppliers").json["items"] == []


def test_row_level_security_holds_even_without_the_views(members: Clients) -> None:
    database = members.database("members").database

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        database.transaction(buyer_of(HOP_GARDEN)) as connection,
    ):
        save_schools(connection, [a_school(900003)])
    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM school")).scalar_one() == 0


def test_a_supplier_is_recorded_told_and_kept_apart_by_name(members: Clients) -> None:
    supplier = add_supplier(members)

    assert supplier["vat_number"] == "GB980780684"
    assert told(members, "SupplierRecorded") == [
        {
            "supplier_id": supplier["supplier_id"],
            "name": "Fenwright Paper",
            "email": "orders@fenwright.example",
            "vat_number": "GB980780684",
            "address": None,
            "endpoint": None,
            "company_number": None,
            "telephone": None,
            "school_urn": None,
        }
    ]
    again = members("members", MANAGER).post("/suppliers", {"name": "FENWRIGHT paper", "email": "b@x.example"})
    assert (again.status_code, again.json["code"]) == (409, "supplier_name_taken")
    wrong = members("members", MANAGER).post(
        "/suppliers", {"name": "Kiln Cleaning", "email": "b@x.example", "vat_number": "GB123456789"}
    )
    assert (wrong.status_code, wrong.json["code"]) == (422, "vat_number_invalid")


def test_a_repeated_post_records_one_supplier(members: Clients) -> None:
    client = members("members", MANAGER)
    sent = {"name": "Fenwright Paper", "email": "orders@fenwright.example"}

    first = client.post("/suppliers", sent, key="a-key-of-my-own")
    second = client.post("/suppliers", sent, key="a-key-of-my-own")
    other = client.post("/suppliers", sent | {"name": "Kiln"}, key="a-key-of-my-own")

    assert (first.status_code, second.status_code, second.json) == (201, 201, first.json)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert len(told(members, "SupplierRecorded")) == 1


def test_a_supplier_sees_its_own_record_only(members: Clients) -> None:
    ours, theirs = add_supplier(members), add_supplier(members, "Kiln Cleaning")
    client = members("members", user_of(ours["supplier_id"]))

    assert [found["name"] for found in client.get("/suppliers").json["items"]] == ["Fenwright Paper"]
    assert client.get(f"/suppliers/{theirs['supplier_id']}").status_code == 404
    assert len(members("members", buyer_of(HOP_GARDEN)).get("/suppliers").json["items"]) == 2


def test_a_person_is_told_with_the_names_of_the_organisations(members: Clients) -> None:
    supplier = add_supplier(members)
    answer = add_person(
        members,
        "ada@hopgarden.example",
        {"role": "school_buyer", "school_urn": HOP_GARDEN},
        {"role": "supplier_user", "supplier_id": supplier["supplier_id"]},
        {"role": "board_member", "ends_on": "2027-08-31"},
    )

    assert answer.status_code == 201
    [person] = told(members, "PersonRecorded")
    assert {role["role"]: role["organisation"] for role in person["roles"]} == {
        "school_buyer": "Hop Garden Primary School",
        "supplier_user": "Fenwright Paper",
        "board_member": "The alliance",
    }


def test_people_are_visible_to_their_own_organisation_and_the_alliance(members: Clients) -> None:
    for urn, email in ((HOP_GARDEN, "ada@hopgarden.example"), (ST_MARY, "bo@stmary.example")):
        assert add_person(members, email, {"role": "school_buyer", "school_urn": urn}).status_code == 201
    both = add_person(
        members,
        "cy@governors.example",
        {"role": "governor", "school_urn": HOP_GARDEN},
        {"role": "governor", "school_urn": ST_MARY},
    ).json

    def seen_by(actor: Actor) -> set[str]:
        return {person["email"] for person in members("members", actor).get("/people").json["items"]}

    assert seen_by(buyer_of(HOP_GARDEN)) == {"ada@hopgarden.example", "cy@governors.example"}
    assert seen_by(MANAGER) == {"ada@hopgarden.example", "bo@stmary.example", "cy@governors.example"}
    seen = members("members", buyer_of(ST_MARY)).get(f"/people/{both['person_id']}").json
    assert [role["school_urn"] for role in seen["roles"]] == [ST_MARY]


def test_an_address_signs_in_one_person(members: Clients) -> None:
    add_person(members, "ada@hopgarden.example", {"role": "school_buyer", "school_urn": HOP_GARDEN})

    answer = add_person(members, "Ada@HopGarden.example", {"role": "school_buyer", "school_urn": ST_MARY})

    assert (answer.status_code, answer.json["code"]) == (409, "email_taken")


@pytest.mark.parametrize(
    ("role", "field"),
    [
        ({"role": "school_buyer", "school_urn": 900099}, "roles.0.school_urn"),
        (
            {"role": "supplier_user", "supplier_id": "00000000-0000-4000-8000-00000000dead"},
            "roles.0.supplier_id",
        ),
        ({"role": "school_buyer"}, "roles.0.school_urn"),
        ({"role": "supplier_user", "supplier_id": "-" * 36}, "roles.0.supplier_id"),
    ],
)
def test_a_role_names_an_organisation_that_is_there(members: Clients, role: dict[str, Any], field: str) -> None:
    answer = add_person(members, "ada@hopgarden.example", role)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_only_an_administrator_makes_administrators(members: Clients) -> None:
    refused = add_person(members, "ada@alliance.example", {"role": "administrator"})
    granted = add_person(members, "ada@alliance.example", {"role": "administrator"}, actor=ADMINISTRATOR)

    assert (refused.status_code, granted.status_code) == (403, 201)


def test_roles_end_by_an_edit(members: Clients) -> None:
    person = add_person(members, "ada@hopgarden.example", {"role": "school_buyer", "school_urn": HOP_GARDEN}).json
    path, client = f"/people/{person['person_id']}", members("members", MANAGER)
    roles = [person["roles"][0] | {"ends_on": "2027-08-31"}]

    answer = client.put(path, {"name": "Ada Okafor", "email": person["email"], "roles": roles}, version=1)

    assert (answer.status_code, answer.json["roles"][0]["ends_on"]) == (200, "2027-08-31")
    assert told(members, "PersonRecorded")[-1]["roles"][0]["ends_on"] == "2027-08-31"
    stale = client.put(path, {"name": "Ada", "email": person["email"], "roles": roles}, version=1)
    assert stale.status_code == 412


def test_a_renamed_school_is_told_anew_for_its_people(members: Clients) -> None:
    add_person(members, "ada@hopgarden.example", {"role": "school_buyer", "school_urn": HOP_GARDEN})
    client = members("members", MANAGER)
    school = client.get(f"/schools/{HOP_GARDEN}").json
    edited = {key: value for key, value in school.items() if key not in ("urn", "version")}

    client.put(f"/schools/{HOP_GARDEN}", edited | {"name": "Hop Garden Academy"}, version=1)

    assert [person["roles"][0]["organisation"] for person in told(members, "PersonRecorded")] == [
        "Hop Garden Primary School",
        "Hop Garden Academy",
    ]
