"""What a person chose for a bank line, counted against what is open of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from contracts.money import pounds
from services.billing.domain.bank_errors import NotOpen
from services.billing.domain.open_item import ON_ACCOUNT, OpenItem
from services.billing.storage import held_money
from services.billing.usecases.expand_runs import RUNS
from services.billing.usecases.settle_bank_lines import ON_ACCOUNT_KINDS, Part


def on_account(
    connection: Connection, line: Row[Any], kind: str, party: str, pence: int | None, item: OpenItem | None
) -> Part:
    """So much of a line as stays on account of a school or supplier, or is used of it: all of `item` if not said.

    Raises NotOpen where there is nobody of that id, or the fund would hold a supplier's money.
    """
    if pence is None and item is not None:
        pence = item.open_pence
    suppliers_of_fund = kind == "supplier_account" and line.purpose == "fund"
    if pence is None or suppliers_of_fund or not held_money.is_party(connection, kind, party):
        raise NotOpen("There is no such school or supplier, or nothing of it is on account here.")
    if kind == "school_account":
        return Part(kind, None, ON_ACCOUNT, pence, school_urn=int(party))
    return Part(kind, None, ON_ACCOUNT, pence, supplier_id=party)


def take_all(line: Row[Any], parts: Sequence[Part], left: dict[Any, int]) -> None:
    """Count the parts of a line against `left`: what is open by purpose, kind and id. Raises NotOpen.

    More can always be held on account in the direction in which something is, and no more used of it than is there.
    """
    for part in parts:
        held = part.kind in ON_ACCOUNT_KINDS
        party = str(part.school_urn or part.supplier_id) if held else part.document_id
        key = (line.purpose, part.kind, party)
        if held and part.amount_pence * left.setdefault(key, 0) <= 0:
            left[key] -= part.amount_pence
        elif key in left:
            _take(key, part, left)


def _take(key: tuple[Any, ...], part: Part, left: dict[Any, int]) -> None:
    """Count a part against what is open of its document. A run, and a supplier's part of one, is paid whole."""
    open_pence, pence = left[key], part.amount_pence
    whole = part.kind in RUNS
    if pence * open_pence <= 0 or abs(pence) > abs(open_pence) or (whole and pence != open_pence):
        raise NotOpen(f"{part.number} has £{pounds(abs(open_pence))} open, not £{pounds(abs(pence))}.")
    left[key] -= pence
