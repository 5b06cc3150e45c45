"""What schools are asked for the partnership fund, what their governors decided, and the bills for it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from services.billing.storage.bulk import insert_rows

STATE_NOW: Final = """
    CASE WHEN c.state = 'awaiting' AND school.left_on < CAST(now() AT TIME ZONE 'Europe/London' AS date)
        THEN 'nothing' WHEN c.state = 'awaiting' AND y.state IN ('closed', 'cancelled') THEN 'lapsed' ELSE c.state END
"""
"""Of a contribution `c` to a year `y` by a `school`.

A school that has left before its governors answered (domain section 1, 'withdraw at any point') is asked no more; what
nobody answered lapses with its year.
"""
_CONTRIBUTION = f"""
    SELECT CAST(c.fund_contribution_id AS text) AS fund_contribution_id, CAST(c.fund_year_id AS text) AS fund_year_id,
        y.title, y.from_on, y.to_on, y.answer_by, y.state AS year_state, c.school_urn,
        coalesce(school.name, '') AS school_name, c.pupils, c.pupils_on, c.pupils_source, c.cap_pence, c.amount_pence,
        {STATE_NOW} AS state,
        c.version, d.governor, d.decided_on, d.minute_reference, d.why, d.recorded_by, d.recorded_at,
        CAST(b.bill_id AS text) AS bill_id, b.number AS bill_number, coalesce(b.paid_pence, 0) AS paid_pence,
        coalesce(b.credited_pence, 0) AS credited_pence
    FROM fund_contribution c JOIN fund_year y USING (fund_year_id)
    LEFT JOIN school ON school.urn = c.school_urn
    LEFT JOIN fund_decision d ON d.fund_contribution_id = c.fund_contribution_id AND d.version = c.version
    LEFT JOIN bill b ON b.fund_contribution_id = c.fund_contribution_id
"""  # noqa: S608 -- an expression of this module
_OF_YEAR = text(f"{_CONTRIBUTION} WHERE c.fund_year_id = :year ORDER BY c.school_urn")
_ONE = text(f"{_CONTRIBUTION} WHERE c.fund_contribution_id = :contribution")
_LOCK = text("SELECT version FROM fund_contribution WHERE fund_contribution_id = :contribution FOR UPDATE")
_DECIDE = text("""
    UPDATE fund_contribution SET state = :decision, version = version + 1
    WHERE fund_contribution_id = :contribution RETURNING version
""")
_ADD_DECISION = text("""
    INSERT INTO fund_decision (fund_contribution_id, version, school_urn, decision, governor, decided_on,
        minute_reference, why, recorded_by, person_id)
    VALUES (:contribution, :version, :urn, :decision, :governor, :decided_on, :minute, :why, :by, :person)
""")
_HISTORY = text("""
    SELECT decision, governor, decided_on, minute_reference, why, recorded_by, recorded_at FROM fund_decision
    WHERE fund_contribution_id = :contribution ORDER BY version
""")
_TO_BILL = text("""
    SELECT CAST(c.fund_contribution_id AS text) AS fund_contribution_id, c.school_urn, c.amount_pence, c.pupils,
        c.pupils_on
    FROM fund_contribution c
    WHERE c.fund_year_id = :year AND c.state = 'confirmed'
        AND NOT EXISTS (SELECT FROM bill b WHERE b.fund_contribution_id = c.fund_contribution_id)
    ORDER BY c.school_urn FOR UPDATE OF c
""")
_LOCK_ALL = text("SELECT state FROM fund_contribution WHERE fund_year_id = :year ORDER BY school_urn FOR UPDATE")
_ANSWERED = text("""
    SELECT EXISTS (SELECT FROM fund_decision JOIN fund_contribution USING (fund_contribution_id)
        WHERE fund_year_id = :year)
""")
_ASK_NO_MORE = text("DELETE FROM fund_contribution WHERE fund_year_id = :year")
_LEFT = text("SELECT gross_pence - credited_pence FROM bill WHERE bill_id = :bill FOR UPDATE")
_CREDIT = text("UPDATE bill SET credited_pence = credited_pence + :pence WHERE bill_id = :bill")
_DUE = text("""
    SELECT CAST(fund_year_id AS text) AS fund_year_id, proposed_at, answer_by, reminded_at FROM fund_year y
    WHERE state = 'proposed' AND EXISTS (
        SELECT FROM fund_contribution c WHERE c.fund_year_id = y.fund_year_id AND c.state = 'awaiting')
    ORDER BY from_on
""")
_CLAIM = text("""
    UPDATE fund_year SET reminded_at = :now
    WHERE fund_year_id = :year AND state = 'proposed' AND (reminded_at IS NULL OR reminded_at < :due)
""")


def add_contributions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what schools are asked for; none of it is ever changed."""
    insert_rows(connection, "fund_contribution", rows)


def contributions_of(connection: Connection, year_id: str) -> list[Row[Any]]:
    """The contributions of a year that the actor may see, by URN, each with the decision that stands and its bill."""
    return list(connection.execute(_OF_YEAR, {"year": year_id}))


def get_contribution(connection: Connection, contribution_id: str) -> Row[Any] | None:
    """One contribution with the decision that stands and its bill."""
    return connection.execute(_ONE, {"contribution": contribution_id}).one_or_none()


def lock_contribution(connection: Connection, contribution_id: str) -> None:
    """Keep everybody else from deciding on it or billing it until this transaction ends."""
    connection.execute(_LOCK, {"contribution": contribution_id})


def add_decision(
    connection: Connection,
    contribution: Row[Any],
    decision: str,
    *,
    governor: str,
    decided_on: date,
    minute_reference: str,
    why: str,
    by: str,
    person_id: str | None,
) -> None:
    """Keep what the governors decided; the last decision stands, and every one is kept."""
    names = {"contribution": contribution.fund_contribution_id, "decision": decision}
    version = connection.execute(_DECIDE, names).scalar_one()
    evidence = {"governor": governor, "decided_on": decided_on, "minute": minute_reference, "why": why}
    connection.execute(
        _ADD_DECISION,
        {**names, **evidence, "version": version, "urn": contribution.school_urn, "by": by, "person": person_id},
    )


def decisions_on(connection: Connection, contribution_id: str) -> list[Row[Any]]:
    """Every decision on a contribution, in order."""
    return list(connection.execute(_HISTORY, {"contribution": contribution_id}))


def confirmed_unbilled(connection: Connection, year_id: str) -> list[Row[Any]]:
    """(fund_contribution_id, school_urn, amount_pence, pupils, pupils_on) to bill now, locked, by URN."""
    return list(connection.execute(_TO_BILL, {"year": year_id}))


def add_fund_bills(
    connection: Connection, bills: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]
) -> None:
    """Store bills for contributions with the one line that each has."""
    insert_rows(connection, "bill", bills)
    insert_rows(connection, "bill_line", lines)


def ask_no_more(connection: Connection, year_id: str) -> bool:
    """Forget what a year asks of schools; False, and nothing is forgotten, where a governing body has answered."""
    connection.execute(_LOCK_ALL, {"year": year_id}).all()
    if connection.execute(_ANSWERED, {"year": year_id}).scalar_one():
        return False
    connection.execute(_ASK_NO_MORE, {"year": year_id})
    return True


def creditable_pence(connection: Connection, bill_id: str) -> int:
    """What is not credited yet of a bill, which nobody else credits until this transaction ends."""
    pence: int = connection.execute(_LEFT, {"bill": bill_id}).scalar_one()
    return pence


def add_credit_note(connection: Connection, row: Mapping[str, Any]) -> None:
    """Store a credit note on a bill for the fund, with its line, and count it on the bill."""
    insert_rows(connection, "credit_note", [row])
    same = {name: row[name] for name in ("credit_note_id", "school_urn", "bill_id", "net_pence", "vat_pence")}
    insert_rows(connection, "credit_note_line", [{**same, "line_no": 1, "bill_line_no": 1, "quantity": 0}])
    connection.execute(_CREDIT, {"bill": row["bill_id"], "pence": row["gross_pence"]})


def awaited_years(connection: Connection) -> list[Row[Any]]:
    """(fund_year_id, proposed_at, answer_by, reminded_at) of the years that wait for a governing body."""
    return list(connection.execute(_DUE))


def claim_reminder(connection: Connection, year_id: str, due: datetime, now: datetime) -> bool:
    """Whether it is this caller who reminds the schools of a year now."""
    return connection.execute(_CLAIM, {"year": year_id, "due": due, "now": now}).rowcount == 1
