"""Import in two steps: upload a file and see what each row would do, then apply exactly that, or nothing."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_today
from services.members.domain.errors import ImportChanged, SelectionMissing
from services.members.domain.import_row import ImportRow
from services.members.domain.people_import import Directory, PeoplePlan, plan_people
from services.members.domain.school_import import Selection
from services.members.domain.school_table import SchoolTable
from services.members.storage import imports, people, schools, suppliers
from services.members.storage.directory import lock_directory
from services.members.storage.imports import StoredImport
from services.members.usecases.import_schools import plan_schools, table_in, write_schools
from services.members.usecases.record_people import check_change, save_and_announce

WAITS: Final = timedelta(days=1)
_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """Which rows are wanted (schools of one authority, some URNs, or those in the alliance), and missing days."""

    la_code: str | None = None
    urns: tuple[int, ...] | None = None
    members_only: bool = False
    joined_on: date | None = None
    counted_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    rows: tuple[ImportRow, ...]
    not_selected: int
    write: Callable[[], None]


def preview_import(database: Database, actor: Actor, content: bytes, filename: str, options: Options) -> StoredImport:
    """Keep a file, and tell what each of its rows would do now. Raises SchoolFileUnreadable, SelectionMissing."""
    table = table_in(content)
    import_id = str(uuid.uuid4())
    with database.transaction(actor) as connection:
        kept = _as_stored(options)
        plan = _plan(connection, actor, table, kept)
        imports.store_import(
            connection,
            import_id,
            layout=table.layout,
            filename=filename,
            content=content,
            options=kept,
            rows=plan.rows,
            not_selected=plan.not_selected,
            uploaded_by=actor.name,
        )
        return _found(connection, import_id)


def read_import(database: Database, actor: Actor, import_id: str) -> StoredImport:
    """An import as it was previewed. Raises NotFound."""
    with database.transaction(actor) as connection:
        return _found(connection, import_id)


def apply_import(database: Database, actor: Actor, import_id: str, version: int) -> StoredImport:
    """Do what was previewed, all of it or nothing; once.

    Raises NotFound, VersionConflict if it was applied already, ImportChanged if the rows would do something else now.
    """
    with database.transaction(actor) as connection:
        lock_directory(connection)
        found = _found(connection, import_id, lock=True)
        if found.version != version or found.content is None:
            raise VersionConflict("This import was applied already.")
        plan = _plan(connection, actor, table_in(found.content), found.options)
        if plan.rows != found.rows:
            raise ImportChanged(
                "Schools or people have changed since you saw what the file would do. Upload it again, and look again."
            )
        plan.write()
        imports.mark_applied(connection, import_id, actor.name)
        return _found(connection, import_id)


def forget_waiting_imports(database: Database) -> int:
    """Remove files that nobody decided about for a day; the number removed."""
    with database.transaction(SERVICE) as connection:
        return imports.delete_waiting_before(connection, datetime.now(UTC) - WAITS)


def _found(connection: Connection, import_id: str, *, lock: bool = False) -> StoredImport:
    found = imports.find_import(connection, import_id, lock=lock)
    if found is None:
        raise NotFound("There is no such import. Files that nobody applies are forgotten after a day.")
    return found


def _plan(connection: Connection, actor: Actor, table: SchoolTable, options: dict[str, Any]) -> _Plan:
    joined_on = date.fromisoformat(options["joined_on"])
    if table.layout == "people":
        return _people(connection, actor, table, joined_on)
    counted_on = options["counted_on"] and date.fromisoformat(options["counted_on"])
    plan, known = plan_schools(connection, table, _selection(connection, table, options), joined_on, counted_on)
    return _Plan(plan.rows, plan.not_selected, lambda: write_schools(connection, plan, known))


def _selection(connection: Connection, table: SchoolTable, options: dict[str, Any]) -> Selection | None:
    if table.layout == "sheet":
        return None
    if options["members_only"]:
        return Selection(urns=frozenset(school.urn for school in schools.find_schools(connection, after=0, limit=_ALL)))
    if options["la_code"] is None and options["urns"] is None:
        raise SelectionMissing(
            "Say which schools of the file: those in the alliance, or all of a local authority.",
            fields={"la_code": "Enter the authority’s number, such as 886."},
        )
    return Selection(options["la_code"], None if options["urns"] is None else frozenset(options["urns"]))


def _people(connection: Connection, actor: Actor, table: SchoolTable, starts_on: date) -> _Plan:
    there = Directory(
        people={person.email.casefold(): person for person in people.find_people(connection, after=None, limit=_ALL)},
        schools={school.urn: school.name for school in schools.find_schools(connection, after=0, limit=_ALL)},
        suppliers={each.name.casefold(): each.supplier_id for each in suppliers.find_suppliers(connection)},
    )
    may_administer = actor.kind == "service" or actor.has_any("administrator")
    plan = plan_people(table, there, starts_on=starts_on, may_administer=may_administer)
    return _Plan(plan.rows, 0, lambda: _write_people(connection, actor, plan, there))


def _write_people(connection: Connection, actor: Actor, plan: PeoplePlan, there: Directory) -> None:
    for person in plan.changed:
        before = there.people.get(person.email.casefold())
        check_change(connection, actor, before.roles if before else (), person)
        save_and_announce(connection, person)


def _as_stored(options: Options) -> dict[str, Any]:
    joined_on = options.joined_on or london_today()
    return {
        "la_code": options.la_code,
        "urns": None if options.urns is None else list(options.urns),
        "members_only": options.members_only,
        "joined_on": joined_on.isoformat(),
        "counted_on": options.counted_on and options.counted_on.isoformat(),
    }
