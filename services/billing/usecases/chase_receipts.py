"""Ask schools to record what arrived, because an invoice waits for it."""

from datetime import datetime
from itertools import groupby

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event_log import append
from contracts.london import london_day
from services.billing.domain.chasing import latest_chase
from services.billing.storage import awaited_receipts


def chase_receipts(database: Database, now: datetime) -> list[str]:
    """Tell of each invoice whose schools should have recorded what arrived by now; returns our numbers of them."""
    chased = []
    with database.transaction(SERVICE) as connection:
        awaited = awaited_receipts.awaited_receipts(connection)
        for invoice_id, rows in groupby(awaited, key=lambda row: str(row.supplier_invoice_id)):
            schools = {row.school_urn: row for row in rows}
            invoice = next(iter(schools.values()))
            due = latest_chase(london_day(invoice.registered_at), now)
            if due is None:
                continue
            asked = awaited_receipts.claim_chases(connection, invoice_id, list(schools), due, now)
            if not asked:
                continue
            chased.append(invoice.our_number)
            body = {
                "supplier_invoice_id": invoice_id,
                "our_number": invoice.our_number,
                "number": invoice.number,
                "issue_date": invoice.issue_date.isoformat(),
                "supplier_name": invoice.supplier_name,
                "due_at": f"{due:%Y-%m-%dT%H:%M:%SZ}",
                "schools": [{"school_urn": urn, "purchase_orders": schools[urn].orders} for urn in asked],
            }
            append(connection, "InvoiceAwaitsReceipts", key=f"supplier_invoice:{invoice_id}", body=body)
    return chased
