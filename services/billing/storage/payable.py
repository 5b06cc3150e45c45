"""What is open of suppliers' invoices and credits, and whose bank details are in question."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.payment_run import PayableAccount
from services.billing.storage.bulk import insert_rows

# A credit that is shared over invoices is taken off those; the rest of it stands for itself.
_OPEN = text("""
    WITH given AS (
        SELECT of_invoice_id, CAST(sum(net_pence + vat_pence) AS bigint) AS pence FROM credit_share GROUP BY 1
    ), taken AS (
        SELECT supplier_invoice_id, CAST(sum(net_pence + vat_pence) AS bigint) AS pence FROM credit_share GROUP BY 1
    ), item AS (
        SELECT i.supplier_invoice_id, i.supplier_id, i.our_number, coalesce(i.due_date, i.issue_date + 30) AS due_on,
            i.gross_pence - i.paid_pence - coalesce(given.pence, 0) + coalesce(taken.pence, 0) AS open_pence
        FROM supplier_invoice i
        LEFT JOIN given ON given.of_invoice_id = i.supplier_invoice_id
        LEFT JOIN taken ON taken.supplier_invoice_id = i.supplier_invoice_id
        WHERE i.settlement = 'recharge'
            AND (CAST(:these AS uuid[]) IS NULL OR i.supplier_invoice_id = ANY(CAST(:these AS uuid[])))
    )
    SELECT CAST(item.supplier_invoice_id AS text) AS supplier_invoice_id, CAST(supplier_id AS text) AS supplier_id,
        coalesce(supplier.name, '') AS supplier_name, our_number, due_on, open_pence
    FROM item LEFT JOIN supplier USING (supplier_id)
    WHERE open_pence <> 0 AND (CAST(:these AS uuid[]) IS NOT NULL OR NOT EXISTS (
        SELECT FROM payment_run_item live WHERE live.supplier_invoice_id = item.supplier_invoice_id AND live.live))
    ORDER BY our_number
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


def open_invoices(connection: Connection, invoice_ids: Sequence[str] | None = None) -> list[Row[Any]]:
    """Invoices and credits that something is left of, and that no live payment run has; or these, whoever has them.

    Rows of supplier_invoice_id, supplier_id, supplier_name, our_number, due_on (30 days where the supplier says
    nothing) and open_pence, negative where the supplier owes it. What schools pay directly is none of them.
    """
    return list(connection.execute(_OPEN, {"these": None if invoice_ids is None else list(invoice_ids)}))


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
