"""Years of the partnership fund: what they plan, what they ask for, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from psycopg.errors import ExclusionViolation
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from services.billing.domain.fund import Member, Plan
from services.billing.domain.fund_errors import FundYearsOverlap
from services.billing.storage.bulk import insert_rows
from services.billing.storage.fund_contributions import STATE_NOW

_YEAR = f"""
    SELECT CAST(fund_year_id AS text) AS fund_year_id, title, from_on, to_on, basis_on, from_balance_pence, answer_by,
        state, made_by, made_at, proposed_by, proposed_at, ended_by, ended_at, why, carried_pence, version,
        coalesce((SELECT CAST(sum(amount_pence) AS bigint) FROM fund_line l
            WHERE l.fund_year_id = y.fund_year_id), 0) AS budget_pence,
        t.schools, t.pupils, t.asked_pence, t.awaiting_schools, t.awaiting_pence, t.confirmed_schools,
        t.confirmed_pence, t.declined_schools, t.declined_pence, t.billed_schools, t.billed_pence,
        fund_credited(y.fund_year_id) AS credited_pence, t.received_pence,
        own_state, own_pence
    FROM fund_year y CROSS JOIN LATERAL fund_totals(y.fund_year_id) t LEFT JOIN (
        SELECT fund_year_id AS of_year, {STATE_NOW} AS own_state, amount_pence AS own_pence
        FROM fund_contribution c JOIN fund_year y USING (fund_year_id) LEFT JOIN school ON school.urn = c.school_urn
        WHERE c.school_urn = CAST(nullif(current_setting('bursar.school_urn', true), '') AS integer)
    ) own ON own.of_year = y.fund_year_id
"""  # noqa: S608 -- an expression of the contributions
_ALL = text(f"{_YEAR} ORDER BY from_on DESC, made_at DESC")
_ONE = text(f"{_YEAR} WHERE fund_year_id = :year")
_LOCK = text("""
    SELECT state, version, title, from_on, to_on, basis_on, answer_by, from_balance_pence FROM fund_year
    WHERE fund_year_id = :year FOR UPDATE
""")
_ADD = text("""
    INSERT INTO fund_year (fund_year_id, title, from_on, to_on, basis_on, from_balance_pence, answer_by, state, made_by)
    VALUES (:year, :title, :from_on, :to_on, :basis_on, :from_balance, :answer_by, 'draft', :by)
""")
_CHANGE = text("""
    UPDATE fund_year SET title = :title, from_on = :from_on, to_on = :to_on, basis_on = :basis_on,
        from_balance_pence = :from_balance, answer_by = :answer_by, version = version + 1
    WHERE fund_year_id = :year
""")
_CLEAR = (
    text("DELETE FROM fund_line WHERE fund_year_id = :year"),
    text("DELETE FROM fund_cap WHERE fund_year_id = :year"),
)
_LINES = text("""
    SELECT l.line_no, l.name, l.amount_pence,
        CAST(coalesce(sum(p.paid_pence), 0) AS bigint) AS spent_pence,
        CAST(coalesce(sum(p.amount_pence - p.paid_pence) FILTER (WHERE p.withdrawn_why IS NULL), 0) AS bigint)
            AS to_pay_pence
    FROM fund_line l LEFT JOIN fund_payment p USING (fund_year_id, line_no)
    WHERE fund_year_id = :year GROUP BY l.line_no, l.name, l.amount_pence ORDER BY l.line_no
""")
_CAPS = text("SELECT school_urn, cap_pence FROM fund_cap WHERE fund_year_id = :year")
_MEMBERS = text("""
    SELECT s.urn, s.name, coalesce(p.pupils, 0), p.counted_on, p.source
    FROM school s LEFT JOIN LATERAL (
        SELECT pupils, counted_on, source FROM pupil_count c
        WHERE c.school_urn = s.urn AND counted_on <= :basis ORDER BY counted_on DESC LIMIT 1
    ) p ON true
    WHERE s.joined_on <= :first_day AND coalesce(s.left_on, :first_day) >= :first_day
    ORDER BY s.urn
""")
_PROPOSE = text("""
    UPDATE fund_year SET state = 'proposed', proposed_by = :by, proposed_at = :at, version = version + 1
    WHERE fund_year_id = :year
""")
_REDRAFT = text("""
    UPDATE fund_year SET state = 'draft', proposed_by = NULL, proposed_at = NULL, reminded_at = NULL,
        version = version + 1
    WHERE fund_year_id = :year
""")
_END = text("""
    UPDATE fund_year SET state = :state, ended_by = :by, ended_at = :at, why = :why, carried_pence = :carried,
        version = version + 1
    WHERE fund_year_id = :year
""")
_ACCOUNT = text("SELECT * FROM fund_account(:first_day, :last_day)")
# By the ledger until a day, less what the ends of years before have moved into the fund's balance.
_BANK = text("""
    SELECT CAST(coalesce(sum(debit_pence - credit_pence) FILTER (WHERE account = '5200'), 0) AS bigint)
            AS charges_pence,
        CAST(coalesce(sum(credit_pence - debit_pence) FILTER (WHERE account = '5300'), 0) AS bigint)
            AS interest_pence
    FROM entry JOIN entry_line USING (entry_id)
    WHERE account IN ('5200', '5300') AND (kind = 'fund_year_end'
        OR posted_on <= :last_day AND entry_id IN (SELECT entry_id FROM entry_line WHERE account = '1250'))
""")
_BEFORE = text("""
    SELECT title FROM fund_year WHERE state = 'proposed'
        AND from_on < (SELECT from_on FROM fund_year WHERE fund_year_id = :year) ORDER BY from_on LIMIT 1
""")
_HELD = text("SELECT CAST(coalesce(sum(amount_pence), 0) AS bigint) FROM held_money WHERE purpose = 'fund'")
_COUNT_PUPILS = """
    ON CONFLICT (school_urn, counted_on) DO UPDATE SET pupils = excluded.pupils, source = excluded.source
"""


def record_pupils(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep dated counts of pupils: school_urn, counted_on, pupils, source. The last word on a day counts."""
    last = {(row["school_urn"], row["counted_on"]): row for row in rows}
    insert_rows(connection, "pupil_count", list(last.values()), _COUNT_PUPILS)


def list_years(connection: Connection) -> list[Row[Any]]:
    """The years that the actor may see with their totals, the newest first."""
    return list(connection.execute(_ALL))


def get_year(connection: Connection, year_id: str) -> Row[Any] | None:
    """One year with its totals."""
    return connection.execute(_ONE, {"year": year_id}).one_or_none()


def lock_year(connection: Connection, year_id: str) -> Row[Any] | None:
    """One year, which nobody else changes until this transaction ends."""
    return connection.execute(_LOCK, {"year": year_id}).one_or_none()


def save_plan(connection: Connection, year_id: str, plan: Plan, by: str, *, new: bool) -> None:
    """Store a draft with its lines and caps. Raises FundYearsOverlap."""
    names = {
        "year": year_id,
        "title": plan.title,
        "from_on": plan.from_on,
        "to_on": plan.to_on,
        "basis_on": plan.basis_on,
        "from_balance": plan.from_balance_pence,
        "answer_by": plan.answer_by,
    }
    try:
        connection.execute(_ADD if new else _CHANGE, {**names, "by": by} if new else names)
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            message = "Another year of the fund holds some of these days."
            raise FundYearsOverlap(message, fields={"from_on": message}) from error
        raise
    for clear in _CLEAR:
        connection.execute(clear, {"year": year_id})
    lines = [
        {"fund_year_id": year_id, "line_no": number, "name": line.name, "amount_pence": line.amount_pence}
        for number, line in enumerate(plan.lines, 1)
    ]
    insert_rows(connection, "fund_line", lines)
    caps = [
        {"fund_year_id": year_id, "school_urn": urn, "cap_pence": cap} for urn, cap in sorted((plan.caps or {}).items())
    ]
    insert_rows(connection, "fund_cap", caps)


def lines_of(connection: Connection, year_id: str) -> list[Row[Any]]:
    """(line_no, name, amount_pence, spent_pence, to_pay_pence) of the budget, by number."""
    return list(connection.execute(_LINES, {"year": year_id}))


def caps_of(connection: Connection, year_id: str) -> dict[int, int]:
    """The caps in pence by URN; only the alliance reads them before they are asked for."""
    return {row.school_urn: row.cap_pence for row in connection.execute(_CAPS, {"year": year_id})}


def members_on(connection: Connection, first_day: date, basis_on: date) -> list[Member]:
    """The schools that are members on a day, by URN, with their newest counts by the day of the basis."""
    rows = connection.execute(_MEMBERS, {"first_day": first_day, "basis": basis_on})
    return [Member(*row) for row in rows]


def mark_proposed(connection: Connection, year_id: str, by: str, at: datetime) -> None:
    """The schools are asked from now on."""
    connection.execute(_PROPOSE, {"year": year_id, "by": by, "at": at})


def mark_draft(connection: Connection, year_id: str) -> None:
    """The year can be changed again, and no school is asked."""
    connection.execute(_REDRAFT, {"year": year_id})


def mark_ended(
    connection: Connection,
    year_id: str,
    state: str,
    by: str,
    at: datetime,
    *,
    why: str = "",
    carried: int | None = None,
) -> None:
    """The year is closed with what it carries forward, or cancelled with the reason."""
    connection.execute(
        _END, {"year": year_id, "state": state, "by": by, "at": at, "why": why or None, "carried": carried}
    )


def account_between(connection: Connection, first_day: date, last_day: date) -> Row[Any]:
    """What moved on the fund's bank account by the ledger, in pence.

    brought_forward_pence, received_pence (also what stays on account of a school), spent_pence, other_pence (charges
    and interest) and balance_pence, which is the first and the second less the third plus the fourth.
    """
    return connection.execute(_ACCOUNT, {"first_day": first_day, "last_day": last_day}).one()


def bank_left_to_carry(connection: Connection, last_day: date) -> Row[Any]:
    """charges_pence and interest_pence of the fund's account until a day that no year has carried forward yet."""
    return connection.execute(_BANK, {"last_day": last_day}).one()


def proposed_before(connection: Connection, year_id: str) -> str | None:
    """The title of an earlier year that is neither closed nor cancelled: what it carries forward comes first."""
    title: str | None = connection.execute(_BEFORE, {"year": year_id}).scalar()
    return title


def balance_now(connection: Connection) -> int:
    """What is on the fund's account by everything that is posted, less what it holds for schools, in pence."""
    pence: int = account_between(connection, date.max, date.max).balance_pence
    held: int = connection.execute(_HELD).scalar_one()
    return pence - held
