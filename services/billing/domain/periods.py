"""Months of the books: which are closed, and on which day a document of a closed month is posted."""

from datetime import date, timedelta


def first_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def last_of(month: date) -> date:
    """The last day of a month."""
    return month_after(month) - timedelta(days=1)


def posting_day(day: date, open_from: date | None) -> date:
    """The day itself, or the first open one where its month is closed; None: no month is closed."""
    return day if open_from is None else max(day, open_from)


def financial_year_of(day: date, begins_in: int) -> tuple[date, date]:
    """(first, last day) of the financial year that holds the day and begins in a month from 1 to 12."""
    first = date(day.year if day.month >= begins_in else day.year - 1, begins_in, 1)
    return first, first.replace(year=first.year + 1) - timedelta(days=1)
