"""When a school is reminded of a bill that it has not paid."""

from datetime import date, datetime, time, timedelta
from typing import Final

from contracts.london import LONDON

REMINDED_AFTER: Final = (0, 7, 21)
"""Days after the due day."""
REMINDED_AT: Final = time(7, 30)


def reminding_day(now: datetime) -> date:
    """The day whose reminders go out: from half past seven in London today's, before that yesterday's."""
    there = now.astimezone(LONDON)
    return there.date() if there.time() >= REMINDED_AT else there.date() - timedelta(days=1)
