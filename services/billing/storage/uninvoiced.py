"""What schools have received and no supplier has invoiced yet, and since when."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from contracts.london import LONDON

# What is left is found by sums first; only of that, receipts are gone through one by one. Units are invoiced in the
# order in which they came: what is left came with the receipts after those. What a supplier credits can be invoiced
# anew, but for what was upheld against it.
_LEFT: Final = """
    WITH received AS MATERIALIZED (
        SELECT purchase_order_id, line_no, school_urn, sum(quantity_received) AS quantity
        FROM receipt_line WHERE recorded_at < :until GROUP BY purchase_order_id, line_no, school_urn
    ), invoiced AS MATERIALIZED (
        SELECT m.purchase_order_id, m.order_line_no AS line_no, m.school_urn,
            sum(m.quantity_invoiced - greatest(m.credited_quantity - m.upheld_quantity, 0)) AS quantity
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE i.issue_date <= CAST(:on AS date) GROUP BY 1, 2, 3
    ), uninvoiced AS MATERIALIZED (
        SELECT purchase_order_id, line_no, school_urn, d.quantity AS ordered, d.net_pence, d.vat_rate,
            least(received.quantity, d.quantity) AS received, coalesce(invoiced.quantity, 0) AS invoiced
        FROM received JOIN drop_line d USING (purchase_order_id, line_no, school_urn)
        LEFT JOIN invoiced USING (purchase_order_id, line_no, school_urn)
        WHERE least(received.quantity, d.quantity) > coalesce(invoiced.quantity, 0)
    ), aged AS MATERIALIZED (
        SELECT purchase_order_id, line_no, school_urn, CAST(min(recorded_at) FILTER (WHERE so_far > invoiced)
            AT TIME ZONE 'Europe/London' AS date) AS received_on
        FROM (
            SELECT purchase_order_id, line_no, school_urn, invoiced, recorded_at, sum(quantity_received) OVER (
                PARTITION BY purchase_order_id, line_no, school_urn ORDER BY recorded_at, receipt_id) AS so_far
            FROM uninvoiced JOIN receipt_line USING (purchase_order_id, line_no, school_urn)
            WHERE recorded_at < :until
        ) came GROUP BY purchase_order_id, line_no, school_urn
    ), valued AS (
        SELECT u.*, a.received_on, CAST(u.received - u.invoiced AS integer) AS quantity,
            o.number AS purchase_order_number, o.supplier_id, o.contract_id,
            coalesce(supplier.name, '') AS supplier_name, coalesce(contract.title, '') AS contract_title,
            coalesce(contract.settlement, 'recharge') AS settlement, coalesce(school.name, '') AS school_name,
            l.name, l.unit, l.unit_price, l.ledger_code, CAST(:on AS date) - a.received_on AS days,
            CAST(CASE WHEN u.received - u.invoiced = u.ordered THEN u.net_pence
                ELSE round((u.received - u.invoiced) * l.unit_price * 100) END AS bigint) AS worth_pence
        FROM uninvoiced u
        JOIN aged a USING (purchase_order_id, line_no, school_urn)
        JOIN purchase_order o USING (purchase_order_id)
        JOIN purchase_order_line l USING (purchase_order_id, line_no)
        LEFT JOIN contract ON contract.contract_id = o.contract_id
        LEFT JOIN supplier ON supplier.supplier_id = o.supplier_id
        LEFT JOIN school ON school.urn = u.school_urn
        WHERE l.kind <> 'charge'
    )
"""
_LINES = text(f"""
    {_LEFT}
    SELECT CAST(purchase_order_id AS text) AS purchase_order_id, purchase_order_number, line_no, name, unit, unit_price,
        ledger_code, CAST(supplier_id AS text) AS supplier_id, supplier_name, CAST(contract_id AS text) AS contract_id,
        contract_title, settlement, school_urn, school_name, received, invoiced, quantity, received_on, days,
        worth_pence AS net_pence, CAST(round(worth_pence * vat_rate / 100) AS bigint) AS vat_pence
    FROM valued WHERE (purchase_order_number, line_no, school_urn) > (:number, :line_no, :urn)
    ORDER BY purchase_order_number, line_no, school_urn LIMIT :limit
""")  # noqa: S608 - text of this module
_SUMS = text(f"""
    {_LEFT}
    SELECT CASE WHEN grouping(supplier_id) = 0 THEN 'supplier' WHEN grouping(contract_id) = 0 THEN 'contract'
            WHEN grouping(school_urn) = 0 THEN 'school' ELSE 'all' END AS by,
        coalesce(CAST(supplier_id AS text), CAST(contract_id AS text), CAST(school_urn AS text), '') AS key,
        coalesce(CASE WHEN grouping(supplier_id) = 0 THEN min(supplier_name)
            WHEN grouping(contract_id) = 0 THEN min(contract_title)
            WHEN grouping(school_urn) = 0 THEN min(school_name) END, '') AS name,
        count(*) AS lines, min(received_on) AS oldest_on, CAST(coalesce(sum(worth_pence), 0) AS bigint) AS net_pence,
        CAST(coalesce(sum(worth_pence) FILTER (WHERE days <= 30), 0) AS bigint) AS up_to_30_pence,
        CAST(coalesce(sum(worth_pence) FILTER (WHERE days BETWEEN 31 AND 60), 0) AS bigint) AS up_to_60_pence,
        CAST(coalesce(sum(worth_pence) FILTER (WHERE days BETWEEN 61 AND 90), 0) AS bigint) AS up_to_90_pence,
        CAST(coalesce(sum(worth_pence) FILTER (WHERE days > 90), 0) AS bigint) AS over_90_pence
    FROM valued GROUP BY GROUPING SETS ((supplier_id), (contract_id), (school_urn), ())
    ORDER BY 1, 3, 2
""")  # noqa: S608 - text of this module


def received_not_invoiced(
    connection: Connection, on: date, after: tuple[str, int, int] = ("", 0, 0), limit: int | None = None
) -> list[Row[Any]]:
    """What was received by the end of a day and not invoiced by then, by (order number, line, school).

    `quantity` units are left, up to what was ordered; `net_pence` is what they come to at the price of the order,
    `vat_pence` with the school's rate; `received_on` and `days` say how old the oldest of them are.
    """
    number, line_no, urn = after
    names = {"on": on, "until": _end_of(on), "number": number, "line_no": line_no, "urn": urn, "limit": limit}
    return list(connection.execute(_LINES, names))


def sums_not_invoiced(connection: Connection, on: date) -> list[Row[Any]]:
    """The same summed `by` supplier, contract and school, and all together, with its age in days."""
    return list(connection.execute(_SUMS, {"on": on, "until": _end_of(on)}))


def _end_of(day: date) -> datetime:
    """The instant at which a day is over in London."""
    return datetime.combine(day + timedelta(days=1), time.min, LONDON).astimezone(UTC)
