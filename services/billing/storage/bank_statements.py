"""Imported statements: what of each is matched, and which are reconciled."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, text

_LIST = """
    SELECT CAST(s.bank_statement_id AS text) AS bank_statement_id, s.account, a.name AS account_name, a.purpose,
        s.from_on, s.to_on, s.imported_by, s.imported_at, s.warnings, s.reconciled_by, s.reconciled_at,
        coalesce(l.lines, 0) AS lines, coalesce(l.new, 0) AS new, coalesce(l.total_pence, 0) AS total_pence,
        coalesce(l.matched_pence, 0) AS matched_pence
    FROM bank_statement s LEFT JOIN bank_account a ON a.account = s.account
    LEFT JOIN LATERAL (
        SELECT count(*) AS lines, count(*) FILTER (WHERE state = 'new') AS new,
            CAST(sum(amount_pence) AS bigint) AS total_pence,
            CAST(coalesce(sum(amount_pence) FILTER (WHERE state <> 'new'), 0) AS bigint) AS matched_pence
        FROM bank_line l WHERE l.bank_statement_id = s.bank_statement_id
    ) l ON true
"""
_PAGE = text(f"{_LIST} WHERE s.imported_at < coalesce(CAST(:before AS timestamptz), 'infinity')"
             " ORDER BY s.imported_at DESC LIMIT :limit")  # fmt: skip
_ONE = text(f"{_LIST} WHERE s.bank_statement_id = :statement")
_RECONCILE = text("""
    UPDATE bank_statement SET reconciled_by = :by, reconciled_at = now()
    WHERE bank_statement_id = :statement AND reconciled_at IS NULL
""")
_RECONCILE_LINES = text("UPDATE bank_line SET state = 'reconciled' WHERE bank_statement_id = :statement")
_REOPEN = text("""
    WITH open AS (
        UPDATE bank_statement SET reconciled_by = NULL, reconciled_at = NULL
        WHERE reconciled_at IS NOT NULL AND bank_statement_id IN (
            SELECT bank_statement_id FROM bank_line WHERE bank_line_id = ANY(CAST(:lines AS uuid[])))
        RETURNING bank_statement_id
    )
    UPDATE bank_line l SET state = 'matched' FROM open
    WHERE l.bank_statement_id = open.bank_statement_id AND l.state = 'reconciled'
""")


def list_statements(connection: Connection, before: str | None, limit: int) -> list[Row[Any]]:
    """Statements, the latest import first, each with the sum of its lines and of those that are matched."""
    return list(connection.execute(_PAGE, {"before": before, "limit": limit}))


def get_statement(connection: Connection, statement_id: str) -> Row[Any] | None:
    """One statement."""
    return connection.execute(_ONE, {"statement": statement_id}).one_or_none()


def mark_reconciled(connection: Connection, statement_id: str, by: str) -> None:
    """Every line of the statement is reconciled."""
    connection.execute(_RECONCILE, {"statement": statement_id, "by": by})
    connection.execute(_RECONCILE_LINES, {"statement": statement_id})


def reopen(connection: Connection, line_ids: Collection[str]) -> None:
    """The statements of these lines are reconciled no longer; their other lines stay matched."""
    connection.execute(_REOPEN, {"lines": list(line_ids)})
