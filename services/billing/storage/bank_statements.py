"""Imported statements: what of each is matched, and which are reconciled."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, text

_LIST = """
    SELECT CAST(s.bank_statement_id AS text) AS bank_statement_id, s.account, a.name AS account_name, a.purpose,
        s.from_on, s.to_on, s.imported_by, s.imported_at, s.warnings, s.reconciled_by, s.reconciled_at,
        coalesce(l.lines, 0) AS lines, coalesce(l.new, 0) AS new, coalesce(l.total_pence, 0) AS total_pence,
        coalesce(l.matched_pence, 0) AS matched_pence, CAST(NULL AS text) AS taken_back_by,
        CAST(NULL AS timestamptz) AS taken_back_at, CAST(NULL AS text) AS taken_back_why
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
_WAS_MATCHED = text("""
    SELECT EXISTS (SELECT FROM bank_match m JOIN bank_line l USING (bank_line_id)
        WHERE l.bank_statement_id = :statement)
""")
_IS_REPEATED = text("""
    SELECT EXISTS (
        SELECT FROM bank_statement s JOIN bank_statement later ON later.imported_at > s.imported_at
            AND string_to_array(later.account, ', ') && string_to_array(s.account, ', ')
        WHERE s.bank_statement_id = :statement AND later.lines > (
            SELECT count(*) FROM bank_line l WHERE l.bank_statement_id = later.bank_statement_id))
""")
_KEEP_TRACE = text("""
    INSERT INTO bank_statement_taken_back (bank_statement_id, account, sha256, from_on, to_on, lines, imported_by,
        imported_at, taken_back_by, why)
    SELECT bank_statement_id, account, sha256, from_on, to_on, lines, imported_by, imported_at, :by, :why
    FROM bank_statement WHERE bank_statement_id = :statement
""")
_TAKEN_BACK = text("""
    SELECT CAST(s.bank_statement_id AS text) AS bank_statement_id, s.account, a.name AS account_name, a.purpose,
        s.from_on, s.to_on, s.imported_by, s.imported_at, CAST('{}' AS text[]) AS warnings,
        CAST(NULL AS text) AS reconciled_by, CAST(NULL AS timestamptz) AS reconciled_at, s.lines, 0 AS new,
        0 AS total_pence, 0 AS matched_pence, s.taken_back_by, s.taken_back_at, s.why AS taken_back_why
    FROM bank_statement_taken_back s LEFT JOIN bank_account a ON a.account = s.account
    WHERE s.imported_at < coalesce(CAST(:before AS timestamptz), 'infinity')
    ORDER BY s.imported_at DESC LIMIT :limit
""")
_REMOVE_LINES = text("DELETE FROM bank_line WHERE bank_statement_id = :statement")
_REMOVE = text("DELETE FROM bank_statement WHERE bank_statement_id = :statement")


def list_statements(connection: Connection, before: str | None, limit: int) -> list[Row[Any]]:
    """Statements, the latest import first, each with the sum of its lines and of those that are matched."""
    return list(connection.execute(_PAGE, {"before": before, "limit": limit}))


def list_taken_back(connection: Connection, before: str | None, limit: int) -> list[Row[Any]]:
    """Statements that were taken back, as `list_statements` has them, with who did it, when and why."""
    return list(connection.execute(_TAKEN_BACK, {"before": before, "limit": limit}))


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


def was_matched(connection: Connection, statement_id: str) -> bool:
    """Whether a line of the statement is matched, or was until somebody undid it."""
    return bool(connection.execute(_WAS_MATCHED, {"statement": statement_id}).scalar_one())


def is_repeated(connection: Connection, statement_id: str) -> bool:
    """Whether a later statement of its account had lines that were known by then."""
    return bool(connection.execute(_IS_REPEATED, {"statement": statement_id}).scalar_one())


def take_back(connection: Connection, statement_id: str, by: str, why: str) -> None:
    """Remove a statement with its lines; that it was there stays, with who removed it and why."""
    connection.execute(_KEEP_TRACE, {"statement": statement_id, "by": by, "why": why})
    for statement in (_REMOVE_LINES, _REMOVE):
        connection.execute(statement, {"statement": statement_id})
