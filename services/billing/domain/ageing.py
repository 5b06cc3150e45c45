"""What is owed by how long it has been due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

BANDS: Final = ("current", "to_30", "to_60", "to_90", "over_90")
LABELS: Final = ("Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")


@dataclass(frozen=True, slots=True)
class Owed:
    """Pence of one party that are due on a day; `key` is the account they stand on and whose it is: "1100:900001".

    What is owed the other way is negative.
    """

    key: str
    party: str
    due_on: date
    pence: int

    def band(self, day: date) -> str:
        """How overdue it is on `day`; what is owed the other way never is."""
        return band(self.due_on, day) if self.pence > 0 else BANDS[0]


def band(due_on: date, day: date) -> str:
    """How overdue something is on `day`: due that day or later is current, the day after is the first of 1–30."""
    days = (day - due_on).days
    return BANDS[min(max(-(-days // 30), 0), 4)]


def aged(owed: Iterable[Owed], day: date) -> list[dict[str, str | int | None]]:
    """A row for each party by name: `why` (its key), `party`, pence in each band, and their `total`."""
    rows: dict[str, dict[str, str | int | None]] = {}
    for item in owed:
        row = rows.setdefault(item.key, {"why": item.key, "party": item.party, **dict.fromkeys(BANDS, 0), "total": 0})
        for name in (item.band(day), "total"):
            row[name] = _whole(row[name]) + item.pence
    return sorted(rows.values(), key=lambda row: (str(row["party"]), str(row["why"])))


def _whole(value: str | int | None) -> int:
    return value if isinstance(value, int) else 0
