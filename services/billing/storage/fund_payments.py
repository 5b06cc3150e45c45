"""What is paid out of the partnership fund, for what, and by what evidence."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.storage.bulk import insert_rows

_PAYMENT = """
    SELECT CAST(fund_payment_id AS text) AS fund_payment_id, p.number, CAST(fund_year_id AS text) AS fund_year_id,
        p.line_no, l.name AS line_name, pay_on, payee, purpose, evidence, p.amount_pence, paid_pence, withdrawn_why,
        recorded_by, recorded_at,
        CASE WHEN withdrawn_why IS NOT NULL THEN 'withdrawn' WHEN paid_pence = p.amount_pence THEN 'paid'
            WHEN paid_pence > 0 THEN 'part_paid' ELSE 'to_pay' END AS state
    FROM fund_payment p JOIN fund_line l USING (fund_year_id, line_no)
"""
_OF_YEAR = text(f"{_PAYMENT} WHERE fund_year_id = :year ORDER BY p.number")
_ONE = text(f"{_PAYMENT} WHERE fund_payment_id = :payment")
_LOCK = text("SELECT paid_pence FROM fund_payment WHERE fund_payment_id = :payment FOR UPDATE")
_WITHDRAW = text("UPDATE fund_payment SET withdrawn_why = :why WHERE fund_payment_id = :payment")
_CLOSED = text("""
    SELECT title, state FROM fund_year WHERE fund_year_id IN (
        SELECT fund_year_id FROM fund_payment WHERE fund_payment_id = ANY(CAST(:payments AS uuid[])))
    ORDER BY from_on FOR SHARE
""")
_OPEN = text("""
    SELECT CAST(coalesce(sum(amount_pence - paid_pence), 0) AS bigint) FROM fund_payment WHERE withdrawn_why IS NULL
""")


def add_payment(connection: Connection, row: Mapping[str, Any]) -> None:
    """Store a payment that is to leave the fund's account."""
    insert_rows(connection, "fund_payment", [row])


def payments_of(connection: Connection, year_id: str) -> list[Row[Any]]:
    """The payments of a year by number, each with the name of its budget line and its state."""
    return list(connection.execute(_OF_YEAR, {"year": year_id}))


def get_payment(connection: Connection, payment_id: str) -> Row[Any] | None:
    """One payment."""
    return connection.execute(_ONE, {"payment": payment_id}).one_or_none()


def lock_payment(connection: Connection, payment_id: str) -> None:
    """Keep the bank and everybody else away from it until this transaction ends."""
    connection.execute(_LOCK, {"payment": payment_id})


def withdraw_payment(connection: Connection, payment_id: str, why: str) -> None:
    """It will not be paid."""
    connection.execute(_WITHDRAW, {"payment": payment_id, "why": why})


def closed_years(connection: Connection, payment_ids: Collection[str]) -> list[str]:
    """Titles of the closed years of these payments; no year of theirs is closed until this transaction ends."""
    years = connection.execute(_CLOSED, {"payments": list(payment_ids)})
    return [year.title for year in years if year.state == "closed"]


def open_payments_pence(connection: Connection) -> int:
    """What is recorded in any year and has not left the account yet."""
    pence: int = connection.execute(_OPEN).scalar_one()
    return pence
