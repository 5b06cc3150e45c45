"""Pay what is open out of money that a bank line left on account of a school or supplier."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.london import london_today
from contracts.money import pounds
from services.billing.domain.bank_errors import NothingOnAccount, NotOpen
from services.billing.domain.open_item import ON_ACCOUNT, OpenItem
from services.billing.storage import bank, bank_matches, payment_runs
from services.billing.storage.open_items import open_items
from services.billing.usecases.match_bank_lines import Wanted
from services.billing.usecases.settle_bank_lines import ON_ACCOUNT_KINDS, Part, Settlement, settle
from services.billing.usecases.take_open_items import take_all


def use_held_money(database: Database, actor: Actor, line_id: str, wanted: Sequence[Wanted]) -> None:
    """Pay documents of the party whose money the line left on account, posted today.

    Raises NotFound; NothingOnAccount where the line left less than that; NotOpen where a document is settled, or is of
    another party; MatchUnbalanced where one is chosen twice.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        lines = bank.lines_of(connection, [line_id])
        if not lines:
            raise NotFound("There is no such bank line.")
        line, left = lines[0], _left(connection, line_id)
        documents = [each.document_id for each in wanted]
        ids = [*documents, *(str(held.school_urn or held.supplier_id) for held in left)]
        items = {item.document_id: item for item in open_items(connection, line.purpose, ids)}
        held = _whose(left, items.get(documents[0]))
        parts = [_part(items.get(each.document_id), each, held) for each in wanted]
        if sent := payment_runs.others_with(connection, None, documents, exported=True):
            raise NotOpen(f"{next(iter(sent.values()))} pays it: its file is with the bank.")
        total = sum(part.amount_pence for part in parts)
        account = items.get(str(held.school_urn or held.supplier_id))
        gone = account is None or account.open_pence * total >= 0  # used or paid back by another line meanwhile
        if gone or total * held.amount_pence <= 0 or abs(total) > abs(held.amount_pence):
            raise NothingOnAccount(
                f"The line left £{pounds(abs(held.amount_pence))} on account; what was chosen comes to"
                f" £{pounds(abs(total))}."
            )
        parts.append(held._replace(amount_pence=-total))
        take_all(line, parts, {(line.purpose, item.kind, item.document_id): item.open_pence for item in items.values()})
        settle(connection, [Settlement(line_id, london_today(), 0, line.purpose, parts, "person")], actor.name)


def _left(connection: Connection, line_id: str) -> list[Part]:
    """What the line left on account of each party and did not use since. Raises NothingOnAccount."""
    left: Counter[tuple[str, int | None, str | None]] = Counter()
    for each in bank_matches.matches_of(connection, [line_id]):
        if each.kind in ON_ACCOUNT_KINDS:
            left[each.kind, each.school_urn, each.supplier_id] += each.amount_pence
    found = [
        Part(kind, None, ON_ACCOUNT, pence, urn, supplier) for (kind, urn, supplier), pence in left.items() if pence
    ]
    if not found:
        raise NothingOnAccount("Nothing of this line is on account.")
    return found


def _whose(left: Sequence[Part], item: OpenItem | None) -> Part:
    """What is on account of the party whose document is chosen. Raises NotOpen."""
    if item is None:
        raise NotOpen("Nothing is open of a document that was chosen.")
    for held in left:
        if (held.school_urn, held.supplier_id) == (item.school_urn, item.supplier_id):
            return held
    raise NotOpen(f"{item.number} is of somebody else than the money on account.")


def _part(item: OpenItem | None, wanted: Wanted, held: Part) -> Part:
    if item is None or item.kind in ON_ACCOUNT_KINDS or item.paid_whole:
        raise NotOpen("Nothing is open of a document that was chosen.")
    if (item.school_urn, item.supplier_id) != (held.school_urn, held.supplier_id):
        raise NotOpen(f"{item.number} is of somebody else than the money on account.")
    pence = wanted.amount_pence if wanted.amount_pence is not None else item.open_pence
    return Part(item.kind, item.document_id, item.number, pence, item.school_urn, item.supplier_id)
