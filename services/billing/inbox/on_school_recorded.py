"""Schools: their names, for bills and statements, and their dated numbers of pupils, for the fund."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

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
        [{"school_urn": event.body["urn"], **count} for event in events for count in _counts(event.body)],
    )


def _counts(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The school's dated counts of pupils; until version 2 it was told with the newest alone."""
    if "pupil_counts" in body:
        return [{name: count[name] for name in ("counted_on", "pupils", "source")} for count in body["pupil_counts"]]
    if not body.get("pupils_on") or body["pupils"] is None:
        return []
    return [{"counted_on": body["pupils_on"], "pupils": body["pupils"], "source": body["pupils_source"] or ""}]
