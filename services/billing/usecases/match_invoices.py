"""Match the invoices of purchase orders against what was ordered and received."""

from collections.abc import Collection

from sqlalchemy import Connection

from services.billing.domain.matching import match_purchase_order
from services.billing.storage import invoices, matches, orders


def match_invoices(connection: Connection, order_ids: Collection[str]) -> None:
    """Match afresh every unbilled line invoiced on these purchase orders; billed lines stand."""
    invoiced = invoices.orders_with_invoices(connection, list(order_ids))
    orders.lock_orders(connection, invoiced)
    for order_id in invoiced:
        before = matches.matches_of_order(connection, order_id)
        found = match_purchase_order(
            orders.order_lines(connection, order_id),
            orders.drops(connection, order_id),
            invoices.invoiced_lines(connection, order_id),
            matches.standing(before),
        )
        matches.write_matches(connection, order_id, before, found)
