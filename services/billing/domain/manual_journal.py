"""Entries that people post by hand: balanced, with a reason, approved by a second person, never against documents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.errors import BrokenRule
from contracts.money import pounds
from services.billing.domain.ledger import (
    BANK,
    FUND_BANK,
    FUND_DEBTORS,
    FUND_SCHOOL_MONEY,
    SCHOOL_DEBTORS,
    SCHOOL_MONEY,
    SUPPLIER_CREDITORS,
    SUPPLIER_MONEY,
    Entry,
    Posting,
)

YEARS_BACK: Final = 6
"""As long as records for VAT are kept (VAT Notice 700/21: six years)."""
OF_DOCUMENTS: Final = frozenset(
    {
        SCHOOL_DEBTORS,
        FUND_DEBTORS,
        BANK,
        FUND_BANK,
        SUPPLIER_CREDITORS,
        SUPPLIER_MONEY,
        SCHOOL_MONEY,
        FUND_SCHOOL_MONEY,
    }
)
"""Accounts whose balances are what their bills, invoices and bank lines come to: nothing else moves them."""


class JournalNotBalanced(BrokenRule):
    """Debits and credits come to the same, and to more than nothing."""

    code = "journal_not_balanced"


class AccountNotPostable(BrokenRule):
    """The chart lacks the account, or only documents move it."""

    code = "account_not_postable"


class JournalInFuture(BrokenRule):
    """A journal is of today or of a day before it."""

    code = "journal_in_future"


class JournalTooOld(BrokenRule):
    """A journal is of one of the last YEARS_BACK years: a mistyped year would bring months nobody ever closes."""

    code = "journal_too_old"


class JournalDecided(BrokenRule):
    """The journal is in a state in which this can no longer be done."""

    code = "journal_decided"


class ProposerApproves(BrokenRule):
    """Nobody approves a journal that they proposed."""

    code = "proposer_approves"


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Pence on one side of an account."""

    account: str
    debit_pence: int
    credit_pence: int


def check_journal(lines: Sequence[JournalLine], postable: Collection[str], on: date, today: date) -> int:
    """What both sides come to in pence. Raises JournalInFuture, JournalTooOld, AccountNotPostable,
    JournalNotBalanced.

    `postable` are the accounts of the chart.
    """
    if on > today:
        raise JournalInFuture("The day is yet to come.", fields={"dated_on": "Enter today or a day before it."})
    if on.year < today.year - YEARS_BACK:
        fault = f"Enter a day since the beginning of {today.year - YEARS_BACK}."
        raise JournalTooOld("The day is too long ago for an open month.", fields={"dated_on": fault})
    faults = {
        f"lines.{index}.account": _refusal(line.account)
        for index, line in enumerate(lines)
        if line.account in OF_DOCUMENTS or line.account not in postable
    }
    if faults:
        raise AccountNotPostable(next(iter(faults.values())), fields=faults)
    sided = {
        f"lines.{index}.debit_pence": "Enter a debit or a credit."
        for index, line in enumerate(lines)
        if (line.debit_pence > 0) == (line.credit_pence > 0)
    }
    if sided:
        raise JournalNotBalanced("Every line is a debit or a credit.", fields=sided)
    debit, credit = sum(line.debit_pence for line in lines), sum(line.credit_pence for line in lines)
    if debit != credit:
        raise JournalNotBalanced(f"Debits come to £{pounds(debit)} and credits to £{pounds(credit)}.")
    return debit


def journal_entry(journal_id: str, number: str, on: date, why: str, lines: Sequence[JournalLine]) -> Entry:
    """The entry of an approved journal, on its own day."""
    postings = tuple(Posting(line.account, line.debit_pence, line.credit_pence) for line in lines)
    return Entry("journal", journal_id, number, on, why, postings)


def _refusal(account: str) -> str:
    if account in OF_DOCUMENTS:
        return f"{account} is moved by its documents alone: bills, invoices and bank lines."
    return f"The chart of accounts has no account {account}."
