"""Take schools from a published file or a sheet of one's own: the command's way, and what the pages preview."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.sheets import SheetUnreadable, read_file
from contracts.london import london_today
from services.members.domain.errors import SchoolFileUnreadable
from services.members.domain.school import School
from services.members.domain.school_import import (
    ImportPlan,
    RowReport,
    Selection,
    plan_import,
    rows_wanted,
    urns_in,
)
from services.members.domain.school_table import SchoolTable, read_table, table_of
from services.members.storage import pupil_counts, schools
from services.members.storage.directory import lock_directory
from services.members.usecases.announce_schools import announce_schools
from services.members.usecases.record_schools import announce_renaming, save_schools


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
    """Take schools from the national register's file, the school census's or a sheet, whichever `content` is.

    Select by local authority or by URNs, except from a sheet of one's own. New schools join on `joined_on` (default:
    today); `counted_on` is the day of a census, whose file does not say. Only state-funded, open schools are taken.
    Can be repeated: what is unchanged raises no event. Raises SchoolFileUnreadable (nothing is taken) or
    SelectionMissing.
    """
    table = table_in(content)
    selection = None
    if table.layout != "sheet" or la_code is not None or urns is not None:
        selection = Selection(la_code, None if urns is None else frozenset(urns))
    with database.transaction(actor) as connection:
        lock_directory(connection)
        plan, known = plan_schools(connection, table, selection, joined_on or london_today(), counted_on)
        write_schools(connection, plan, known)
    return _result(plan)


def table_in(content: bytes) -> SchoolTable:
    """The table in a CSV or XLSX file. Raises SchoolFileUnreadable; a sheet of people is for the pages only."""
    if not content.startswith(b"PK\x03\x04"):
        return read_table(content)
    try:
        return table_of(read_file(content).rows)
    except SheetUnreadable as fault:
        raise SchoolFileUnreadable(str(fault)) from fault


def plan_schools(
    connection: Connection, table: SchoolTable, selection: Selection | None, joined_on: date, counted_on: date | None
) -> tuple[ImportPlan, dict[int, School]]:
    """What an import does to the schools that are there, and those of them that it is about, locked."""
    if table.layout == "people":
        raise SchoolFileUnreadable("This is a sheet of people, not of schools.")
    known = schools.lock_schools(connection, urns_in(rows_wanted(table, selection)))
    return plan_import(table, selection, known, joined_on=joined_on, counted_on=counted_on), known


def write_schools(connection: Connection, plan: ImportPlan, known: dict[int, School]) -> None:
    """Write what was planned, and tell of it: also of a school that has got nothing but an older count."""
    kept = pupil_counts.counts_of_schools(connection, plan.older)
    older = {urn: count for urn, count in plan.older.items() if count not in kept.get(urn, ())}
    pupil_counts.save_counts(connection, older)
    save_schools(connection, known, [*plan.new, *plan.changed])
    announce_schools(connection, [known[urn] for urn in sorted(older.keys() - {each.urn for each in plan.changed})])
    for school in plan.changed:
        announce_renaming(connection, known[school.urn], school)


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
