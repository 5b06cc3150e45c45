"""Payment runs, what they pay, and the files that were written of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, text

from services.billing.domain.bacs import Originator
from services.billing.storage.bulk import as_json, insert_rows

_RUNS = """
    SELECT CAST(payment_run_id AS text) AS payment_run_id, number, state, pay_on, due_by, total_pence, made_by, made_at,
        CAST(makers AS text[]) AS makers, approved_by, approved_at, exported_at, cancelled_by, cancelled_at,
        cancelled_why, version, originator, CAST(bank_account_id AS text) AS bank_account_id, (
            SELECT count(DISTINCT supplier_id) FROM payment_run_item i
            WHERE i.payment_run_id = payment_run.payment_run_id AND left_out_why IS NULL) AS suppliers, (
            SELECT count(*) FROM payment_run_item i
            WHERE i.payment_run_id = payment_run.payment_run_id AND left_out_why IS NULL) AS invoices
    FROM payment_run
"""
_PAGE = text(f"""
    {_RUNS} WHERE (:after = '' OR number < :after) AND (CAST(:state AS text) IS NULL OR state = :state)
    ORDER BY number DESC LIMIT :limit
""")
_ONE = text(f"{_RUNS} WHERE payment_run_id = :run")
_LOCK = text("SELECT 1 FROM payment_run WHERE payment_run_id = :run FOR UPDATE")
_ITEMS = text("""
    SELECT CAST(p.supplier_invoice_id AS text) AS supplier_invoice_id, CAST(p.supplier_id AS text) AS supplier_id,
        coalesce(s.name, '') AS supplier_name, i.our_number, i.number, i.kind,
        coalesce(i.due_date, i.issue_date + 30) AS due_on, i.gross_pence, p.amount_pence, p.account_name, p.sort_code,
        p.account_number, p.reference, p.left_out_why, p.left_out_by, p.live, p.paid_before_pence, i.paid_pence
    FROM payment_run_item p JOIN supplier_invoice i USING (supplier_invoice_id)
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    WHERE p.payment_run_id = :run ORDER BY s.name, p.supplier_id, i.our_number
""")
_EXPORTS = text("""
    SELECT seq, format, exported_by, exported_at, why, encode(sha256, 'hex') AS sha256 FROM payment_run_export
    WHERE payment_run_id = :run ORDER BY seq
""")
_CHOOSE = text("""
    UPDATE payment_run_item i SET left_out_why = sent.left_out_why, left_out_by = sent.left_out_by,
        live = sent.left_out_why IS NULL
    FROM jsonb_populate_recordset(CAST(NULL AS payment_run_item), CAST(:rows AS jsonb)) AS sent
    WHERE i.payment_run_id = :run AND i.supplier_invoice_id = sent.supplier_invoice_id
""")
_TOTAL = text("""
    UPDATE payment_run SET version = version + 1, makers = CASE WHEN CAST(:maker AS uuid) = ANY(makers) THEN makers
            ELSE array_append(makers, CAST(:maker AS uuid)) END,
        total_pence = (SELECT coalesce(sum(amount_pence), 0) FROM payment_run_item i
            WHERE i.payment_run_id = payment_run.payment_run_id AND left_out_why IS NULL)
    WHERE payment_run_id = :run
""")
_APPROVE = text("""
    UPDATE payment_run SET state = 'approved', approved_by = :by, approved_by_id = :by_id, approved_at = now(),
        version = version + 1
    WHERE payment_run_id = :run
""")
_EXPORT = text("""
    UPDATE payment_run SET state = 'exported', exported_at = now(), bank_account_id = :account,
        originator = CAST(:originator AS jsonb), version = version + 1
    WHERE payment_run_id = :run
""")
_EXPORTED_ITEMS = text("""
    UPDATE payment_run_item p SET paid_before_pence = i.paid_pence FROM supplier_invoice i
    WHERE p.payment_run_id = :run AND i.supplier_invoice_id = p.supplier_invoice_id AND left_out_why IS NULL
""")
_CANCEL = text("""
    UPDATE payment_run SET state = 'cancelled', cancelled_by = :by, cancelled_at = now(), cancelled_why = :why,
        version = version + 1
    WHERE payment_run_id = :run
""")
_RELEASE = text("UPDATE payment_run_item SET live = false WHERE payment_run_id = :run AND live")
# Paid is a run whose every item was paid since its file was written; an undone match takes that back. What the bank
# gave back since does not: for the run it is over, and the next one may pay it.
_SETTLE = text("""
    WITH touched AS (
        SELECT DISTINCT r.payment_run_id FROM payment_run r JOIN payment_run_item USING (payment_run_id)
        WHERE supplier_invoice_id = ANY(CAST(:invoices AS uuid[])) AND state IN ('exported', 'paid')
    ), item AS (
        SELECT i.payment_run_id, i.supplier_invoice_id, back.pence <> 0 AS came_back,
            sign(i.amount_pence) * (paid_pence + back.pence - paid_before_pence - i.amount_pence) >= 0 AS paid
        FROM touched JOIN payment_run_item i USING (payment_run_id) JOIN supplier_invoice USING (supplier_invoice_id)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(m.amount_pence), 0) AS pence FROM bank_match m
            WHERE m.document_id = i.supplier_invoice_id AND m.payment_run_id = i.payment_run_id
                AND m.undone_at IS NULL AND sign(m.amount_pence) = sign(i.amount_pence)
        ) back
        WHERE left_out_why IS NULL
    ), now_is AS (
        SELECT payment_run_id, bool_and(paid) AS paid FROM item GROUP BY payment_run_id
    ), changed AS (
        UPDATE payment_run r SET state = CASE WHEN paid THEN 'paid' ELSE 'exported' END, version = version + 1
        FROM now_is WHERE r.payment_run_id = now_is.payment_run_id AND (r.state = 'paid') <> paid
    )
    UPDATE payment_run_item i SET live = NOT now_is.paid AND NOT item.came_back
    FROM item JOIN now_is USING (payment_run_id)
    WHERE i.payment_run_id = item.payment_run_id AND i.supplier_invoice_id = item.supplier_invoice_id
        AND i.live <> (NOT now_is.paid AND NOT item.came_back)
""")
_OTHERS = text("""
    SELECT CAST(i.supplier_invoice_id AS text), r.number
    FROM payment_run_item i JOIN payment_run r USING (payment_run_id)
    WHERE i.live AND i.payment_run_id IS DISTINCT FROM CAST(:run AS uuid) AND (NOT :exported OR r.state = 'exported')
        AND i.supplier_invoice_id = ANY(CAST(:invoices AS uuid[]))
""")


def add_run(connection: Connection, run: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> str:
    """Store a proposed run with its items; returns its id."""
    run_id = str(uuid4())
    insert_rows(connection, "payment_run", [{**run, "payment_run_id": run_id, "state": "proposed"}])
    insert_rows(connection, "payment_run_item", [{**item, "payment_run_id": run_id} for item in items])
    return run_id


def list_runs(connection: Connection, *, state: str | None, after: str, limit: int) -> list[Row[Any]]:
    """Payment runs, the newest first."""
    return list(connection.execute(_PAGE, {"state": state, "after": after, "limit": limit}))


def get_run(connection: Connection, run_id: str) -> Row[Any] | None:
    """One run without its items."""
    return connection.execute(_ONE, {"run": run_id}).one_or_none()


def lock_run(connection: Connection, run_id: str) -> None:
    """Keep others from changing a run until this transaction ends."""
    connection.execute(_LOCK, {"run": run_id})


def items_of(connection: Connection, run_id: str) -> list[Row[Any]]:
    """Everything that a run pays or leaves out, by supplier and our number."""
    return list(connection.execute(_ITEMS, {"run": run_id}))


def exports_of(connection: Connection, run_id: str) -> list[Row[Any]]:
    """The files that were written of a run, the first first."""
    return list(connection.execute(_EXPORTS, {"run": run_id}))


def replace_items(connection: Connection, run_id: str, items: Sequence[Mapping[str, Any]]) -> None:
    """Put other items in the place of a proposed run's."""
    connection.execute(text("DELETE FROM payment_run_item WHERE payment_run_id = :run"), {"run": run_id})
    insert_rows(connection, "payment_run_item", [{**item, "payment_run_id": run_id} for item in items])


def choose(connection: Connection, run_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Leave items out or take them in again: supplier_invoice_id, left_out_why and left_out_by, both None or both
    told."""
    connection.execute(_CHOOSE, {"run": run_id, "rows": as_json(rows)})


def count_again(connection: Connection, run_id: str, maker_id: str) -> None:
    """Sum the run anew; who changed it is one of its makers from now on."""
    connection.execute(_TOTAL, {"run": run_id, "maker": maker_id})


def set_approved(connection: Connection, run_id: str, by: str, by_id: str) -> None:
    """The second person has approved."""
    connection.execute(_APPROVE, {"run": run_id, "by": by, "by_id": by_id})


def set_exported(connection: Connection, run_id: str, bank_account_id: str, originator: Originator) -> None:
    """The file is written: from now on payments of its invoices are its own, and it says from whom they come."""
    connection.execute(_EXPORTED_ITEMS, {"run": run_id})
    names = {"run": run_id, "account": bank_account_id, "originator": json.dumps(asdict(originator))}
    connection.execute(_EXPORT, names)


def add_export(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep who wrote which file of a run, and its digest."""
    connection.execute(
        text("""
            INSERT INTO payment_run_export (payment_run_id, seq, format, exported_by, person_id, why, sha256)
            VALUES (:payment_run_id, :seq, :format, :exported_by, :person_id, :why, :sha256)
        """),
        dict(row),
    )


def set_cancelled(connection: Connection, run_id: str, by: str, why: str) -> None:
    """Give a run up; its invoices can be proposed again."""
    connection.execute(_RELEASE, {"run": run_id})
    connection.execute(_CANCEL, {"run": run_id, "by": by, "why": why})


def settle_runs(connection: Connection, invoice_ids: Collection[str]) -> None:
    """Mark runs paid, or no longer paid, after payments of these invoices were posted or undone."""
    connection.execute(_SETTLE, {"invoices": list(invoice_ids)})


def others_with(
    connection: Connection, run_id: str | None, invoice_ids: Collection[str], *, exported: bool = False
) -> dict[str, str]:
    """Which of these invoices another live run has, or one whose file is written: by invoice that run's number."""
    rows = connection.execute(_OTHERS, {"run": run_id, "invoices": list(invoice_ids), "exported": exported})
    return {row[0]: row[1] for row in rows}
