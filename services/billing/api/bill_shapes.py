"""Bills, credit notes, disputes and accounts as plain JSON."""

from collections import defaultdict
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row

from services.billing.api import account_schemas, bill_schemas, dispute_schemas
from services.billing.api.shapes import JsonObject, names_of, plain
from services.billing.domain.account import OpenBill, aged
from services.billing.domain.bill import bill_state
from services.billing.domain.late_payment import LatePayment
from services.billing.usecases.issue_bills import Issued
from services.billing.usecases.read_accounts import AccountView
from services.billing.usecases.read_books import BillView

_BILL: Final = names_of(bill_schemas.BillHeadOut, "state")
_BILL_LINE: Final = names_of(bill_schemas.BillLineOut, "vat_rate")
_CREDIT_NOTE: Final = names_of(bill_schemas.CreditNoteHeadOut)
_CREDIT_NOTE_LINE: Final = names_of(bill_schemas.CreditNoteLineOut, "vat_rate")
_DISPUTE: Final = names_of(dispute_schemas.DisputeOut)
_LATE: Final = names_of(dispute_schemas.LateOut, "per_cent")
_ACCOUNT_ITEM: Final = names_of(account_schemas.AccountItemOut)
_OPEN_BILL: Final = names_of(account_schemas.OpenBillOut, "late")


def bill_head(row: Row[Any]) -> JsonObject:
    """A bill without its lines."""
    state: str = bill_state(row.gross_pence, row.paid_pence, row.credited_pence)
    if row.settlement == "direct" and state == "open":
        state = "held" if row.held else "pay_supplier"
    if row.disputed and state not in ("paid", "credited"):
        state = "disputed"
    return {**plain(row, _BILL), "state": state}


def bill(view: BillView) -> JsonObject:
    """A bill with its lines, its totals by VAT, what is disputed of it, and what late payment adds."""
    totals: dict[tuple[str, Decimal], list[int]] = defaultdict(lambda: [0, 0])
    for line in view.lines:
        total = totals[line.vat_class, line.vat_rate]
        total[0] += line.net_pence
        total[1] += line.vat_pence
    return {
        **bill_head(view.head),
        "lines": [_with_rate(line, _BILL_LINE) for line in view.lines],
        "vat_totals": [
            {"vat_class": vat_class, "vat_rate": f"{rate:.2f}", "net_pence": net, "vat_pence": vat}
            for (vat_class, rate), (net, vat) in sorted(totals.items())
        ],
        "disputes": [dispute(row) for row in view.disputes],
        "late": _late(view.late),
        "pay_into": asdict(view.pay_into) if view.pay_into else None,
    }


def issued(found: Issued) -> JsonObject:
    """The bills and credit notes that were issued at once."""
    notes = [credit_note_head(note) for note in found.credit_notes]
    return {"items": [bill_head(bill) for bill in found.bills], "credit_notes": notes, "next": None}


def credit_note_head(row: Row[Any]) -> JsonObject:
    """A credit note without its lines."""
    return plain(row, _CREDIT_NOTE)


def credit_note(head: Row[Any], lines: list[Row[Any]]) -> JsonObject:
    """A credit note with its lines."""
    return {**credit_note_head(head), "lines": [_with_rate(line, _CREDIT_NOTE_LINE) for line in lines]}


def dispute(row: Row[Any]) -> JsonObject:
    """What a school disputes of a bill's line, and the answer."""
    return plain(row, _DISPUTE)


def account(view: AccountView) -> JsonObject:
    """A school's statement of account."""
    return {
        "on": view.on.isoformat(),
        "school_urn": view.school.urn,
        "school_name": view.school.name,
        "items": [plain(item, _ACCOUNT_ITEM) for item in view.items],
        "balance_pence": view.balance_pence,
        "on_account_pence": view.on_account_pence,
        "aged": {f"{name}_pence": pence for name, pence in aged(view.open_bills, view.on).items()},
        "open_bills": [_open(bill) for bill in view.open_bills if bill.open_pence > 0],
        "pay_into": [asdict(each.account) | {"bills": list(each.bills)} for each in view.pay_into],
        "pay_suppliers": [bill_head(bill) for bill in view.pay_suppliers],
    }


def _open(bill: OpenBill) -> JsonObject:
    return {**plain(bill, _OPEN_BILL), "late": _late(bill.late)}


def _late(late: LatePayment | None) -> JsonObject | None:
    return {**plain(late, _LATE), "per_cent": f"{late.per_cent:.2f}"} if late else None


def _with_rate(line: Row[Any], names: tuple[str, ...]) -> JsonObject:
    return {**plain(line, names), "vat_rate": f"{line.vat_rate:.2f}"}
