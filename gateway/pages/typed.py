"""Reading what was typed into a form: each value, or a fault that says what to type instead."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from flask import request

from contracts.digits import as_whole
from contracts.london import LONDON
from gateway.pages.faults import Faults

MOST_UNITS = 1_000_000
MOST_SOUGHT = 60
"""Characters of words to look for: as many as services take."""

_AMOUNT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
"""As people write amounts: no powers of ten."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Typed:
    """The fields of one form as they were sent, read with faults noted under each field's name."""

    def __init__(self, sent: Mapping[str, str], faults: Faults) -> None:
        self._sent = sent
        self._faults = faults

    def text(self, field: str, label: str, *, needed: bool = True) -> str:
        """The text without blanks around it."""
        value = self._sent.get(field, "").strip()
        if needed and not value:
            self._faults.add(f"Enter {label}.", field)
        return value

    def number(self, field: str, label: str, *, needed: bool = True) -> int | None:
        """The number that stands for what was chosen from a list, such as a school's URN."""
        value = self.text(field, label, needed=needed)
        number = as_whole(value)
        if value and number is None:
            self._faults.add(f"Choose {label} from the list.", field)
        return number

    def day(self, field: str, label: str, *, needed: bool = True) -> date | None:
        """A day, as a date input sends it."""
        value = self.text(field, label, needed=needed)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self._faults.add(f"Enter {label} as a real day, such as 2026-11-24.", field)
            return None

    def clock(self, field: str, label: str) -> time | None:
        """A time of day, as a time input sends it."""
        value = self.text(field, label)
        if not value:
            return None
        try:
            return time.fromisoformat(value)
        except ValueError:
            self._faults.add(f"Enter {label} as hours and minutes, such as 17:00.", field)
            return None

    def instant(self, day_field: str, time_field: str, label: str) -> str | None:
        """A day and time in London as an instant in UTC, such as "2026-11-24T17:00:00Z"."""
        on, at = self.day(day_field, f"the day {label}"), self.clock(time_field, f"the time {label}")
        if on is None or at is None:
            return None
        return f"{datetime.combine(on, at, LONDON).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def units(self, field: str, label: str, *, needed: bool = False) -> int | None:
        """A whole number of units; a blank is none of them, or a fault where they are `needed`."""
        if needed and not self.text(field, label):
            return None
        return units(self._sent.get(field, ""), field, label, self._faults)

    def pence(self, field: str, label: str, *, needed: bool = True) -> int | None:
        """An amount in pounds, such as "1,234.50", as pence."""
        amount = self._decimal(field, label, needed)
        if amount is None:
            return None
        if amount != amount.quantize(Decimal("0.01")):
            self._faults.add(f"Enter {label} in pounds and pence, such as 1234.50.", field)
            return None
        return int(amount.scaleb(2))

    def price(self, field: str, label: str, *, needed: bool = True) -> str | None:
        """A unit price in pounds with at most four decimals, as "12.5000"."""
        amount = self._decimal(field, label, needed)
        if amount is None:
            return None
        if amount < 0 or amount != amount.quantize(Decimal("0.0001")):
            self._faults.add(f"Enter {label} in pounds with at most four decimals, such as 0.0349.", field)
            return None
        return f"{amount:.4f}"

    def per_cent(self, field: str, label: str) -> str | None:
        """A rate in per cent with at most two decimals, as "3.75"."""
        rate = self._decimal(field, label, needed=True)
        if rate is None:
            return None
        if not 0 <= rate <= 100 or rate != rate.quantize(Decimal("0.01")):
            self._faults.add(f"Enter {label} in per cent from 0 to 100 with at most two decimals, such as 3.75.", field)
            return None
        return f"{rate:.2f}"

    def _decimal(self, field: str, label: str, needed: bool) -> Decimal | None:
        value = self.text(field, label, needed=needed).replace(",", "").replace("£", "").replace(" ", "")
        if not value:
            return None
        amount = Decimal(value) if _AMOUNT.fullmatch(value) else None
        if amount is None or abs(amount) > 1_000_000_000:
            self._faults.add(f"Enter {label} as a number, such as 1234.50.", field)
            return None
        return amount


def units(value: str, field: str, label: str, faults: Faults) -> int | None:
    """A whole number of units from 0 to a million; a blank is 0. None, and a fault, for anything else."""
    value = value.replace(",", "").strip()
    if not value:
        return 0
    if value.isascii() and value.isdigit() and len(value) <= 7 and int(value) <= MOST_UNITS:
        return int(value)
    faults.add(f"Enter a whole number from 0 to {MOST_UNITS:,} for {label}.", field)
    return None


def sought(field: str) -> str:
    """The words to look for that the address or the form has, on one line and no longer than services take."""
    return _CONTROL.sub(" ", request.values.get(field, "")).strip()[:MOST_SOUGHT].strip()


def sending_key(sent: Mapping[str, str], faults: Faults) -> str:
    """The Idempotency-Key for the page that is about to be shown.

    A form that got no answer keeps its key, so that sending it again cannot order twice; after a refusal nothing
    was stored, and changed input needs a new one.
    """
    return sent.get("sending_key", "") if faults.unanswered and sent.get("sending_key") else str(uuid.uuid4())


def seen_version() -> str:
    """The version that the sender of the form in hand saw of what it changes, as If-Match wants it."""
    return f'"{request.form.get("version", "0")}"'
