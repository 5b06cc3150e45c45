"""What a matched bank line does to the books: one entry for each school, supplier or account that it moves."""

from datetime import date
from typing import Final

from services.billing.domain.ledger import (
    BANK,
    BANK_CHARGES,
    FUND_BANK,
    FUND_DEBTORS,
    FUND_SCHOOL_MONEY,
    FUND_SPENDING,
    INTEREST_RECEIVED,
    SCHOOL_DEBTORS,
    SCHOOL_MONEY,
    SUPPLIER_CREDITORS,
    SUPPLIER_MONEY,
    Entry,
    Posting,
)
from services.billing.domain.open_item import Purpose

BANK_OF: Final[dict[Purpose, str]] = {"general": BANK, "fund": FUND_BANK}
DEBTORS_OF: Final[dict[Purpose, str]] = {"general": SCHOOL_DEBTORS, "fund": FUND_DEBTORS}
SCHOOL_MONEY_OF: Final[dict[Purpose, str]] = {"general": SCHOOL_MONEY, "fund": FUND_SCHOOL_MONEY}

NOMINAL: Final = {BANK_CHARGES: "Bank charges", INTEREST_RECEIVED: "Interest received"}
"""The accounts that a person may post a bank line to where no document stands behind it."""


def money_entry(
    document_id: str,
    number: str,
    on: date,
    pence: int,
    description: str,
    *,
    purpose: Purpose,
    school_urn: int | None = None,
    supplier_id: str | None = None,
    account: str | None = None,
    held_pence: int = 0,
) -> Entry:
    """Money that came in (positive pence) or went out, against whose account it is.

    A school's: `receipt`, or `refund` where the money goes out; a supplier's: `payment`, whichever way it goes; the
    fund's own spending: `fund_payment`; another account: `bank_charge`. `held_pence` of it stay on account of the
    school or supplier; against the sign of the money, what was on account is used, for which nothing has to move.
    """
    if school_urn is not None:
        kind, other = ("receipt" if pence >= 0 else "refund"), DEBTORS_OF[purpose]
    elif supplier_id is not None:
        kind, other = "payment", SUPPLIER_CREDITORS
    else:
        other = account or FUND_SPENDING
        kind = "fund_payment" if other == FUND_SPENDING else "bank_charge"
    held = SCHOOL_MONEY_OF[purpose] if school_urn is not None else SUPPLIER_MONEY
    sides = (
        Posting(BANK_OF[purpose], max(pence, 0), max(-pence, 0)),
        Posting(other, max(held_pence - pence, 0), max(pence - held_pence, 0), school_urn, supplier_id),
        Posting(held, max(-held_pence, 0), max(held_pence, 0), school_urn, supplier_id),
    )
    moved = tuple(side for side in sides if side.debit_pence or side.credit_pence)
    return Entry(kind, document_id, number, on, description, moved)
