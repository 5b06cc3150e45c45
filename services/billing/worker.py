"""Billing's worker: its relay and what it hears from members, catalogue and orders."""

import os

from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.settings import read_settings
from chassis.worker import run_worker


def main() -> None:
    """Run until told to stop."""
    settings = read_settings("billing", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    run_worker("billing", settings, database, handlers_in("services.billing.inbox"))
