"""The worker of orders: its relay, what it listens to, and what it does by the clock.

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
from services.orders.api.order_documents import render
from services.orders.usecases.chase import chase_answers, chase_receipts
from services.orders.usecases.chase_decisions import chase_decisions
from services.orders.usecases.close_round import close_due_rounds
from services.orders.usecases.drop_leavers import drop_leavers
from services.orders.usecases.keep_photo import forget_photos
from services.orders.usecases.make_documents import make_due_documents
from services.orders.usecases.open_due_rounds import open_due_rounds
from services.orders.usecases.remind_schools import remind_schools
from services.orders.usecases.run_subscriptions import run_due_plans
from services.orders.usecases.tell_order_news import tell_order_news

_BY_THE_CLOCK: Final[tuple[tuple[float, Callable[[Database, datetime], object]], ...]] = (
    (2.0, open_due_rounds),
    (2.0, close_due_rounds),
    (2.0, tell_order_news),
    (1.0, lambda database, _: make_due_documents(database, render, lambda: datetime.now(UTC))),
    (15.0, remind_schools),
    (60.0, drop_leavers),
    (60.0, chase_answers),
    (60.0, chase_decisions),
    (60.0, chase_receipts),
    (3600.0, forget_photos),
    (60.0, run_due_plans),
)


def main() -> None:
    """Run until told to stop."""
    settings = read_settings("orders", os.environ)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    timers = [Timer(seconds, _now(action, database)) for seconds, action in _BY_THE_CLOCK]
    run_worker("orders", settings, database, handlers_in("services.orders.inbox"), timers)


def _now(action: Callable[[Database, datetime], object], database: Database) -> Callable[[], object]:
    return lambda: action(database, datetime.now(UTC))
