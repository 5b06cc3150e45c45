"""What the matches of one invoice come to: by their figures, and by school."""

from typing import Any

from sqlalchemy import Connection, Row, text

_FIGURES = text("""
    SELECT quantity_ordered, quantity_received, unit_price_ordered, net_pence, state, billable_net_pence,
        credited_net_pence, claim_net_pence, returned_net_pence, due_net_pence, count(*) AS times,
        count(*) FILTER (WHERE last_at_place) AS places
    FROM (
        SELECT *, line_no = max(line_no) OVER (PARTITION BY purchase_order_id, order_line_no, school_urn)
            AS last_at_place
        FROM match_line WHERE supplier_invoice_id = :invoice
    ) AS match
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
""")
_SCHOOLS = text("""
    SELECT m.school_urn, coalesce(max(school.name), '') AS school_name,
        CAST(sum(net_pence) AS bigint) AS invoiced_net_pence,
        CAST(coalesce(sum(charged) FILTER (WHERE state IN ('billable', 'credited')), 0) AS bigint) AS to_bill_net_pence,
        CAST(coalesce(sum(charged) FILTER (WHERE state = 'billed'), 0) AS bigint) AS billed_net_pence,
        CAST(coalesce(sum(net_pence - credited_net_pence) FILTER (WHERE state = 'held'), 0) AS bigint)
            AS held_net_pence,
        CAST(sum(credited_net_pence) AS bigint) AS credited_net_pence
    FROM (
        SELECT *, billable_net_pence - returned_net_pence - due_net_pence AS charged
        FROM match_line WHERE supplier_invoice_id = :invoice
    ) AS m LEFT JOIN school ON school.urn = m.school_urn
    GROUP BY m.school_urn ORDER BY school_name, m.school_urn
""")
_DIFFERING_LINES = text("""
    SELECT count(DISTINCT line_no) FROM match_line
    WHERE supplier_invoice_id = :invoice AND (state = 'held' OR claim_net_pence + claim_vat_pence > 0)
""")


def figures(connection: Connection, invoice_id: str) -> list[Row[Any]]:
    """The different figures of an invoice's matches; how many have them (`times`), at how many places (`places`).

    Of several lines for a school and an order line, the last stands for the place.
    """
    return list(connection.execute(_FIGURES, {"invoice": invoice_id}))


def count_differing_lines(connection: Connection, invoice_id: str) -> int:
    """How many lines of an invoice are held for a school, or for the supplier to credit."""
    return connection.execute(_DIFFERING_LINES, {"invoice": invoice_id}).scalar_one()


def by_school(connection: Connection, invoice_id: str) -> list[Row[Any]]:
    """What an invoice does to each school, by name, in net pence: invoiced, to bill, billed, held, credited."""
    return list(connection.execute(_SCHOOLS, {"invoice": invoice_id}))
