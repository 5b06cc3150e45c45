"""What a payment run pays: invoices that are due and not in question, less the open credits of each supplier."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from contracts.money import pounds
from services.billing.domain.paying_errors import ApproverIsMaker, CreditsExceedInvoices

State = Literal["proposed", "approved", "exported", "paid", "cancelled"]

BURSAR: Final = "Bursar"
"""Who left something out by rule."""


@dataclass(frozen=True, slots=True)
class PayableAccount:
    """Where a supplier is paid on a day."""

    account_name: str
    sort_code: str
    account_number: str


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice or credit of a supplier; `open_pence` is what is left of it, negative where the supplier owes it.

    `hindrance` says why it cannot be paid now, empty where nothing is in the way.
    """

    supplier_id: str
    supplier_name: str
    supplier_invoice_id: str
    our_number: str
    due_on: date
    open_pence: int
    hindrance: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One invoice of a run, or a credit (negative); without an account where it is left out for want of one."""

    supplier_id: str
    supplier_invoice_id: str
    amount_pence: int
    account: PayableAccount | None
    left_out_why: str | None = None


def propose(
    invoices: Sequence[OpenInvoice],
    accounts: Mapping[str, PayableAccount],
    changing: Mapping[str, str],
    due_by: date,
) -> list[Item]:
    """Everything due by a day and every open credit beside it, in the order of suppliers and our numbers.

    `changing` says of a supplier why its bank details are in question: all of it is kept out then. What is kept out is
    an item with its reason; a supplier with credits alone has none.
    """
    by_supplier: dict[str, list[OpenInvoice]] = defaultdict(list)
    for invoice in sorted(invoices, key=lambda each: (each.supplier_name, each.supplier_id, each.our_number)):
        if invoice.open_pence < 0 or invoice.due_on <= due_by:
            by_supplier[invoice.supplier_id].append(invoice)
    return [
        item
        for supplier_id, found in by_supplier.items()
        if any(invoice.open_pence > 0 for invoice in found)
        for item in _of_supplier(found, accounts.get(supplier_id), changing.get(supplier_id))
    ]


def _of_supplier(found: Sequence[OpenInvoice], account: PayableAccount | None, changing: str | None) -> list[Item]:
    left = sum(invoice.open_pence for invoice in found if not invoice.hindrance)
    whole = changing
    if whole is None and account is None:
        whole = "No bank account of the supplier is confirmed."
    if whole is None and left <= 0 and any(not invoice.hindrance for invoice in found):
        whole = f"The open credits leave nothing to pay: £{pounds(-left)} is owed by the supplier."
    return [
        Item(
            invoice.supplier_id,
            invoice.supplier_invoice_id,
            invoice.open_pence,
            account,
            invoice.hindrance or whole,
        )
        for invoice in found
    ]


def must_pay_something(amounts: Iterable[tuple[str, str, int]]) -> None:
    """Raise CreditsExceedInvoices where a supplier's part is not above nothing; of (supplier_id, name, pence)."""
    sums: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for supplier_id, name, pence in amounts:
        sums[supplier_id] += pence
        names[supplier_id] = name
    short = sorted(names[supplier_id] for supplier_id, pence in sums.items() if pence <= 0)
    if short:
        raise CreditsExceedInvoices(
            f"The credits of {', '.join(short)} are no less than the invoices that are left. Leave out all of a"
            " supplier, or none of its invoices."
        )


def must_be_another(approver_id: str | None, makers: Iterable[str]) -> None:
    """Raise ApproverIsMaker unless the approver is a person who neither proposed nor changed the run."""
    if approver_id is None or approver_id in set(makers):
        raise ApproverIsMaker("Two people pay: who proposed or changed a run does not approve it.")


def payment_reference(number: str, place: int) -> str:
    """What the supplier's bank statement says: "PR-000001/01", within Bacs's 18 characters."""
    return f"{number}/{place:02d}"
