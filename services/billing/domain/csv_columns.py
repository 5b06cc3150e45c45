"""Which column of a bank's CSV file says what: guessed from its header, or told by a person and remembered."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, Literal, TypeVar

DateOrder = Literal["dmy", "mdy"]
_Found = TypeVar("_Found")

# As banks name them; the first that a header has is taken. Compared in lower case, letters and digits only.
_DATE: Final = (
    "date", "transactiondate", "bookingdate", "postingdate", "posteddate", "dateposted", "created", "valuedate",
)  # fmt: skip
_AMOUNT: Final = ("amount", "amountgbp", "transactionamount", "value", "netamount")
_PAID_IN: Final = ("credit", "creditamount", "paidin", "moneyin", "amountin", "deposits", "receipts")
_PAID_OUT: Final = ("debit", "debitamount", "paidout", "moneyout", "amountout", "withdrawals", "payments")
_REFERENCE: Final = ("reference", "paymentreference", "notes", "memo", "narrative", "details")
_COUNTERPARTY: Final = (
    "counterparty", "counterpartyname", "payee", "name", "merchant", "description", "transactiondescription", "details",
    "narrative",
)  # fmt: skip
_ANY_TEXT: Final = ("description", "transactiondescription", "name", "payee", "counterparty", "type")
_IDENTITY: Final = ("id", "transactionid", "fitid", "bankreference")
_CURRENCY: Final = ("currency", "ccy")
_BALANCE: Final = ("balance", "runningbalance", "accountbalance", "balancegbp", "ledgerbalance")
_DIRECTION: Final = (
    "drcr", "crdr", "dc", "cd", "debitcredit", "creditdebit", "debitcreditindicator", "creditdebitindicator", "type",
    "transactiontype",
)  # fmt: skip
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_IN_NUMBERS: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})", re.ASCII)
_IN_WORDS: Final = re.compile(r"(\d{1,2})[ \-/]([A-Za-z]{3,9})[ \-/](\d{4}|\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns as the header has them: the amount in one, or what was paid in and out in two.

    `date_order` decides dates such as 04/05/2026; ISO dates and months in words need none.
    """

    date: str
    amount: str | None = None
    paid_in: str | None = None
    paid_out: str | None = None
    counterparty: str | None = None
    reference: str | None = None
    identity: str | None = None
    currency: str | None = None
    date_order: DateOrder = "dmy"

    def names(self) -> set[str]:
        """The columns that a file must have to be read in this way, folded."""
        told = (getattr(self, each.name) for each in fields(self) if each.name != "date_order")
        return {folded(name) for name in told if name}


def folded(name: str) -> str:
    """A column's name for comparing: lower case, letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def guess_columns(header: Sequence[str]) -> Columns | None:
    """What a header says by itself; None if it names no date, or no amount, or neither text."""
    found = {folded(name): name for name in reversed(header) if folded(name)}
    day, amount = _first(found, _DATE), _first(found, _AMOUNT)
    paid_in, paid_out = _first(found, _PAID_IN), _first(found, _PAID_OUT)
    reference = _first(found, _REFERENCE) or _first(found, _ANY_TEXT)
    counterparty = _first({key: name for key, name in found.items() if name != reference}, _COUNTERPARTY)
    in_two = paid_in is not None and paid_out is not None
    if day is None or reference is None or (amount is None and not in_two):
        return None
    return Columns(
        date=day,
        amount=None if in_two else amount,
        paid_in=paid_in if in_two else None,
        paid_out=paid_out if in_two else None,
        counterparty=counterparty,
        reference=reference,
        identity=_first(found, _IDENTITY),
        currency=_first(found, _CURRENCY),
    )


def balance_column(places: Mapping[str, int]) -> int | None:
    """Where the balance after each row stands, by the folded names of a header."""
    return _first(places, _BALANCE)


def direction_column(places: Mapping[str, int]) -> int | None:
    """Where a row may say that its amount is a debit, by the folded names of a header."""
    return _first(places, _DIRECTION)


def read_day(raw: str, order: DateOrder) -> date | None:
    """A day as banks write it: 2026-11-30 (with or without a time), 30/11/2026, 30-11-26, 30 Nov 2026."""
    try:
        if re.match(r"\d{4}-\d{2}-\d{2}([ T]|$)", raw):
            return date.fromisoformat(raw[:10])
        if found := _IN_NUMBERS.fullmatch(raw):
            first, second, year = (int(part) for part in found.groups())
            day, month = (first, second) if order == "dmy" else (second, first)
            return date(_full(year), month, day)
        if found := _IN_WORDS.fullmatch(raw):
            named = found[2].lower()
            months = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(named)]
            return date(_full(int(found[3])), months[0], int(found[1])) if months else None
    except ValueError:
        return None
    return None


def _full(year: int) -> int:
    return year if year > 99 else 2000 + year


def _first(found: Mapping[str, _Found], wanted: Iterable[str]) -> _Found | None:
    return next((found[name] for name in wanted if name in found), None)
