"""Export a school's bills, invoices, credit notes and payments, or the alliance's journal, for an accounts program."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.workbooks import harmless
from contracts.errors import VersionConflict
from services.billing.domain.export_errors import ExportNotSetUp, NothingToExport
from services.billing.domain.ledger_export import (
    Cell,
    ExportLine,
    ExportProfile,
    Kind,
    heading,
    kinds_of,
    rows,
)
from services.billing.storage import ledger_exports


@dataclass(frozen=True, slots=True)
class ProfileView:
    """How an owner wants its exports (None: not said yet), and the ledger codes and suppliers to map."""

    profile: ExportProfile | None
    version: int
    codes: Sequence[str]
    suppliers: Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file for an accounts program."""

    name: str
    content: bytes


@dataclass(slots=True)
class _Counted:
    """Lines, what they come to and the documents that they are of, as they pass by."""

    lines: int = 0
    net_pence: int = 0
    vat_pence: int = 0
    documents: set[tuple[Kind, str]] = field(default_factory=set)

    def pass_on(self, lines: Iterable[ExportLine]) -> Iterator[ExportLine]:
        for line in lines:
            self.lines += 1
            self.net_pence += line.net_pence
            self.vat_pence += line.vat_pence
            self.documents.add((line.kind, line.document_id))
            yield line


def get_profile(database: Database, actor: Actor) -> ProfileView:
    """How the actor's school, or the alliance, wants its exports."""
    with database.transaction(actor) as connection:
        found = ledger_exports.find_profile(connection, actor.school_urn)
        codes = ledger_exports.codes_of(connection, actor.school_urn)
        suppliers = ledger_exports.suppliers_of(connection, actor.school_urn)
    return ProfileView(_profile(found), found.version if found else 0, codes, suppliers)


def put_profile(database: Database, actor: Actor, wanted: ExportProfile, version: int) -> ProfileView:
    """Remember it. Raises VersionConflict."""
    with database.transaction(actor) as connection:
        ledger_exports.lock_owner(connection, actor.school_urn)
        if get_profile(database, actor).version != version:
            raise VersionConflict("Somebody else changed this meanwhile.")
        ledger_exports.save_profile(connection, actor.school_urn, {**asdict(wanted), "saved_by": actor.name})
        return get_profile(database, actor)


def preview(database: Database, actor: Actor, from_on: date, to_on: date) -> list[Row[Any]]:
    """What an export of a time would carry, by kind of document, and how much of it is new."""
    with database.transaction(actor) as connection:
        kinds = _kinds(actor, _profile(ledger_exports.find_profile(connection, actor.school_urn)))
        return ledger_exports.sums(connection, actor.school_urn, from_on, to_on, kinds)


def list_exports(
    database: Database, actor: Actor, *, after: UUID | None, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of exports, the newest first, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = ledger_exports.list_exports(connection, actor.school_urn, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].ledger_export_id if len(found) > limit else None


def export_ledger(database: Database, actor: Actor, from_on: date, to_on: date, *, again: bool) -> ExportFile:
    """Write everything of a time that was never exported, or everything `again`; what it carried is kept.

    Raises ExportNotSetUp, NothingToExport.
    """
    with database.transaction(actor) as connection:
        urn = actor.school_urn
        ledger_exports.lock_owner(connection, urn)
        profile = _profile(ledger_exports.find_profile(connection, urn))
        if profile is None:
            raise ExportNotSetUp("Say first which program the export is for.")
        kinds, counted = _kinds(actor, profile), _Counted()
        found = ledger_exports.find_lines(connection, urn, from_on, to_on, kinds, again=again)
        content = _as_csv(heading(profile, journal=urn is None), rows(profile, counted.pass_on(found)))
        if not counted.lines:
            raise NothingToExport("There is nothing in this time that was not exported before.")
        _keep(connection, actor, profile, (from_on, to_on), counted, content, again=again)
    return ExportFile(f"{profile.format}-{urn or 'alliance'}-{from_on}-{to_on}.csv", content)


def _keep(
    connection: Connection,
    actor: Actor,
    profile: ExportProfile,
    time: tuple[date, date],
    counted: _Counted,
    content: bytes,
    *,
    again: bool,
) -> None:
    export_id = str(uuid4())
    row = {
        "ledger_export_id": export_id,
        "school_urn": actor.school_urn,
        "format": profile.format,
        "from_on": time[0],
        "to_on": time[1],
        "again": again,
        "exported_by": actor.name,
        "person_id": actor.person_id,
        "rows": counted.lines,
        "net_pence": counted.net_pence,
        "vat_pence": counted.vat_pence,
        "sha256": hashlib.sha256(content).digest(),
    }
    ledger_exports.add_export(connection, row)
    ledger_exports.note_documents(connection, export_id, actor.school_urn, counted.documents)


def _kinds(actor: Actor, profile: ExportProfile | None) -> tuple[Kind, ...]:
    if actor.school_urn is None:
        return ("journal",)
    return kinds_of(profile.format if profile else "csv")


def _profile(row: Row[Any] | None) -> ExportProfile | None:
    if row is None:
        return None
    columns = tuple((name, label) for name, label in row.columns)
    return ExportProfile(
        row.format, row.account, row.bank_nominal, row.department, row.nominals, row.tax_codes, columns, row.suppliers
    )


def _as_csv(first: Sequence[str], table: Iterable[Sequence[Cell]]) -> bytes:
    """Amounts as numbers, minus and all; no text is taken for a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([harmless(label) for label in first])
    writer.writerows([f"{cell:.2f}" if isinstance(cell, Decimal) else harmless(cell) for cell in row] for row in table)
    return written.getvalue().encode()
