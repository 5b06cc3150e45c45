"""Answers about the bank as plain JSON."""

from typing import Any, Final

from sqlalchemy import Row

from services.billing.api import bank_schemas, bank_setting_schemas
from services.billing.api.shapes import JsonObject, names_of, plain
from services.billing.domain.bank_entries import NOMINAL
from services.billing.domain.bank_money import Proposal, Share
from services.billing.domain.open_item import OpenItem
from services.billing.usecases.import_bank_statement import Imported
from services.billing.usecases.read_bank import LineView

_LINE: Final = names_of(bank_schemas.BankLineOut, "matched_to", "suggestions", "explanation")
_STATEMENT: Final = names_of(bank_schemas.KeptStatement, "difference_pence")
_ACCOUNT: Final = names_of(bank_setting_schemas.BankAccountOut, "difference_pence")
_LAYOUT: Final = names_of(bank_setting_schemas.LayoutOut)
_ITEM: Final = ("kind", "number", "reference", "party", "school_urn", "supplier_id", "open_pence", "their_number")


def imported(result: Imported) -> JsonObject:
    """What became of a bank statement."""
    statement = result.statement
    return {
        "bank_statement_id": result.bank_statement_id,
        "account": statement.account,
        "from_on": statement.from_on and statement.from_on.isoformat(),
        "to_on": statement.to_on and statement.to_on.isoformat(),
        "lines": len(statement.lines),
        "new": result.new,
        "repeated": result.repeated,
        "posted": result.posted,
        "unmatched": result.new - result.posted,
        "warnings": list(statement.warnings),
        "unknown_accounts": list(result.unknown_accounts),
    }


def bank_line(view: LineView) -> JsonObject:
    """One bank line with what it is matched to, or what is proposed for it now."""
    line, outcome = view
    return {
        **plain(line, _LINE),
        "matched_to": line.matched_to or [],
        "suggestions": [_suggestion(rank, each) for rank, each in enumerate(outcome.offered, 1)] if outcome else [],
        "explanation": outcome.explanation if outcome else line.explanation,
    }


def open_item(item: OpenItem) -> JsonObject:
    """A document with what is open of it."""
    due = item.due_on.isoformat() if item.due_on else None
    return {"id": item.document_id, "due_on": due, **{name: getattr(item, name) for name in _ITEM}}


def statement(row: Row[Any]) -> JsonObject:
    """An imported statement with its difference."""
    return {**plain(row, _STATEMENT), "difference_pence": row.total_pence - row.matched_pence}


def bank_account(row: Row[Any]) -> JsonObject:
    """A bank account with its lines and its difference."""
    return {**plain(row, _ACCOUNT), "difference_pence": row.bank_pence - row.matched_pence}


def layout(row: Row[Any]) -> JsonObject:
    """What is remembered of a CSV file's header."""
    return plain(row, _LAYOUT)


def _suggestion(rank: int, proposal: Proposal) -> JsonObject:
    return {
        "rank": rank,
        "score": proposal.score,
        "reasons": list(proposal.reasons),
        "why": proposal.why,
        "items": [_share(share) for share in proposal.shares],
    }


def _share(share: Share) -> JsonObject:
    return {
        "kind": share.kind,
        "id": share.document_id or share.number,
        "number": share.number,
        "party": share.item.party if share.item else share.party or NOMINAL.get(share.number, ""),
        "open_pence": share.item.open_pence if share.item else None,
        "amount_pence": share.pence,
    }
