"""Record schools by hand or from a published file, and tell the other parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import NewEvent, append_many
from contracts.errors import NotFound, VersionConflict
from services.members.domain.school import School, check_school, same_school, tidy_postcode
from services.members.domain.school_import import (
    ImportPlan,
    RowReport,
    Selection,
    plan_import,
    rows_wanted,
    urns_in,
)
from services.members.domain.school_table import read_table
from services.members.storage import people, schools
from services.members.storage.directory import lock_directory
from services.members.usecases.record_people import announce_people


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. Every row that was asked for is counted once: new, changed, unchanged or refused.

    `notes` are rows that were taken with something left out; `not_found` are URNs asked for that the file lacks;
    `not_selected` counts the file's other rows.
    """

    new: int
    changed: int
    unchanged: int
    refused: tuple[RowReport, ...]
    notes: tuple[RowReport, ...]
    not_found: tuple[int, ...]
    not_selected: int


def import_schools(
    database: Database,
    actor: Actor,
    content: bytes,
    *,
    la_code: str | None = None,
    urns: Iterable[int] | None = None,
    joined_on: date | None = None,
    counted_on: date | None = None,
) -> ImportResult:
    """Take schools from the national register's CSV or the school census's, whichever `content` is.

    Select by local authority or by URNs. New schools join on `joined_on` (default: today); `counted_on` is the day
    of a census, whose file does not say. Only state-funded, open schools are taken. Can be repeated: what is
    unchanged raises no event. Raises SchoolFileUnreadable (nothing is taken) or SelectionMissing.
    """
    selection = Selection(la_code, None if urns is None else frozenset(urns))
    table = read_table(content)
    with database.transaction(actor) as connection:
        lock_directory(connection)
        known = schools.lock_schools(connection, urns_in(rows_wanted(table, selection)))
        plan = plan_import(table, selection, known, joined_on=joined_on or _today(), counted_on=counted_on)
        _save(connection, [*plan.new, *plan.changed])
        for school in plan.changed:
            _announce_renaming(connection, known[school.urn], school)
    return _result(plan)


def put_school(database: Database, actor: Actor, school: School, version: int | None) -> School:
    """Write one school whole; `version` is what the editor saw, None to add a school that is not there yet.

    Raises SchoolInvalid, VersionConflict (also when adding one that is there), NotFound.
    """
    school = replace(school, postcode=tidy_postcode(school.postcode))
    check_school(school)
    with database.transaction(actor) as connection:
        lock_directory(connection)
        before = schools.lock_schools(connection, [school.urn]).get(school.urn)
        if before is None and version is not None:
            raise NotFound(f"There is no school {school.urn}.")
        if before is not None and before.version != version:
            raise VersionConflict("Somebody else changed this school meanwhile.")
        if before is not None and same_school(before, school):
            return before
        saved = _save(connection, [replace(school, version=version or 0)])[0]
        if before is not None:
            _announce_renaming(connection, before, saved)
    return saved


def _save(connection: Connection, changed: Sequence[School]) -> list[School]:
    saved = schools.save_schools(connection, changed)
    append_many(connection, [_recorded(school) for school in saved])
    return saved


def _announce_renaming(connection: Connection, before: School, after: School) -> None:
    """People's seats carry the name of their school, so a new name is told for each of them."""
    if before.name != after.name:
        announce_people(connection, people.people_of_school(connection, after.urn))


def _recorded(school: School) -> NewEvent:
    return NewEvent(
        "SchoolRecorded",
        key=f"school:{school.urn}",
        body={
            "urn": school.urn,
            "name": school.name,
            "phase": school.phase,
            "type_code": school.type_code,
            "la_code": school.la_code,
            "establishment_number": school.establishment_number,
            "low_age": school.low_age,
            "high_age": school.high_age,
            "pupils": school.pupils,
            "postcode": school.postcode,
            "town": school.town,
            "joined_on": school.joined_on.isoformat(),
            "left_on": None if school.left_on is None else school.left_on.isoformat(),
        },
    )


def _result(plan: ImportPlan) -> ImportResult:
    return ImportResult(
        new=len(plan.new),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        refused=plan.refused,
        notes=plan.notes,
        not_found=plan.not_found,
        not_selected=plan.not_selected,
    )


def _today() -> date:
    return datetime.now(UTC).date()
