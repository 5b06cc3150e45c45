"""Post what bank lines settle."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.numbers import next_numbers
from services.billing.domain.bank_entries import money_entry
from services.billing.domain.bank_errors import MatchUnbalanced
from services.billing.domain.ledger import Entry
from services.billing.domain.open_item import Purpose
from services.billing.storage import bank, bank_matches, held_money, ledger, payment_runs, settlement
from services.billing.usecases.answer_invoices import answer_invoices
from services.billing.usecases.settle_orders import settle_orders

SCHOOL_KINDS: Final = frozenset({"bill", "credit_note"})
SUPPLIER_KINDS: Final = frozenset({"supplier_invoice", "supplier_credit_note"})
ON_ACCOUNT_KINDS: Final = frozenset({"school_account", "supplier_account"})


class Part(NamedTuple):
    """How much of a bank line is for which document: pence, positive for money in.

    `document_id` is None for a nominal account, whose code is the number, and for money on account of a party.
    """

    kind: str
    document_id: str | None
    number: str
    amount_pence: int
    school_urn: int | None = None
    supplier_id: str | None = None
    payment_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A bank line and the documents that it settles, which add up to it.

    Where they are settled later, out of what the line left on account, they add up to nothing. `booked_on` is the day
    on which it is posted.
    """

    bank_line_id: str
    booked_on: date
    amount_pence: int
    purpose: Purpose
    parts: Sequence[Part]
    how: Literal["exact", "person"]


@dataclass(frozen=True, slots=True)
class _Posting:
    """What one line moves for one school, supplier or account: one document of ours, one entry."""

    posting_id: str
    settlement: Settlement
    parts: Sequence[Part]

    @property
    def pence(self) -> int:
        return sum(part.amount_pence for part in self.parts)

    @property
    def held_pence(self) -> int:
        return sum(part.amount_pence for part in self.parts if part.kind in ON_ACCOUNT_KINDS)

    @property
    def series(self) -> str:
        """RC- received from a school, RF- refunded to it, PY- suppliers, FS- paid from the fund, BC- the rest."""
        first = self.parts[0]
        if first.school_urn is not None:
            return "RC" if self.pence >= 0 else "RF"
        if first.supplier_id is not None:
            return "PY"
        return "FS" if first.kind == "fund_payment" else "BC"


def settle(connection: Connection, settlements: Sequence[Settlement], by: str) -> None:
    """Post lines to what they settle: matches, what counts as paid, entries; settled orders and paid invoices are told.

    That the parts are open is for the caller, who holds the bank's turn (storage.bank). Raises MatchUnbalanced where
    the parts of a line, with runs replaced by what they pay, do not come to it.
    """
    for each in settlements:
        if sum(part.amount_pence for part in each.parts) != each.amount_pence or pays_twice(each.parts):
            raise MatchUnbalanced("What was chosen does not come to the line, or pays one document twice.")
    postings = [_Posting(str(uuid4()), each, parts) for each in settlements for parts in _by_party(each.parts) if parts]
    numbers = _numbered(connection, postings)
    bank_matches.add_matches(connection, [row for posting in postings for row in _matches(posting, numbers, by)])
    contra = [row for each in settlements for row in _contra(each, by)]
    bank_matches.add_matches(connection, contra)
    _count_as_paid(connection, postings, numbers)
    held_money.add_held(connection, [_held(each, numbers) for each in postings if each.held_pence])
    ledger.post(connection, [_entry(posting, numbers[posting.posting_id]) for posting in postings], by)
    bank.set_state(connection, [each.bank_line_id for each in settlements], "matched")


def pays_twice(parts: Iterable[Part]) -> bool:
    """Whether one document is paid twice by a line: by itself and through a run, or by a run and a part of it."""
    documents = [part.document_id for part in parts if part.document_id]
    return len(set(documents)) < len(documents)


def _by_party(parts: Iterable[Part]) -> list[list[Part]]:
    """The parts that make one entry together: of one school, one supplier, or one account."""
    found: dict[tuple[Any, ...], list[Part]] = defaultdict(list)
    for part in parts:
        if part.school_urn is not None:
            found["school", part.school_urn].append(part)
        elif part.supplier_id is not None:
            found["supplier", part.supplier_id].append(part)
        elif part.kind != "bank_line":
            found[part.kind, part.document_id, part.number].append(part)
    return list(found.values())


def _numbered(connection: Connection, postings: Sequence[_Posting]) -> dict[str, str]:
    series: dict[str, list[str]] = defaultdict(list)
    for posting in postings:
        series[posting.series].append(posting.posting_id)
    return {
        posting_id: number
        for name, ids in sorted(series.items())
        for posting_id, number in zip(ids, next_numbers(connection, name, len(ids)), strict=True)
    }


def _matches(posting: _Posting, numbers: Mapping[str, str], by: str) -> list[dict[str, Any]]:
    posted = {"posting_id": posting.posting_id, "posting_number": numbers[posting.posting_id]}
    return [_match(posting.settlement, part, by) | posted for part in posting.parts]


def _held(posting: _Posting, numbers: Mapping[str, str]) -> dict[str, Any]:
    line, first = posting.settlement, posting.parts[0]
    return {
        "posting_id": posting.posting_id,
        "bank_line_id": line.bank_line_id,
        "number": numbers[posting.posting_id],
        "purpose": line.purpose,
        "school_urn": first.school_urn,
        "supplier_id": first.supplier_id,
        "held_on": line.booked_on,
        "amount_pence": posting.held_pence,
    }


def _contra(settlement: Settlement, by: str) -> list[dict[str, Any]]:
    nothing = {"posting_id": None, "posting_number": None}
    return [_match(settlement, part, by) | nothing for part in settlement.parts if part.kind == "bank_line"]


def _match(settlement: Settlement, part: Part, by: str) -> dict[str, Any]:
    return {
        "bank_match_id": str(uuid4()),
        "bank_line_id": settlement.bank_line_id,
        "kind": part.kind,
        "document_id": part.document_id,
        "document_number": part.number,
        "amount_pence": part.amount_pence,
        "school_urn": part.school_urn,
        "supplier_id": part.supplier_id,
        "payment_run_id": part.payment_run_id,
        "why": "",
        "how": settlement.how,
        "matched_by": by,
        "matched_at": "now",
    }


def _count_as_paid(connection: Connection, postings: Sequence[_Posting], numbers: Mapping[str, str]) -> None:
    credited = [part.document_id for each in postings for part in each.parts if part.kind == "credit_note"]
    bills = bank_matches.bills_of_credit_notes(connection, [note for note in credited if note])
    receipts: dict[tuple[str, str], dict[str, Any]] = {}
    payments: list[dict[str, Any]] = []
    for posting in postings:
        line = posting.settlement
        number = numbers[posting.posting_id]
        for part in posting.parts:
            if part.kind in SCHOOL_KINDS:
                bill_id = bills.get(str(part.document_id), str(part.document_id))
                row = receipts.setdefault(
                    (posting.posting_id, bill_id),
                    {
                        "receipt_id": posting.posting_id,
                        "bank_line_id": line.bank_line_id,
                        "number": number,
                        "bill_id": bill_id,
                        "school_urn": part.school_urn,
                        "received_on": line.booked_on,
                        "amount_pence": 0,
                    },
                )
                row["amount_pence"] += part.amount_pence
            elif part.kind in SUPPLIER_KINDS:
                payments.append(
                    {
                        "payment_id": posting.posting_id,
                        "bank_line_id": line.bank_line_id,
                        "number": number,
                        "supplier_invoice_id": part.document_id,
                        "supplier_id": part.supplier_id,
                        "paid_on": line.booked_on,
                        "amount_pence": -part.amount_pence,
                    }
                )
    received = [row for row in receipts.values() if row["amount_pence"]]
    bank_matches.add_receipts(connection, received)
    bank_matches.add_payments(connection, payments)
    bank_matches.pay_from_fund(connection, _from_fund(postings))
    settle_orders(connection, settlement.orders_of_bills(connection, [row["bill_id"] for row in received]))
    tell_suppliers(connection, {row["supplier_invoice_id"] for row in payments})


def tell_suppliers(connection: Connection, invoice_ids: Collection[str]) -> None:
    """Tell what has become of suppliers' documents whose payments changed, and whether their runs are paid."""
    if invoice_ids:
        answer_invoices(connection, sorted(invoice_ids))
        payment_runs.settle_runs(connection, sorted(invoice_ids))


def _from_fund(postings: Iterable[_Posting]) -> list[dict[str, Any]]:
    return [
        {"fund_payment_id": part.document_id, "pence": -part.amount_pence}
        for posting in postings
        for part in posting.parts
        if part.kind == "fund_payment"
    ]


def _entry(posting: _Posting, number: str) -> Entry:
    first = posting.parts[0]
    named = ", ".join(dict.fromkeys(part.number for part in posting.parts))
    verb = "Payment of" if first.school_urn is not None and posting.pence >= 0 else "Paid"
    if first.supplier_id is not None and posting.pence > 0:
        verb = "Paid back"
    said = {"account": "Bank line to"}.get(first.kind, "Refund of" if posting.series == "RF" else verb)
    return money_entry(
        posting.posting_id,
        number,
        posting.settlement.booked_on,
        posting.pence,
        f"{said} {named}",
        purpose=posting.settlement.purpose,
        school_urn=first.school_urn,
        supplier_id=first.supplier_id,
        account=first.number if first.kind == "account" else None,
        held_pence=posting.held_pence,
    )


def parts_of(matches: Collection[Row[Any]]) -> list[Part]:
    """What was matched, as parts that can be settled again."""
    return [
        Part(
            match.kind,
            match.document_id,
            match.document_number,
            match.amount_pence,
            match.school_urn,
            match.supplier_id,
            match.payment_run_id,
        )
        for match in matches
    ]
