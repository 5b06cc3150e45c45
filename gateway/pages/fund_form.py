"""The forms of the partnership fund: reading what was typed, and showing what a year is."""

import re
from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from contracts.money import pounds
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

SPARE_ROWS: Final = 3
"""Empty rows to fill in: more appear once these are saved."""

_ROW: Final = re.compile(r"(line|cap)-(?:name|urn|amount)-([0-9]{1,5})")
_DAYS: Final = {
    "from_on": "the first day",
    "to_on": "the last day",
    "basis_on": "the day of the pupils",
    "answer_by": "the day of the answers",
}


def read_year(sent: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    """The year as billing wants it, with a fault for each field that is missing or cannot be read."""
    typed = Typed(sent, faults)
    body: dict[str, Any] = {"title": typed.text("title", "a title")}
    for name, label in _DAYS.items():
        on = typed.day(name, label)
        body[name] = on and on.isoformat()
    body["from_balance_pence"] = typed.pence("from_balance", "what the fund pays itself", needed=False) or 0
    body["lines"] = [
        {
            "name": typed.text(f"line-name-{row}", "what the money is for"),
            "amount_pence": typed.pence(f"line-amount-{row}", "the amount"),
        }
        for row in _used(sent, "line")
    ]
    if not body["lines"]:
        faults.add("Say what the money is for, line by line.", "line-name-0")
    body["caps"] = [
        {
            "school_urn": typed.number(f"cap-urn-{row}", "the school"),
            "cap_pence": typed.pence(f"cap-amount-{row}", "the most that the school is asked for"),
        }
        for row in _used(sent, "cap")
    ]
    return body


def filled(year: Mapping[str, Any]) -> MultiDict[str, str]:
    """The form's fields for a year that exists."""
    typed: MultiDict[str, str] = MultiDict({name: str(year[name]) for name in ("title", "version", *_DAYS)})
    typed["from_balance"] = _typed_pounds(year["from_balance_pence"])
    for row, line in enumerate(year["lines"]):
        typed[f"line-name-{row}"] = line["name"]
        typed[f"line-amount-{row}"] = _typed_pounds(line["amount_pence"])
    for row, cap in enumerate(year["caps"]):
        typed[f"cap-urn-{row}"] = str(cap["school_urn"])
        typed[f"cap-amount-{row}"] = _typed_pounds(cap["cap_pence"])
    return typed


def rows_of(typed: Mapping[str, str], kind: str) -> list[int]:
    """The rows to show: those that are filled, and some to spare."""
    used = _used(typed, kind)
    following = used[-1] + 1 if used else 0
    return [*used, *range(following, following + SPARE_ROWS)]


def read_payment(sent: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    """A payment out of the fund as billing wants it."""
    typed = Typed(sent, faults)
    on = typed.day("pay_on", "the day of the payment")
    return {
        "line_no": typed.units("line_no", "the budget line"),
        "pay_on": on and on.isoformat(),
        "payee": typed.text("payee", "who is paid"),
        "purpose": typed.text("purpose", "what it is for"),
        "evidence": typed.text("evidence", "the invoice or minute that proves it"),
        "amount_pence": typed.pence("amount", "the amount"),
    }


def read_decision(sent: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    """What a governing body decided, with its evidence."""
    typed = Typed(sent, faults)
    decision = typed.text("decision", "what the governors decided")
    on = typed.day("decided_on", "the day of the meeting")
    return {
        "decision": decision,
        "governor": typed.text("governor", "the name of the governor"),
        "decided_on": on and on.isoformat(),
        "minute_reference": typed.text("minute_reference", "the reference of the minute"),
        "why": typed.text("why", "why the governors declined", needed=decision == "declined"),
    }


def _used(typed: Mapping[str, str], kind: str) -> list[int]:
    """The rows in which something stands, however many were sent: how many there may be is billing's to say."""
    found = {name: _ROW.fullmatch(name) for name in typed if typed[name].strip()}
    return sorted({int(match[2]) for match in found.values() if match and match[1] == kind})


def _typed_pounds(pence: int) -> str:
    return pounds(pence).replace(",", "") if pence else "0.00"
