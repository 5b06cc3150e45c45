"""An event as it travels, and a page of events: the form of a broker message and of the feed's answer alike."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


class UnreadablePage(ValueError):
    """What arrived is not a page of events."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in `producer`, the `position`th of all its events.

    `key` names the aggregate ("round:…"): events of one key are applied in order. `occurred_at` is in UTC.
    """

    event_id: str
    type: str
    version: int
    key: str
    occurred_at: datetime
    traceparent: str | None
    correlation_id: str | None
    position: int
    producer: str
    body: dict[str, Any]

    def as_json(self) -> str:
        """The event as it travels in a page."""
        instant = self.occurred_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return json.dumps(
            {
                "event_id": self.event_id,
                "type": self.type,
                "version": self.version,
                "key": self.key,
                "occurred_at": instant,
                "traceparent": self.traceparent,
                "correlation_id": self.correlation_id,
                "position": self.position,
                "body": self.body,
            }
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive events of one producer. `head`: the position of the newest event that it had numbered then."""

    head: int
    events: Sequence[Event]


def read_page(text: bytes | str, producer: str) -> Page:
    """Decode `{"head": n, "events": […]}`; raises UnreadablePage unless all of it is well formed and gapless."""
    try:
        raw = json.loads(text)
        events = [read_event(entry, producer) for entry in raw["events"]]
        head = int(raw["head"])
    except (ValueError, TypeError, KeyError) as fault:
        raise UnreadablePage(f"{type(fault).__name__}: {fault}") from fault
    if events and events[-1].position - events[0].position != len(events) - 1:
        raise UnreadablePage("The positions are not consecutive.")
    return Page(head, events)


def read_event(entry: Mapping[str, Any], producer: str) -> Event:
    """One event from its decoded JSON; unknown members are ignored. Raises KeyError, TypeError or ValueError."""
    if not isinstance(entry["body"], dict) or not isinstance(entry["key"], str):
        raise TypeError("An event's body must be an object and its key a string.")
    return Event(
        event_id=entry["event_id"],
        type=entry["type"],
        version=entry["version"],
        key=entry["key"],
        occurred_at=datetime.fromisoformat(entry["occurred_at"]),
        traceparent=entry["traceparent"],
        correlation_id=entry["correlation_id"],
        position=int(entry["position"]),
        producer=producer,
        body=entry["body"],
    )
