"""Days and times as people in London read them."""

from datetime import UTC, date, datetime

from contracts.london import LONDON


def local(value: str | date | datetime) -> date | datetime:
    """An ISO day as a date; an ISO instant as a date and time in London."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    return value.astimezone(LONDON) if isinstance(value, datetime) else value


def day(value: str | date | None) -> str:
    """A day or instant as its day in London: "Tue 24 Nov 2026"; nothing for None."""
    if value is None:
        return ""
    on = local(value)
    return f"{on:%a} {on.day} {on:%b %Y}"


def moment(value: str | datetime | None) -> str:
    """An instant as day and time in London: "Tue 24 Nov 2026, 15:30"; nothing for None."""
    return f"{day(value)}, {local(value):%H:%M}" if value else ""


def until(value: str | date | None, now: datetime | None = None) -> str:
    """How far off a day or instant is: "in 3 days", "tomorrow", "today at 15:30", "2 days ago"."""
    if value is None:
        return ""
    then, here = local(value), (now or datetime.now(UTC)).astimezone(LONDON)
    timed = isinstance(then, datetime)
    days = ((then.date() if isinstance(then, datetime) else then) - here.date()).days
    if days == 0 and timed:
        return f"today at {then:%H:%M}"
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    return near or (f"in {days:,} days" if days > 0 else f"{-days:,} days ago")
