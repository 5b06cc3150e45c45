"""Remind the schools that owe something of a round's deadline."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event_log import append
from contracts.london import london_day
from services.orders.domain.deadlines import Reminder, latest_reminder
from services.orders.storage import deadlines


def remind_schools(database: Database, now: datetime) -> list[str]:
    """Tell, for each open round whose reminder is due, which schools owe what; returns the rounds' ids.

    A reminder that was missed is given once while the deadline is to come, and only the latest of several.
    """
    reminded = []
    with database.transaction(SERVICE) as connection:
        for found in deadlines.open_rounds(connection, now):
            latest = latest_reminder(found.opens_at, found.closes_at, now)
            if latest is None or (found.reminded_at is not None and found.reminded_at >= latest[1]):
                continue
            if deadlines.claim_reminder(connection, found.round_id, found.closes_at, latest[1], now):
                _tell(connection, found, *latest, now)
                reminded.append(found.round_id)
    return reminded


def _tell(connection: Connection, found: Row[Any], reminder: Reminder, due: datetime, now: datetime) -> None:
    body = {
        "round_id": found.round_id,
        "number": found.number,
        "title": found.title,
        "closes_at": f"{found.closes_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "reminder": reminder,
        "due_at": f"{due:%Y-%m-%dT%H:%M:%SZ}",
        "schools": deadlines.owing(connection, found.round_id, london_day(now)),
    }
    append(connection, "RoundReminderDue", key=f"round:{found.round_id}", body=body)
