"""What money can still settle: a bill, a credit to give back, a supplier's document, a payment of the fund or a run."""

from datetime import date
from typing import Final, Literal, NamedTuple

ItemKind = Literal[
    "bill",
    "credit_note",
    "supplier_invoice",
    "supplier_credit_note",
    "fund_payment",
    "payment_run",
    "remittance",
    "returned_remittance",
    "school_account",
    "supplier_account",
]
RETURNED: Final = "returned_remittance"
"""One supplier's part of a payment run that was paid, and may come back."""
ON_ACCOUNT: Final = "on account"
"""What stands for a number where money is held for a school or supplier, and no document is behind it."""
Purpose = Literal["general", "fund"]


class OpenItem(NamedTuple):
    """A document with what is open of it; `open_pence` is positive where it is owed to us, negative where we owe it.

    `reference` is what a payer is asked to quote: a bill's payment reference, a supplier invoice's number of ours.
    Money on account of a party has no reference, and the party's own id (a school's URN) as `document_id`.
    A `remittance` is one supplier's part of a payment run, a `returned_remittance` the same once it is paid: the bank
    gives it back where the account that it was paid to is closed or wrong. `party` is the school's or supplier's name,
    `their_number` the number that the supplier itself gave the document.
    """

    kind: ItemKind
    document_id: str
    number: str
    reference: str
    party: str
    school_urn: int | None
    supplier_id: str | None
    open_pence: int
    due_on: date | None
    their_number: str = ""

    @property
    def paid_whole(self) -> bool:
        """Whether it is paid in one line or not at all: a payment run, and one supplier's part of it, also back."""
        return self.kind in ("payment_run", "remittance", RETURNED)
