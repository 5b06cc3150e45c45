"""What an import does with one row of its file, in words for the person who decides about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from contracts.roles import ROLE_NAMES
from services.members.domain.person import Role
from services.members.domain.school import School

Outcome = Literal["added", "changed", "unchanged", "refused"]

OUTCOMES: Final[tuple[Outcome, ...]] = ("added", "changed", "unchanged", "refused")
_LABELS: Final[Mapping[str, str]] = {
    "name": "Name",
    "phase": "Phase",
    "type_code": "Type",
    "la_code": "Authority",
    "establishment_number": "Number",
    "low_age": "Lowest age",
    "high_age": "Highest age",
    "pupils": "Pupils",
    "pupils_on": "Counted on",
    "pupils_source": "Source",
    "postcode": "Postcode",
    "town": "Town",
}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row: its line, the URN or address it is about, and what becomes of it.

    `code` and the first of `details` say why a row is refused; otherwise `details` name each change.
    """

    line: int
    subject: str
    name: str
    outcome: Outcome
    code: str = ""
    details: tuple[str, ...] = ()


def changes_between(before: School, after: School) -> tuple[str, ...]:
    """Each fact of a school that changes: "Pupils: 271 → 280"."""
    return tuple(
        f"{label}: {_told(getattr(before, field))} → {_told(getattr(after, field))}"
        for field, label in _LABELS.items()
        if getattr(before, field) != getattr(after, field)
    )


def role_in_words(role: Role, place: str) -> str:
    """A role with its days: "School buyer at Hop Garden Primary from 1 September 2026"."""
    until = f" to {_told(role.ends_on)}" if role.ends_on else ""
    return f"{ROLE_NAMES[role.role]}{f' at {place}' if place else ''} from {_told(role.starts_on)}{until}"


def tally(rows: Iterable[ImportRow]) -> dict[str, int]:
    """How many rows have each outcome."""
    found: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
    for row in rows:
        found[row.outcome] += 1
    return found


def _told(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return f"{value:%-d %B %Y}" if isinstance(value, date) else str(value)
