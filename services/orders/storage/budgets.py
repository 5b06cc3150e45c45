"""Schools' budgets, and the documents that their figures are read from; see `domain.budget`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from contracts.school_types import FinancialYear
from contracts.vat import vat_rate
from services.orders.domain.budget import Budget, Movement, Ordered
from services.orders.domain.pricing import vat_of
from services.orders.domain.round import Round
from services.orders.domain.wanted import WantedLine
from services.orders.storage.rounds import COLUMNS, round_from

_BILLED = text("""
    INSERT INTO bill_amount (bill_id, position, school_urn, number, issue_date, round_id, purchase_order_id,
        category_code, net_pence, vat_pence)
    SELECT b.bill_id, a.position, b.school_urn, b.number, b.issue_date, b.round_id, a.purchase_order_id,
        a.category_code, a.net_pence, a.vat_pence
    FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(
            bill_id uuid, school_urn integer, number text, issue_date date, round_id uuid, amounts jsonb),
        ROWS FROM (jsonb_to_recordset(b.amounts) AS (
            purchase_order_id uuid, category_code text, net_pence bigint, vat_pence bigint
        )) WITH ORDINALITY AS a(purchase_order_id, category_code, net_pence, vat_pence, position)
    ON CONFLICT DO NOTHING
""")
_FORGET = text("DELETE FROM bill_amount WHERE bill_id = ANY(CAST(:bills AS uuid[]))")
_SCHOOL = text("SELECT type_code, financial_year FROM school WHERE urn = :urn")
_PLAN = text("""
    SELECT y.version, (SELECT json_agg(json_build_array(b.category_code, b.amount_pence, b.hard)
            ORDER BY b.category_code)
        FROM budget b WHERE b.school_urn = y.school_urn AND b.financial_year = y.financial_year) AS budgets
    FROM budget_year y WHERE y.school_urn = :urn AND y.financial_year = :year
""")
_LOCK_HARD = text("""
    SELECT 1 FROM budget WHERE school_urn = :urn AND hard ORDER BY financial_year, category_code FOR UPDATE
""")
_HARD_YEARS = text("""
    SELECT financial_year FROM budget WHERE school_urn = :urn AND category_code = :code AND hard ORDER BY 1
""")
_ADD_YEAR = """
    INSERT INTO budget_year (school_urn, financial_year, version, changed_by, changed_at)
    VALUES (:urn, :year, 1, :person, :now) ON CONFLICT DO NOTHING RETURNING 1
"""
_CHANGE_YEAR = """
    UPDATE budget_year SET version = version + 1, changed_by = :person, changed_at = :now
    WHERE school_urn = :urn AND financial_year = :year AND version = :version RETURNING 1
"""
_GONE = text("""
    DELETE FROM budget WHERE school_urn = :urn AND financial_year = :year AND category_code <> ALL (:codes)
""")
_KEEP = text("""
    INSERT INTO budget (school_urn, financial_year, category_code, amount_pence, hard)
    SELECT :urn, :year, b.* FROM unnest(
        CAST(:codes AS text[]), CAST(:amounts AS bigint[]), CAST(:hard AS boolean[])) AS b(code, amount, hard)
    ON CONFLICT (school_urn, financial_year, category_code) DO UPDATE
        SET (amount_pence, hard) = (excluded.amount_pence, excluded.hard)
""")

# What belongs to a financial year: by the first day of delivery, or of the service; a bill that names no purchase
# order by its own date. What other funds pay for is none of the budget's.
_DAY = "coalesce(r.delivery_from, p.service_from)"
_OWN_FUND = "coalesce(o.fund, 'delegated') = 'delegated'"
_WAITING = text(f"""
    SELECT {COLUMNS}, o.reference, (
        SELECT json_agg(json_build_array(l.offer_id, l.quantity, l.flexible, l.max_unit_price::text))
        FROM order_line l WHERE l.round_id = o.round_id AND l.school_urn = o.school_urn) AS lines
    FROM school_order o JOIN round r USING (round_id)
    WHERE o.school_urn = :urn AND o.state IN ('submitted', 'approved') AND r.state = 'open' AND {_OWN_FUND}
        AND r.delivery_from BETWEEN :first AND :last
    ORDER BY r.delivery_from, r.number
""")  # noqa: S608 -- assembled from this module
_ORDERED = text(f"""
    SELECT p.purchase_order_id::text, p.number, coalesce(r.title, p.title) AS title, {_DAY} AS day, p.round_id::text,
        coalesce(l.category_code, f.category_code) AS category_code, p.settled_at IS NOT NULL AS settled,
        json_agg(json_build_array(d.vat_class, d.vat_reduced, d.net_pence)) AS nets
    FROM school_drop s
    JOIN purchase_order p USING (purchase_order_id)
    JOIN drop_line d ON d.purchase_order_id = s.purchase_order_id AND d.school_urn = s.school_urn
    JOIN purchase_order_line l ON l.purchase_order_id = d.purchase_order_id AND l.line_no = d.line_no
    LEFT JOIN round_offer f ON f.round_id = l.round_id AND f.offer_id = l.offer_id
    LEFT JOIN round r ON r.round_id = p.round_id
    LEFT JOIN school_order o ON o.round_id = p.round_id AND o.school_urn = s.school_urn
    WHERE s.school_urn = :urn AND p.state <> 'rejected' AND {_OWN_FUND} AND {_DAY} BETWEEN :first AND :last
    GROUP BY p.purchase_order_id, r.round_id, coalesce(l.category_code, f.category_code)
    ORDER BY day, p.number, category_code
""")  # noqa: S608 -- assembled from this module
_SPENT = text(f"""
    SELECT b.bill_id::text, b.number, b.purchase_order_id::text, p.round_id::text,
        coalesce(r.title, p.title, '') AS title, coalesce({_DAY}, b.issue_date) AS "on", b.category_code,
        b.net_pence, b.vat_pence
    FROM bill_amount b
    LEFT JOIN purchase_order p USING (purchase_order_id)
    LEFT JOIN round r ON r.round_id = p.round_id
    LEFT JOIN school_order o ON o.round_id = p.round_id AND o.school_urn = b.school_urn
    WHERE b.school_urn = :urn AND {_OWN_FUND} AND coalesce({_DAY}, b.issue_date) BETWEEN :first AND :last
    ORDER BY "on", b.number, b.position
""")  # noqa: S608 -- assembled from this module
_CATEGORIES = text("""
    SELECT DISTINCT ON (category_code) category_code, category_name FROM (
        SELECT category_code, category_name FROM round_offer
        UNION ALL SELECT category_code, category_name FROM subscription_plan
    ) named WHERE category_code = ANY (:codes) ORDER BY category_code, category_name
""")


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order that may still change in an open round."""

    round: Round
    reference: str
    lines: Sequence[WantedLine]


def record_bills(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep what schools were billed (bodies of BillIssued); the first version does not say for what."""
    told = [body for body in bodies if "amounts" in body]
    connection.execute(_BILLED, {"bodies": json.dumps(told)})


def replace_bills(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep what suppliers invoiced to schools directly (bodies of DirectBillRecorded); the last of each bill holds."""
    last = {body["bill_id"]: body for body in bodies}
    connection.execute(_FORGET, {"bills": list(last)})
    record_bills(connection, last.values())


def school_facts(connection: Connection, urn: int) -> tuple[str, FinancialYear] | None:
    """The school's type and the month in which its financial year begins; None for an unknown school."""
    row = connection.execute(_SCHOOL, {"urn": urn}).one_or_none()
    return None if row is None else (row.type_code, row.financial_year)


def find_budgets(connection: Connection, urn: int, year: str) -> tuple[list[Budget], int]:
    """The school's budgets of a financial year and their version, which is 0 before any are set."""
    row = connection.execute(_PLAN, {"urn": urn, "year": year}).one_or_none()
    if row is None:
        return [], 0
    return [Budget(*each) for each in row.budgets or ()], row.version


def lock_hard_budgets(connection: Connection, urn: int) -> bool:
    """Hold the school's hard budgets against its other orders until this transaction ends; False if it has none."""
    return connection.execute(_LOCK_HARD, {"urn": urn}).first() is not None


def hard_years(connection: Connection, urn: int, category_code: str) -> list[str]:
    """The financial years in which the school lets nobody go beyond its budget for a category."""
    return list(connection.execute(_HARD_YEARS, {"urn": urn, "code": category_code}).scalars())


def save_budgets(
    connection: Connection, urn: int, year: str, budgets: Sequence[Budget], version: int, person: str, now: datetime
) -> bool:
    """Replace the budgets of a year, over `version`; False if somebody else was faster."""
    names = {"urn": urn, "year": year}
    statement = text(_CHANGE_YEAR if version else _ADD_YEAR)
    if connection.execute(statement, {**names, "version": version, "person": person, "now": now}).first() is None:
        return False
    codes = [each.category_code for each in budgets]
    connection.execute(_GONE, {**names, "codes": codes})
    amounts = {"amounts": [each.amount_pence for each in budgets], "hard": [each.hard for each in budgets]}
    connection.execute(_KEEP, {**names, "codes": codes, **amounts})
    return True


def waiting_orders(connection: Connection, urn: int, days: tuple[date, date]) -> list[WaitingOrder]:
    """The school's submitted and approved orders in open rounds that deliver from one of these days on."""
    return [_waiting(row) for row in connection.execute(_WAITING, _year(urn, days))]


def ordered_parts(connection: Connection, urn: int, days: tuple[date, date]) -> list[Ordered]:
    """The school's parts of purchase orders, by category, that were not rejected."""
    return [_ordered(row) for row in connection.execute(_ORDERED, _year(urn, days))]


def spent(connection: Connection, urn: int, days: tuple[date, date]) -> list[Movement]:
    """What the school was billed, by purchase order and category."""
    return [Movement("actual", **row._mapping) for row in connection.execute(_SPENT, _year(urn, days))]


def category_names(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """What rounds and services call these categories, by code; those that none has offered are missing."""
    rows = connection.execute(_CATEGORIES, {"codes": list(codes)})
    return {row.category_code: row.category_name for row in rows}


def _year(urn: int, days: tuple[date, date]) -> dict[str, Any]:
    return {"urn": urn, "first": days[0], "last": days[1]}


def _waiting(row: Row[Any]) -> WaitingOrder:
    lines = [
        WantedLine(offer_id, firm, flexible, None if price is None else Decimal(price))
        for offer_id, firm, flexible, price in row.lines or ()
    ]
    return WaitingOrder(round_from(row), row.reference, lines)


def _ordered(row: Row[Any]) -> Ordered:
    vat = vat_of((vat_rate(vat_class, row.day, reduced=reduced), net) for vat_class, reduced, net in row.nets)
    net = sum(pence for *_, pence in row.nets)
    movement = Movement(
        "committed", row.category_code, net, vat, row.number, row.title, row.day, row.round_id, row.purchase_order_id
    )
    return Ordered(movement, row.settled)
