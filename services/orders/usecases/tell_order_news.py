"""Tell the other parts what happened to schools' orders."""

from datetime import datetime

from chassis.actor import SERVICE
from chassis.database import Database
from services.orders.storage.order_news import MOST_AT_ONCE, tell_placed_orders
from services.orders.storage.order_news import tell_order_news as tell


def tell_order_news(database: Database, now: datetime) -> None:
    """Append an event for everything that has happened to an order and is not told of yet."""
    more = True
    while more:
        with database.transaction(SERVICE) as connection:
            more = tell(connection, now) == MOST_AT_ONCE
    more = True
    while more:
        with database.transaction(SERVICE) as connection:
            more = tell_placed_orders(connection, now)
