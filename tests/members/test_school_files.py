"""Reading the two published files of schools: what is taken, what is refused, and why."""

from datetime import date

import pytest

from services.members.domain.errors import SchoolFileUnreadable, SelectionMissing
from services.members.domain.school import School
from services.members.domain.school_import import ImportPlan, Selection, plan_import
from services.members.domain.school_table import read_table
from services.members.domain.urn_list import read_urn_list
from tests.members.files import census_file, register_file

JOINED = date(2026, 9, 1)
KENT = Selection(la_code="886")


def plan(content: bytes, *known: School, selection: Selection = KENT, counted_on: date | None = None) -> ImportPlan:
    return plan_import(
        read_table(content),
        selection,
        {school.urn: school for school in known},
        joined_on=JOINED,
        counted_on=counted_on,
    )


def refusals(outcome: ImportPlan) -> list[tuple[int, str]]:
    return [(report.line, report.code) for report in outcome.refused]


def test_the_register_gives_name_type_ages_and_dated_pupils() -> None:
    outcome = plan(register_file({"EstablishmentName": "St Thomas à Becket Primary School", "Postcode": "sp34rz"}))

    assert outcome.new == (
        School(
            urn=123456,
            name="St Thomas à Becket Primary School",
            phase="primary",
            type_code="1",
            la_code="886",
            establishment_number="2001",
            low_age=4,
            high_age=11,
            pupils=271,
            pupils_on=date(2024, 1, 18),
            pupils_source="register",
            postcode="SP3 4RZ",
            town="Faversham",
            joined_on=JOINED,
            left_on=None,
        ),
    )
    assert outcome.refused == ()


@pytest.mark.parametrize("bom", [True, False])
def test_the_census_gives_pupils_and_a_name_to_go_by(bom: bool) -> None:
    outcome = plan(census_file((118001, 886, 3614, "State-funded primary", 271), bom=bom))

    [school] = outcome.new
    assert (school.name, school.phase, school.pupils, school.pupils_source) == (
        "School 118001",
        "primary",
        271,
        "census",
    )
    assert (school.establishment_number, school.la_code, school.type_code, school.town) == ("3614", "886", "", "")


@pytest.mark.parametrize(
    ("kind", "phase"),
    [
        ("State-funded nursery", "nursery"),
        ("State-funded primary", "primary"),
        ("State-funded secondary", "secondary"),
        ("State-funded special school", "all_through"),
        ("State-funded AP school", "all_through"),
    ],
)
def test_the_census_phase_comes_from_the_school_type(kind: str, phase: str) -> None:
    assert plan(census_file((118001, 886, 3614, kind, 20))).new[0].phase == phase


@pytest.mark.parametrize(
    ("named", "low", "high", "phase"),
    [
        ("Middle deemed secondary", "9", "13", "middle_deemed_secondary"),
        ("16 plus", "16", "19", "sixteen_plus"),
        ("All-through", "3", "18", "all_through"),
        ("Not applicable", "4", "11", "primary"),
        ("Not applicable", "11", "16", "secondary"),
        ("Not applicable", "", "", "all_through"),
    ],
)
def test_the_register_phase_is_its_own_or_follows_from_the_ages(named: str, low: str, high: str, phase: str) -> None:
    row = {"PhaseOfEducation (name)": named, "StatutoryLowAge": low, "StatutoryHighAge": high}

    assert plan(register_file(row)).new[0].phase == phase


def test_each_refused_row_is_reported_with_its_line_and_reason() -> None:
    outcome = plan(
        register_file(
            {"URN": 200001},
            {"URN": 200002, "EstablishmentStatus (name)": "Closed", "CloseDate": "31-05-2012"},
            {"URN": 200003, "EstablishmentStatus (name)": "Proposed to open"},
            {
                "URN": 200004,
                "TypeOfEstablishment (code)": "11",
                "TypeOfEstablishment (name)": "Other independent school",
            },
            {"URN": 200005, "NumberOfPupils": ""},
            {"URN": 200006, "NumberOfPupils": "27l"},
            {"URN": 200007, "NumberOfPupils": "-3"},
            {"URN": 200001, "NumberOfPupils": "999"},
            {"URN": "20000X"},
            {"URN": 200008, "StatutoryLowAge": "11", "StatutoryHighAge": "4"},
            {"URN": 200009, "CensusDate": "30-02-2024"},
            {"URN": 200010, "EstablishmentName": ""},
            {"URN": 200011, "Postcode": "not known"},
        )
    )

    assert [school.urn for school in outcome.new] == [200001]
    assert refusals(outcome) == [
        (3, "closed"),
        (4, "not_open"),
        (5, "not_state_funded"),
        (6, "pupils_missing"),
        (7, "number_invalid"),
        (8, "number_invalid"),
        (9, "urn_repeated"),
        (10, "urn_invalid"),
        (11, "number_invalid"),
        (12, "date_invalid"),
        (13, "name_missing"),
        (14, "school_invalid"),
    ]
    assert outcome.refused[0].reason == "Closed on 31-05-2012."
    assert outcome.refused[2].reason == "Other independent school: not a state-funded school."
    assert outcome.refused[6].reason == "URN 200001 stands on line 2 already."


@pytest.mark.parametrize("number", ["NA", "SUPP", ""])
def test_a_census_row_without_a_number_is_refused(number: str) -> None:
    outcome = plan(census_file((118001, 886, 3614, "State-funded primary", number)))

    assert refusals(outcome) == [(2, "pupils_missing")]


def test_a_school_on_roll_of_nobody_is_a_school() -> None:
    assert plan(census_file((118001, 886, 3614, "State-funded AP school", 0))).new[0].pupils == 0


def test_independent_schools_and_national_totals_of_the_census_are_left_out() -> None:
    outcome = plan(
        census_file(
            (118001, 886, 3614, "State-funded primary", 271),
            (118002, 886, 6001, "Independent school", 500),
            (118003, 886, 7001, "Non-maintained special school", 50),
            (118004, 201, 3615, "State-funded primary", 271),
            ("NAT", "", "PRI", "State-funded primary", 4647851),
        )
    )

    assert [school.urn for school in outcome.new] == [118001]
    assert refusals(outcome) == [(3, "not_state_funded"), (4, "not_state_funded")]
    assert outcome.not_selected == 2


def test_a_list_of_urns_chooses_across_authorities_and_names_what_is_not_there() -> None:
    content = census_file(
        (118001, 886, 3614, "State-funded primary", 271), (101001, 201, 3615, "State-funded primary", 99)
    )

    outcome = plan(content, selection=Selection(urns=frozenset({101001, 199999})))

    assert [school.urn for school in outcome.new] == [101001]
    assert outcome.not_found == (199999,)
    assert outcome.not_selected == 1


def test_the_selection_must_be_one_or_the_other() -> None:
    with pytest.raises(SelectionMissing):
        Selection()
    with pytest.raises(SelectionMissing):
        Selection(la_code="886", urns=frozenset({123456}))


def test_the_same_file_again_changes_nothing() -> None:
    content = register_file({}, {"URN": 200002})
    first = plan(content)

    again = plan(content, *first.new)

    assert (again.new, again.changed, again.unchanged) == ((), (), 2)


def test_a_census_row_keeps_the_name_phase_and_address_that_are_known() -> None:
    [known] = plan(register_file({"TypeOfEstablishment (code)": "07", "PhaseOfEducation (name)": "Not applicable"})).new
    content = census_file((known.urn, 886, 2001, "State-funded special school", 290))

    [school] = plan(content, known, counted_on=date(2025, 1, 16)).changed

    assert (school.pupils, school.pupils_on, school.pupils_source) == (290, date(2025, 1, 16), "census")
    assert (school.name, school.phase, school.town) == ("Hop Garden Primary School", "primary", "Faversham")


def test_the_register_names_a_school_that_the_census_brought_even_without_a_number() -> None:
    [known] = plan(census_file((123456, 886, 2001, "State-funded primary", 271))).new

    [school] = plan(register_file({"NumberOfPupils": "", "CensusDate": ""}), known).changed

    assert (school.name, school.pupils, school.joined_on) == ("Hop Garden Primary School", 271, JOINED)


@pytest.mark.parametrize("counted_on", [date(2023, 1, 19), None])
def test_an_older_count_never_replaces_a_newer_one(counted_on: date | None) -> None:
    [known] = plan(register_file({})).new

    outcome = plan(census_file((123456, 886, 2001, "State-funded primary", 250)), known, counted_on=counted_on)

    assert (outcome.changed, outcome.unchanged) == ((), 1)
    assert [(note.line, note.code) for note in outcome.notes] == [(2, "older_count")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"URN,LA,ESTAB,SCHOOLTYPE,NOR\r\n", "no rows"),
        (b"URN,LA,NOR\r\n118001,886,20\r\n", "estab, schooltype"),
        (b"Date,Amount\r\n1,2\r\n", "Line 1"),
        (b"URN,LA,ESTAB,SCHOOLTYPE,NOR\r\n118001,886,3614,State-funded primary\r\n", "Line 2: 4 values"),
        (b"URN,LA,ESTAB,SCHOOLTYPE,NOR\r\n118001,886,3614,State-funded primary,271,9\r\n", "Line 2: 6 values"),
        (b'URN,LA,ESTAB,SCHOOLTYPE,NOR\r\n118001,886,3614,"State-funded primary,271\r\n', "Line 2"),
        (b"URN,LA,ESTAB,SCHOOLTYPE,NOR,URN\r\n1,2,3,4,5,6\r\n", "twice"),
        (b"URN,LA,ESTAB,SCHOOLTYPE,NOR\r\n118001,886,3614,Stat\x81,271\r\n", "Line 2"),
        (b"PK\x03\x04\x00\x00", "not text"),
    ],
)
def test_a_broken_file_is_refused_whole(content: bytes, says: str) -> None:
    with pytest.raises(SchoolFileUnreadable) as refusal:
        read_table(content)
    assert says in refusal.value.detail


def test_a_truncated_register_is_refused_whole() -> None:
    whole = register_file({"URN": 200001}, {"URN": 200002})

    with pytest.raises(SchoolFileUnreadable):
        read_table(whole[:-40])


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = register_file({"Street": "Oast House\nOast Road"}, {"URN": 200002, "NumberOfPupils": "many"})

    assert refusals(plan(content)) == [(4, "number_invalid")]


def test_a_list_of_urns_may_have_a_header_comments_and_more_columns() -> None:
    assert read_urn_list(b"\xef\xbb\xbfURN,Name\r\n118001,Oast Lane\r\n\r\n# left\r\n118002\r\n") == {118001, 118002}


@pytest.mark.parametrize("content", [b"", b"118001\n12\n", b"Oast Lane\n", b"\x81\n"])
def test_a_list_without_urns_is_refused(content: bytes) -> None:
    with pytest.raises(SchoolFileUnreadable):
        read_urn_list(content)
