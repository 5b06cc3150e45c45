"""Payments as a Bacs file in Standard 18, single processing day.

The layout is Bacs's "Payment file structures" (PN5011): labels of 80 bytes, payments and their contra record of 100.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.money import pounds
from contracts.working_days import add_working_days, is_working_day
from services.billing.domain.paying_errors import PaymentTooLarge

WIDTH: Final = 18
"""Of a name and of a reference."""
MOST_PENCE: Final = 2_000_000_000
"""Bacs carries no single payment above £20 million."""
MOST_OF_FILE: Final = 99_999_999_999
"""The contra record has eleven digits for what a whole file pays, in pence."""

_CREDIT: Final = "99"
_CONTRA: Final = "17"
_END: Final = "\r\n"
_OUTSIDE: Final = re.compile(r"[^A-Z0-9.&/ -]")
_WRITTEN: Final = str.maketrans(
    {"Æ": "AE", "Ð": "D", "Đ": "D", "Ħ": "H", "Ł": "L", "Ŋ": "N", "Ø": "O", "Œ": "OE", "Þ": "TH", "Ŧ": "T"}
    | {"ẞ": "SS", "‐": "-", "–": "-", "—": "-"}
)
"""Capitals and dashes that Unicode does not take apart into plain letters and accents."""
_KEPT_FOR: Final = timedelta(days=30)
_AHEAD: Final = timedelta(days=30)
"""How long before its processing day Bacs takes a file."""


@dataclass(frozen=True, slots=True)
class Originator:
    """The account that pays: six digits of service user number and sort code, eight of account number."""

    service_user_number: str
    sort_code: str
    account_number: str
    account_name: str


@dataclass(frozen=True, slots=True)
class Credit:
    """One payment to a supplier, in pence."""

    sort_code: str
    account_number: str
    account_name: str
    amount_pence: int
    reference: str


def bacs_text(text: str, width: int = WIDTH) -> str:
    """Text in Bacs's characters (A–Z 0–9 . & / - and space), cut to `width`: "Fenwright’s" gives "FENWRIGHTS", and
    "Køge Straße" "KOGE STRASSE"."""
    capitals = unicodedata.normalize("NFKD", text).upper().translate(_WRITTEN)
    plain = capitals.encode("ascii", "ignore").decode().replace("'", "")
    return " ".join(_OUTSIDE.sub(" ", plain).split())[:width].rstrip()


def processing_day(pay_on: date) -> date:
    """The day on which Bacs works on a file, so that suppliers have the money on `pay_on`: the working day before."""
    return _working_day_before(pay_on)


def last_submission(pay_on: date) -> date:
    """The last day on which the file can be handed in: two working days before the money arrives."""
    return _working_day_before(processing_day(pay_on))


def first_pay_day(today: date) -> date:
    """The first day on which suppliers can have the money when the file is handed in today or on the next working
    day."""
    handed_in = today if is_working_day(today) else add_working_days(today, 1)
    return add_working_days(handed_in, 2)


def last_pay_day(today: date) -> date:
    """The last day on which suppliers can have the money when the file is handed in today."""
    return add_working_days(today + _AHEAD, 1)


def must_fit(pence: Sequence[int]) -> None:
    """Raise PaymentTooLarge where Bacs does not carry one of these payments, or all of them in one file."""
    if max(pence) > MOST_PENCE:
        raise PaymentTooLarge(
            f"Bacs carries no single payment above £{pounds(MOST_PENCE)}. Leave some invoices for another run."
        )
    if sum(pence) > MOST_OF_FILE:
        raise PaymentTooLarge(
            f"Bacs carries no more than £{pounds(MOST_OF_FILE)} in one file. Leave some invoices for another run."
        )


def standard_18(
    originator: Originator, payments: Sequence[Credit], *, serial: int, narrative: str, created_on: date, pay_on: date
) -> bytes:
    """The file, its records ended by CR LF: labels, a '99' for each payment, one '17' over all of them, trailers.

    `serial` numbers the file; `narrative` is what the alliance's own bank statement shows. Raises PaymentTooLarge, and
    ValueError for a payment of nothing.
    """
    must_fit([credit.amount_pence for credit in payments])
    total = sum(credit.amount_pence for credit in payments)
    paid = [_payment(originator, credit) for credit in payments]
    head, format_label = _file_labels(originator, serial, created_on, pay_on)
    records = [
        f"VOL1{serial % 1_000_000:06d}{'':27}{'':4}{originator.service_user_number}{'':4}{'':28}1",
        f"HDR1{head}",
        f"HDR2{format_label}",
        f"UHL1{_julian(processing_day(pay_on))}999999    000000001 DAILY  001{'':40}",
        *paid,
        _contra(originator, total, narrative),
        f"EOF1{head}",
        f"EOF2{format_label}",
        f"UTL1{total:013d}{total:013d}{1:07d}{len(paid):07d}{'':36}",
    ]
    return "".join(record + _END for record in records).encode("ascii")


def _file_labels(originator: Originator, serial: int, created_on: date, pay_on: date) -> tuple[str, str]:
    """What HDR1 and EOF1, and what HDR2 and EOF2 say alike."""
    user = originator.service_user_number
    head = (
        f"A{user}S  1{user}{serial % 1_000_000:06d}00010001{'':6}"
        f"{_julian(created_on)}{_julian(pay_on + _KEPT_FOR)} 000000{'':20}"
    )
    return head, f"F0200000100{'':35}00{'':28}"


def _payment(originator: Originator, credit: Credit) -> str:
    if credit.amount_pence <= 0:
        raise ValueError("A payment is of more than nothing.")
    return (
        f"{credit.sort_code}{credit.account_number}0{_CREDIT}{originator.sort_code}{originator.account_number}{'':4}"
        f"{credit.amount_pence:011d}{_field(originator.account_name)}{_field(credit.reference)}"
        f"{_field(credit.account_name)}"
    )


def _contra(originator: Originator, total: int, narrative: str) -> str:
    own = f"{originator.sort_code}{originator.account_number}"
    return f"{own}0{_CONTRA}{own}{'':4}{total:011d}{_field(narrative)}{'CONTRA':18}{_field(originator.account_name)}"


def _field(text: str) -> str:
    return f"{bacs_text(text):18}"


def _julian(day: date) -> str:
    """A day as Bacs writes it: a space, two digits of the year, three of the day in it."""
    return f" {day:%y%j}"


def _working_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day
