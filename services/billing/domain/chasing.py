"""When schools are asked for the receipts that an invoice waits for: by working days, at half past seven in London.

Whoever asks notes when; what was noted before the latest morning that has come is due now. So a morning that passed
while nothing ran is made up for once, and several that passed are made up for together.
"""

from datetime import UTC, date, datetime, time
from typing import Final

from contracts.london import LONDON
from contracts.working_days import add_working_days

FIRST_AFTER: Final = 2
"""Working days after the day on which the invoice came."""

EVERY: Final = 3
"""Working days from one chase to the next."""

_MORNING: Final = time(7, 30)
_LONGEST: Final = 200
"""So many chases are counted: two years and a half, after which there is nobody left to ask."""


def latest_chase(came_on: date, now: datetime) -> datetime | None:
    """The latest morning, in UTC, on which schools were to be asked; None before the first."""
    due, day = None, add_working_days(came_on, FIRST_AFTER)
    for _ in range(_LONGEST):
        morning = datetime.combine(day, _MORNING, LONDON).astimezone(UTC)
        if morning > now:
            break
        due, day = morning, add_working_days(day, EVERY)
    return due
