"""Which schools of a published file join the alliance, and what each row changes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from contracts.digits import as_whole
from services.members.domain.errors import SchoolInvalid, SelectionMissing
from services.members.domain.import_row import ImportRow, Outcome, changes_between
from services.members.domain.pupil_count import PupilCount
from services.members.domain.school import School, check_school, same_school
from services.members.domain.school_facts import RowRefused, SchoolFacts, facts_of, urn_of
from services.members.domain.school_table import SchoolTable, TableRow


@dataclass(frozen=True, slots=True)
class Selection:
    """Which schools are wanted: all of one local authority, or a list of URNs."""

    la_code: str | None = None
    urns: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if (self.la_code is None) == (self.urns is None):
            raise SelectionMissing("Say which schools: either a local authority or a list of URNs.")

    def takes(self, values: Mapping[str, str], la_column: str) -> bool:
        """Whether a row is one of those wanted."""
        if self.urns is None:
            return values[la_column] == self.la_code
        return as_whole(values["urn"]) in self.urns


@dataclass(frozen=True, slots=True)
class RowReport:
    """A row that was refused, or taken with something left out: where, what, and why."""

    line: int
    urn: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import does: schools and older counts to write, and an account of every row and URN asked for.

    `older` are counts by URN that join a school's earlier ones without standing.
    """

    new: tuple[School, ...]
    changed: tuple[School, ...]
    unchanged: int
    refused: tuple[RowReport, ...]
    notes: tuple[RowReport, ...]
    not_found: tuple[int, ...]
    not_selected: int
    older: Mapping[int, PupilCount]
    rows: tuple[ImportRow, ...]


def rows_wanted(table: SchoolTable, selection: Selection | None) -> list[TableRow]:
    """The rows of a file that the selection asks for; of a sheet of one's own all. Raises SelectionMissing."""
    if table.layout == "sheet":
        return list(table.rows)
    if selection is None:
        raise SelectionMissing("Say which schools: either a local authority or a list of URNs.")
    la_column = "la (code)" if table.layout == "register" else "la"
    return [row for row in table.rows if selection.takes(row.values, la_column)]


def urns_in(rows: Collection[TableRow]) -> set[int]:
    """Every well-formed URN in the rows."""
    return {urn for row in rows if (urn := as_whole(row.values["urn"])) is not None}


def plan_import(
    table: SchoolTable,
    selection: Selection | None,
    known: Mapping[int, School],
    *,
    joined_on: date,
    counted_on: date | None = None,
) -> ImportPlan:
    """Decide what each wanted row does to the schools already `known` (by URN). Writes nothing.

    `joined_on` is the first day of membership of new schools. A number of pupils replaces only an older one, so that
    files may be imported in any order; a name, ages or address once known are kept where the file has none.
    """
    wanted = rows_wanted(table, selection)
    done = [_decided(row, outcome, known, joined_on) for row, outcome in _facts(wanted, table, counted_on)]
    asked = frozenset() if selection is None or selection.urns is None else selection.urns
    return ImportPlan(
        new=tuple(each.school for each in done if each.school and each.row.outcome == "added"),
        changed=tuple(each.school for each in done if each.school and each.row.outcome == "changed"),
        unchanged=sum(each.row.outcome == "unchanged" for each in done),
        refused=tuple(_report(each.row) for each in done if each.row.outcome == "refused"),
        notes=tuple(RowReport(each.row.line, each.row.subject, "older_count", each.note) for each in done if each.note),
        not_found=tuple(sorted(asked - urns_in(wanted))),
        not_selected=len(table.rows) - len(wanted),
        older={each.school.urn: each.older for each in done if each.school and each.older},
        rows=tuple(each.row for each in done),
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    """What becomes of a row: its account, the school as it leaves it, and a count that is older than the school's."""

    row: ImportRow
    school: School | None = None
    note: str = ""
    older: PupilCount | None = None


def _decided(
    row: TableRow, outcome: SchoolFacts | RowRefused, known: Mapping[int, School], joined_on: date
) -> _Decided:
    try:
        if isinstance(outcome, RowRefused):
            raise outcome
        before = known.get(outcome.urn)
        school, note = _merged(before, outcome, joined_on)
    except RowRefused as fault:
        known_as = known[int(row.values["urn"])].name if urns_in([row]) & known.keys() else row.values.get("name", "")
        return _Decided(_row(row, known_as, "refused", fault.code, fault.reason))
    changes = () if before is None else changes_between(before, school)
    what: Outcome = "added" if before is None else "unchanged" if same_school(before, school) else "changed"
    older = None
    if note and outcome.pupils is not None and outcome.pupils_on is not None:
        older = PupilCount(outcome.pupils_on, outcome.pupils, outcome.pupils_source)
    said = (*changes, note) if note else changes
    return _Decided(_row(row, school.name, what, "", *said), school, note, older)


def _row(row: TableRow, name: str, outcome: Outcome, code: str, *details: str) -> ImportRow:
    return ImportRow(row.line, row.values["urn"], name, outcome, code, details)


def _report(row: ImportRow) -> RowReport:
    return RowReport(row.line, row.subject, row.code, row.details[0])


def _facts(
    rows: Collection[TableRow], table: SchoolTable, counted_on: date | None
) -> Iterator[tuple[TableRow, SchoolFacts | RowRefused]]:
    """Each row with its facts or its refusal; of rows with one URN, only the first counts."""
    first_lines: dict[int, int] = {}
    for row in rows:
        try:
            urn = urn_of(row.values)
            if urn in first_lines:
                raise RowRefused("urn_repeated", f"URN {urn} stands on line {first_lines[urn]} already.")
            first_lines[urn] = row.line
            yield row, facts_of(table.layout, row.values, counted_on)
        except RowRefused as fault:
            yield row, fault


def _merged(before: School | None, facts: SchoolFacts, joined_on: date) -> tuple[School, str]:
    """The school as the row leaves it, and a note if the row's number of pupils was the older one."""
    if facts.pupils is None and (before is None or before.pupils is None):
        raise RowRefused("pupils_missing", "The file has no number of pupils for this school.")
    if before is None and not facts.phase:
        raise RowRefused("phase_missing", "A new school needs a phase, or its lowest and highest age.")
    school = _fresh(facts, joined_on) if before is None else _updated(before, facts)
    note = ""
    if before is not None and facts.pupils is not None:
        if _is_older(facts.pupils_on, before):
            note = f"{before.pupils} pupils of {before.pupils_on} stand: this file’s {facts.pupils} are older."
        else:
            school = replace(school, pupils=facts.pupils, pupils_on=facts.pupils_on, pupils_source=facts.pupils_source)
    try:
        check_school(school)
    except SchoolInvalid as fault:
        raise RowRefused("school_invalid", " ".join(fault.fields.values())) from fault
    return school, note


def _is_older(counted_on: date | None, before: School) -> bool:
    """A count without a date never replaces a dated one."""
    if before.pupils is None or before.pupils_on is None:
        return False
    return counted_on is None or counted_on < before.pupils_on


def _fresh(facts: SchoolFacts, joined_on: date) -> School:
    return School(
        urn=facts.urn,
        name=facts.name or f"School {facts.urn}",
        phase=facts.phase,
        type_code=facts.type_code or "",
        la_code=facts.la_code,
        establishment_number=facts.establishment_number,
        low_age=facts.low_age,
        high_age=facts.high_age,
        pupils=facts.pupils,
        pupils_on=facts.pupils_on,
        pupils_source=facts.pupils_source,
        postcode=facts.postcode or "",
        town=facts.town or "",
        joined_on=joined_on,
        left_on=None,
    )


def _updated(before: School, facts: SchoolFacts) -> School:
    """The census knows a phase only roughly, so it gives way to one that came with a type or ages."""
    phase_is_known = facts.name is None and (before.type_code != "" or before.low_age is not None)
    phase_is_known = phase_is_known or not facts.phase
    return replace(
        before,
        name=facts.name or before.name,
        phase=before.phase if phase_is_known else facts.phase,
        type_code=facts.type_code or before.type_code,
        la_code=facts.la_code or before.la_code,
        establishment_number=facts.establishment_number or before.establishment_number,
        low_age=before.low_age if facts.low_age is None else facts.low_age,
        high_age=before.high_age if facts.high_age is None else facts.high_age,
        postcode=facts.postcode or before.postcode,
        town=facts.town or before.town,
    )
