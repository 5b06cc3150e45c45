"""Answer suppliers: whenever a document's state has changed, keep the answer and tell of it."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row

from chassis.event_log import NewEvent, append_many
from services.billing.domain.invoice_answer import Facts, Reason, State, reasons_of, state_of
from services.billing.storage import invoice_answers

_TOLD = (
    "supplier_invoice_id",
    "our_number",
    "number",
    "kind",
    "supplier_id",
    "purchase_order_id",
    "purchase_order_number",
    "gross_pence",
)


def answer_invoices(connection: Connection, invoice_ids: Collection[str]) -> None:
    """Answer those of these documents whose state is not the one last told."""
    changed = [
        (row, state)
        for row in invoice_answers.facts(connection, invoice_ids)
        if (state := state_of(facts_of(row))) != row.last_state
    ]
    answers = [(row, state, reasons_now(connection, row, state)) for row, state in changed]
    invoice_answers.add_answers(
        connection,
        [
            {
                "supplier_invoice_id": row.supplier_invoice_id,
                "seq": row.last_seq + 1,
                "supplier_id": row.supplier_id,
                "state": state,
                "reasons": [asdict(reason) for reason in reasons],
            }
            for row, state, reasons in answers
        ],
    )
    append_many(connection, [_event(row, state, reasons) for row, state, reasons in answers])


def answer_orders(connection: Connection, order_ids: Collection[str]) -> None:
    """Answer what stands on these purchase orders."""
    answer_invoices(connection, invoice_answers.invoices_of_orders(connection, order_ids))


def facts_of(row: Row[Any]) -> Facts:
    """The facts of one document as storage gives them."""
    return Facts(
        row.gross_pence,
        row.paid_pence,
        row.credited_pence,
        row.rejected_why,
        matched=row.matched,
        held=row.held,
        queried=row.queried,
    )


def reasons_now(connection: Connection, row: Row[Any], state: State) -> tuple[Reason, ...]:
    """Why a document is in this state now."""
    held = invoice_answers.held_matches(connection, row.supplier_invoice_id) if row.held else []
    return reasons_of(state, facts_of(row), held)


def _event(row: Row[Any], state: State, reasons: Collection[Reason]) -> NewEvent:
    body = {
        **{name: getattr(row, name) for name in _TOLD},
        "state": state,
        "reasons": [asdict(reason) for reason in reasons],
    }
    return NewEvent("SupplierInvoiceAnswered", f"supplier_invoice:{row.supplier_invoice_id}", body)
