"""A school of the alliance: who it is, how large, and from when to when it is a member."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.phases import PHASES
from services.members.domain.errors import SchoolInvalid

LOWEST_URN: Final = 100_000
HIGHEST_URN: Final = 999_999
MOST_PUPILS: Final = 20_000
HIGHEST_AGE: Final = 25

_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
_DIGITS: Final = re.compile(r"[0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class School:
    """A school as it now stands; texts that are not known are empty, numbers and dates None.

    `pupils` were counted on `pupils_on` according to `pupils_source`. `left_on` is the last day of membership.
    """

    urn: int
    name: str
    phase: str
    type_code: str
    la_code: str
    establishment_number: str
    low_age: int | None
    high_age: int | None
    pupils: int | None
    pupils_on: date | None
    pupils_source: str
    postcode: str
    town: str
    joined_on: date
    left_on: date | None
    version: int = 0


def check_school(school: School) -> None:
    """Raise SchoolInvalid with every fault of a school's facts, by field."""
    faults: dict[str, str] = {}
    if not LOWEST_URN <= school.urn <= HIGHEST_URN:
        faults["urn"] = "A URN has six digits."
    if not school.name.strip():
        faults["name"] = "Enter the school's name."
    if school.phase not in PHASES:
        faults["phase"] = f"Choose one of: {', '.join(PHASES)}."
    if school.pupils is not None and not 0 <= school.pupils <= MOST_PUPILS:
        faults["pupils"] = f"Enter a number of pupils from 0 to {MOST_PUPILS:,}."
    for name in ("la_code", "type_code", "establishment_number"):
        if not _DIGITS.fullmatch(getattr(school, name)):
            faults[name] = "Enter up to four digits."
    if school.postcode and not _POSTCODE.fullmatch(school.postcode):
        faults["postcode"] = "Enter a full postcode, such as ME4 4UF."
    faults |= _age_faults(school.low_age, school.high_age)
    if school.left_on is not None and school.left_on < school.joined_on:
        faults["left_on"] = "A school cannot leave before it joined."
    if faults:
        raise SchoolInvalid("The school's details do not hold together.", fields=faults)


def same_school(one: School, other: School) -> bool:
    """Whether two records say the same of a school, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def tidy_postcode(text: str) -> str:
    """A postcode in capitals with one space before its last three characters; anything else as it came."""
    packed = re.sub(r"\s+", "", text).upper()
    spaced = f"{packed[:-3]} {packed[-3:]}"
    return spaced if _POSTCODE.fullmatch(spaced) else text.strip()


def _age_faults(low: int | None, high: int | None) -> dict[str, str]:
    faults = {
        name: f"Enter an age from 0 to {HIGHEST_AGE}."
        for name, age in (("low_age", low), ("high_age", high))
        if age is not None and not 0 <= age <= HIGHEST_AGE
    }
    if not faults and low is not None and high is not None and high < low:
        faults["high_age"] = "The highest age is below the lowest."
    return faults
