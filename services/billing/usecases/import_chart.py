"""Change the chart of accounts by a sheet: shown row by row first, then applied."""

import json
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.sheets import SheetUnreadable, read_file
from chassis.workbooks import table_as_xlsx
from contracts.errors import NotFound, VersionConflict
from services.billing.domain.chart import COLUMNS, ChartLine, ChartRow, read_chart
from services.billing.domain.period_errors import ChartImportApplied, ChartUnreadable
from services.billing.storage import chart


def list_chart(database: Database, actor: Actor) -> list[ChartLine]:
    """Accounts, then categories, each by code."""
    with database.transaction(actor) as connection:
        lines = chart.chart_lines(connection).values()
    return sorted(lines, key=lambda line: (line.kind == "category", line.code))


def chart_sheet(database: Database, actor: Actor) -> bytes:
    """The chart as an XLSX file that can be changed and sent back."""
    lines = list_chart(database, actor)
    rows = [(line.code, line.name, line.kind, line.cfr_code, line.academies_code) for line in lines]
    return b"".join(table_as_xlsx("Chart of accounts", COLUMNS, rows, most_rows=len(rows)))


def preview_chart(database: Database, actor: Actor, content: bytes, filename: str) -> Row[Any]:
    """Read a CSV or XLSX file and keep what each row would do; nothing is changed. Raises ChartUnreadable."""
    try:
        sheet = read_file(content).rows
    except SheetUnreadable as fault:
        raise ChartUnreadable(str(fault)) from fault
    with database.transaction(actor) as connection:
        judged = _judged(connection, sheet)
        chart_import_id = str(uuid4())
        row = {"chart_import_id": chart_import_id, "filename": filename, "rows": _kept(judged), "sent_by": actor.name}
        chart.add_import(connection, row)
        return _found(connection, chart_import_id)


def get_import(database: Database, actor: Actor, chart_import_id: str) -> Row[Any]:
    """A file that was read, row by row. Raises NotFound."""
    with database.transaction(actor) as connection:
        return _found(connection, chart_import_id)


def apply_chart(database: Database, actor: Actor, chart_import_id: str, version: int) -> Row[Any]:
    """Do what the file says, as things stand now; refused rows are left. Raises VersionConflict, ChartImportApplied."""
    with database.transaction(actor) as connection:
        chart.lock_chart(connection)
        found = _found(connection, chart_import_id)
        if found.applied_at is not None:
            raise ChartImportApplied(f"{found.applied_by} applied this file before.")
        if found.version != version:
            raise VersionConflict("Somebody else changed this file. Look at it again.")
        judged = _judged(connection, [list(COLUMNS), *(row["cells"] for row in found.rows)])
        lines = [row["line"] for row in found.rows]
        chart.write_lines(connection, [row.wanted for row in judged if row.wanted])
        kept = [{**row, "line": line} for row, line in zip(_kept(judged), lines, strict=True)]
        chart.mark_applied(connection, chart_import_id, json.dumps(kept), actor.name)
        return _found(connection, chart_import_id)


def _judged(connection: Connection, sheet: list[list[str]]) -> list[ChartRow]:
    return read_chart(sheet, chart.chart_lines(connection), chart.accounts_in_use(connection))


def _found(connection: Connection, chart_import_id: str) -> Row[Any]:
    found = chart.find_import(connection, chart_import_id)
    if found is None:
        raise NotFound("There is no such file.")
    return found


def _kept(judged: list[ChartRow]) -> list[dict[str, Any]]:
    return [
        {
            "line": row.line,
            "code": row.code,
            "name": row.name,
            "outcome": row.outcome,
            "details": list(row.details),
            "cells": list(row.cells),
        }
        for row in judged
    ]
