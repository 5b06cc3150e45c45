"""Billing's worker: its relay and what it hears from members, catalogue and orders."""

import os

from chassis.actor import SERVICE
from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.idempotency import forget_old_keys
from chassis.settings import read_settings
from chassis.worker import Timer, run_worker


def main() -> None:
    """Run until told to stop."""
    settings = read_settings("billing", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)

    def forget() -> None:
        with database.transaction(SERVICE) as connection:
            forget_old_keys(connection)

    run_worker("billing", settings, database, handlers_in("services.billing.inbox"), timers=[Timer(3600, forget)])
