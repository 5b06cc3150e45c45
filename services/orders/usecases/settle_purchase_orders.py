"""Billing has settled purchase orders: their rounds go on."""

from collections.abc import Sequence

from sqlalchemy import Connection

from services.orders.storage import purchase_orders as stored


def settle_purchase_orders(connection: Connection, purchase_order_ids: Sequence[str]) -> None:
    """Keep that these are settled; a round of which all accepted ones are is settled too."""
    for round_id in sorted(stored.mark_settled(connection, purchase_order_ids)):
        stored.advance_round(connection, round_id)
