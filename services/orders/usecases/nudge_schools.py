"""The manager asks schools for their answer to a round, besides the reminders that go by themselves."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from contracts.london import london_day
from services.orders.domain.errors import NobodyToNudge
from services.orders.storage import deadlines, rounds

AT_MOST_EVERY: Final = timedelta(hours=4)


def nudge_schools(
    database: Database, actor: Actor, round_id: str, urns: Sequence[int] | None, now: datetime
) -> list[int]:
    """Ask those of the schools (None: all) that owe something, each at most every four hours; the URNs of those asked.

    Raises NotFound, RoundNotOpen, and NobodyToNudge where none of them owes anything or all were asked just now.
    """
    with database.transaction(actor) as connection:
        found = rounds.find_round(connection, round_id)
        if found is None:
            raise NotFound("There is no such round.")
        found.must_take_orders(now)
        owing = deadlines.owing(connection, round_id, london_day(now), urns)
        claimed = deadlines.claim_nudges(
            connection, round_id, [school["school_urn"] for school in owing], now, since=now - AT_MOST_EVERY
        )
        if not claimed:
            raise NobodyToNudge("None of them owes anything that was not asked for within the last four hours.")
        body = {
            "round_id": round_id,
            "number": found.number,
            "title": found.title,
            "closes_at": f"{found.closes_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "by": actor.name,
            "schools": [school for school in owing if school["school_urn"] in claimed],
        }
        append(connection, "SchoolsNudged", key=f"round:{round_id}", body=body)
    return sorted(claimed)
