"""Give schools back what suppliers have credited of their bills."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.event_log import NewEvent, append_many
from chassis.numbers import next_numbers
from contracts.london import london_today
from services.billing.domain.ledger import bill_entry
from services.billing.storage import credit_notes, ledger


def issue_credit_notes(connection: Connection, order_ids: Sequence[str], issued_by: str) -> list[Row[Any]]:
    """One credit note for each bill of these purchase orders that a supplier's credit lowers; none if there is none.

    All credits together never exceed the bill: a school gets back what it was billed beyond what it may be billed now,
    as far as the supplier has credited its share.
    """
    due = credit_notes.due_by_bill(connection, order_ids)
    bills = {bill.bill_id: bill for bill in due}
    rows = [
        {
            "credit_note_id": str(uuid4()),
            "number": number,
            "bill_id": bill.bill_id,
            "school_urn": bill.school_urn,
            "title": bill.title,
            "issue_date": london_today(),
            "net_pence": bill.net_pence,
            "vat_pence": bill.vat_pence,
            "gross_pence": bill.net_pence + bill.vat_pence,
            "issued_by": issued_by,
        }
        for number, bill in zip(next_numbers(connection, "CN", len(due)), due, strict=True)
    ]
    if not rows:
        return []
    credit_notes.add_credit_notes(connection, rows, order_ids)
    _tell(connection, rows, bills, issued_by)
    return credit_notes.get_credit_notes(connection, [row["credit_note_id"] for row in rows])


def _tell(
    connection: Connection, rows: Sequence[dict[str, Any]], bills: Mapping[str, Row[Any]], issued_by: str
) -> None:
    """Post the credit notes to the ledger and publish them."""
    entries = [
        bill_entry(
            row["credit_note_id"],
            row["number"],
            row["issue_date"],
            row["school_urn"],
            net_pence=-row["net_pence"],
            vat_pence=-row["vat_pence"],
            description=row["title"],
        )
        for row in rows
    ]
    ledger.post(connection, entries, issued_by)
    amounts = credit_notes.amounts_by_category(connection, [row["credit_note_id"] for row in rows])
    events = [_issued(row, bills[row["bill_id"]], amounts[row["credit_note_id"]]) for row in rows]
    append_many(connection, events)


def _issued(row: dict[str, Any], bill: Row[Any], amounts: list[dict[str, Any]]) -> NewEvent:
    told = ("credit_note_id", "number", "bill_id", "school_urn", "net_pence", "vat_pence", "gross_pence")
    body = {
        **{name: row[name] for name in told},
        "bill_number": bill.bill_number,
        "round_id": bill.round_id,
        "issue_date": row["issue_date"].isoformat(),
        "amounts": amounts,
        "purpose": "general",
        "why": "",
    }
    return NewEvent("CreditNoteIssued", f"bill:{row['bill_id']}", body, version=2)
