"""Composition root of the gateway's worker: hears of people, removes what has expired."""

import os

from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.settings import read_settings
from chassis.worker import Timer, run_worker
from gateway.usecases.purge_expired import purge_expired

_PURGE_SECONDS = 600


def main() -> None:
    """Run until told to stop, with the settings of the environment."""
    settings = read_settings("gateway", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    timers = [Timer(_PURGE_SECONDS, lambda: purge_expired(database))]
    run_worker("gateway", settings, database, handlers_in("gateway.inbox"), timers=timers)


if __name__ == "__main__":
    main()
