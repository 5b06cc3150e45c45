"""Wait until events have arrived where the demo goes on with them."""

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.database import Database

PATIENCE_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.02

_APPENDED = text("SELECT count(*) FROM event_log")
_APPLIED = text("SELECT coalesce(max(position), 0) FROM consumer_cursor WHERE producer = :producer")
_PARKED = text("SELECT count(*) FROM parked_event WHERE resolution IS NULL")


class DemoStuck(Exception):
    """What the demo needs did not come about; the message says what."""


def until_applied(consumer: Database, producer_name: str, producer: Database) -> None:
    """Return once `consumer` has applied every event that `producer` has appended so far. Raises DemoStuck."""
    with producer.transaction(SERVICE) as connection:
        appended = connection.execute(_APPENDED).scalar_one()

    def applied() -> bool:
        with consumer.transaction(SERVICE) as connection:
            if connection.execute(_PARKED).scalar_one():
                raise DemoStuck(f"Events of {producer_name} could not be applied; see `bursar events parked`.")
            return bool(connection.execute(_APPLIED, {"producer": producer_name}).scalar_one() >= appended)

    until(applied, f"the events of {producer_name} are applied")


def until(condition: Callable[[], bool], awaited: str) -> None:
    """Return once the condition holds; raise DemoStuck when it does not within a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise DemoStuck(f"Waited {PATIENCE_SECONDS:.0f} s in vain until {awaited}.")
        time.sleep(LOOK_SECONDS)
