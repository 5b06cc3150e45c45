"""Bank accounts, statements and their lines."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from services.billing.storage.bulk import insert_rows
from services.billing.storage.tables_bank import bank_statement

_BANK_LOCK = 0x62616E6B  # "bank": one import or match at a time, so that a document is never paid twice
_FINGERPRINTS = text("SELECT fingerprint FROM bank_line WHERE fingerprint = ANY(:fingerprints)")
_LINE = """
    SELECT CAST(l.bank_line_id AS text) AS bank_line_id, l.seq, CAST(l.bank_statement_id AS text) AS bank_statement_id,
        l.account, a.name AS account_name, a.purpose, l.booked_on, l.amount_pence, l.currency, l.counterparty,
        l.counterparty_account, l.reference, l.state, l.explanation, cardinality(s.warnings) = 0 AS adds_up,
        undone.at IS NOT NULL AS undone
    FROM bank_line l JOIN bank_statement s USING (bank_statement_id) LEFT JOIN bank_account a ON a.account = l.account
    LEFT JOIN LATERAL (
        SELECT max(undone_at) AS at FROM bank_match m WHERE m.bank_line_id = l.bank_line_id
    ) undone ON true
"""
_PAGE = text(f"""
    WITH line AS (
        {_LINE} WHERE l.seq > :after
            AND (CAST(:state AS text) IS NULL OR l.state = CAST(:state AS text))
            AND (CAST(:statement AS uuid) IS NULL OR l.bank_statement_id = CAST(:statement AS uuid))
            AND (CAST(:line AS uuid) IS NULL OR l.bank_line_id = CAST(:line AS uuid))
            AND (CAST(:account AS text) IS NULL OR l.account = CAST(:account AS text))
            AND (CAST(:to_day AS date) IS NULL OR l.booked_on <= CAST(:to_day AS date))
            AND strpos(upper(concat_ws(' ', l.counterparty, l.reference,
                to_char(abs(l.amount_pence) / 100.0, 'FM999999999990.00'))), upper(:words)) > 0
        ORDER BY l.seq LIMIT :limit
    )
    SELECT line.*, m.matched_to FROM line LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('kind', m.kind, 'id', m.document_id, 'number', m.document_number,
            'amount_pence', m.amount_pence, 'posted_as', m.posting_number, 'by', m.matched_by, 'how', m.how,
            'why', m.why, 'school_urn', m.school_urn, 'supplier_id', m.supplier_id)
            ORDER BY m.document_number) AS matched_to
        FROM bank_match m WHERE m.bank_line_id = CAST(line.bank_line_id AS uuid) AND m.undone_at IS NULL
    ) m ON true ORDER BY line.seq
""")  # noqa: S608 -- queries of this module
_THESE = text(f"{_LINE} WHERE l.bank_line_id = ANY(CAST(:lines AS uuid[])) ORDER BY l.seq FOR UPDATE OF l")
_NEW = text(f"{_LINE} WHERE l.state = 'new' ORDER BY l.seq")
_STAMP = text("""
    SELECT (SELECT last FROM document_number WHERE series = 'J'), (SELECT sum(position) FROM consumer_cursor),
        (SELECT count(*) FROM credit_share), (SELECT sum(version) FROM bank_account),
        (SELECT sum(version) FROM payment_run), (SELECT count(*) + count(withdrawn_why) FROM fund_payment)
""")
_EXPLAIN = text("""
    UPDATE bank_line l SET explanation = told.value FROM jsonb_each_text(CAST(:told AS jsonb)) AS told
    WHERE l.bank_line_id = CAST(told.key AS uuid)
""")
_STATE = text("""
    UPDATE bank_line SET state = :state
    WHERE bank_line_id = ANY(CAST(:lines AS uuid[])) AND (state = 'new' OR CAST(:state AS text) = 'new')
""")


def take_turn(connection: Connection) -> None:
    """Wait for another import or match to end, and keep others waiting until this transaction does."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _BANK_LOCK})


def statement_with(connection: Connection, account: str, sha256: bytes) -> Row[Any] | None:
    """The statement that was imported from exactly this file."""
    statement = bank_statement.c
    return connection.execute(
        select(bank_statement).where(statement.account == account, statement.sha256 == sha256)
    ).one_or_none()


def add_statement(connection: Connection, row: Mapping[str, Any]) -> None:
    """Store a statement's head."""
    connection.execute(insert(bank_statement).values(**row))


def known_fingerprints(connection: Connection, fingerprints: Collection[str]) -> set[str]:
    """Those of the lines' identities that are stored already."""
    return set(connection.execute(_FINGERPRINTS, {"fingerprints": list(fingerprints)}).scalars())


def add_lines(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store bank lines in the order given."""
    insert_rows(connection, "bank_line", rows)


def list_lines(
    connection: Connection,
    *,
    state: str | None,
    statement: str | None = None,
    account: str | None = None,
    line: str | None = None,
    words: str = "",
    to_day: date | None = None,
    after: int,
    limit: int,
) -> list[Row[Any]]:
    """Bank lines in the order of import, each with what it is matched to; `state` and `to_day` None for all."""
    names = {"state": state, "statement": statement, "account": account, "line": line, "words": words}
    return list(connection.execute(_PAGE, {**names, "to_day": to_day, "after": after, "limit": limit}))


def lines_of(connection: Connection, line_ids: Collection[str]) -> list[Row[Any]]:
    """These lines, locked until the transaction ends."""
    return list(connection.execute(_THESE, {"lines": list(line_ids)}))


def new_lines(connection: Connection) -> list[Row[Any]]:
    """Every line that is matched to nothing, in the order of import."""
    return list(connection.execute(_NEW))


def stamp_of_open_items(connection: Connection) -> tuple[Any, ...]:
    """What is another whenever something that money can settle, or whose it is, may have changed.

    Whatever moves money or makes it due is posted; the rest comes as events, or is counted here.
    """
    return tuple(connection.execute(_STAMP).one())


def explain(connection: Connection, told: Mapping[str, str]) -> None:
    """Keep why lines posted or did not, by their ids."""
    if told:
        connection.execute(_EXPLAIN, {"told": json.dumps(dict(told))})


def set_state(connection: Connection, line_ids: Collection[str], state: str) -> None:
    """Mark lines new or matched; one that is reconciled already stays so when more of it is matched."""
    connection.execute(_STATE, {"state": state, "lines": list(line_ids)})
