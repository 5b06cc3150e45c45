"""Who of a school or of the alliance is connected with a supplier: what makes it a related party."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.members.domain.errors import InterestInvalid

Capacity = Literal["member", "trustee", "governor", "senior_staff", "family", "school"]
CAPACITIES: Final[tuple[Capacity, ...]] = ("member", "trustee", "governor", "senior_staff", "family", "school")
"""As what the person is connected: a member or trustee of the alliance, a school's governor or senior leader, close
family of one of these, or the school itself as owner or part of the supplier."""


@dataclass(frozen=True, slots=True)
class Interest:
    """A declared interest in a supplier between two days; `school_urn` is None for somebody of the alliance itself."""

    interest_id: str
    supplier_id: str
    school_urn: int | None
    person_name: str
    capacity: Capacity
    nature: str
    starts_on: date
    ends_on: date | None
    declared_on: date
    version: int = 0


def check_interest(interest: Interest) -> None:
    """Raise InterestInvalid, by field, for days out of order or a capacity that does not fit the organisation."""
    faults: dict[str, str] = {}
    if interest.ends_on is not None and interest.ends_on < interest.starts_on:
        faults["ends_on"] = "The last day is before the first."
    if interest.capacity in ("governor", "senior_staff", "school") and interest.school_urn is None:
        faults["school_urn"] = "Say of which school."
    if faults:
        raise InterestInvalid("The interest does not hold together.", fields=faults)
