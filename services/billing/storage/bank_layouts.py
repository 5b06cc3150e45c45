"""Which columns of a bank's CSV file say what, as somebody chose once for its header."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.csv_columns import Columns, folded

_FIND = text("SELECT columns FROM bank_layout WHERE header = :header")
_KEEP = text("""
    INSERT INTO bank_layout (header, names, columns, kept_by)
    VALUES (:header, :names, CAST(:columns AS jsonb), :kept_by)
    ON CONFLICT (header) DO UPDATE SET names = excluded.names, columns = excluded.columns, kept_by = excluded.kept_by,
        kept_at = now()
""")
_LIST = text("""
    SELECT CAST(bank_layout_id AS text) AS bank_layout_id, names AS header, columns, kept_by, kept_at
    FROM bank_layout ORDER BY kept_at DESC
""")
_CHANGE = text("""
    UPDATE bank_layout SET columns = CAST(:columns AS jsonb), kept_by = :kept_by, kept_at = now()
    WHERE bank_layout_id = :layout
""")


def remembered_columns(connection: Connection, header: Sequence[str]) -> Columns | None:
    """What was chosen for a header like this one."""
    found = connection.execute(_FIND, {"header": _key(header)}).scalar_one_or_none()
    return None if found is None else Columns(**found)


def remember_columns(connection: Connection, header: Sequence[str], columns: Columns, kept_by: str) -> None:
    """Keep what was chosen, for the next file with this header."""
    values = {
        "header": _key(header),
        "names": list(header),
        "columns": json.dumps(asdict(columns)),
        "kept_by": kept_by,
    }
    connection.execute(_KEEP, values)


def list_layouts(connection: Connection) -> list[Row[Any]]:
    """Every header of which it was said which column holds what, the latest first."""
    return list(connection.execute(_LIST))


def change_columns(connection: Connection, layout_id: str, columns: Columns, kept_by: str) -> None:
    """Say anew what the columns of a header hold."""
    connection.execute(_CHANGE, {"layout": layout_id, "columns": json.dumps(asdict(columns)), "kept_by": kept_by})


def forget(connection: Connection, layout_id: str) -> None:
    """Let the next file with that header be asked about again."""
    connection.execute(text("DELETE FROM bank_layout WHERE bank_layout_id = :layout"), {"layout": layout_id})


def _key(header: Sequence[str]) -> str:
    return ",".join(folded(name) for name in header)
