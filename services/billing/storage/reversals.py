"""Mirror images of posted entries: every side on the other side, on the same day."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, text

from chassis.numbers import next_numbers
from services.billing.storage.bulk import insert_rows

_STANDING = text("""
    SELECT CAST(entry_id AS text) AS entry_id, number, kind, CAST(document_id AS text) AS document_id, document_number,
        posted_on, dated_on, turn, CAST(supplier_id AS text) AS supplier_id
    FROM entry e WHERE document_id = ANY(CAST(:documents AS uuid[])) AND kind <> 'reversal'
        AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = e.entry_id)
    ORDER BY number
""")
_MIRROR_LINES = text("""
    INSERT INTO entry_line (entry_id, line_no, account, school_urn, supplier_id, debit_pence, credit_pence)
    SELECT mirror.entry_id, l.line_no, l.account, l.school_urn, l.supplier_id, l.credit_pence, l.debit_pence
    FROM entry mirror JOIN entry_line l ON l.entry_id = mirror.reverses_entry_id
    WHERE mirror.entry_id = ANY(CAST(:mirrors AS uuid[]))
""")
_TURNS = text("""
    SELECT CAST(document_id AS text) AS document_id, kind, max(turn) AS turn FROM entry e
    WHERE document_id = ANY(CAST(:documents AS uuid[])) AND kind <> 'reversal'
        AND EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = e.entry_id)
    GROUP BY 1, 2
""")


def standing_entries(connection: Connection, document_ids: Collection[str]) -> list[Row[Any]]:
    """The entries of these documents that nothing has reversed, by number."""
    return list(connection.execute(_STANDING, {"documents": list(document_ids)}))


def add_mirrors(
    connection: Connection, entries: Sequence[Row[Any]], by: str, why: str, on: date | None = None
) -> list[str]:
    """Post the mirror image of each entry, on its own day or on `on`; returns the ids of what was posted."""
    mirrors = [
        {
            "entry_id": str(uuid4()),
            "number": number,
            "kind": "reversal",
            "document_id": entry.document_id,
            "document_number": entry.document_number,
            "posted_on": on or entry.posted_on,
            "dated_on": on or entry.dated_on,
            "turn": entry.turn,
            "description": f"Reversal of {entry.number}: {why}",
            "supplier_id": entry.supplier_id,
            "posted_by": by,
            "reverses_entry_id": entry.entry_id,
        }
        for number, entry in zip(next_numbers(connection, "J", len(entries)), entries, strict=True)
    ]
    insert_rows(connection, "entry", mirrors)
    posted = [mirror["entry_id"] for mirror in mirrors]
    connection.execute(_MIRROR_LINES, {"mirrors": posted})
    return posted


def turns(connection: Connection, document_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """How often (document, kind) was posted and reversed; what was not, is left out."""
    rows = connection.execute(_TURNS, {"documents": list(document_ids)})
    return {(row.document_id, row.kind): row.turn for row in rows}
