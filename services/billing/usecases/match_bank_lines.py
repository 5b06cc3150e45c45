"""A person matches bank lines, undoes a match, or makes it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.money import pounds
from services.billing.domain.bank_entries import NOMINAL
from services.billing.domain.bank_errors import (
    BankAccountUnknown,
    LineInOtherCurrency,
    LineMatched,
    LineNotMatched,
    MatchUnbalanced,
    NothingUndone,
    NotOpen,
)
from services.billing.domain.open_item import RETURNED, OpenItem
from services.billing.storage import bank, bank_matches, bank_statements, periods, remittance_advices
from services.billing.storage.open_items import open_items
from services.billing.usecases import settle_bank_lines
from services.billing.usecases.expand_runs import expanded
from services.billing.usecases.set_line_aside import set_aside
from services.billing.usecases.settle_bank_lines import ON_ACCOUNT_KINDS, Part, Settlement, settle
from services.billing.usecases.take_open_items import on_account, take_all
from services.billing.usecases.unsettle_bank_lines import unsettle


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line is to be matched to: pence of it, positive for money in, or all that is open of it (None).

    `document_id` is the code of a nominal account where `kind` is "account", another line's id where "bank_line".
    """

    kind: str
    document_id: str
    amount_pence: int | None = None


def match_lines(database: Database, actor: Actor, wanted: Mapping[str, Sequence[Wanted]]) -> None:
    """Match lines, by their ids, to what a person chose for each; all of them or none.

    Raises NotFound, LineMatched, LineInOtherCurrency, BankAccountUnknown, MatchUnbalanced, NotOpen.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        lines = {row.bank_line_id: row for row in bank.lines_of(connection, wanted)}
        if set(wanted) - set(lines):
            raise NotFound("There is no such bank line.")
        _match(connection, actor.name, {line_id: (lines[line_id], chosen) for line_id, chosen in wanted.items()})


def undo_match(database: Database, actor: Actor, line_id: str) -> None:
    """Take the match of a line back, and that of the line it was set off against; a reconciled statement is open again.

    Where money that the line left on account was used since, that is taken back first, and the rest stands.
    Raises NotFound, LineNotMatched, PeriodClosed, RefundStands, FundYearClosed.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        line = _line(connection, line_id)
        if line.state == "new":
            raise LineNotMatched("Nothing is matched to this line.")
        standing = bank_matches.matches_of(connection, [line_id])
        last = max(match.matched_at for match in standing)
        matches = [match for match in standing if match.matched_at == last]
        whole = len(matches) == len(standing)
        others = [match.document_id for match in matches if match.kind == "bank_line"]
        matches += bank_matches.matches_of(connection, others) if others else []
        if any(match.posting_id is None for match in matches):
            _must_be_of_open_months(connection, [line_id, *others])
        if whole:
            bank_statements.reopen(connection, [line_id, *others])
        unsettle(connection, matches, actor.name, "the match of a bank line was undone", whole=whole)


def redo_match(database: Database, actor: Actor, line_id: str) -> None:
    """Make the match again that was last undone.

    Raises NotFound, NothingUndone, LineMatched; NotOpen where the documents are settled otherwise since.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        line = _line(connection, line_id)
        undone = bank_matches.last_undone(connection, line_id)
        if not undone:
            raise NothingUndone("No match of this line was undone.")
        if undone[0].kind == "set_aside":
            set_aside(connection, line, undone[0].why, actor.name)
            return
        chosen = [Wanted(match.kind, _id_of(match), match.amount_pence) for match in undone if not _came_back(match)]
        returned = {(match.payment_run_id, match.supplier_id) for match in undone if _came_back(match)}
        chosen += [Wanted(RETURNED, remittance_advices.id_of(connection, *whose)) for whose in sorted(returned)]
        runs = {match.document_id: match.payment_run_id for match in undone if match.payment_run_id}
        _match(connection, actor.name, {line_id: (line, chosen)}, runs)


def _must_be_of_open_months(connection: Connection, line_ids: Sequence[str]) -> None:
    """Lines that are set off or set aside have no entry whose month could be closed: their own days count."""
    for line in bank.lines_of(connection, line_ids):
        periods.refuse_closed(connection, line.booked_on)


def _came_back(match: Row[Any]) -> bool:
    """Whether it is of what a payment run paid and the bank gave back."""
    inwards = match.amount_pence > 0 if match.kind == "supplier_invoice" else match.amount_pence < 0
    return match.payment_run_id is not None and inwards


def _id_of(match: Row[Any]) -> str:
    if match.kind in ON_ACCOUNT_KINDS:
        return str(match.school_urn or match.supplier_id)
    return str(match.document_id or match.document_number)


def _line(connection: Connection, line_id: str) -> Row[Any]:
    found = bank.lines_of(connection, [line_id])
    if not found:
        raise NotFound("There is no such bank line.")
    return found[0]


def _match(
    connection: Connection,
    by: str,
    wanted: Mapping[str, tuple[Row[Any], Sequence[Wanted]]],
    runs: Mapping[str, str] | None = None,
) -> None:
    for line, _ in wanted.values():
        _must_be_matchable(line)
    documents = {each.document_id for _, chosen in wanted.values() for each in chosen if each.kind != "account"}
    items = {
        (purpose, item.kind, item.document_id): item
        for purpose in sorted({line.purpose for line, _ in wanted.values()})
        for item in open_items(connection, purpose, documents)
    }
    settlements: list[Settlement] = []
    left = {key: item.open_pence for key, item in items.items()}
    for line, chosen in wanted.values():
        parts = [_part(connection, line, each, items) for each in chosen]
        _must_add_up(line, parts)
        take_all(line, parts, left)
        settlements.append(_settlement(line, expanded(connection, parts), runs or {}))
        settlements += [_other_side(connection, line, part) for part in parts if part.kind == "bank_line"]
    _must_pay_once(settlements)
    settle(connection, settlements, by)


def _must_be_matchable(line: Row[Any]) -> None:
    if line.state != "new":
        raise LineMatched("This line is matched already. Undo that first.")
    if line.currency != "GBP":
        raise LineInOtherCurrency(f"The line is in {line.currency}; the books are kept in pounds.")
    if line.purpose is None:
        raise BankAccountUnknown(f"Say first whose account {line.account} is.")


def _part(connection: Connection, line: Row[Any], chosen: Wanted, items: Mapping[Any, OpenItem]) -> Part:
    if chosen.kind == "account":
        if chosen.document_id not in NOMINAL:
            raise NotOpen(
                f"Bank lines are posted to {', '.join(sorted(NOMINAL))}; {chosen.document_id} is none of them."
            )
        return Part("account", None, chosen.document_id, chosen.amount_pence or line.amount_pence)
    if chosen.kind == "bank_line":
        other = _line(connection, chosen.document_id)
        alike = other.amount_pence == -line.amount_pence and other.currency == line.currency
        if other.state != "new" or not alike or other.purpose != line.purpose:
            raise NotOpen(
                "The other line is not of the same amount the other way, is matched already, or is other money."
            )
        return Part("bank_line", other.bank_line_id, f"line of {other.booked_on:%-d %B}", line.amount_pence)
    item = items.get((line.purpose, chosen.kind, chosen.document_id))
    if chosen.kind in ON_ACCOUNT_KINDS:
        return on_account(connection, line, chosen.kind, chosen.document_id, chosen.amount_pence, item)
    if item is None:
        raise NotOpen("Nothing is open of a document that was chosen, or it is paid on another account.")
    pence = chosen.amount_pence if chosen.amount_pence is not None else item.open_pence
    return Part(item.kind, item.document_id, item.number, pence, item.school_urn, item.supplier_id)


def _must_add_up(line: Row[Any], parts: Sequence[Part]) -> None:
    total = sum(part.amount_pence for part in parts)
    if total != line.amount_pence:
        raise MatchUnbalanced(
            f"What was chosen comes to £{pounds(abs(total))}{' out' if total < 0 else ''},"
            f" the line to £{pounds(abs(line.amount_pence))}{' out' if line.amount_pence < 0 else ''}."
        )
    contra = [part for part in parts if part.kind == "bank_line"]
    if not parts or not all(part.amount_pence for part in parts) or (contra and len(parts) > 1):
        raise MatchUnbalanced("A line is matched to documents, or set off against one other line.")


def _settlement(line: Row[Any], parts: Sequence[Part], runs: Mapping[str, str]) -> Settlement:
    kept = [part._replace(payment_run_id=runs.get(str(part.document_id), part.payment_run_id)) for part in parts]
    return Settlement(line.bank_line_id, line.booked_on, line.amount_pence, line.purpose, kept, "person")


def _other_side(connection: Connection, line: Row[Any], part: Part) -> Settlement:
    other = _line(connection, str(part.document_id))
    mirror = Part("bank_line", line.bank_line_id, f"line of {line.booked_on:%-d %B}", other.amount_pence)
    return Settlement(other.bank_line_id, other.booked_on, other.amount_pence, other.purpose, [mirror], "person")


def _must_pay_once(settlements: Sequence[Settlement]) -> None:
    """An invoice and a payment run that holds it are not paid together, nor a run and its supplier's part."""
    lines = [each.bank_line_id for each in settlements]
    paid: dict[str, int] = {}
    for settlement in settlements:
        for document_id in {str(part.document_id) for part in settlement.parts if part.payment_run_id}:
            paid[document_id] = paid.get(document_id, 0) + 1
    alone = {
        str(part.document_id)
        for settlement in settlements
        for part in settlement.parts
        if part.kind in settle_bank_lines.SUPPLIER_KINDS and not part.payment_run_id
    }
    twice = any(settle_bank_lines.pays_twice(settlement.parts) for settlement in settlements)
    if twice or len(set(lines)) < len(lines) or any(count > 1 for count in paid.values()) or alone & set(paid):
        raise NotOpen("One document was chosen twice: by itself and through a payment run, or for two lines.")
