"""What is open of suppliers' invoices and credits, and whose bank details are in question."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from services.billing.domain.payment_run import OpenInvoice, PayableAccount
from services.billing.storage.bulk import insert_rows
from services.billing.storage.open_items import open_items

_OF_SUPPLIERS: Final = ("supplier_invoice", "supplier_credit_note")

_DUE = text("""
    SELECT CAST(i.supplier_invoice_id AS text) AS supplier_invoice_id,
        coalesce(i.due_date, i.issue_date + 30) AS due_on,
        EXISTS (SELECT FROM payment_run_item live
            WHERE live.supplier_invoice_id = i.supplier_invoice_id AND live.live) AS in_run
    FROM supplier_invoice i WHERE i.supplier_invoice_id = ANY(CAST(:invoices AS uuid[]))
""")
_ACCOUNTS = text("""
    SELECT DISTINCT ON (supplier_id) CAST(supplier_id AS text) AS supplier_id, account_name, sort_code, account_number
    FROM supplier_account WHERE from_on <= :day AND supplier_id = ANY(CAST(:suppliers AS uuid[]))
    ORDER BY supplier_id, from_on DESC
""")
_CHANGES = text("""
    SELECT CAST(supplier_id AS text) AS supplier_id, step, account_ending, effective_on FROM supplier_account_change
    WHERE supplier_id = ANY(CAST(:suppliers AS uuid[]))
""")
_SETTLE_CHANGES = text("DELETE FROM supplier_account_change WHERE bank_details_id = ANY(CAST(:these AS uuid[]))")


def open_invoices(connection: Connection, invoice_ids: Sequence[str] | None = None) -> list[OpenInvoice]:
    """Invoices and credits that something is left of, and that no live payment run has; or these, whoever has them.

    Due after 30 days where the supplier says nothing; negative where the supplier owes it. What schools pay directly is
    none of them. What is in the way of paying is not looked at here.
    """
    items = [item for item in open_items(connection, "general", invoice_ids) if item.kind in _OF_SUPPLIERS]
    rows = connection.execute(_DUE, {"invoices": [item.document_id for item in items]})
    due = {row.supplier_invoice_id: row.due_on for row in rows if invoice_ids is not None or not row.in_run}
    return [
        OpenInvoice(
            item.supplier_id or "",
            item.party,
            item.document_id,
            item.number,
            due[item.document_id],
            -item.open_pence,
        )
        for item in items
        if item.document_id in due
    ]


def accounts_on(connection: Connection, supplier_ids: Sequence[str], day: date) -> dict[str, PayableAccount]:
    """By supplier the account that counts on a day; whoever has confirmed none is missing."""
    rows = connection.execute(_ACCOUNTS, {"suppliers": list(supplier_ids), "day": day})
    return {row.supplier_id: PayableAccount(row.account_name, row.sort_code, row.account_number) for row in rows}


def changing_accounts(connection: Connection, supplier_ids: Sequence[str]) -> list[Row[Any]]:
    """Changes of bank details that are proposed or wait: supplier_id, step, account_ending, effective_on."""
    return list(connection.execute(_CHANGES, {"suppliers": list(supplier_ids)}))


def record_changes(connection: Connection, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Keep which changes are on their way (bodies of BankDetailsChanging in their order); what is over is forgotten."""
    last = {body["supplier_id"]: body for body in bodies}
    over = [body["bank_details_id"] for body in bodies if body["step"] in ("stopped", "in_force")]
    connection.execute(_SETTLE_CHANGES, {"these": over})
    columns = ("supplier_id", "bank_details_id", "step", "account_ending", "effective_on")
    insert_rows(
        connection,
        "supplier_account_change",
        [{name: body[name] for name in columns} for body in last.values() if body["step"] in ("proposed", "confirmed")],
        "ON CONFLICT (supplier_id) DO UPDATE SET bank_details_id = excluded.bank_details_id, step = excluded.step,"
        " account_ending = excluded.account_ending, effective_on = excluded.effective_on",
    )
