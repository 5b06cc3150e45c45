"""VAT on what schools are billed and what suppliers invoice, by month, VAT category and rate."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

# Every document that carries VAT to a school, a category and rate at a time: our bills and credit notes, and what a
# supplier makes out to a school itself. Contributions to the fund are no supply and stand in none of it. A rejected
# invoice is left out, and so is what a credit gives back of one.
_TO_SCHOOLS: Final = """
    SELECT 'bill' AS source, b.bill_id AS document_id, b.number, b.title, b.issue_date, b.school_urn,
        CAST(NULL AS uuid) AS supplier_id, l.vat_class, l.vat_rate, sum(l.net_pence) AS net_pence,
        sum(l.vat_pence) AS vat_pence
    FROM bill b JOIN bill_line l USING (bill_id)
    WHERE b.purpose = 'general' AND {period} AND b.school_urn = coalesce(CAST(:urn AS integer), b.school_urn)
    GROUP BY b.bill_id, l.vat_class, l.vat_rate
    UNION ALL
    SELECT 'credit_note', b.credit_note_id, b.number, b.title, b.issue_date, b.school_urn, NULL, l.vat_class,
        l.vat_rate, -sum(c.net_pence), -sum(c.vat_pence)
    FROM credit_note b JOIN credit_note_line c USING (credit_note_id)
    JOIN bill_line l ON l.bill_id = c.bill_id AND l.line_no = c.bill_line_no
    JOIN bill ON bill.bill_id = c.bill_id
    WHERE bill.purpose = 'general' AND {period} AND b.school_urn = coalesce(CAST(:urn AS integer), b.school_urn)
    GROUP BY b.credit_note_id, l.vat_class, l.vat_rate
    UNION ALL
    SELECT 'direct', b.supplier_invoice_id, b.number, coalesce(nullif(min(l.name), ''), min(d.title), ''),
        b.issue_date, b.buyer_urn, b.supplier_id, l.vat_class, l.vat_rate,
        sum(l.net_pence + coalesce(gone.net_pence, 0)), sum(l.vat_pence + coalesce(gone.vat_pence, 0))
    FROM supplier_invoice b JOIN supplier_invoice_line l USING (supplier_invoice_id)
    LEFT JOIN direct_bill d ON d.supplier_invoice_id = b.supplier_invoice_id
    LEFT JOIN LATERAL (
        SELECT sum(c.net_pence) AS net_pence, sum(c.vat_pence) AS vat_pence
        FROM credit_share c JOIN supplier_invoice i ON i.supplier_invoice_id = c.of_invoice_id
        WHERE c.supplier_invoice_id = l.supplier_invoice_id AND c.line_no = l.line_no AND i.rejected_why IS NOT NULL
    ) gone ON l.net_pence < 0
    WHERE b.settlement = 'direct' AND {period} AND b.buyer_urn = coalesce(CAST(:urn AS integer), b.buyer_urn)
        AND b.rejected_why IS NULL AND (gone.net_pence IS NULL OR l.net_pence + gone.net_pence <> 0)
    GROUP BY b.supplier_invoice_id, l.vat_class, l.vat_rate
"""
_FROM_SUPPLIERS: Final = """
    SELECT 'supplier' AS source, b.supplier_invoice_id AS document_id, b.number, '' AS title, b.issue_date,
        CAST(NULL AS integer) AS school_urn, b.supplier_id, l.vat_class, l.vat_rate, sum(l.net_pence) AS net_pence,
        sum(l.vat_pence) AS vat_pence
    FROM supplier_invoice b JOIN supplier_invoice_line l USING (supplier_invoice_id)
    WHERE b.settlement = 'recharge' AND {period}
    GROUP BY b.supplier_invoice_id, l.vat_class, l.vat_rate
"""
_PERIOD: Final = "b.issue_date BETWEEN CAST(:first AS date) AND CAST(:last AS date)"
# Under the reverse charge the buyer accounts for VAT at the standard rate of the day, which is dated data of contracts,
# and rounds it document by document, as the ledger does: so those documents stand one by one.
_SUMS: Final = """
    SELECT source, CAST(date_trunc('month', issue_date) AS date) AS month,
        CASE vat_class WHEN 'AE' THEN issue_date END AS reverse_charged_on, school_urn,
        coalesce(school.name, '') AS school_name, vat_class, vat_rate, CAST(sum(net_pence) AS bigint) AS net_pence,
        CAST(sum(vat_pence) AS bigint) AS vat_pence
    FROM ({documents}) d LEFT JOIN school ON school.urn = d.school_urn
    GROUP BY 1, 2, 3, 4, 5, 6, 7, CASE vat_class WHEN 'AE' THEN document_id END ORDER BY 1, 2, 5, 4, 6, 7 DESC
"""
_DOCUMENTS = text(f"""
    SELECT source, CAST(document_id AS text) AS document_id, number, min(title) AS title, issue_date, school_urn,
        CAST(supplier_id AS text) AS supplier_id, CAST(sum(net_pence) AS bigint) AS net_pence,
        CAST(sum(vat_pence) AS bigint) AS vat_pence
    FROM ({_TO_SCHOOLS.format(period=_PERIOD)}) d
    GROUP BY source, d.document_id, number, issue_date, school_urn, supplier_id
    ORDER BY issue_date, source, number
""")  # noqa: S608 - text of this module
_ITEMS = text("""
    SELECT CAST(bill_id AS text) AS document_id, name FROM bill_line WHERE bill_id = ANY(CAST(:bills AS uuid[]))
    ORDER BY bill_id, line_no
""")
_NUMBERS = text("""
    SELECT CAST(supplier_id AS text) AS supplier_id, name, vat_number FROM supplier
    LEFT JOIN supplier_details USING (supplier_id) WHERE supplier_id = ANY(CAST(:suppliers AS uuid[]))
""")


def vat_to_schools(connection: Connection, first: date, last: date, urn: int | None) -> list[Row[Any]]:
    """VAT on bills, credit notes (negative) and direct invoices of a period, of one school or of all.

    By source ("bill", "credit_note", "direct"), month, school, VAT category and rate; those of the reverse charge
    document by document, with their day (`reverse_charged_on`).
    """
    documents = _TO_SCHOOLS.format(period=_PERIOD)
    names = {"first": first, "last": last, "urn": urn}
    return list(connection.execute(text(_SUMS.format(documents=documents)), names))


def vat_from_suppliers(connection: Connection, first: date, last: date) -> list[Row[Any]]:
    """VAT on what suppliers invoiced the alliance for recharge, by month, VAT category and rate."""
    documents = _FROM_SUPPLIERS.format(period=_PERIOD)
    return list(connection.execute(text(_SUMS.format(documents=documents)), {"first": first, "last": last}))


def vat_documents(connection: Connection, first: date, last: date, urn: int) -> list[Row[Any]]:
    """Every document of a period that carries VAT to a school, by day; credit notes are negative."""
    return list(connection.execute(_DOCUMENTS, {"first": first, "last": last, "urn": urn}))


def items_of_bills(connection: Connection, bill_ids: Collection[str]) -> dict[str, list[str]]:
    """What stands on these bills, by their ids."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(_ITEMS, {"bills": list(bill_ids)}):
        found.setdefault(row.document_id, []).append(row.name)
    return found


def vat_numbers(connection: Connection, supplier_ids: Collection[str]) -> dict[str, tuple[str, str | None]]:
    """The name and VAT number (None: unknown) of these suppliers."""
    rows = connection.execute(_NUMBERS, {"suppliers": list(supplier_ids)})
    return {row.supplier_id: (row.name, row.vat_number) for row in rows}
