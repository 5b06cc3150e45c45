"""Amounts as banks write them in CSV files, which way they went, and whether the running balances follow from them."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from contracts.money import pounds
from services.billing.domain.errors import StatementUnreadable

_AMOUNT: Final = re.compile(r"([+-]?)£?([+-]?)(\d{1,11}|\d{1,3}(?:,\d{3})+|(?=\.\d))(\.\d{1,2})?", re.ASCII)
_BARE: Final = r"(£?[\d,.]+)"
_OUT_BEHIND: Final = re.compile(rf"\({_BARE}\)|{_BARE}(?:-| ?DR)", re.ASCII | re.IGNORECASE)
_IN_BEHIND: Final = re.compile(rf"{_BARE}(?:\+| ?CR)", re.ASCII | re.IGNORECASE)
_OUT: Final = frozenset({"dr", "d", "debit", "dbit"})


class Booked(NamedTuple):
    """A row's line in the file, its movement in pence, and the balance after it where the row says one."""

    line: int
    pence: int
    balance_pence: int | None


def read_pence(raw: str, line: int) -> int:
    """An amount in pounds as pence: 1,234.50, -£5, (12.50), 12.50-, 12.50 DR. Raises StatementUnreadable."""
    pence = pence_or_none(raw)
    if pence is None:
        raise StatementUnreadable(f"{raw[:30]!r} is not an amount in pounds", line=line)
    return pence


def pence_or_none(raw: str) -> int | None:
    """What `read_pence` reads, or None."""
    plain = raw.replace("\N{MINUS SIGN}", "-")
    if behind := _OUT_BEHIND.fullmatch(plain):
        plain = f"-{behind[1] or behind[2]}"
    elif behind := _IN_BEHIND.fullmatch(plain):
        plain = behind[1]
    found = _AMOUNT.fullmatch(plain)
    if found is None or (found[1] and found[2]):
        return None
    pence = int(Decimal(found[3].replace(",", "") + (found[4] or "")) * 100)
    return -pence if "-" in (found[1], found[2]) else pence


def directed(pence: int, direction: str) -> int:
    """The amount with the sign that a column of its own gives it: what is marked as a debit went out."""
    return -abs(pence) if direction.lower() in _OUT else pence


def balances_warning(account: str, rows: Sequence[Booked]) -> list[str]:
    """What to say where running balances follow from the amounts in neither order; nothing where they do."""
    told = {row.balance_pence for row in rows} - {None}
    if len(told) < 2:
        return []
    breaks = [_first_break(order) for order in (rows, rows[::-1])]
    if None in breaks:
        return []
    _, row, expected = max(each for each in breaks if each)
    written, reached = pounds(row.balance_pence or 0), pounds(expected)
    figures = f"the balance in line {row.line} is {written}, the amounts give {reached}"
    return [f"{account}: {figures}. Lines are missing or changed."]


def _first_break(rows: Sequence[Booked]) -> tuple[int, Booked, int] | None:
    """Where the first balance does not follow: its place, its row, the pence that the amounts give."""
    reached: int | None = None
    for place, row in enumerate(rows):
        reached = None if reached is None else reached + row.pence
        if row.balance_pence is None:
            continue
        if reached not in (None, row.balance_pence):
            return place, row, reached or 0
        reached = row.balance_pence
    return None
