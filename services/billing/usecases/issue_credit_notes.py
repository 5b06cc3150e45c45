"""Give schools back what suppliers have credited of their bills, and what is taken off these."""

from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.event_log import NewEvent, append_many
from chassis.numbers import next_numbers
from contracts.london import london_today
from services.billing.domain.ledger import bill_entry
from services.billing.domain.match_facts import Key
from services.billing.storage import credit_notes, ledger, taken_off

_Rows = Sequence[dict[str, Any]]


def issue_credit_notes(connection: Connection, order_ids: Sequence[str], issued_by: str) -> list[Row[Any]]:
    """One credit note for each bill of these purchase orders that a supplier's credit lowers; none if there is none.

    All credits together never exceed the bill: a school gets back what it was billed beyond what it may be billed now,
    as far as the supplier has credited its share.
    """
    due = credit_notes.due_by_bill(connection, order_ids)
    return _issue(connection, due, issued_by, lambda rows: credit_notes.add_credit_notes(connection, rows, order_ids))


def take_off_bills(connection: Connection, keys: Collection[Key], issued_by: str, why: str) -> list[Row[Any]]:
    """Take these billed matches off their bills, each with all that stands there, and open them again.

    One credit note for each bill says why; the bill stays as it was written.
    """
    off = taken_off.lines_by_bill(connection, keys)
    return _issue(connection, off, issued_by, lambda rows: taken_off.take_off(connection, rows, keys), why)


def _issue(
    connection: Connection, due: Sequence[Row[Any]], issued_by: str, add: Callable[[_Rows], None], why: str = ""
) -> list[Row[Any]]:
    """Number a credit note for each bill with something due, `add` them, post and publish them."""
    rows = [
        {
            "credit_note_id": str(uuid4()),
            "number": number,
            "bill_id": bill.bill_id,
            "school_urn": bill.school_urn,
            "title": f"{bill.title}: {why}" if why else bill.title,
            "issue_date": london_today(),
            "net_pence": bill.net_pence,
            "vat_pence": bill.vat_pence,
            "gross_pence": bill.net_pence + bill.vat_pence,
            "issued_by": issued_by,
        }
        for number, bill in zip(next_numbers(connection, "CN", len(due)), due, strict=True)
    ]
    add(rows)
    if not rows:
        return []
    note_ids = [row["credit_note_id"] for row in rows]
    credit_notes.count_on_bills(connection, note_ids)
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
    amounts = credit_notes.amounts_by_category(connection, note_ids)
    told = zip(rows, due, strict=True)
    append_many(connection, [_issued(row, bill, amounts[row["credit_note_id"]], why) for row, bill in told])
    return credit_notes.get_credit_notes(connection, note_ids)


def _issued(row: dict[str, Any], bill: Row[Any], amounts: list[dict[str, Any]], why: str) -> NewEvent:
    told = ("credit_note_id", "number", "bill_id", "school_urn", "net_pence", "vat_pence", "gross_pence")
    body = {
        **{name: row[name] for name in told},
        "bill_number": bill.bill_number,
        "round_id": bill.round_id,
        "issue_date": row["issue_date"].isoformat(),
        "amounts": amounts,
        "purpose": "general",
        "why": why,
    }
    return NewEvent("CreditNoteIssued", f"bill:{row['bill_id']}", body, version=2)
