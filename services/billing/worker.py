"""The worker of billing: its relay, what it hears from members, catalogue and orders, and what it does by the clock.

Every timer finds what is due in the database, so that nothing is missed while nothing ran, and marks it there, so that
several workers do it once.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.settings import read_settings
from chassis.worker import Timer, run_worker
from services.billing.usecases.chase_receipts import chase_receipts
from services.billing.usecases.remind_governors import remind_governors
from services.billing.usecases.remind_schools import remind_schools

_BY_THE_CLOCK: Final[tuple[tuple[float, Callable[[Database, datetime], object]], ...]] = (
    (60.0, chase_receipts),
    (60.0, remind_schools),
    (60.0, remind_governors),
)


def main() -> None:
    """Run until told to stop."""
    settings = read_settings("billing", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    timers = [Timer(seconds, _now(action, database)) for seconds, action in _BY_THE_CLOCK]
    run_worker("billing", settings, database, handlers_in("services.billing.inbox"), timers)


def _now(action: Callable[[Database, datetime], object], database: Database) -> Callable[[], object]:
    return lambda: action(database, datetime.now(UTC))
