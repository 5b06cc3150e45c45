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

# A receipt that was taken back after it was exported stays in what is exported, with the line that takes it back.
_SCHOOL = """
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
_ALLIANCE = """
    SELECT 'journal' AS kind, e.entry_id AS document_id, e.number, e.posted_on AS on_day, CAST(NULL AS date) AS due_on,
        e.document_number AS reference, e.description AS details, l.account AS ledger_code, 'O' AS vat_class,
        CAST(0 AS numeric(5, 2)) AS vat_rate, l.debit_pence - l.credit_pence AS net_pence,
        CAST(0 AS bigint) AS vat_pence
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
            vat_rate, net_pence, vat_pence
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
    UNION SELECT code FROM account WHERE CAST(:urn AS integer) IS NULL ORDER BY 1
""")
_PROFILE = text("SELECT * FROM export_profile WHERE school_urn IS NOT DISTINCT FROM CAST(:urn AS integer)")
_SAVE = text("""
    INSERT INTO export_profile (school_urn, format, account, bank_nominal, department, nominals, tax_codes, columns,
        saved_by)
    SELECT :urn, format, account, bank_nominal, department, nominals, tax_codes, columns, saved_by
    FROM jsonb_populate_recordset(CAST(NULL AS export_profile), CAST(:rows AS jsonb))
    ON CONFLICT (school_urn) DO UPDATE SET format = excluded.format, account = excluded.account,
        bank_nominal = excluded.bank_nominal, department = excluded.department, nominals = excluded.nominals,
        tax_codes = excluded.tax_codes, columns = excluded.columns, saved_by = excluded.saved_by,
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
