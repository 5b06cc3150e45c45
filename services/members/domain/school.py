"""A school of the alliance: who it is, how large, and from when to when it is a member."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.phases import PHASES
from contracts.school_types import FinancialYear, MembershipClass, VatRefund, school_type
from services.members.domain.errors import SchoolInvalid
from services.members.domain.membership import Membership
from services.members.domain.pupil_count import MOST_PUPILS, PupilCount

LOWEST_URN: Final = 100_000
HIGHEST_URN: Final = 999_999
HIGHEST_AGE: Final = 25

_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
_DIGITS: Final = re.compile(r"[0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class School:
    """A school as it now stands; texts that are not known are empty, numbers and dates None.

    `pupils` is the newest count, of `pupils_on` according to `pupils_source`. `joined_on`, `left_on` (its last day)
    and `membership_class` are of the current membership.
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
    membership_class: MembershipClass = "full"
    version: int = 0

    @property
    def type_name(self) -> str:
        """What the national register calls the type; empty where it is not known."""
        return school_type(self.type_code).name

    @property
    def vat_refund(self) -> VatRefund:
        """Who recovers the VAT on what the school buys."""
        return school_type(self.type_code).vat_refund

    @property
    def financial_year(self) -> FinancialYear:
        """The month in which the school's financial year begins."""
        return school_type(self.type_code).financial_year

    def under(self, membership: Membership) -> "School":
        """The school with that membership as its current one."""
        return replace(
            self,
            joined_on=membership.joined_on,
            left_on=membership.left_on,
            membership_class=membership.membership_class,
        )

    def with_count(self, count: PupilCount | None) -> "School":
        """The school with that count as the one that stands."""
        if count is None:
            return self
        return replace(self, pupils=count.pupils, pupils_on=count.counted_on, pupils_source=count.source)


def check_newer_count(before: School, after: School) -> None:
    """Raise SchoolInvalid if an edit takes the count of pupils away, or puts an older one in the place of a newer."""
    faults: dict[str, str] = {}
    if after.pupils is None and before.pupils is not None:
        faults["pupils"] = "A count that is known stays: correct it, or add a newer one."
    elif before.pupils_on is not None and (after.pupils_on is None or after.pupils_on < before.pupils_on):
        faults["pupils_on"] = (
            f"There is a count of {before.pupils_on:%-d %B %Y}: add older ones to the school’s counts."
        )
    if faults:
        raise SchoolInvalid("The count of pupils does not follow on.", fields=faults)


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
    if school.postcode and not is_postcode(school.postcode):
        faults["postcode"] = "Enter a full postcode, such as ME4 4UF."
    faults |= _age_faults(school.low_age, school.high_age)
    if school.left_on is not None and school.left_on < school.joined_on:
        faults["left_on"] = "A school cannot leave before it joined."
    if faults:
        raise SchoolInvalid("The school's details do not hold together.", fields=faults)


def same_school(one: School, other: School) -> bool:
    """Whether two records say the same of a school, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def is_postcode(text: str) -> bool:
    """Whether a text has the form of a full postcode, as `tidy_postcode` gives it."""
    return _POSTCODE.fullmatch(text) is not None


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
