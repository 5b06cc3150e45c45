"""Offer something no more."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies

EVENT_TYPE = "OfferWithdrawn"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take the offers out of coming rounds and open forms; lines that stand in orders stay."""
    copies.withdraw_offers(connection, [event.body["offer_id"] for event in events])
