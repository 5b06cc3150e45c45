"""What accounts programs take over: documents with their lines, what was exported of them, and how each owner wants it.

An owner is a school, by its URN, or the alliance itself (None).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.billing.domain.ledger_export import ExportLine
from services.billing.storage.bulk import as_json, insert_rows

_SUPPLIERS = """
    SELECT DISTINCT ON (supplier_id) CAST(supplier_id AS text) AS supplier_id, supplier_name AS name
    FROM direct_bill WHERE school_urn = CAST(:urn AS integer) ORDER BY supplier_id, number DESC
"""
_EXPORTED_INVOICE = """
    SELECT FROM ledger_export_document x
    WHERE x.school_urn = :urn AND x.kind = 'direct_bill' AND x.document_id = i.supplier_invoice_id
"""
# What a supplier makes out to the school itself, and credits of it. A rejected invoice is in no export, nor what gives
# it back, unless it was exported before it was rejected: then it stays, and what the supplier credits takes it back.
_DIRECT = f"""
    SELECT CASE i.kind WHEN 'invoice' THEN 'direct_bill' ELSE 'direct_credit_note' END AS kind,
        i.supplier_invoice_id AS document_id, i.number, i.issue_date AS on_day,
        CASE i.kind WHEN 'invoice' THEN coalesce(i.due_date, i.issue_date + 30) ELSE i.issue_date END AS due_on,
        coalesce(d.number, '') AS reference,
        coalesce(d.title, 'Credit of ' || array_to_string(i.credits, ' ')) AS details,
        coalesce(ordered_ledger_code(l.purchase_order_id, l.order_line_no), '') AS ledger_code, l.vat_class, l.vat_rate,
        CAST(sum(l.net_pence + coalesce(gone.net_pence, 0)) AS bigint) AS net_pence,
        CAST(sum(l.vat_pence + coalesce(gone.vat_pence, 0)) AS bigint) AS vat_pence,
        CAST(i.supplier_id AS text) AS supplier_id, coalesce(named.name, '') AS supplier_name
    FROM supplier_invoice i JOIN supplier_invoice_line l USING (supplier_invoice_id)
    LEFT JOIN direct_bill d USING (supplier_invoice_id)
    LEFT JOIN ({_SUPPLIERS}) named ON named.supplier_id = CAST(i.supplier_id AS text)
    LEFT JOIN LATERAL (
        SELECT sum(c.net_pence) AS net_pence, sum(c.vat_pence) AS vat_pence
        FROM credit_share c JOIN supplier_invoice i ON i.supplier_invoice_id = c.of_invoice_id
        WHERE c.supplier_invoice_id = l.supplier_invoice_id AND c.line_no = l.line_no
            AND i.rejected_why IS NOT NULL AND NOT EXISTS ({_EXPORTED_INVOICE})
    ) gone ON l.net_pence < 0
    WHERE i.settlement = 'direct' AND i.buyer_urn = :urn AND i.issue_date BETWEEN :from_on AND :to_on
        AND (i.rejected_why IS NULL OR EXISTS ({_EXPORTED_INVOICE}))
        AND (gone.net_pence IS NULL OR l.net_pence + gone.net_pence <> 0)
    GROUP BY i.supplier_invoice_id, d.supplier_invoice_id, named.name, 8, l.vat_class, l.vat_rate
"""  # noqa: S608 -- queries of this module
# A receipt that was taken back after it was exported stays in what is exported, with the line that takes it back.
_OF_ALLIANCE = """
    SELECT 'bill' AS kind, b.bill_id AS document_id, b.number, b.issue_date AS on_day, b.due_date AS due_on,
        b.payment_reference AS reference, b.title AS details, coalesce(l.ledger_code, '') AS ledger_code,
        l.vat_class, l.vat_rate, CAST(sum(l.net_pence) AS bigint) AS net_pence,
        CAST(sum(l.vat_pence) AS bigint) AS vat_pence
    FROM bill b JOIN bill_line l USING (bill_id)
    WHERE b.school_urn = :urn AND b.issue_date BETWEEN :from_on AND :to_on
    GROUP BY b.bill_id, coalesce(l.ledger_code, ''), l.vat_class, l.vat_rate
    UNION ALL
    SELECT 'credit_note', c.credit_note_id, c.number, c.issue_date, c.issue_date, b.payment_reference, c.title,
        coalesce(l.ledger_code, ''), l.vat_class, l.vat_rate, CAST(-sum(n.net_pence) AS bigint),
        CAST(-sum(n.vat_pence) AS bigint)
    FROM credit_note c JOIN credit_note_line n USING (credit_note_id) JOIN bill b ON b.bill_id = c.bill_id
    JOIN bill_line l ON l.bill_id = n.bill_id AND l.line_no = n.bill_line_no
    WHERE c.school_urn = :urn AND c.issue_date BETWEEN :from_on AND :to_on
    GROUP BY c.credit_note_id, b.payment_reference, coalesce(l.ledger_code, ''), l.vat_class, l.vat_rate
    UNION ALL
    SELECT 'receipt', r.receipt_id, min(r.number), min(r.received_on), CAST(NULL AS date),
        string_agg(b.payment_reference, ' ' ORDER BY b.number), 'Payment of ' || string_agg(b.number, ' ' ORDER BY
        b.number), '', 'O', CAST(0 AS numeric(5, 2)), CAST(-sum(r.amount_pence) AS bigint), CAST(0 AS bigint)
    FROM bill_receipt r JOIN bill b USING (bill_id)
    WHERE r.school_urn = :urn AND r.received_on BETWEEN :from_on AND :to_on GROUP BY r.receipt_id
    UNION ALL
    SELECT told.kind, u.receipt_id, u.number, told.on_day, CAST(NULL AS date), u.reference, told.words || u.bills, '',
        'O', CAST(0 AS numeric(5, 2)), told.sign * u.amount_pence, CAST(0 AS bigint)
    FROM undone_receipt u CROSS JOIN LATERAL (VALUES ('receipt', u.received_on, 'Payment of ', -1),
        ('receipt_undone', u.undone_on, 'Undone: payment of ', 1)) AS told (kind, on_day, words, sign)
    WHERE u.school_urn = :urn AND told.on_day BETWEEN :from_on AND :to_on AND EXISTS (
        SELECT FROM ledger_export_document d
        WHERE d.school_urn = u.school_urn AND d.kind = 'receipt' AND d.document_id = u.receipt_id)
"""
_SCHOOL = f"""
    SELECT told.*, CAST(NULL AS text) AS supplier_id, '' AS supplier_name FROM ({_OF_ALLIANCE}) told
    UNION ALL {_DIRECT}
"""  # noqa: S608 -- queries of this module
_ALLIANCE = """
    SELECT 'journal' AS kind, e.entry_id AS document_id, e.number, e.posted_on AS on_day, CAST(NULL AS date) AS due_on,
        e.document_number AS reference, e.description AS details, l.account AS ledger_code, 'O' AS vat_class,
        CAST(0 AS numeric(5, 2)) AS vat_rate, l.debit_pence - l.credit_pence AS net_pence,
        CAST(0 AS bigint) AS vat_pence, CAST(NULL AS text) AS supplier_id, '' AS supplier_name
    FROM entry e JOIN entry_line l USING (entry_id)
    WHERE CAST(:urn AS integer) IS NULL AND e.posted_on BETWEEN :from_on AND :to_on
"""
_EXPORTED = """
    SELECT FROM ledger_export_document d WHERE d.school_urn IS NOT DISTINCT FROM CAST(:urn AS integer)
        AND d.kind = line.kind AND d.document_id = line.document_id
"""


def _lines(of: str) -> Any:
    return text(f"""
        SELECT kind, CAST(document_id AS text), number, on_day, due_on, reference, details, ledger_code, vat_class,
            vat_rate, net_pence, vat_pence, supplier_id, supplier_name
        FROM ({of}) line WHERE kind = ANY(:kinds) AND (:again OR NOT EXISTS ({_EXPORTED}))
        ORDER BY on_day, kind, number, ledger_code, vat_class, vat_rate
    """)  # noqa: S608 -- queries of this module


def _sums(of: str) -> Any:
    return text(f"""
        SELECT kind, count(DISTINCT document_id) AS documents,
            count(DISTINCT document_id) FILTER (WHERE fresh) AS fresh,
            CAST(sum(net_pence) AS bigint) AS net_pence, CAST(sum(vat_pence) AS bigint) AS vat_pence,
            CAST(sum(net_pence + vat_pence) AS bigint) AS gross_pence,
            CAST(sum(greatest(net_pence + vat_pence, 0)) AS bigint) AS debit_pence,
            CAST(sum(greatest(-net_pence - vat_pence, 0)) AS bigint) AS credit_pence
        FROM (SELECT *, NOT EXISTS ({_EXPORTED}) AS fresh FROM ({of}) line WHERE kind = ANY(:kinds)) told
        GROUP BY kind ORDER BY kind
    """)  # noqa: S608 -- queries of this module


_QUERIES = {False: (_lines(_SCHOOL), _sums(_SCHOOL)), True: (_lines(_ALLIANCE), _sums(_ALLIANCE))}
_CODES = text("""
    SELECT DISTINCT ledger_code FROM bill_line WHERE school_urn = CAST(:urn AS integer) AND ledger_code <> ''
    UNION SELECT ordered_ledger_code(l.purchase_order_id, l.order_line_no)
    FROM supplier_invoice i JOIN supplier_invoice_line l USING (supplier_invoice_id)
    WHERE i.settlement = 'direct' AND i.buyer_urn = CAST(:urn AS integer)
        AND ordered_ledger_code(l.purchase_order_id, l.order_line_no) <> ''
    UNION SELECT code FROM account WHERE CAST(:urn AS integer) IS NULL ORDER BY 1
""")
_PROFILE = text("SELECT * FROM export_profile WHERE school_urn IS NOT DISTINCT FROM CAST(:urn AS integer)")
_SAVE = text("""
    INSERT INTO export_profile (school_urn, format, account, bank_nominal, department, nominals, tax_codes, columns,
        suppliers, saved_by)
    SELECT :urn, format, account, bank_nominal, department, nominals, tax_codes, columns, suppliers, saved_by
    FROM jsonb_populate_recordset(CAST(NULL AS export_profile), CAST(:rows AS jsonb))
    ON CONFLICT (school_urn) DO UPDATE SET format = excluded.format, account = excluded.account,
        bank_nominal = excluded.bank_nominal, department = excluded.department, nominals = excluded.nominals,
        tax_codes = excluded.tax_codes, columns = excluded.columns,
        suppliers = excluded.suppliers, saved_by = excluded.saved_by,
        version = export_profile.version + 1
""")
_LOCK = text("SELECT pg_advisory_xact_lock(x'6578706f'::integer, coalesce(CAST(:urn AS integer), 0))")
_ADD = text("""
    INSERT INTO ledger_export (ledger_export_id, school_urn, format, from_on, to_on, again, exported_by, person_id,
        rows, net_pence, vat_pence, sha256)
    VALUES (:ledger_export_id, :school_urn, :format, :from_on, :to_on, :again, :exported_by, :person_id,
        :rows, :net_pence, :vat_pence, :sha256)
""")
_LIST = text("""
    SELECT CAST(ledger_export_id AS text) AS ledger_export_id, format, from_on, to_on, again, exported_by, exported_at,
        (SELECT count(*) FROM ledger_export_document d WHERE d.ledger_export_id = ledger_export.ledger_export_id)
        AS documents, rows, net_pence, vat_pence, net_pence + vat_pence AS gross_pence, encode(sha256, 'hex') AS sha256
    FROM ledger_export WHERE school_urn IS NOT DISTINCT FROM CAST(:urn AS integer)
        AND (CAST(:after AS uuid) IS NULL OR (exported_at, ledger_export.ledger_export_id) < (
            SELECT e.exported_at, e.ledger_export_id FROM ledger_export e WHERE e.ledger_export_id = :after))
    ORDER BY exported_at DESC, ledger_export.ledger_export_id DESC LIMIT :limit
""")


def find_lines(
    connection: Connection, urn: int | None, from_on: date, to_on: date, kinds: Sequence[str], *, again: bool
) -> Iterator[ExportLine]:
    """An owner's lines of a time, by day; without `again` those of documents that were never exported."""
    query = _QUERIES[urn is None][0]
    found = connection.execute(query, _names(urn, from_on, to_on, kinds, again), execution_options={"yield_per": 2000})
    return (ExportLine(*row) for row in found)


def sums(connection: Connection, urn: int | None, from_on: date, to_on: date, kinds: Sequence[str]) -> list[Row[Any]]:
    """By kind: documents, those never exported (fresh), and of all of them net_pence, vat_pence and gross_pence.

    `debit_pence` and `credit_pence` are the lines above and below nothing: a journal comes to £0.00 altogether.
    """
    return list(connection.execute(_QUERIES[urn is None][1], _names(urn, from_on, to_on, kinds)))


def note_documents(
    connection: Connection, export_id: str, urn: int | None, documents: Collection[tuple[str, str]]
) -> None:
    """Keep which documents, by kind and id, an export carried."""
    same = {"ledger_export_id": export_id, "school_urn": urn}
    rows = [{**same, "kind": kind, "document_id": document_id} for kind, document_id in sorted(documents)]
    insert_rows(connection, "ledger_export_document", rows)


def codes_of(connection: Connection, urn: int | None) -> list[str]:
    """The ledger codes on an owner's bills, or the alliance's accounts."""
    return list(connection.execute(_CODES, {"urn": urn}).scalars())


def suppliers_of(connection: Connection, urn: int | None) -> list[Row[Any]]:
    """Who invoices a school itself: `supplier_id` and the latest name, by the name."""
    return sorted(connection.execute(text(_SUPPLIERS), {"urn": urn}), key=lambda each: (each.name, each.supplier_id))


def find_profile(connection: Connection, urn: int | None) -> Row[Any] | None:
    """How an owner wants its exports."""
    return connection.execute(_PROFILE, {"urn": urn}).one_or_none()


def save_profile(connection: Connection, urn: int | None, row: Mapping[str, Any]) -> None:
    """Keep how an owner wants its exports."""
    connection.execute(_SAVE, {"urn": urn, "rows": as_json([row])})


def lock_owner(connection: Connection, urn: int | None) -> None:
    """One export of an owner at a time, so that nothing is exported twice."""
    connection.execute(_LOCK, {"urn": urn})


def add_export(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep what an export carried, and its digest."""
    connection.execute(_ADD, dict(row))


def list_exports(connection: Connection, urn: int | None, *, after: UUID | None, limit: int) -> list[Row[Any]]:
    """An owner's exports, the newest first, that follow `after`."""
    return list(connection.execute(_LIST, {"urn": urn, "after": after, "limit": limit}))


def _names(urn: int | None, from_on: date, to_on: date, kinds: Sequence[str], again: bool = True) -> dict[str, Any]:
    return {"urn": urn, "from_on": from_on, "to_on": to_on, "kinds": list(kinds), "again": again}
