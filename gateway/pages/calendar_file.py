"""Rounds as entries of a calendar (RFC 5545): when they close, and when goods are delivered."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

from contracts.london import LONDON

CONTENT_TYPE = "text/calendar; charset=utf-8"

_DELIVERING = ("closed", "ordered", "delivered")


def calendar_of(name: str, rounds: Iterable[Mapping[str, Any]], address: str) -> bytes:
    """The calendar of a school's rounds, as the orders service lists them; `address` is that of our pages.

    An entry keeps its UID, so that a deadline that moves moves in the calendars as well. Times are in London's zone.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Bursar//Rounds//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Europe/London")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for found in rounds:
        if found["state"] == "open" and not _done(found):
            calendar.add_component(_deadline(found, address))
        if _expects_delivery(found):
            calendar.add_component(_delivery(found, address))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def deadline_of(found: Mapping[str, Any], address: str) -> bytes:
    """One round's deadline, to be put into a calendar by hand."""
    return calendar_of(found["title"], [{**found, "state": "open", "my_order": None, "delivery_from": None}], address)


def _done(found: Mapping[str, Any]) -> bool:
    """Whether the school owes this round nothing any more."""
    return bool(found["my_order"]) and found["my_order"]["state"] in ("approved", "declined")


def _expects_delivery(found: Mapping[str, Any]) -> bool:
    ordered = bool(found["my_order"]) and found["my_order"]["state"] == "approved"
    return ordered and found["state"] in ("open", *_DELIVERING)


def _deadline(found: Mapping[str, Any], address: str) -> Event:
    closes_at = datetime.fromisoformat(found["closes_at"]).astimezone(LONDON)
    entry = _entry(found, "deadline", f"{found['title']}: orders close")
    entry.add("dtstart", closes_at)
    entry.add("description", "An order that is not sent and approved by then is not part of the round.")
    entry.add("url", f"{address}/school/rounds/{found['round_id']}/order")
    return entry


def _delivery(found: Mapping[str, Any], address: str) -> Event:
    entry = _entry(found, "delivery", f"{found['title']}: delivery window")
    entry.add("dtstart", date.fromisoformat(found["delivery_from"]))
    entry.add("dtend", date.fromisoformat(found["delivery_to"]) + timedelta(days=1))  # the day after the last
    entry.add("status", "CONFIRMED" if found["state"] in _DELIVERING else "TENTATIVE")
    entry.add("transp", "TRANSPARENT")
    entry.add("url", f"{address}/school/deliveries")
    return entry


def _entry(found: Mapping[str, Any], kind: str, summary: str) -> Event:
    entry = Event()
    entry.add("uid", f"{kind}-{found['round_id']}@bursar")
    entry.add("sequence", found["version"])
    entry.add("dtstamp", datetime.now(UTC))
    entry.add("summary", summary)
    return entry
