"""The members' worker: its relay, the timers of memberships and bank details, and tidying. It listens to nobody."""

import os

from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.settings import read_settings
from chassis.worker import Timer, run_worker
from services.members.usecases.change_bank_details import put_in_force
from services.members.usecases.preview_import import forget_waiting_imports
from services.members.usecases.record_memberships import renew_memberships

_RENEW_SECONDS = 60.0
_FORGET_SECONDS = 3600.0


def main() -> None:
    """Run until told to stop."""
    settings = read_settings("members", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    timers = [
        Timer(_RENEW_SECONDS, lambda: renew_memberships(database)),
        Timer(_RENEW_SECONDS, lambda: put_in_force(database)),
        Timer(_FORGET_SECONDS, lambda: forget_waiting_imports(database)),
    ]
    run_worker("members", settings, database, handlers_in("services.members.inbox"), timers)
