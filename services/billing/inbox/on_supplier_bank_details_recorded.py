"""Where suppliers are paid, for payment runs."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.supplier_accounts import record_accounts

EVENT_TYPE: Final = "SupplierBankDetailsRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep each account with the day from which it counts."""
    record_accounts(connection, [event.body for event in events])
