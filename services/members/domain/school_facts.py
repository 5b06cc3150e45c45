"""What one row of a published file says of a school, or why the row cannot be taken."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from contracts.phases import PHASES, phase_from_ages
from contracts.school_types import SCHOOL_TYPES
from services.members.domain.pupil_count import MOST_PUPILS
from services.members.domain.school import HIGHEST_AGE, HIGHEST_URN, LOWEST_URN, tidy_postcode
from services.members.domain.school_table import Layout

# Types of establishment that public money funds (national register, code list of types): maintained, academies,
# free schools, studio schools and technical colleges, with their special, alternative and 16 to 19 kinds.
STATE_FUNDED_TYPES: Final = frozenset(SCHOOL_TYPES)
UNKNOWN_NUMBERS: Final = frozenset({"", "NA", "SUPP", "NP", "NE"})

_REGISTER_PHASES: Final = {
    "nursery": "nursery",
    "primary": "primary",
    "middle deemed primary": "middle_deemed_primary",
    "middle deemed secondary": "middle_deemed_secondary",
    "secondary": "secondary",
    "16 plus": "sixteen_plus",
    "all-through": "all_through",
    "all through": "all_through",
}
_CENSUS_PHASES: Final = {
    "State-funded nursery": "nursery",
    "State-funded primary": "primary",
    "State-funded secondary": "secondary",
}


_SHEET_COLUMNS: Final = (
    "name", "phase", "type", "authority", "number", "lowest age", "highest age", "pupils", "counted on", "source",
    "postcode", "town",
)  # fmt: skip


class RowRefused(Exception):
    """A row that cannot be taken: a stable code and a sentence for the person who imports."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What a row says; None, or an empty text, where the file does not. `phase` is never a census row's last word."""

    urn: int
    phase: str
    la_code: str
    establishment_number: str
    pupils: int | None
    pupils_on: date | None
    pupils_source: str
    name: str | None = None
    type_code: str | None = None
    low_age: int | None = None
    high_age: int | None = None
    postcode: str | None = None
    town: str | None = None


def facts_of(layout: Layout, values: Mapping[str, str], counted_on: date | None) -> SchoolFacts:
    """The facts in a row of either file. Raises RowRefused.

    `counted_on` dates the census (its file bears no date); the register dates each number itself.
    """
    return _READERS[layout](values, counted_on)


def urn_of(values: Mapping[str, str]) -> int:
    """The six-digit URN of a row. Raises RowRefused (`urn_invalid`)."""
    text = values["urn"]
    if not re.fullmatch(r"[0-9]{6}", text) or not LOWEST_URN <= int(text) <= HIGHEST_URN:
        raise RowRefused("urn_invalid", f"“{text}” is not a URN of six digits.")
    return int(text)


def _register(values: Mapping[str, str], counted_on: date | None) -> SchoolFacts:
    type_code = _digits(values, "typeofestablishment (code)").lstrip("0")
    if type_code not in STATE_FUNDED_TYPES:
        kind = values.get("typeofestablishment (name)") or f"Type {type_code or 'not given'}"
        raise RowRefused("not_state_funded", f"{kind}: not a state-funded school.")
    _refuse_unless_open(values)
    if not values["establishmentname"]:
        raise RowRefused("name_missing", "The school has no name.")
    low, high = (_number(values, column, HIGHEST_AGE) for column in ("statutorylowage", "statutoryhighage"))
    if low is not None and high is not None and high < low:
        raise RowRefused("number_invalid", f"The statutory ages run backwards: {low} to {high}.")
    return SchoolFacts(
        urn=urn_of(values),
        name=values["establishmentname"],
        phase=_register_phase(values["phaseofeducation (name)"], low, high),
        type_code=type_code,
        la_code=values["la (code)"],
        establishment_number=_digits(values, "establishmentnumber"),
        low_age=low,
        high_age=high,
        pupils=_number(values, "numberofpupils", MOST_PUPILS),
        pupils_on=day_of(values["censusdate"]) or counted_on,
        pupils_source="register",
        postcode=tidy_postcode(values["postcode"]),
        town=values["town"],
    )


def _census(values: Mapping[str, str], counted_on: date | None) -> SchoolFacts:
    kind = values["schooltype"]
    if not kind.startswith("State-funded"):
        raise RowRefused("not_state_funded", f"{kind or 'No type given'}: not a state-funded school.")
    return SchoolFacts(
        urn=urn_of(values),
        phase=_CENSUS_PHASES.get(kind, "all_through"),
        la_code=values["la"],
        establishment_number=_digits(values, "estab"),
        pupils=_number(values, "nor", MOST_PUPILS),
        pupils_on=counted_on,
        pupils_source="census",
    )


def _sheet(values: Mapping[str, str], counted_on: date | None) -> SchoolFacts:
    """A row of a sheet of one's own, in which every column but the URN may be missing or empty."""
    said = {column: values.get(column, "") for column in _SHEET_COLUMNS}
    low, high = (_number(said, column, HIGHEST_AGE) for column in ("lowest age", "highest age"))
    return SchoolFacts(
        urn=urn_of(values),
        name=said["name"] or None,
        phase=_sheet_phase(said["phase"], low, high),
        type_code=_sheet_type(said["type"]),
        la_code=_digits(said, "authority"),
        establishment_number=_digits(said, "number"),
        low_age=low,
        high_age=high,
        pupils=_number(said, "pupils", MOST_PUPILS),
        pupils_on=day_of(said["counted on"]) or counted_on,
        pupils_source=said["source"] or "sheet",
        postcode=tidy_postcode(said["postcode"]) or None,
        town=said["town"] or None,
    )


def _sheet_phase(text: str, low: int | None, high: int | None) -> str:
    if text:
        named = {name.casefold(): code for code, name in PHASES.items()} | {code: code for code in PHASES}
        named |= _REGISTER_PHASES
        if text.casefold() not in named:
            raise RowRefused("phase_unknown", f"“{text}” is no phase: {', '.join(PHASES.values())}.")
        return named[text.casefold()]
    return "" if low is None or high is None else phase_from_ages(low, high)


def _sheet_type(text: str) -> str | None:
    named = {kind.name.casefold(): code for code, kind in SCHOOL_TYPES.items()} | {code: code for code in SCHOOL_TYPES}
    if text and text.lstrip("0").casefold() not in named:
        raise RowRefused("type_unknown", f"“{text}” is no type of state-funded school in the national register.")
    return named[text.lstrip("0").casefold()] if text else None


_READERS: Final[Mapping[Layout, Callable[[Mapping[str, str], date | None], SchoolFacts]]] = {
    "register": _register,
    "census": _census,
    "sheet": _sheet,
}


def _refuse_unless_open(values: Mapping[str, str]) -> None:
    status = values["establishmentstatus (name)"]
    if status == "Closed":
        closed_on = values["closedate"]
        raise RowRefused("closed", f"Closed on {closed_on}." if closed_on else "Closed.")
    if not status.startswith("Open"):
        raise RowRefused("not_open", f"Status “{status}”: not open.")


def _register_phase(name: str, low: int | None, high: int | None) -> str:
    """The register's phase; where it has none (special and alternative schools), what the ages give."""
    phase = _REGISTER_PHASES.get(name.lower())
    if phase is not None:
        return phase
    return "all_through" if low is None or high is None else phase_from_ages(low, high)


def _number(values: Mapping[str, str], column: str, most: int) -> int | None:
    text = values[column]
    if text.upper() in UNKNOWN_NUMBERS:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > most:
        raise RowRefused("number_invalid", f"“{text}” is not a number from 0 to {most:,} ({column}).")
    return int(text)


def _digits(values: Mapping[str, str], column: str) -> str:
    text = values[column]
    if not re.fullmatch(r"[0-9]{0,4}", text):
        raise RowRefused("number_invalid", f"“{text}” is not a number of up to four digits ({column}).")
    return text


def day_of(text: str) -> date | None:
    """A day as published files and people write it; None for an empty text. Raises RowRefused (`date_invalid`)."""
    if not text:
        return None
    text = text.removesuffix("T00:00:00")  # as a spreadsheet's dates come
    for pattern in ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    raise RowRefused("date_invalid", f"“{text}” is not a date.")
