"""What waits in the books, counted: one row for each kind of thing that somebody has to deal with."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.storage.workbench import CONDITIONS

# What is received and not invoiced is valued as `storage.uninvoiced` values it line by line; what is open of suppliers'
# invoices is what `storage.open_items` says of each, less what the supplier has credited. The three kinds of held lines
# are those of the workbench, without VAT as there.
_DESK = text(f"""
    WITH invoiced AS (
        SELECT m.purchase_order_id, m.order_line_no AS line_no, m.school_urn,
            sum(m.quantity_invoiced - greatest(m.credited_quantity - m.upheld_quantity, 0)) AS quantity
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE i.issue_date <= CAST(:today AS date) GROUP BY m.purchase_order_id, m.order_line_no, m.school_urn
    ), uninvoiced AS (
        SELECT d.quantity, d.net_pence, l.unit_price,
            least(d.received, d.quantity) - coalesce(invoiced.quantity, 0) AS units
        FROM drop_line d JOIN purchase_order_line l USING (purchase_order_id, line_no)
        LEFT JOIN invoiced USING (purchase_order_id, line_no, school_urn)
        WHERE d.received > 0 AND l.kind <> 'charge'
            AND least(d.received, d.quantity) > coalesce(invoiced.quantity, 0)
    ), open_bill AS (
        SELECT gross_pence - paid_pence - credited_pence AS pence, due_date FROM bill
        WHERE paid_pence + credited_pence < gross_pence
    ), held AS (
        SELECT m.supplier_invoice_id, sum(m.net_pence + m.vat_pence) AS pence
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE m.state = 'held' AND i.rejected_why IS NULL GROUP BY m.supplier_invoice_id
    ), bench AS (
        SELECT m.* FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE ({CONDITIONS["all"]}) AND i.rejected_why IS NULL
    )
    SELECT 'bank_lines_unmatched' AS name, count(*) AS waiting,
        CAST(coalesce(sum(abs(amount_pence)), 0) AS bigint) AS pence
    FROM bank_line WHERE state = 'new'
    UNION ALL
    SELECT 'bank_money_in', count(*), CAST(coalesce(sum(amount_pence), 0) AS bigint)
    FROM bank_line WHERE state = 'new' AND amount_pence > 0
    UNION ALL
    SELECT 'bank_money_out', count(*), CAST(coalesce(-sum(amount_pence), 0) AS bigint)
    FROM bank_line WHERE state = 'new' AND amount_pence < 0
    UNION ALL
    SELECT 'invoices_held', count(*), CAST(coalesce(sum(pence), 0) AS bigint) FROM held
    UNION ALL
    SELECT 'lines_to_decide', count(*) FILTER (WHERE {CONDITIONS["to_decide"]}),
        CAST(coalesce(sum(m.net_pence) FILTER (WHERE {CONDITIONS["to_decide"]}), 0) AS bigint) FROM bench m
    UNION ALL
    SELECT 'lines_awaiting_receipts', count(*) FILTER (WHERE {CONDITIONS["awaiting"]}),
        CAST(coalesce(sum(m.net_pence) FILTER (WHERE {CONDITIONS["awaiting"]}), 0) AS bigint) FROM bench m
    UNION ALL
    SELECT 'lines_disputed', count(*) FILTER (WHERE m.state = 'held' AND m.disputed),
        CAST(coalesce(sum(m.net_pence) FILTER (WHERE m.state = 'held' AND m.disputed), 0) AS bigint) FROM bench m
    UNION ALL
    SELECT 'received_not_invoiced', count(*), CAST(coalesce(sum(
        CASE WHEN units = quantity THEN net_pence ELSE round(units * unit_price * 100) END), 0) AS bigint)
    FROM uninvoiced
    UNION ALL
    SELECT 'ready_to_bill', count(DISTINCT school_urn),
        CAST(coalesce(sum(billable_net_pence + billable_vat_pence), 0) AS bigint)
    FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
    WHERE m.state = 'billable' AND i.settlement = 'recharge'
    UNION ALL
    SELECT 'ready_to_credit', count(DISTINCT school_urn),
        CAST(coalesce(sum(due_net_pence + due_vat_pence), 0) AS bigint)
    FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
    WHERE bill_id IS NOT NULL AND due_net_pence + due_vat_pence > 0 AND i.settlement = 'recharge'
    UNION ALL
    SELECT 'bills_open', count(*), CAST(coalesce(sum(pence), 0) AS bigint) FROM open_bill
    UNION ALL
    SELECT 'bills_overdue', count(*), CAST(coalesce(sum(pence), 0) AS bigint) FROM open_bill WHERE due_date < :today
    UNION ALL
    SELECT 'bills_disputed', count(*), CAST(coalesce(sum(b.net_pence + b.vat_pence), 0) AS bigint)
    FROM bill_dispute LEFT JOIN bill_line b USING (bill_id, line_no) WHERE state = 'open'
    UNION ALL
    SELECT 'credit_claims', count(*), CAST(coalesce(sum(claim_net_pence + claim_vat_pence), 0) AS bigint)
    FROM match_line WHERE claim_net_pence + claim_vat_pence > 0
    UNION ALL
    SELECT 'payment_runs_waiting', count(*), CAST(coalesce(sum(total_pence), 0) AS bigint)
    FROM payment_run WHERE state IN ('proposed', 'approved')
    UNION ALL
    SELECT 'journals_waiting', count(*), CAST(coalesce(sum(pence), 0) AS bigint)
    FROM manual_journal WHERE state = 'proposed' AND proposer_id IS DISTINCT FROM CAST(:reader AS uuid)
    UNION ALL
    SELECT 'supplier_invoices_open', count(*), CAST(coalesce(sum(gross_pence - settled_pence), 0) AS bigint)
    FROM (
        SELECT i.gross_pence, i.paid_pence + coalesce((
            SELECT sum(share.net_pence + share.vat_pence)
            FROM credit_share share JOIN supplier_invoice note USING (supplier_invoice_id)
            WHERE share.of_invoice_id = i.supplier_invoice_id AND note.kind = 'credit_note'), 0) AS settled_pence
        FROM supplier_invoice i
        WHERE i.settlement = 'recharge' AND i.kind = 'invoice' AND i.paid_pence < i.gross_pence
    ) invoice WHERE settled_pence < gross_pence
""")  # noqa: S608 - text of this package
_CLOSED_TO = text("SELECT CAST(max(month) + interval '1 month - 1 day' AS date) FROM period WHERE state = 'closed'")


def counted(connection: Connection, today: date, reader_id: str | None) -> list[Row[Any]]:
    """(name, waiting, pence) of each kind of thing that waits; `today` says which bills are overdue.

    A journal does not wait for whoever proposed it.
    """
    return list(connection.execute(_DESK, {"today": today, "reader": reader_id}))


def closed_to(connection: Connection) -> date | None:
    """The last day of the latest closed month; None where no month is closed."""
    day: date | None = connection.execute(_CLOSED_TO).scalar_one()
    return day
