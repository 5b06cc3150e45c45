"""What the partnership fund does to the books, in pence."""

from datetime import date

from services.billing.domain.ledger import (
    FUND_BALANCE,
    FUND_CONTRIBUTIONS,
    FUND_DEBTORS,
    FUND_SPENDING,
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


def year_end_entry(year_id: str, title: str, on: date, *, contributed_pence: int, spent_pence: int) -> Entry:
    """A year's income and spending move into the fund's balance; what is left is carried forward."""
    left = contributed_pence - spent_pence
    sides = (
        Posting(FUND_CONTRIBUTIONS, debit_pence=contributed_pence),
        Posting(FUND_SPENDING, credit_pence=spent_pence),
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
