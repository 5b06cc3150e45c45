"""Tell the other parts what happened to schools' orders."""

from datetime import datetime

from chassis.actor import SERVICE
from chassis.database import Database
from services.orders.storage.order_news import MOST_AT_ONCE
from services.orders.storage.order_news import tell_order_news as tell


def tell_order_news(database: Database, now: datetime) -> None:
    """Append an event for each order that was sent, approved, returned or dropped and not yet told of."""
    while True:
        with database.transaction(SERVICE) as connection:
            if tell(connection, now) < MOST_AT_ONCE:
                return
