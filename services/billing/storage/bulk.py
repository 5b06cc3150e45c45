"""Reading and writing many rows with one statement."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, text

_MANY: Final = 1_000
_FOR_MANY: Final = "SET LOCAL enable_nestloop = off; SET LOCAL enable_sort = off; SET LOCAL work_mem = '64MB'"
_AS_EVER: Final = (
    "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_sort TO DEFAULT; SET LOCAL work_mem TO DEFAULT"
)


def insert_rows(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]], on_conflict: str = "") -> int:
    """Insert rows that all have the same columns; returns how many were written.

    The rows travel as one JSON parameter (see `as_json`), typed by the table itself. `table`, the columns and
    `on_conflict`, SQL that follows the insert, come from the code and never from a request.
    """
    if not rows:
        return 0
    names = ", ".join(rows[0])
    statement = text(
        f"INSERT INTO {table} ({names}) SELECT {names}"  # noqa: S608
        f" FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS jsonb)) {on_conflict}"
    )
    return connection.execute(statement, {"rows": as_json(rows)}).rowcount


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a JSON array for jsonb_populate_recordset: dates, instants and decimals as text."""
    return json.dumps([dict(row) for row in rows], default=str)


def as_array(values: Iterable[int | Decimal | None]) -> str:
    """Numbers as the text of an array, to be cast: a column of tens of thousands travels fastest so."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


@contextmanager
def planned_for_many(connection: Connection, rows: int | None) -> Iterator[None]:
    """Plan what runs meanwhile for many rows, if it is for many (None: nobody has counted them).

    The planner takes rows that were written in this transaction for one: it would look up for each by itself what can
    be read in one go, and sort what can be put together as it comes. What is put together stays in memory: in parts on
    disk it would come back in another order than that of the tables, and every index be written here and there.
    """
    if rows is not None and rows < _MANY:
        yield
        return
    connection.exec_driver_sql(_FOR_MANY)
    yield
    connection.exec_driver_sql(_AS_EVER)
