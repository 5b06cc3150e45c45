"""How many pupils a school had on a day, and who says so. The newest count by date is the one that stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.members.domain.errors import PupilCountInvalid

MOST_PUPILS: Final = 20_000


@dataclass(frozen=True, slots=True)
class PupilCount:
    """A count; `counted_on` is None for one whose day nobody knows, which is older than any other."""

    counted_on: date | None
    pupils: int
    source: str


def newest(counts: Iterable[PupilCount]) -> PupilCount | None:
    """The count that stands; None where there is none."""
    return max(counts, key=lambda count: count.counted_on or date.min, default=None)


def check_count(count: PupilCount, today: date) -> None:
    """Raise PupilCountInvalid, by field."""
    faults: dict[str, str] = {}
    if not 0 <= count.pupils <= MOST_PUPILS:
        faults["pupils"] = f"Enter a number of pupils from 0 to {MOST_PUPILS:,}."
    if count.counted_on is not None and count.counted_on > today:
        faults["counted_on"] = "Nobody has counted the pupils of a day to come."
    if not count.source.strip():
        faults["source"] = "Say where the number comes from, such as “school census”."
    if faults:
        raise PupilCountInvalid("The count does not hold.", fields=faults)
