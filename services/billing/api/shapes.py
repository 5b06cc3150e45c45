"""Answers as plain JSON. An invoice can have ten thousand matches, too many to go through a schema one by one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from marshmallow import Schema
from sqlalchemy import Row

from contracts.money import unit_price_text
from services.billing.api import schemas
from services.billing.domain.bill import bill_state
from services.billing.usecases.import_bank_statement import Imported
from services.billing.usecases.read_books import AccountView
from services.billing.usecases.read_invoices import InvoiceView

JsonObject = dict[str, Any]


def _names(schema: type[Schema], *made: str) -> tuple[str, ...]:
    return tuple(name for name in schema._declared_fields if name not in made)


_INVOICE: Final = _names(schemas.InvoiceHeadOut)
_INVOICE_LINE: Final = _names(schemas.InvoiceLineOut, "vat_rate")
_MATCH: Final = _names(schemas.MatchOut, "accepted")
_BILL: Final = _names(schemas.BillHeadOut, "state")
_BILL_LINE: Final = _names(schemas.BillLineOut)
_BANK_LINE: Final = _names(schemas.BankLineOut, "matched_to")
_ACCOUNT_ITEM: Final = _names(schemas.AccountItemOut)


def invoice_head(row: Row[Any]) -> JsonObject:
    """A registered invoice without its lines."""
    return _plain(row, _INVOICE)


def invoice(view: InvoiceView) -> JsonObject:
    """A registered invoice with its lines and matches."""
    return {
        **invoice_head(view.head),
        "lines": [{**_plain(line, _INVOICE_LINE), "vat_rate": f"{line.vat_rate:.2f}"} for line in view.lines],
        "matches": [{**_plain(match, _MATCH), "accepted": _acceptance(match)} for match in view.matches],
    }


def bill_head(row: Row[Any]) -> JsonObject:
    """A bill without its lines."""
    return {**_plain(row, _BILL), "state": bill_state(row.gross_pence, row.paid_pence)}


def bill(head: Row[Any], lines: list[Row[Any]]) -> JsonObject:
    """A bill with its lines."""
    return {**bill_head(head), "lines": [_plain(line, _BILL_LINE) for line in lines]}


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
    }


def _acceptance(match: Row[Any]) -> JsonObject | None:
    if match.accepted_by is None:
        return None
    return {
        "by": match.accepted_by,
        "at": _wire(match.accepted_at),
        "reasons": list(match.accepted_for),
        "why": match.why,
    }


def _plain(row: Row[Any], names: tuple[str, ...]) -> JsonObject:
    return {name: _wire(getattr(row, name)) for name in names}


def _wire(value: Any) -> Any:
    if isinstance(value, Decimal):
        return unit_price_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
