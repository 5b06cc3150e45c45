"""A school's order in a round: who may do what to it, and when."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.orders.domain.errors import (
    OrderAlreadySubmitted,
    OrderEmpty,
    OrderNotSubmitted,
    ReasonMissing,
)

OrderState = Literal["silent", "draft", "submitted", "returned", "approved", "declined", "dropped"]
Fund = Literal["delegated", "own", "pta"]

COUNTED: tuple[OrderState, ...] = ("submitted", "approved")
"""The states whose units count towards the tiers that every member sees."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something: the id and name of the token."""

    person_id: str
    name: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to an order; `person` is None for what the software did by itself."""

    person: Person | None
    action: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SchoolOrder:
    """The order without its lines. `version` counts its changes; 0 means that nothing is saved yet (`silent`).

    `fund` is what the school pays it from, `site_id` where it goes if not to the school's main site. `changed_by` is
    the name of whoever took the last step with it, at `changed_at`.
    """

    state: OrderState = "silent"
    version: int = 0
    reference: str | None = None
    submitted_by: Person | None = None
    submitted_at: datetime | None = None
    approved_by: Person | None = None
    approved_at: datetime | None = None
    return_reason: str | None = None
    fund: Fund = "delegated"
    site_id: str | None = None
    note: str = ""
    changed_by: str | None = None
    changed_at: datetime | None = None

    @property
    def is_counted(self) -> bool:
        """Whether its units count towards the tiers that every member sees."""
        return self.state in COUNTED

    def saved(self, by: Person) -> tuple["SchoolOrder", list[HistoryEntry]]:
        """The order after its lines were changed: a draft again, whatever had been decided about it."""
        entries = []
        if self.state == "silent":
            entries.append(HistoryEntry(by, "started"))
        elif self.state != "draft":
            entries.append(HistoryEntry(by, "changed", f"It was {self.state} before and is a draft again."))
        return self._undecided("draft", by), entries

    def declined(self, by: Person) -> tuple["SchoolOrder", list[HistoryEntry]]:
        """The order of a school that needs nothing this time; its lines stay, and count for nothing."""
        entry = HistoryEntry(by, "declined", "" if self.state == "silent" else f"It was {self.state} before.")
        return self._undecided("declined", by), [entry]

    def must_be_sendable(self, line_count: int) -> None:
        """Raise OrderEmpty without lines, OrderAlreadySubmitted when it is waiting or approved."""
        if self.is_counted:
            raise OrderAlreadySubmitted("This order has been sent already.")
        if line_count == 0:
            raise OrderEmpty("Enter a quantity before you send the order.", fields={"lines": "Enter a quantity."})

    def submitted(self, by: Person, at: datetime, reference: str) -> tuple["SchoolOrder", list[HistoryEntry]]:
        """The order sent for approval under its reference, which it keeps for good."""
        sent = replace(
            self,
            state="submitted",
            reference=reference,
            submitted_by=by,
            submitted_at=at,
            return_reason=None,
            changed_by=by.name,
        )
        return sent, [HistoryEntry(by, "submitted", reference)]

    def returned(self, by: Person, reason: str) -> tuple["SchoolOrder", list[HistoryEntry]]:
        """The order sent back to its buyer. Raises OrderNotSubmitted, ReasonMissing."""
        self.must_be_waiting()
        if not reason.strip():
            raise ReasonMissing("Say what should be changed.", fields={"reason": "Say what should be changed."})
        returned = replace(self, state="returned", return_reason=reason, changed_by=by.name)
        return returned, [HistoryEntry(by, "returned", reason)]

    def _undecided(self, state: OrderState, by: Person) -> "SchoolOrder":
        return replace(
            self,
            state=state,
            submitted_by=None,
            submitted_at=None,
            approved_by=None,
            approved_at=None,
            changed_by=by.name,
        )

    def must_be_waiting(self) -> None:
        """Raise OrderNotSubmitted unless the order waits for approval."""
        if self.state != "submitted":
            raise OrderNotSubmitted(f"This order is not waiting for approval: it is {self.state}.")
