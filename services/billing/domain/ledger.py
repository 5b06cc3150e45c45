"""Double entry in pence: what each document does to the books."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.billing.domain.errors import EntryUnbalanced

SCHOOL_DEBTORS: Final = "1100"
FUND_DEBTORS: Final = "1110"
BANK: Final = "1200"
FUND_BANK: Final = "1250"
PREPAYMENTS: Final = "1300"
SUPPLIER_CREDITORS: Final = "2100"
SUPPLIER_MONEY: Final = "2110"
ACCRUALS: Final = "2150"
SCHOOL_MONEY: Final = "2300"
FUND_SCHOOL_MONEY: Final = "2310"
FUND_BALANCE: Final = "3100"
FUND_CONTRIBUTIONS: Final = "4100"
CLEARING_NET: Final = "5100"
CLEARING_VAT: Final = "5110"
BANK_CHARGES: Final = "5200"
INTEREST_RECEIVED: Final = "5300"
FUND_SPENDING: Final = "6100"

Kind = str
"""What an entry is about: "supplier_invoice", "supplier_credit_note", "bill", "credit_note", "receipt", "payment",
"accrual", "prepayment" and what other modules post; "reversal" is made by usecases/reverse_entries alone."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry: pence on an account, with the school or supplier whose sub-account it is."""

    account: str
    debit_pence: int = 0
    credit_pence: int = 0
    school_urn: int | None = None
    supplier_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A document's entry. Once posted it is never changed; corrections are entries of their own.

    `posted_on` is the document's day. Where its month is closed, the entry is posted on the first open day after it.
    """

    kind: Kind
    document_id: str
    document_number: str
    posted_on: date
    description: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Raises EntryUnbalanced unless debits equal credits."""
        debit = sum(posting.debit_pence for posting in self.postings)
        credit = sum(posting.credit_pence for posting in self.postings)
        if debit != credit:
            raise EntryUnbalanced(f"{self.document_number}: debits of {debit} and credits of {credit} pence differ.")


def invoice_entry(
    document_id: str, number: str, on: date, supplier_id: str, *, net_pence: int, vat_pence: int, description: str
) -> Entry:
    """A supplier's invoice is owed in full, whatever the match says; clearing holds it until schools are billed.

    A credit note, negative in net and VAT, is the mirror image.
    """
    return Entry(
        "supplier_invoice" if net_pence + vat_pence >= 0 else "supplier_credit_note",
        document_id,
        number,
        on,
        description,
        _postings(
            (CLEARING_NET, net_pence, {"supplier_id": supplier_id}),
            (CLEARING_VAT, vat_pence, {"supplier_id": supplier_id}),
            (SUPPLIER_CREDITORS, -net_pence - vat_pence, {"supplier_id": supplier_id}),
        ),
    )


def bill_entry(
    document_id: str, number: str, on: date, school_urn: int, *, net_pence: int, vat_pence: int, description: str
) -> Entry:
    """A bill moves its amount from clearing onto the school's account; a credit note, negative, moves it back."""
    return Entry(
        "bill" if net_pence + vat_pence >= 0 else "credit_note",
        document_id,
        number,
        on,
        description,
        _postings(
            (SCHOOL_DEBTORS, net_pence + vat_pence, {"school_urn": school_urn}),
            (CLEARING_NET, -net_pence, {}),
            (CLEARING_VAT, -vat_pence, {}),
        ),
    )


def receipt_entry(document_id: str, number: str, on: date, school_urn: int, pence: int, description: str) -> Entry:
    """Money received from a school."""
    return Entry(
        "receipt",
        document_id,
        number,
        on,
        description,
        (Posting(BANK, debit_pence=pence), Posting(SCHOOL_DEBTORS, credit_pence=pence, school_urn=school_urn)),
    )


def payment_entry(document_id: str, number: str, on: date, supplier_id: str, pence: int, description: str) -> Entry:
    """Money paid to a supplier."""
    return Entry(
        "payment",
        document_id,
        number,
        on,
        description,
        (
            Posting(SUPPLIER_CREDITORS, debit_pence=pence, supplier_id=supplier_id),
            Posting(BANK, credit_pence=pence),
        ),
    )


def _postings(*sides: tuple[str, int, dict[str, Any]]) -> tuple[Posting, ...]:
    """Postings of (account, pence, whose sub-account): debits are positive, credits negative, noughts left out."""
    return tuple(
        Posting(account, debit_pence=max(pence, 0), credit_pence=max(-pence, 0), **whose)
        for account, pence, whose in sides
        if pence
    )
