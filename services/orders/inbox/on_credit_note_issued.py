"""Take what schools get back off what they have spent of their budgets."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from chassis.event import Event
from services.orders.storage import budgets

EVENT_TYPE: Final = "CreditNoteIssued"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep what each credit note gives back, by purchase order and category, as a bill of less than nothing."""
    budgets.record_bills(connection, [_as_bill(event.body) for event in events])


def _as_bill(body: Mapping[str, Any]) -> dict[str, Any]:
    amounts = [
        {**amount, "net_pence": -amount["net_pence"], "vat_pence": -amount["vat_pence"]} for amount in body["amounts"]
    ]
    return {**body, "bill_id": body["credit_note_id"], "amounts": amounts}
