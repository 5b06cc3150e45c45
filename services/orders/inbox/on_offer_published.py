"""Keep what may be offered in coming rounds."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies

EVENT_TYPE = "OfferPublished"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each offer as last published; open rounds keep what they fixed."""
    copies.record_offers(connection, [event.body for event in events])
