"""Money on account of schools and suppliers: what came or went beyond every document."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from services.billing.storage.bulk import insert_rows

_TAKE_BACK = text("DELETE FROM held_money WHERE posting_id = ANY(CAST(:postings AS uuid[]))")
_OF_SCHOOL = text("SELECT CAST(coalesce(sum(amount_pence), 0) AS bigint) FROM held_money WHERE school_urn = :urn")
_PARTY = text("""
    SELECT CASE CAST(:kind AS text)
        WHEN 'school_account' THEN EXISTS (SELECT FROM school WHERE CAST(urn AS text) = :party)
        ELSE EXISTS (SELECT FROM supplier WHERE CAST(supplier_id AS text) = :party) END
""")


def add_held(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Hold money, or use some of what is held: posting_id, bank_line_id, number, purpose, school_urn, supplier_id,
    held_on, and amount_pence, positive for money in."""
    insert_rows(connection, "held_money", rows)


def take_back(connection: Connection, posting_ids: Collection[str]) -> None:
    """Hold nothing any more of what was held under these postings."""
    connection.execute(_TAKE_BACK, {"postings": list(posting_ids)})


def held_of_school(connection: Connection, urn: int) -> int:
    """Pence on account of a school, of both purposes together."""
    return int(connection.execute(_OF_SCHOOL, {"urn": urn}).scalar_one())


def is_party(connection: Connection, kind: str, party: str) -> bool:
    """Whether there is such a school, by its URN, or supplier, by its id, to hold money for."""
    return bool(connection.execute(_PARTY, {"kind": kind, "party": party}).scalar_one())
