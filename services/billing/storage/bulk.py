"""Writing many rows with one statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text


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


def load_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Put rows into a table of this transaction by COPY, for tens of thousands of them; returns its name.

    It has those columns of `table`, typed alike. A table with row-level security takes no COPY itself, so what is
    loaded is moved on by an INSERT that its policies check. Names come from the code and never from a request.
    """
    names, loaded = ", ".join(columns), f"loaded_{table}"
    connection.execute(text(f"DROP TABLE IF EXISTS pg_temp.{loaded}"))
    connection.execute(text(f"CREATE TEMP TABLE {loaded} ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0"))  # noqa: S608
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("A transaction has a connection.")
    with driver.cursor() as cursor, cursor.copy(f"COPY {loaded} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    return loaded
