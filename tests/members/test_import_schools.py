"""Importing schools into a real database: repeatable, whole or not at all, one event for each change."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from contracts.events import schemas
from services.members.domain.errors import SchoolFileUnreadable
from services.members.domain.school import School
from services.members.usecases.import_schools import ImportResult, import_schools
from services.members.usecases.read_directory import get_school, list_schools
from tests.backends import ServiceDatabase
from tests.members.files import census_file, register_file

jsonschema = pytest.importorskip("jsonschema")

REAL_DATA = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))

Databases = Callable[[str], ServiceDatabase]


def take(members: ServiceDatabase, content: bytes, **selection: Any) -> ImportResult:
    return import_schools(members.database, SERVICE, content, **(selection or {"la_code": "886"}))


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.unchanged, len(result.refused)


def school(members: ServiceDatabase, urn: int) -> School:
    return get_school(members.database, SERVICE, urn)


def events(members: ServiceDatabase) -> list[dict[str, Any]]:
    with members.database.transaction(SERVICE) as connection:
        return [dict(row._mapping) for row in connection.execute(text("SELECT * FROM event_log ORDER BY id"))]


def test_new_changed_and_unchanged_schools_are_counted_and_only_changes_are_told(databases: Databases) -> None:
    members = databases("members")
    rows = [{"URN": 200001}, {"URN": 200002}]

    assert counts(take(members, register_file(*rows))) == (2, 0, 0, 0)
    assert counts(take(members, register_file(*rows))) == (0, 0, 2, 0)
    changed = register_file({"URN": 200001, "NumberOfPupils": "272"}, {"URN": 200002}, {"URN": 200003})
    assert counts(take(members, changed)) == (1, 1, 1, 0)

    assert [event["key"] for event in events(members)] == [
        "school:200001",
        "school:200002",
        "school:200003",
        "school:200001",
    ]
    assert (school(members, 200001).pupils, school(members, 200001).version) == (272, 2)


def test_what_is_told_of_a_school_keeps_to_its_schema(databases: Databases) -> None:
    members = databases("members")
    take(members, register_file({"URN": 200001}))
    take(members, census_file((200002, 886, 2002, "State-funded AP school", 0)))

    told = events(members)

    assert [event["type"] for event in told] == ["SchoolRecorded", "SchoolRecorded"]
    for event in told:
        jsonschema.validate(event["body"], schemas()["SchoolRecorded", 2])


def test_a_broken_file_changes_nothing(databases: Databases) -> None:
    members = databases("members")
    content = register_file({"URN": 200001}, {"URN": 200002})

    with pytest.raises(SchoolFileUnreadable):
        take(members, content[:-30])

    assert list_schools(members.database, SERVICE, after=0, limit=10) == ([], None)
    assert events(members) == []


def test_a_failure_half_way_changes_nothing(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    members = databases("members")

    def fail(*_: Any) -> None:
        raise ConnectionError("the database went away")

    monkeypatch.setattr("services.members.usecases.announce_schools.append_many", fail)
    with pytest.raises(ConnectionError):
        take(members, register_file({"URN": 200001}))

    assert list_schools(members.database, SERVICE, after=0, limit=10) == ([], None)


def test_census_first_and_register_later_come_to_the_same_school(databases: Databases) -> None:
    members = databases("members")
    census = census_file((200001, 886, 2001, "State-funded primary", 271))
    take(members, census, la_code="886", joined_on=date(2026, 9, 1), counted_on=date(2023, 1, 19))
    assert school(members, 200001).name == "School 200001"

    take(members, register_file({"URN": 200001, "NumberOfPupils": "290"}))
    assert (school(members, 200001).name, school(members, 200001).pupils) == ("Hop Garden Primary School", 290)

    late = take(members, census, la_code="886", counted_on=date(2023, 1, 19))
    assert (counts(late), len(late.notes)) == ((0, 0, 1, 0), 1)
    assert school(members, 200001).joined_on == date(2026, 9, 1)


def test_schools_are_chosen_by_urn(databases: Databases) -> None:
    members = databases("members")

    result = take(members, register_file({"URN": 200001}, {"URN": 200002}), urns=[200002, 200003])

    assert (counts(result), result.not_found, result.not_selected) == ((1, 0, 0, 0), (200003,), 1)


@pytest.mark.real_data
def test_the_591_state_funded_schools_of_kent(databases: Databases) -> None:
    members = databases("members")
    content = _published("schools/england_census_2023.csv")

    result = take(members, content, la_code="886", counted_on=date(2023, 1, 19))

    assert counts(result) == (591, 0, 0, 96)
    assert {report.code for report in result.refused} == {"not_state_funded"}
    schools, _ = list_schools(members.database, SERVICE, after=0, limit=1000)
    assert Counter(found.phase for found in schools) == {
        "primary": 459,
        "secondary": 101,
        "all_through": 30,
        "nursery": 1,
    }
    assert sum(found.pupils or 0 for found in schools) == 250_268
    assert counts(take(members, content, la_code="886", counted_on=date(2023, 1, 19))) == (0, 0, 591, 96)
    assert len(events(members)) == 591


@pytest.mark.real_data
def test_the_national_register_as_it_is_published(databases: Databases) -> None:
    members = databases("members")
    content = _published("schools/gias_sample_cp1252.csv")

    result = take(members, content, urns=[106653, 126416, 117137])

    assert counts(result) == (2, 0, 0, 1)
    assert [(report.line, report.urn, report.code) for report in result.refused] == [(4, "117137", "closed")]
    becket = school(members, 126416)
    assert becket.name == "St Thomas à Becket Church of England Aided Primary School"
    assert (becket.phase, becket.type_code, becket.pupils, becket.pupils_on, becket.postcode) == (
        "primary",
        "2",
        67,
        date(2018, 1, 18),
        "SP3 4RZ",
    )


def _published(name: str) -> bytes:
    file = REAL_DATA / name
    if not file.exists():
        pytest.skip(f"{file} is not there: set BURSAR_REAL_DATA to the folder of published files")
    return file.read_bytes()
