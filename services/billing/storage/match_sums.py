"""What the matches of one invoice come to: by their figures, and by school."""

from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.storage.bulk import planned_for_many

_FIGURES = text("""
    WITH repeated AS (
        SELECT purchase_order_id, order_line_no, school_urn, max(line_no) AS last_line_no
        FROM match_line WHERE supplier_invoice_id = :invoice GROUP BY 1, 2, 3 HAVING count(*) > 1
    )
    SELECT quantity_ordered, quantity_received, unit_price_ordered, net_pence, state, billable_net_pence,
        credited_net_pence, claim_net_pence, returned_net_pence, due_net_pence, count(*) AS times,
        count(*) FILTER (WHERE coalesce(line_no = last_line_no, true)) AS places
    FROM match_line LEFT JOIN repeated USING (purchase_order_id, order_line_no, school_urn)
    WHERE supplier_invoice_id = :invoice
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
""")
_SCHOOLS = text("""
    SELECT m.school_urn, coalesce(school.name, '') AS school_name, invoiced_net_pence, to_bill_net_pence,
        billed_net_pence, held_net_pence, credited_net_pence
    FROM (
        SELECT school_urn, CAST(sum(net_pence) AS bigint) AS invoiced_net_pence,
            CAST(coalesce(sum(charged) FILTER (WHERE state IN ('billable', 'credited')), 0) AS bigint)
                AS to_bill_net_pence,
            CAST(coalesce(sum(charged) FILTER (WHERE state = 'billed'), 0) AS bigint) AS billed_net_pence,
            CAST(coalesce(sum(net_pence - credited_net_pence) FILTER (WHERE state = 'held'), 0) AS bigint)
                AS held_net_pence,
            CAST(sum(credited_net_pence) AS bigint) AS credited_net_pence
        FROM (
            SELECT *, billable_net_pence - returned_net_pence - due_net_pence AS charged
            FROM match_line WHERE supplier_invoice_id = :invoice
        ) AS match
        GROUP BY school_urn
    ) AS m LEFT JOIN school ON school.urn = m.school_urn
    ORDER BY school_name, m.school_urn
""")
_DIFFERING_LINES = text("""
    SELECT count(DISTINCT line_no) FROM match_line
    WHERE supplier_invoice_id = :invoice AND (state = 'held' OR claim_net_pence + claim_vat_pence > 0)
""")


def figures(connection: Connection, invoice_id: str, line_count: int) -> list[Row[Any]]:
    """The different figures of an invoice's matches; how many have them (`times`), at how many places (`places`).

    Of several lines for a school and an order line, the last stands for the place. `line_count` is how many lines the
    invoice has.
    """
    with planned_for_many(connection, line_count):
        return list(connection.execute(_FIGURES, {"invoice": invoice_id}))


def count_differing_lines(connection: Connection, invoice_id: str) -> int:
    """How many lines of an invoice are held for a school, or for the supplier to credit."""
    return connection.execute(_DIFFERING_LINES, {"invoice": invoice_id}).scalar_one()


def by_school(connection: Connection, invoice_id: str) -> list[Row[Any]]:
    """What an invoice does to each school, by name, in net pence: invoiced, to bill, billed, held, credited."""
    return list(connection.execute(_SCHOOLS, {"invoice": invoice_id}))
