"""Keep the names of suppliers, and which school one is."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.catalogue.storage.suppliers import save_suppliers

EVENT_TYPE = "SupplierRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over what was last said of each supplier; the first version knew of no school."""
    last = {event.body["supplier_id"]: event.body for event in events}
    save_suppliers(
        connection,
        [
            {"supplier_id": supplier_id, "name": body["name"], "school_urn": body.get("school_urn")}
            for supplier_id, body in last.items()
        ],
    )
