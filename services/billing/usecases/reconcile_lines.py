"""Reconcile everything that waits on the bank's lines: what posts by itself, and what is proposed for the rest."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row

from chassis.collector import collector_paused
from services.billing.domain.bank_money import BankMoney, Outcome, Share
from services.billing.domain.bank_references import references_in
from services.billing.domain.open_item import OpenItem, Purpose
from services.billing.domain.reconciliation import reconcile
from services.billing.storage import bank, bank_knowledge
from services.billing.storage.open_items import open_items
from services.billing.usecases.expand_runs import expanded
from services.billing.usecases.settle_bank_lines import Part, Settlement, pays_twice, settle

_SAID: Final = {
    "paid": "Names {}, which is paid already.",
    "begun": "Names {}, of which some is paid already: what is left is paid supplier by supplier.",
    "unwritten": "Names {}, of which no file is written yet.",
    "given_up": "Names {}, which was given up.",
    "direct": "Names {}, which its school pays itself.",
    "other": "Names {}, which is paid on the alliance’s other account.",
}
_UNKNOWN: Final = "Reads like our reference {}, but there is no such document."
_CERTAIN: Final = 90  # the same amount and all of our reference
_WHOSE: Final = "Say whose account {} is: nothing on it is matched until then."


def reconcile_new_lines(connection: Connection, by: str) -> set[str]:
    """Post what posts by itself of all lines that are matched to nothing, and say of the others why not.

    Returns the ids of the lines that posted. The caller holds the bank's turn (storage.bank.take_turn).
    """
    rows = bank.new_lines(connection)
    outcomes = outcomes_of(connection, rows)
    settlements = _settlements(connection, rows, outcomes)
    told = {row.bank_line_id: outcomes[row.bank_line_id].explanation for row in rows}
    bank.explain(connection, {row.bank_line_id: told[row.bank_line_id] for row in rows if _is_news(row, told)})
    settle(connection, settlements, by)
    return {each.bank_line_id for each in settlements}


def _is_news(row: Row[Any], told: Mapping[str, str]) -> bool:
    return bool(told[row.bank_line_id] != row.explanation)


def _settlements(connection: Connection, rows: Sequence[Row[Any]], outcomes: Mapping[str, Outcome]) -> list[Settlement]:
    """What posts, payment runs as the invoices that they pay; an invoice is not paid by itself and by its run."""
    found: list[Settlement] = []
    by_run: dict[str, bool] = {}
    for row in rows:
        outcome = outcomes[row.bank_line_id]
        if not outcome.posts:
            continue
        parts = expanded(connection, parts_of(outcome.posts))
        runs = {str(part.document_id): bool(part.payment_run_id) for part in parts}
        if pays_twice(parts):
            outcome.explanation = f"Names a document by itself and through a payment run. {outcome.explanation}"
            continue
        if any(document in by_run and (whole or by_run[document]) for document, whole in runs.items()):
            outcome.explanation = f"Another line pays the same as this one. {outcome.explanation}"
            continue
        by_run |= runs
        found.append(Settlement(row.bank_line_id, row.booked_on, row.amount_pence, row.purpose, parts, "exact"))
    return found


def outcomes_of(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Outcome]:
    """What becomes of these lines, all of them together, each among the open items of its account's purpose."""
    found = {row.bank_line_id: Outcome(_WHOSE.format(row.account)) for row in rows if row.purpose is None}
    by_purpose: dict[Purpose, list[BankMoney]] = defaultdict(list)
    for row in rows:
        if row.purpose is not None:
            by_purpose[row.purpose].append(money_of(row))
    seen = bank_knowledge.seen_payers(connection) if by_purpose else {}
    for purpose, lines in by_purpose.items():
        items = open_items(connection, purpose)
        closed = _closed(connection, lines, items, purpose)
        with collector_paused():
            found |= reconcile(lines, items, seen, closed)
    for row in rows:
        outcome = found[row.bank_line_id]
        if not row.adds_up and outcome.proposals and outcome.proposals[0].score >= _CERTAIN:
            outcome.explanation += " Its statement does not add up, so nothing of it posts by itself."
    return found


def money_of(row: Row[Any]) -> BankMoney:
    """A stored line as reconciling takes it."""
    return BankMoney(
        row.bank_line_id,
        row.booked_on,
        row.amount_pence,
        row.currency,
        row.counterparty,
        row.counterparty_account,
        row.reference,
        may_post=row.adds_up and not row.undone,
    )


def parts_of(shares: Sequence[Share]) -> list[Part]:
    """What a line posts to, as it is settled."""
    return [
        Part(
            share.kind,
            share.document_id,
            share.number,
            share.pence,
            share.item.school_urn if share.item else None,
            share.item.supplier_id if share.item else None,
        )
        for share in shares
    ]


def _closed(
    connection: Connection, lines: Sequence[BankMoney], items: Sequence[OpenItem], purpose: Purpose
) -> Mapping[str, str]:
    """What to say of the whole references in lines of which nothing is open."""
    open_ = {item.reference for item in items}
    asked = {reference for line in lines for reference in references_in(line.reference)} - open_
    states = bank_knowledge.states_of(connection, asked, purpose) if asked else {}
    return {reference: _SAID.get(states.get(reference, ""), _UNKNOWN).format(reference) for reference in asked}
