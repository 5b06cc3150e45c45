"""Interest and compensation that the law lets a creditor ask for late payment: told, and never posted by itself.

Late Payment of Commercial Debts (Interest) Act 1998: simple interest from the day after the last day for payment, at
8 % above the Bank of England's reference rate of the half-year in which it began to run (section 6, S.I. 2002/1675),
and a fixed sum by the size of the debt (section 5A).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from contracts.money import round_pence

STATUTORY_MARGIN: Final = Decimal(8)
_YEAR: Final = 365
_COMPENSATION: Final = ((1_000_000, 10_000), (100_000, 7_000), (0, 4_000))
"""From so many pence of debt, so many pence of compensation."""


@dataclass(frozen=True, slots=True)
class LatePayment:
    """What may be asked for a debt on a day: so many days late, at a rate in per cent a year; amounts in pence."""

    days: int
    per_cent: Decimal
    interest_pence: int
    compensation_pence: int


def late_payment(
    debt_pence: int, due: date, on: date, rates: Mapping[date, Decimal], paid: Iterable[tuple[date, int]] = ()
) -> LatePayment | None:
    """What a debt that was to be paid by `due` has grown by on a day; None if nothing of it was late.

    `rates` are the reference rates by the first day of the half-year from which each holds, `paid` payments with their
    days. Raises KeyError where no rate is known.
    """
    days = (on - due).days
    moves = sorted(paid)
    late = debt_pence - sum(pence for day, pence in moves if day <= due)
    if days <= 0 or late <= 0:
        return None
    per_cent = reference_rate(due, rates) + STATUTORY_MARGIN
    owed, since, pence_days = late, due, 0
    for day, pence in moves:
        if due < day <= on and owed > 0:
            pence_days += owed * (day - since).days
            owed, since = max(owed - pence, 0), day
    pence_days += owed * (on - since).days
    interest = round_pence(Decimal(pence_days) * per_cent / (100 * 100 * _YEAR))
    return LatePayment(days, per_cent, interest, compensation(late))


def reference_rate(due: date, rates: Mapping[date, Decimal]) -> Decimal:
    """The reference rate in per cent under which interest on a debt begins, the day after its last day for payment."""
    known = [first for first in rates if first <= due + timedelta(days=1)]
    if not known:
        raise KeyError(due)
    return rates[max(known)]


def compensation(debt_pence: int) -> int:
    """The fixed sum in pence for a late debt: £40 below £1,000, £70 below £10,000, £100 from there."""
    return next(pence for least, pence in _COMPENSATION if debt_pence >= least)
