"""The catalogue's worker: its relay, what it hears of suppliers, and the timer that starts prices on their day."""

import os

from chassis.actor import SERVICE
from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.settings import read_settings
from chassis.worker import Timer, run_worker
from contracts.london import london_today
from services.catalogue.usecases.publish_offers import publish_due_prices

_PRICES_EVERY_SECONDS = 30.0


def main() -> None:
    """Run until told to stop."""
    settings = read_settings("catalogue", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    timers = [Timer(_PRICES_EVERY_SECONDS, lambda: publish_due_prices(database, SERVICE, london_today()))]
    run_worker("catalogue", settings, database, handlers_in("services.catalogue.inbox"), timers)
