"""Files are looked at before they are taken, and taken as they were looked at or not at all."""

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import ADMINISTRATOR, BOARD_MEMBER, MANAGER, buyer_of
from tests.members.files import register_file
from tests.members.test_members_api import HOP_GARDEN, ST_MARY, a_school
from tests.workbooks import workbook

REAL_DATA = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
PUPILS = [["URN", "Pupils", "Counted on"], [HOP_GARDEN, 280, "2026-05-21"], [ST_MARY, 271, "2026-01-15"]]
PEOPLE = [
    ["Name", "E-mail", "Role", "URN", "Supplier", "From", "To"],
    ["Ada Okafor", "ada@hopgarden.example", "School buyer", HOP_GARDEN, "", "2026-09-01", ""],
    ["Ada Okafor", "ADA@hopgarden.example", "governor", HOP_GARDEN, "", "2026-09-01", "2028-08-31"],
    ["Ben", "ben@nowhere.example", "school_buyer", 999999, "", "", ""],
    ["Cy", "cy@alliance.example", "Administrator", "", "", "", ""],
    ["Dot", "dot@alliance.example", "Treasurer", "", "", "", ""],
]


@pytest.fixture
def members(service_client: Clients) -> Clients:
    database = service_client.database("members").database
    for school in (a_school(), a_school(ST_MARY, "St Mary's Secondary School")):
        put_school(database, SERVICE, school, None)
    return service_client


def upload(members: Clients, content: bytes, query: str = "", actor: Any = MANAGER) -> Any:
    return members("members", actor).post(f"/imports?{query}", data=content, content_type="text/csv")


def rows(members: Clients, answer: Any, query: str = "") -> list[dict[str, Any]]:
    assert answer.status_code == 201, answer.json
    found = members("members", MANAGER).get(f"/imports/{answer.json['import_id']}/rows?{query}")
    return list(found.json["items"])


def apply(members: Clients, answer: Any, version: int = 1, actor: Any = MANAGER) -> Any:
    return members("members", actor).post(f"/imports/{answer.json['import_id']}/apply", version=version)


def pupils(members: Clients, urn: int = HOP_GARDEN) -> int:
    return int(members("members", MANAGER).get(f"/schools/{urn}").json["pupils"])


def csv_of(table: list[list[Any]]) -> bytes:
    return "\r\n".join(",".join(str(cell) for cell in row) for row in table).encode()


def test_a_preview_says_what_each_row_would_do_and_does_nothing(members: Clients) -> None:
    file = register_file(
        {"URN": HOP_GARDEN, "NumberOfPupils": "290", "CensusDate": "21-05-2026"},
        {"URN": 200002, "EstablishmentName": "Oast Hill Infant School"},
        {"URN": 200003, "EstablishmentStatus (name)": "Closed"},
    )
    answer = upload(members, file, "la_code=886&filename=register.csv")

    assert answer.json["counts"] == {"added": 1, "changed": 1, "unchanged": 0, "refused": 1}
    changed, added, refused = rows(members, answer)
    assert (changed["line"], changed["subject"], changed["outcome"]) == (2, str(HOP_GARDEN), "changed")
    assert "Pupils: 271 → 290" in changed["details"]
    assert any(each.endswith(" → 21 May 2026") for each in changed["details"])
    assert (added["name"], added["outcome"]) == ("Oast Hill Infant School", "added")
    assert (refused["code"], refused["details"]) == ("closed", ["Closed."])
    assert [row["line"] for row in rows(members, answer, "outcome=refused")] == [4]
    assert pupils(members) == 271
    assert members("members", MANAGER).get("/schools/200002").status_code == 404

    done = apply(members, answer)
    assert (done.status_code, done.json["applied_by"]) == (200, "Mags Field")
    assert pupils(members) == 290
    assert members("members", MANAGER).get("/schools/200002").status_code == 200


def test_it_is_applied_once(members: Clients) -> None:
    answer = upload(members, csv_of(PUPILS))
    assert apply(members, answer).status_code == 200
    again = apply(members, answer, version=2)
    assert (again.status_code, again.json["code"]) == (412, "version_conflict")


def test_what_changed_meanwhile_is_not_overwritten_unseen(members: Clients) -> None:
    answer = upload(members, csv_of(PUPILS))
    count = {"counted_on": "2026-10-01", "pupils": 300, "source": "school census"}
    members("members", MANAGER).post(f"/schools/{HOP_GARDEN}/pupil-counts", count)

    refused = apply(members, answer)
    assert (refused.status_code, refused.json["code"]) == (409, "import_changed")
    assert pupils(members) == 300


@pytest.mark.parametrize("as_workbook", [False, True])
def test_numbers_of_pupils_come_from_a_sheet(members: Clients, as_workbook: bool) -> None:
    content = workbook({"Pupils": PUPILS}) if as_workbook else csv_of(PUPILS)
    answer = upload(members, content)
    assert (answer.json["layout"], answer.json["counts"]["changed"], answer.json["counts"]["unchanged"]) == (
        "sheet",
        2,
        0,
    )
    apply(members, answer)
    assert pupils(members) == 280
    counts = members("members", MANAGER).get(f"/schools/{HOP_GARDEN}/pupil-counts").json["items"]
    assert [count["source"] for count in counts] == ["sheet", "register"]


def test_a_refused_row_of_a_known_school_bears_its_name(members: Clients) -> None:
    (row,) = rows(members, upload(members, csv_of([PUPILS[0], [HOP_GARDEN, "27l", "2026-05-21"]])))
    assert (row["outcome"], row["name"]) == ("refused", "Hop Garden Primary School")


def test_an_older_count_joins_the_earlier_ones(members: Clients) -> None:
    answer = upload(members, csv_of([PUPILS[0], [HOP_GARDEN, 250, "2024-01-18"]]))
    assert answer.json["counts"]["unchanged"] == 1
    apply(members, answer)
    counts = members("members", MANAGER).get(f"/schools/{HOP_GARDEN}/pupil-counts").json["items"]
    assert [count["pupils"] for count in counts] == [271, 250]
    assert pupils(members) == 271


def test_new_schools_come_from_a_sheet_with_their_phase_from_their_ages(members: Clients) -> None:
    head = ["URN", "Name", "Type", "Lowest age", "Highest age", "Pupils", "Counted on", "Postcode"]
    school = [200009, "Marsh Lane Academy", "Academy converter", 9, 13, 486, "2026-01-15", "me13 7ab"]
    answer = upload(
        members, csv_of([head, school, [200010, "No Ages", "", "", "", 20, "", ""]]), "joined_on=2026-09-01"
    )
    assert [row["outcome"] for row in rows(members, answer)] == ["added", "refused"]
    assert rows(members, answer)[1]["code"] == "phase_missing"
    apply(members, answer)
    found = members("members", MANAGER).get("/schools/200009").json
    assert (found["phase"], found["type_code"], found["joined_on"], found["financial_year"]) == (
        "middle_deemed_secondary",
        "34",
        "2026-09-01",
        "september",
    )


def test_people_come_from_a_sheet_with_their_roles(members: Clients) -> None:
    answer = upload(members, csv_of(PEOPLE))
    assert [(row["outcome"], row["code"]) for row in rows(members, answer)] == [
        ("added", ""),
        ("changed", ""),
        ("refused", "school_unknown"),
        ("refused", "forbidden"),
        ("refused", "role_unknown"),
    ]
    said = rows(members, answer)[1]["details"]
    assert said == ["Role: Governor at Hop Garden Primary School from 1 September 2026 to 31 August 2028"]
    assert apply(members, answer).status_code == 200
    (ada,) = members("members", MANAGER).get("/people").json["items"]
    assert [(role["role"], role["ends_on"]) for role in ada["roles"]] == [
        ("governor", "2028-08-31"),
        ("school_buyer", None),
    ]
    assert upload(members, csv_of(PEOPLE)).json["counts"]["unchanged"] == 2
    assert rows(members, upload(members, csv_of(PEOPLE), actor=ADMINISTRATOR))[3]["outcome"] == "added"


def test_a_register_needs_to_know_which_schools(members: Clients) -> None:
    file = register_file({"URN": HOP_GARDEN, "NumberOfPupils": "290"}, {"URN": 200002})
    refused = upload(members, file)
    assert (refused.status_code, refused.json["code"]) == (422, "selection_missing")
    answer = upload(members, file, "members_only=true")
    assert (answer.json["counts"]["added"], answer.json["not_selected"]) == (0, 1)
    assert len(rows(members, upload(members, file, "urns=200002&urns=200003"))) == 1


@pytest.mark.parametrize("content", [b"", b"Colour,Size\r\nred,1\r\n", b"PK\x03\x04 not a workbook"])
def test_what_cannot_be_read_is_refused_whole(members: Clients, content: bytes) -> None:
    refused = upload(members, content)
    assert (refused.status_code, refused.json["code"]) == (422, "school_file_unreadable")


@pytest.mark.parametrize("actor", [BOARD_MEMBER, buyer_of(HOP_GARDEN)])
def test_only_registrars_import(members: Clients, actor: Any) -> None:
    assert upload(members, csv_of(PUPILS), actor=actor).status_code == 403
    answer = upload(members, csv_of(PUPILS))
    assert apply(members, answer, actor=actor).status_code == 403
    with members.database("members").database.transaction(buyer_of(HOP_GARDEN)) as connection:
        assert connection.execute(text("SELECT count(*) FROM directory_import")).scalar_one() == 0


@pytest.mark.real_data
def test_the_census_of_kent_is_previewed_and_applied(members: Clients) -> None:
    file = REAL_DATA / "schools/england_census_2023.csv"
    if not file.exists():
        pytest.skip(f"{file} is not there: set BURSAR_REAL_DATA to the folder of published files")
    answer = upload(members, file.read_bytes(), "la_code=886&counted_on=2023-01-19")
    assert answer.json["counts"] == {"added": 591, "changed": 0, "unchanged": 0, "refused": 96}
    assert apply(members, answer).status_code == 200
    assert upload(members, file.read_bytes(), "members_only=true&counted_on=2023-01-19").json["counts"] == {
        "added": 0,
        "changed": 0,
        "unchanged": 591,
        "refused": 0,
    }
