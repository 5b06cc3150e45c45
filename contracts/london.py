"""The day it is where the schools are: dates of contracts, memberships, prices and bills begin and end in London."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")


def london_day(at: datetime) -> date:
    """The day that it is in London at an instant (aware): in summer it begins an hour before UTC's."""
    return at.astimezone(LONDON).date()


def london_today() -> date:
    """Today's date in London, whatever the machine's own zone."""
    return london_day(datetime.now(UTC))
