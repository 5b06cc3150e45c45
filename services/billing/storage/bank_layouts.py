"""Which columns of a bank's CSV file say what, as somebody chose once for its header."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, text

from services.billing.domain.csv_columns import Columns, folded

_FIND = text("SELECT columns FROM bank_layout WHERE header = :header")
_KEEP = text("""
    INSERT INTO bank_layout (header, columns, kept_by) VALUES (:header, CAST(:columns AS jsonb), :kept_by)
    ON CONFLICT (header) DO UPDATE SET columns = excluded.columns, kept_by = excluded.kept_by, kept_at = now()
""")


def remembered_columns(connection: Connection, header: Sequence[str]) -> Columns | None:
    """What was chosen for a header like this one."""
    found = connection.execute(_FIND, {"header": _key(header)}).scalar_one_or_none()
    return None if found is None else Columns(**found)


def remember_columns(connection: Connection, header: Sequence[str], columns: Columns, kept_by: str) -> None:
    """Keep what was chosen, for the next file with this header."""
    values = {"header": _key(header), "columns": json.dumps(asdict(columns)), "kept_by": kept_by}
    connection.execute(_KEEP, values)


def _key(header: Sequence[str]) -> str:
    return ",".join(folded(name) for name in header)
