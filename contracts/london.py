"""The day it is where the schools are: dates of contracts, prices and bills begin and end in London."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")


def london_today() -> date:
    """Today's date in London, whatever the machine's own zone."""
    return datetime.now(LONDON).date()
