"""The worker of orders: its relay, what it listens to, and the timer that closes rounds at their deadline."""

import os
from datetime import UTC, datetime

from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.settings import read_settings
from chassis.worker import Timer, run_worker
from services.orders.usecases.close_round import close_due_rounds

_DEADLINES_EVERY_SECONDS = 2.0


def main() -> None:
    """Run until told to stop."""
    settings = read_settings("orders", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    timers = [Timer(_DEADLINES_EVERY_SECONDS, lambda: close_due_rounds(database, datetime.now(UTC)))]
    run_worker("orders", settings, database, handlers_in("services.orders.inbox"), timers)
