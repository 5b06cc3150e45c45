"""Journals that people propose by hand, who decided on them, and their lines."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from services.billing.domain.manual_journal import JournalLine
from services.billing.storage.bulk import insert_rows

_HEAD: Final = """
    SELECT CAST(manual_journal_id AS text) AS manual_journal_id, number, dated_on, why, pence, state, proposed_by,
        CAST(proposer_id AS text) AS proposer_id, proposed_at, decided_by, decided_at, decided_why, reversed_by,
        reversed_at, reversed_why, version
    FROM manual_journal
"""
_PAGE = text(f"""
    {_HEAD} WHERE number < coalesce(nullif(:after, ''), 'MK') AND state = coalesce(:state, state)
    ORDER BY number DESC LIMIT :limit
""")
_ONE = text(f"{_HEAD} WHERE manual_journal_id = :journal")
_LOCKED = text(f"{_HEAD} WHERE manual_journal_id = :journal FOR UPDATE")
_LINES = text("""
    SELECT line_no, account, name AS account_name, debit_pence, credit_pence
    FROM manual_journal_line JOIN account ON account.code = account WHERE manual_journal_id = :journal ORDER BY line_no
""")
_DECIDE = text("""
    UPDATE manual_journal SET state = :state, decided_by = :by, decider_id = CAST(:person AS uuid),
        decided_at = clock_timestamp(), decided_why = :why, version = version + 1
    WHERE manual_journal_id = :journal
""")
_REVERSE = text("""
    UPDATE manual_journal SET state = 'reversed', reversed_by = :by, reversed_at = clock_timestamp(),
        reversed_why = :why, version = version + 1
    WHERE manual_journal_id = :journal
""")


def add_journal(connection: Connection, head: Mapping[str, Any], lines: Sequence[JournalLine]) -> None:
    """Keep a proposed journal (manual_journal_id, number, dated_on, why, pence, proposed_by, proposer_id)."""
    insert_rows(connection, "manual_journal", [{**head, "state": "proposed", "version": 1}])
    rows = [
        {
            "manual_journal_id": head["manual_journal_id"],
            "line_no": line_no,
            "account": line.account,
            "debit_pence": line.debit_pence,
            "credit_pence": line.credit_pence,
        }
        for line_no, line in enumerate(lines, 1)
    ]
    insert_rows(connection, "manual_journal_line", rows)


def list_journals(connection: Connection, *, state: str | None, after: str, limit: int) -> list[Row[Any]]:
    """Journals below a number, the latest first."""
    return list(connection.execute(_PAGE, {"state": state, "after": after, "limit": limit}))


def find_journal(connection: Connection, journal_id: str) -> Row[Any] | None:
    """One journal without its lines."""
    return connection.execute(_ONE, {"journal": journal_id}).one_or_none()


def locked_journal(connection: Connection, journal_id: str) -> Row[Any] | None:
    """The same, and nobody else decides on it until this transaction ends."""
    return connection.execute(_LOCKED, {"journal": journal_id}).one_or_none()


def journal_lines(connection: Connection, journal_id: str) -> list[Row[Any]]:
    """The lines of a journal with the names of their accounts."""
    return list(connection.execute(_LINES, {"journal": journal_id}))


def decide(connection: Connection, journal_id: str, state: str, by: str, person_id: str | None, why: str) -> None:
    """Note that a journal is posted or declined, by whom and why."""
    names = {"journal": journal_id, "state": state, "by": by, "person": person_id, "why": why}
    connection.execute(_DECIDE, names)


def note_reversed(connection: Connection, journal_id: str, by: str, why: str) -> None:
    """Note that a posted journal is taken back, by whom and why."""
    connection.execute(_REVERSE, {"journal": journal_id, "by": by, "why": why})
