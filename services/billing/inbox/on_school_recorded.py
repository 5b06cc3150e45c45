"""Schools: their names, for bills and statements, and their dated numbers of pupils, for the fund."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.directory import record_schools
from services.billing.storage.fund_years import record_pupils

EVENT_TYPE: Final = "SchoolRecorded"
_KEPT: Final = ("urn", "name", "joined_on", "left_on")


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest state of each."""
    record_schools(
        connection,
        [
            {
                **{name: event.body[name] for name in _KEPT},
                "town": event.body.get("town", ""),
                "postcode": event.body.get("postcode", ""),
                "financial_year": event.body.get("financial_year"),
            }
            for event in events
        ],
    )
    record_pupils(
        connection,
        [
            {
                "school_urn": event.body["urn"],
                "counted_on": event.body["pupils_on"],
                "pupils": event.body["pupils"],
                "source": event.body["pupils_source"] or "",
            }
            for event in events
            if event.body.get("pupils_on") and event.body["pupils"] is not None
        ],
    )
