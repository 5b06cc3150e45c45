"""Journals that people propose by hand, who decided on them, and their lines."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from services.billing.domain.manual_journal import JournalLine
from services.billing.storage.bulk import insert_rows

_HEAD: Final = """
    SELECT CAST(j.manual_journal_id AS text) AS manual_journal_id, j.number, j.dated_on, j.why, j.pence, j.state,
        j.proposed_by, CAST(j.proposer_id AS text) AS proposer_id, j.proposed_at, j.decided_by, j.decided_at,
        j.decided_why, j.reversed_by, j.reversed_at, j.reversed_why, j.version,
        CAST(j.takes_back_id AS text) AS takes_back_id, taken.number AS takes_back_number,
        CAST(back.manual_journal_id AS text) AS taken_back_by_id, back.number AS taken_back_by_number
    FROM manual_journal j LEFT JOIN manual_journal taken ON taken.manual_journal_id = j.takes_back_id
    LEFT JOIN manual_journal back
        ON back.takes_back_id = j.manual_journal_id AND back.state IN ('proposed', 'posted')
"""
_PAGE = text(f"""
    {_HEAD} WHERE j.number < coalesce(nullif(:after, ''), 'MK') AND j.state = coalesce(:state, j.state)
    ORDER BY j.number DESC LIMIT :limit
""")
_ONE = text(f"{_HEAD} WHERE j.manual_journal_id = :journal")
_LOCK = text("SELECT 1 FROM manual_journal WHERE manual_journal_id = :journal FOR UPDATE")
_LINES = text("""
    SELECT line_no, account, name AS account_name, debit_pence, credit_pence
    FROM manual_journal_line JOIN account ON account.code = account WHERE manual_journal_id = :journal ORDER BY line_no
""")
_DECIDE = text("""
    UPDATE manual_journal SET state = :state, decided_by = :by, decider_id = CAST(:person AS uuid),
        decided_at = clock_timestamp(), decided_why = :why, version = version + 1
    WHERE manual_journal_id = :journal
""")


def add_journal(connection: Connection, head: Mapping[str, Any], lines: Sequence[JournalLine]) -> None:
    """Keep a proposed journal: manual_journal_id, number, dated_on, why, pence, proposed_by, proposer_id, and
    takes_back_id, the journal whose mirror image it is, or None."""
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
    """The same, and nobody else decides on it or takes it back until this transaction ends."""
    connection.execute(_LOCK, {"journal": journal_id})
    return find_journal(connection, journal_id)


def journal_lines(connection: Connection, journal_id: str) -> list[Row[Any]]:
    """The lines of a journal with the names of their accounts."""
    return list(connection.execute(_LINES, {"journal": journal_id}))


def decide(connection: Connection, journal_id: str, state: str, by: str, person_id: str | None, why: str) -> None:
    """Note that a journal is posted or declined, by whom and why."""
    names = {"journal": journal_id, "state": state, "by": by, "person": person_id, "why": why}
    connection.execute(_DECIDE, names)
