"""Balances as at any day, and the postings that make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain import periods

_ALL = text("""
    SELECT account, CAST(sum(debit_pence) AS bigint) AS debit_pence, CAST(sum(credit_pence) AS bigint) AS credit_pence
    FROM entry_line GROUP BY account
""")
_LATEST = text("SELECT max(posted_on) FROM entry")
# A closed month keeps its balances, so that only what came after it is added up.
_CLOSED = text("""
    SELECT c.month, c.balances FROM period JOIN period_change c USING (month, version)
    WHERE period.state = 'closed' AND c.month + interval '1 month' <= CAST(:day AS date) + 1
    ORDER BY c.month DESC LIMIT 1
""")
_BETWEEN = text("""
    SELECT account, CAST(sum(debit_pence) AS bigint) AS debit_pence, CAST(sum(credit_pence) AS bigint) AS credit_pence
    FROM entry_line JOIN entry USING (entry_id)
    WHERE posted_on <= :day AND posted_on >= coalesce(CAST(:first AS date), '-infinity') GROUP BY account
""")
_POSTINGS = text("""
    SELECT CAST(e.entry_id AS text) AS entry_id, e.number, e.kind, CAST(e.document_id AS text) AS document_id,
        e.document_number, e.posted_on, e.dated_on, e.description, l.line_no, l.debit_pence, l.credit_pence,
        l.school_urn, CAST(l.supplier_id AS text) AS supplier_id, coalesce(school.name, supplier.name, '') AS party
    FROM entry_line l JOIN entry e USING (entry_id)
    LEFT JOIN school ON school.urn = l.school_urn LEFT JOIN supplier ON supplier.supplier_id = l.supplier_id
    WHERE l.account = :account AND e.posted_on BETWEEN :from_day AND :to_day
        AND (CAST(:urn AS integer) IS NULL OR l.school_urn = :urn)
        AND (CAST(:supplier AS uuid) IS NULL OR l.supplier_id = CAST(:supplier AS uuid))
        AND (e.posted_on, e.number, l.line_no) > (CAST(:after_day AS date), :after_number, :after_line)
    ORDER BY e.posted_on, e.number, l.line_no LIMIT :limit
""")
_SUM = text("""
    SELECT CAST(coalesce(sum(l.debit_pence - l.credit_pence), 0) AS bigint)
    FROM entry_line l JOIN entry e USING (entry_id)
    WHERE l.account = :account AND e.posted_on BETWEEN :from_day AND :to_day
        AND (CAST(:urn AS integer) IS NULL OR l.school_urn = :urn)
        AND (CAST(:supplier AS uuid) IS NULL OR l.supplier_id = CAST(:supplier AS uuid))
""")
_ENTRY = text("""
    SELECT CAST(e.entry_id AS text) AS entry_id, e.number, e.kind, CAST(e.document_id AS text) AS document_id,
        e.document_number, e.posted_on, e.dated_on, e.description, e.posted_by, e.posted_at,
        original.number AS reverses_number, CAST(original.entry_id AS text) AS reverses_entry_id,
        original.kind AS reverses_kind, mirror.number AS reversed_number,
        CAST(mirror.entry_id AS text) AS reversed_entry_id
    FROM entry e LEFT JOIN entry original ON original.entry_id = e.reverses_entry_id
    LEFT JOIN entry mirror ON mirror.reverses_entry_id = e.entry_id
    WHERE e.entry_id = :entry_id
""")
_ENTRY_LINES = text("""
    SELECT l.line_no, l.account, account.name AS account_name, l.school_urn, CAST(l.supplier_id AS text) AS supplier_id,
        coalesce(school.name, supplier.name, '') AS party, l.debit_pence, l.credit_pence
    FROM entry_line l JOIN account ON account.code = l.account
    LEFT JOIN school ON school.urn = l.school_urn LEFT JOIN supplier ON supplier.supplier_id = l.supplier_id
    WHERE l.entry_id = :entry_id ORDER BY l.line_no
""")

Sides = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Whose:
    """Of an account, the postings of one school or of one supplier alone; neither: all."""

    school_urn: int | None = None
    supplier_id: str | None = None


def balances_at(connection: Connection, day: date | None = None) -> dict[str, Sides]:
    """(debits, credits) in pence of every account that was posted to by the end of `day`; None: of all there is."""
    if day is None or day >= (connection.execute(_LATEST).scalar_one() or day):
        return {row.account: (row.debit_pence, row.credit_pence) for row in connection.execute(_ALL)}
    closed = connection.execute(_CLOSED, {"day": day}).one_or_none()
    kept: Mapping[str, list[int]] = closed.balances if closed else {}
    sides: dict[str, Sides] = {account: (debit, credit) for account, (debit, credit) in kept.items()}
    first = periods.month_after(closed.month) if closed else None
    for row in connection.execute(_BETWEEN, {"day": day, "first": first}):
        debit, credit = sides.get(row.account, (0, 0))
        sides[row.account] = (debit + row.debit_pence, credit + row.credit_pence)
    return sides


def summed_to(connection: Connection, day: date) -> dict[str, Sides]:
    """As `balances_at`, added up from the entries alone: what a month keeps when it closes."""
    rows = connection.execute(_BETWEEN, {"day": day, "first": None})
    return {row.account: (row.debit_pence, row.credit_pence) for row in rows}


def postings(
    connection: Connection,
    account: str,
    from_day: date,
    to_day: date,
    whose: Whose,
    *,
    after: tuple[date, str, int],
    limit: int,
) -> list[Row[Any]]:
    """Postings on an account, by (day, number, line), each with its entry."""
    day, number, line_no = after
    names = _names(account, from_day, to_day, whose)
    place = {"after_day": day, "after_number": number, "after_line": line_no, "limit": limit}
    return list(connection.execute(_POSTINGS, names | place))


def sum_of(connection: Connection, account: str, from_day: date, to_day: date, whose: Whose) -> int:
    """Debits less credits in pence of an account between two days, both included."""
    total: int = connection.execute(_SUM, _names(account, from_day, to_day, whose)).scalar_one()
    return total


def find_entry(connection: Connection, entry_id: str) -> tuple[Row[Any], list[Row[Any]]] | None:
    """One entry, what it reverses or is reversed by, and its lines."""
    entry = connection.execute(_ENTRY, {"entry_id": entry_id}).one_or_none()
    if entry is None:
        return None
    return entry, list(connection.execute(_ENTRY_LINES, {"entry_id": entry_id}))


def _names(account: str, from_day: date, to_day: date, whose: Whose) -> dict[str, Any]:
    return {
        "account": account,
        "from_day": from_day,
        "to_day": to_day,
        "urn": whose.school_urn,
        "supplier": whose.supplier_id,
    }
