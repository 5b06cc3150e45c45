"""Related parties: who is connected with which supplier, and what that supplier was ordered from, invoiced and paid."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from contracts.money import pounds
from contracts.report import Column, Report, Section, Value, behind

CAPACITIES: Final = {
    "member": "Member of the alliance",
    "trustee": "Trustee of the alliance",
    "governor": "Governor",
    "senior_staff": "Senior leader",
    "family": "Close family of one of these",
    "school": "The school itself",
}
_COLUMNS: Final = (
    Column("supplier_name", "Supplier"),
    Column("who", "Who is connected"),
    Column("held", "From when to when"),
    Column("ordered_pence", "Ordered", "money"),
    Column("invoiced_pence", "Invoiced", "money"),
    Column("paid_pence", "Paid, with VAT", "money"),
    Column("own_pence", "Ordered by the school", "money"),
    Column("finding", "What to do"),
)


def academy_year(day: date) -> tuple[date, date]:
    """The first and last day of the academies' financial year, September to August, in which a day lies."""
    first = date(day.year if day.month >= 9 else day.year - 1, 9, 1)
    return first, first.replace(year=first.year + 1) - timedelta(days=1)


def related_parties(
    register: Mapping[str, Any], totals: Mapping[str, Any], days: tuple[date, date]
) -> tuple[Report, Section]:
    """The report and its one section: a row for each interest held in these days.

    `register` is what members answers at `/interests`, `totals` what billing answers at
    `/money-reports/supplier-totals` for the same days.
    """
    threshold = threshold_on(register["thresholds"], days[0])
    rows = [_row(each, totals, threshold, days) for each in register["items"] if _held(each, days)]
    above = sum(1 for row in rows if row["finding"] == _words(threshold)[1])
    note = (
        f"Orders and invoices without VAT, of the whole alliance with the supplier, from {days[0]:%-d %B %Y} to"
        f" {days[1]:%-d %B %Y}. {_rule(threshold)}"
    )
    section = Section("Suppliers with whom somebody is connected", _COLUMNS, rows, note, why="behind")
    count = len({row["why"] for row in rows})
    sentence = (
        f"Somebody is connected with {count} {'supplier' if count == 1 else 'suppliers'} from {days[0]:%-d %B %Y} to"
        f" {days[1]:%-d %B %Y}; {above or 'none'} of the interests {'needs' if above == 1 else 'need'} approval first."
    )
    return Report("related-parties", "Related parties", sentence, [section]), section


def threshold_on(thresholds: Sequence[Mapping[str, Any]], day: date) -> Mapping[str, Any] | None:
    """The threshold that holds on a day, if one did yet."""
    held = [each for each in thresholds if date.fromisoformat(each["from_on"]) <= day]
    return held[-1] if held else None


def _held(interest: Mapping[str, Any], days: tuple[date, date]) -> bool:
    ends_on = interest["ends_on"]
    begun = date.fromisoformat(interest["starts_on"]) <= days[1]
    return begun and (ends_on is None or date.fromisoformat(ends_on) >= days[0])


def _row(
    interest: Mapping[str, Any],
    totals: Mapping[str, Any],
    threshold: Mapping[str, Any] | None,
    days: tuple[date, date],
) -> dict[str, Value]:
    with_them = [each for each in totals["items"] if each["supplier_id"] == interest["supplier_id"]]
    ordered = sum(each["ordered_pence"] for each in with_them)
    own = [each["ordered_pence"] for each in with_them if each["school_urn"] == interest["school_urn"]]
    organisation = interest["school_name"] or "the alliance"
    return {
        "supplier_name": interest["supplier_name"],
        "who": f"{interest['person_name']}, {CAPACITIES[interest['capacity']].lower()} ({organisation}):"
        f" {interest['nature']}",
        "held": _days(interest),
        "ordered_pence": ordered,
        "invoiced_pence": sum(each["invoiced_pence"] for each in with_them),
        "paid_pence": totals["paid"].get(interest["supplier_id"], 0),
        "own_pence": sum(own) if interest["school_urn"] else None,
        "finding": _finding(ordered, threshold),
        "why": behind(
            "spending",
            supplier_id=interest["supplier_id"],
            closed_from=days[0].isoformat(),
            closed_to=days[1].isoformat(),
        ),
    }


def _days(interest: Mapping[str, Any]) -> str:
    begun = f"from {date.fromisoformat(interest['starts_on']):%-d %b %Y}"
    ends_on = interest["ends_on"]
    return f"{begun} to {date.fromisoformat(ends_on):%-d %b %Y}" if ends_on else begun


def _finding(ordered: int, threshold: Mapping[str, Any] | None) -> str:
    report, approve = _words(threshold)
    if threshold is None or ordered <= threshold["report_above_pence"]:
        return "Nothing ordered"
    return approve if ordered > threshold["approval_above_pence"] else report


def _words(threshold: Mapping[str, Any] | None) -> tuple[str, str]:
    return "Report it", "Report it, and have it approved first" if threshold else "Report it"


def _rule(threshold: Mapping[str, Any] | None) -> str:
    if threshold is None:
        return "No threshold held then."
    approval = pounds(threshold["approval_above_pence"])
    return (
        "An academy trust reports every contract with a related party beforehand and has it approved where contracts"
        f" with the same party exceed £{approval} in a financial year ({threshold['source']})."
    )
