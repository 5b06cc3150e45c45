"""Answers as plain JSON. An invoice can have ten thousand matches, too many to go through a schema one by one."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from marshmallow import Schema
from sqlalchemy import Row

from contracts.money import unit_price_text
from services.billing.api import bank_schemas, bill_schemas, match_schemas, schemas, workbench_schemas
from services.billing.domain.bill import bill_state
from services.billing.usecases.import_bank_statement import Imported
from services.billing.usecases.issue_bills import Issued
from services.billing.usecases.read_books import AccountView
from services.billing.usecases.read_invoices import InvoiceView

JsonObject = dict[str, Any]


def _names(schema: type[Schema], *made: str) -> tuple[str, ...]:
    return tuple(name for name in schema._declared_fields if name not in made)


_INVOICE: Final = _names(schemas.InvoiceHeadOut)
_INVOICE_LINE: Final = _names(schemas.InvoiceLineOut, "vat_rate")
_MATCH: Final = _names(match_schemas.MatchOut, "accepted", "decisions")
_BENCH_LINE: Final = _names(
    workbench_schemas.BenchLineOut, "accepted", "decisions", "supplier_invoice_id", "supplier_id"
)
_TOTALS: Final = _names(match_schemas.TotalsOut)
_CLAIM: Final = _names(match_schemas.ClaimOut)
_BILL: Final = _names(bill_schemas.BillHeadOut, "state")
_BILL_LINE: Final = _names(bill_schemas.BillLineOut, "vat_rate")
_CREDIT_NOTE: Final = _names(bill_schemas.CreditNoteHeadOut)
_CREDIT_NOTE_LINE: Final = _names(bill_schemas.CreditNoteLineOut)
_BANK_LINE: Final = _names(bank_schemas.BankLineOut, "matched_to")
_ACCOUNT_ITEM: Final = _names(bill_schemas.AccountItemOut)


def invoice_head(row: Row[Any]) -> JsonObject:
    """A registered invoice without its lines."""
    return _plain(row, _INVOICE)


def invoice(view: InvoiceView) -> JsonObject:
    """A registered invoice with its lines and matches, and what was decided of them."""
    decided: dict[tuple[int, int], list[JsonObject]] = defaultdict(list)
    for row in view.decisions:
        decided[row.line_no, row.school_urn].append(_decision(row))
    return {
        **invoice_head(view.head),
        "lines": [{**_plain(line, _INVOICE_LINE), "vat_rate": f"{line.vat_rate:.2f}"} for line in view.lines],
        "matches": [
            {**_plain(match, _MATCH), **_decisions(decided.get((match.line_no, match.school_urn), []))}
            for match in view.matches
        ],
        "totals": {name: getattr(view.totals, name) for name in _TOTALS},
    }


def bill_head(row: Row[Any]) -> JsonObject:
    """A bill without its lines."""
    state: str = bill_state(row.gross_pence, row.paid_pence, row.credited_pence)
    if row.settlement == "direct" and state == "open":
        state = "held" if row.held else "pay_supplier"
    return {**_plain(row, _BILL), "state": state}


def bill(head: Row[Any], lines: list[Row[Any]]) -> JsonObject:
    """A bill with its lines, and its totals by VAT."""
    totals: dict[tuple[str, Decimal], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        total = totals[line.vat_class, line.vat_rate]
        total[0] += line.net_pence
        total[1] += line.vat_pence
    return {
        **bill_head(head),
        "lines": [{**_plain(line, _BILL_LINE), "vat_rate": f"{line.vat_rate:.2f}"} for line in lines],
        "vat_totals": [
            {"vat_class": vat_class, "vat_rate": f"{rate:.2f}", "net_pence": net, "vat_pence": vat}
            for (vat_class, rate), (net, vat) in sorted(totals.items())
        ],
    }


def issued(found: Issued) -> JsonObject:
    """The bills and credit notes that were issued at once."""
    notes = [credit_note_head(note) for note in found.credit_notes]
    return {"items": [bill_head(bill) for bill in found.bills], "credit_notes": notes, "next": None}


def credit_note_head(row: Row[Any]) -> JsonObject:
    """A credit note without its lines."""
    return _plain(row, _CREDIT_NOTE)


def credit_note(head: Row[Any], lines: list[Row[Any]]) -> JsonObject:
    """A credit note with its lines."""
    return {**credit_note_head(head), "lines": [_plain(line, _CREDIT_NOTE_LINE) for line in lines]}


def claim(row: Row[Any]) -> JsonObject:
    """What a supplier has still to credit of one line for one school."""
    return _plain(row, _CLAIM)


def bench_line(row: Row[Any]) -> JsonObject:
    """One school's line on the matching workbench."""
    return {**_plain(row, _BENCH_LINE), "supplier_invoice_id": row.invoice_id, "supplier_id": row.supplier}


def remittance(row: Row[Any]) -> JsonObject:
    """One payment to a supplier, with the invoices it settles."""
    return _plain(row, ("number", "paid_on", "amount_pence", "supplier_id", "supplier_name", "invoices"))


def imported(result: Imported) -> JsonObject:
    """What became of a bank statement."""
    statement = result.statement
    return {
        "bank_statement_id": result.bank_statement_id,
        "account": statement.account,
        "from_on": _wire(statement.from_on),
        "to_on": _wire(statement.to_on),
        "lines": len(statement.lines),
        "new": result.new,
        "repeated": result.repeated,
        "posted": result.posted,
        "unmatched": result.new - result.posted,
        "warnings": list(statement.warnings),
    }


def bank_line(row: Row[Any]) -> JsonObject:
    """One bank line."""
    matched = {"kind": row.matched_kind, "id": row.matched_id, "number": row.matched_number}
    return {**_plain(row, _BANK_LINE), "matched_to": matched if row.matched_kind else None}


def account(view: AccountView) -> JsonObject:
    """A school's statement of account."""
    return {
        "school_urn": view.school_urn,
        "school_name": view.school_name,
        "items": [{name: _wire(getattr(item, name)) for name in _ACCOUNT_ITEM} for item in view.items],
        "balance_pence": view.balance_pence,
        "pay_suppliers": [bill_head(bill) for bill in view.pay_suppliers],
    }


def _decision(row: Row[Any]) -> JsonObject:
    return {
        "decision": row.decision,
        "by": row.decided_by,
        "at": _wire(row.decided_at),
        "reasons": list(row.reasons),
        "why": row.why,
    }


def _decisions(made: list[JsonObject]) -> JsonObject:
    """What was decided of a match, and the acceptance that nothing has overturned since."""
    standing = [each for each in made if each["decision"] != "credit_requested"]
    accepted = standing[-1] if standing and standing[-1]["decision"] == "accepted" else None
    return {"accepted": accepted, "decisions": made}


def _plain(row: Row[Any], names: tuple[str, ...]) -> JsonObject:
    return {name: _wire(getattr(row, name)) for name in names}


def _wire(value: Any) -> Any:
    if isinstance(value, Decimal):
        return unit_price_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
