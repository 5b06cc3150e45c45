"""What a bank line pays through a payment run: the invoices behind it, one by one."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from services.billing.domain.open_item import RETURNED
from services.billing.storage.open_items import paid_by_runs
from services.billing.usecases.settle_bank_lines import Part

RUNS = frozenset({"payment_run", "remittance", RETURNED})


def expanded(connection: Connection, parts: Sequence[Part]) -> list[Part]:
    """The parts with runs, and suppliers' parts of runs, replaced by what they pay; credits are set off.

    Of what came back, all of it the other way.
    """
    runs = {part.document_id: part.kind for part in parts if part.kind in RUNS and part.document_id}
    paid: dict[str, list[Part]] = defaultdict(list)
    for row in paid_by_runs(connection, list(runs)) if runs else ():
        kind = "supplier_invoice" if row.kind == "invoice" else "supplier_credit_note"
        paid[row.document_id].append(
            Part(
                kind,
                row.supplier_invoice_id,
                row.our_number,
                row.amount_pence if runs[row.document_id] == RETURNED else -row.amount_pence,
                supplier_id=row.supplier_id,
                payment_run_id=row.payment_run_id,
            )
        )
    return [each for part in parts for each in (paid[str(part.document_id)] if part.kind in RUNS else [part])]
