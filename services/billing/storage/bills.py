"""Schools' bills."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.storage.direct_bills import BILLS as DIRECT_BILLS

_BILLS = """
    SELECT CAST(bill_id AS text) AS bill_id, bill.number, payment_reference, school_urn,
        coalesce(school.name, '') AS school_name, CAST(bill.round_id AS text) AS round_id, round.title AS round_title,
        CAST(bill.purchase_order_id AS text) AS purchase_order_id, bill.title, issue_date, due_date, net_pence,
        vat_pence, gross_pence, paid_pence, CAST(NULL AS date) AS paid_on, CAST(NULL AS text) AS paid_noted_by,
        credited_pence, 'recharge' AS settlement, '' AS pay_to, false AS held,
        bill.purpose, EXISTS (
            SELECT FROM bill_dispute x WHERE x.bill_id = bill.bill_id AND x.state = 'open') AS disputed
    FROM bill LEFT JOIN round USING (round_id) LEFT JOIN school ON school.urn = bill.school_urn
"""


def _page(of: str, bill: str) -> str:
    """One kind of bill, from a number on."""
    return f"""({of} WHERE {bill}.number > :after
        AND {bill}.school_urn = coalesce(CAST(:urn AS integer), {bill}.school_urn)
        AND (CAST(:round AS uuid) IS NULL OR {bill}.round_id = CAST(:round AS uuid))
        AND (CAST(:order AS uuid) IS NULL OR {bill}.purchase_order_id = CAST(:order AS uuid))
        ORDER BY {bill}.number LIMIT :limit)"""


_PAGE = text(f"{_page(_BILLS, 'bill')} UNION ALL {_page(DIRECT_BILLS, 'd')} ORDER BY number LIMIT :limit")
_THESE = text(f"""
    {_BILLS} WHERE bill_id = ANY(CAST(:bills AS uuid[])) UNION ALL
    {DIRECT_BILLS} WHERE d.supplier_invoice_id = ANY(CAST(:bills AS uuid[])) ORDER BY number
""")
_LINES = text("""
    SELECT bill_line.*, CAST(NULL AS text) AS state, CAST('{}' AS text[]) AS reasons
    FROM bill_line WHERE bill_id = :bill ORDER BY line_no
""")


def list_bills(
    connection: Connection,
    *,
    school_urn: int | None,
    round_id: str | None,
    purchase_order_id: str | None,
    after: str,
    limit: int,
) -> list[Row[Any]]:
    """Bills that the actor may see, by number."""
    names = {"urn": school_urn, "round": round_id, "order": purchase_order_id, "after": after, "limit": limit}
    return list(connection.execute(_PAGE, names))


def get_bills(connection: Connection, bill_ids: Sequence[str]) -> list[Row[Any]]:
    """These bills, by number."""
    return list(connection.execute(_THESE, {"bills": list(bill_ids)}))


def bill_lines(connection: Connection, bill_id: str) -> list[Row[Any]]:
    """The lines of one bill."""
    return list(connection.execute(_LINES, {"bill": bill_id}))
