"""Remind schools of bills that are due: on the day, a week and three weeks after it."""

from datetime import datetime

from chassis.actor import SERVICE
from chassis.database import Database
from services.billing.domain.reminding import REMINDED_AFTER, reminding_day
from services.billing.storage import reminders


def remind_schools(database: Database, now: datetime) -> list[str]:
    """Publish each reminder that has come, once however many workers run; returns the ids of the bills."""
    with database.transaction(SERVICE) as connection:
        return reminders.remind(connection, REMINDED_AFTER, reminding_day(now), now)
