"""Say which purchase orders are settled."""

from collections.abc import Collection

from sqlalchemy import Connection

from chassis.event_log import NewEvent, append_many
from services.billing.storage import settlement


def settle_orders(connection: Connection, order_ids: Collection[str]) -> None:
    """Publish PurchaseOrderSettled, once, for those of the purchase orders that have become settled."""
    settled = settlement.settle(connection, order_ids)
    append_many(
        connection,
        [
            NewEvent("PurchaseOrderSettled", f"purchase_order:{order_id}", {"purchase_order_id": order_id})
            for order_id in settled
        ],
    )
