"""What the partnership fund does to the books, in pence."""

from datetime import date

from services.billing.domain.ledger import (
    BANK_CHARGES,
    FUND_BALANCE,
    FUND_CONTRIBUTIONS,
    FUND_DEBTORS,
    FUND_SPENDING,
    INTEREST_RECEIVED,
    Entry,
    Posting,
)


def contribution_entry(bill_id: str, number: str, on: date, urn: int, pence: int, description: str) -> Entry:
    """A billed contribution: the school owes it to the fund."""
    return Entry(
        "bill",
        bill_id,
        number,
        on,
        description,
        (
            Posting(FUND_DEBTORS, debit_pence=pence, school_urn=urn),
            Posting(FUND_CONTRIBUTIONS, credit_pence=pence),
        ),
    )


def contribution_credit_entry(note_id: str, number: str, on: date, urn: int, pence: int, description: str) -> Entry:
    """A credited contribution: the school owes the fund so much less."""
    return Entry(
        "credit_note",
        note_id,
        number,
        on,
        description,
        (
            Posting(FUND_CONTRIBUTIONS, debit_pence=pence),
            Posting(FUND_DEBTORS, credit_pence=pence, school_urn=urn),
        ),
    )


def year_end_entry(
    year_id: str,
    title: str,
    on: date,
    *,
    contributed_pence: int,
    spent_pence: int,
    charges_pence: int,
    interest_pence: int,
) -> Entry:
    """A year's income and spending, and what the bank charged and paid, move into the fund's balance.

    What is left is carried forward. Charges and interest are negative where more of them was given back.
    """
    moved = (
        (FUND_CONTRIBUTIONS, contributed_pence),
        (FUND_SPENDING, -spent_pence),
        (BANK_CHARGES, -charges_pence),
        (INTEREST_RECEIVED, interest_pence),
    )
    left = sum(pence for _, pence in moved)
    sides = (
        *(Posting(account, debit_pence=max(pence, 0), credit_pence=max(-pence, 0)) for account, pence in moved),
        Posting(FUND_BALANCE, debit_pence=max(-left, 0), credit_pence=max(left, 0)),
    )
    return Entry(
        "fund_year_end",
        year_id,
        title,
        on,
        f"Carried forward from {title}",
        tuple(posting for posting in sides if posting.debit_pence or posting.credit_pence),
    )
