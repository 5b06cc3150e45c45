"""The supplier answers a purchase order: it accepts, offers changes, or rejects it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.answer import (
    AnswerSource,
    DropAnswer,
    LineAnswer,
    OrderedDocument,
    SupplierAnswer,
    checked_answer,
)
from services.orders.domain.errors import AnswerDecided, OrderAnswerRefused, PurchaseOrderAnswered
from services.orders.domain.order import Person
from services.orders.domain.purchase_order import Answer, PurchaseOrderState, answer_changes
from services.orders.storage import answers as stored
from services.orders.storage import change_news
from services.orders.storage import purchase_orders as orders
from services.orders.storage.answers import SentFile
from services.orders.usecases.finish_answer import end_order, promise


def answer_purchase_order(
    database: Database, actor: Actor, purchase_order_id: str, answer: Answer, reason: str, now: datetime
) -> None:
    """Accept or reject an order whole; see `give_answer`."""
    give_answer(database, actor, purchase_order_id, SupplierAnswer(answer, reason), now)


def give_answer(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    said: SupplierAnswer,
    now: datetime,
    *,
    source: AnswerSource = "portal",
    file: SentFile | None = None,
    urn: int | None = None,
) -> str | None:
    """Keep an answer and act on it; returns its id, or None where the same was said before.

    An acceptance or a rejection of the whole order takes effect at once. Changes wait for the manager; until that
    decision a newer answer takes their place. With `urn` the answer is to one drop of several, and waits until all
    drops are answered. Raises NotFound (also for another supplier's), PurchaseOrderAnswered, AnswerDecided,
    RevisionOutdated, ReasonMissing, OrderAnswerRefused.
    """
    by = Person(actor.person_id or "", actor.name)
    with database.transaction(actor) as connection:
        found = orders.lock_purchase_order(connection, purchase_order_id)
        if found is None:
            raise NotFound("There is no such purchase order.")
        if said.answer != "received" and not _may_change(found.state, said):
            return None
        order = stored.ordered_document(connection, purchase_order_id)
        checked = checked_answer(order, said)
        state = _state_of(order, checked, urn)
        if checked.answer != "received" and not _gives_way(connection, purchase_order_id, checked, urn):
            return None
        answer_id = str(uuid.uuid4())
        kept = _Kept(answer_id, source, state, file, urn)
        _keep(connection, purchase_order_id, checked, kept, by, now)
        if state == "part":
            _put_together(connection, order, purchase_order_id, by, now)
        else:
            _act(connection, order, purchase_order_id, answer_id, now)
    return answer_id


@dataclass(frozen=True, slots=True)
class _Kept:
    """How an answer is kept."""

    answer_id: str
    source: AnswerSource
    state: str
    file: SentFile | None = None
    urn: int | None = None


def _keep(
    connection: Connection, purchase_order_id: str, said: SupplierAnswer, kept: _Kept, by: Person, now: datetime
) -> None:
    stored.add_answer(
        connection,
        kept.answer_id,
        purchase_order_id,
        said,
        source=kept.source,
        state=kept.state,
        by=by,
        now=now,
        file=kept.file,
        urn=kept.urn,
    )


def _gives_way(connection: Connection, purchase_order_id: str, said: SupplierAnswer, urn: int | None) -> bool:
    """Let what waits give way to the new answer; False where it says the same. Raises AnswerDecided."""
    waiting = stored.open_answer(connection, purchase_order_id)
    if waiting is not None and waiting.state == "with_schools":
        raise AnswerDecided("The changes are taken, and schools are asked to agree. Wait for them.")
    if waiting is not None and urn is None and _same(waiting, said):
        return False
    stored.replace_answers(connection, purchase_order_id, urn)
    return True


def _may_change(state: PurchaseOrderState, said: SupplierAnswer) -> bool:
    """False where the order has been answered so before. Raises PurchaseOrderAnswered, ReasonMissing."""
    if said.answer != "changes" and not said.lines:
        return answer_changes(state, "rejected" if said.answer == "rejected" else "accepted", said.reason)
    if state != "issued":
        raise PurchaseOrderAnswered(f"This purchase order is {state} already.")
    return True


def _same(waiting: Row[tuple[object, ...]], said: SupplierAnswer) -> bool:
    before = stored.said_in(waiting)
    return replace(before, revision=None) == replace(said, revision=None, lines=list(said.lines))


def _state_of(order: OrderedDocument, said: SupplierAnswer, urn: int | None) -> str:
    if urn is not None and said.answer != "received" and len(drops_of(order)) > 1:
        return "part"
    return "waiting" if said.answer == "changes" else "final"


def drops_of(order: OrderedDocument) -> list[int]:
    """The URNs of the schools that have a drop, in the order of their places: 1 is the first."""
    return sorted({urn for line in order.lines.values() for urn in line.drops})


def _act(connection: Connection, order: OrderedDocument, purchase_order_id: str, answer_id: str, now: datetime) -> None:
    row = stored.find_answer(connection, purchase_order_id, answer_id)
    if row is None or row.answer == "received":
        return
    if row.answer == "changes":
        lines = [line.line_no for line in stored.said_in(row).changes(order)]
        change_news.tell_of_offer(connection, purchase_order_id, answer_id, lines, row.reason)
        return
    if row.answer == "accepted":
        promise(connection, order, row)
    end_order(connection, row, row.answer, row.reason or None, now)


def _put_together(
    connection: Connection, order: OrderedDocument, purchase_order_id: str, by: Person, now: datetime
) -> None:
    """Once every drop is answered, make one answer of all."""
    parts = stored.parts_of(connection, purchase_order_id, order.revision)
    if [part.school_urn for part in parts] != drops_of(order):
        return
    said = {part.school_urn: stored.said_in(part) for part in parts}
    reason = " ".join(dict.fromkeys(part.reason for part in said.values() if part.reason))[:1000]
    lines = merged_lines(order, {urn: part.lines for urn, part in said.items()})
    answer = SupplierAnswer("changes" if lines else "accepted", reason, lines)
    if not _anything_left(order, lines):
        answer = SupplierAnswer("rejected", reason or "Every drop is rejected.")
    checked = checked_answer(order, answer)
    answer_id = str(uuid.uuid4())
    state = "waiting" if checked.answer == "changes" else "final"
    _keep(connection, purchase_order_id, checked, _Kept(answer_id, "ubl", state), by, now)
    _act(connection, order, purchase_order_id, answer_id, now)


def _anything_left(order: OrderedDocument, lines: Sequence[LineAnswer]) -> bool:
    said = {line.line_no: line for line in lines}
    return any(
        quantity and _drop_of(said.get(line.line_no), urn).quantity != 0
        for line in order.lines.values()
        if line.kind != "charge"
        for urn, (quantity, _) in line.drops.items()
    )


def merged_lines(order: OrderedDocument, parts: Mapping[int, Sequence[LineAnswer]]) -> list[LineAnswer]:
    """What answers to all the drops, by URN, say together.

    Raises OrderAnswerRefused where they give one line two prices, or two articles.
    """
    said = {(urn, line.line_no): line for urn, lines in parts.items() for line in lines}
    merged, faults = [], {}
    for line_no, line in order.lines.items():
        own = {urn: said.get((urn, line_no), LineAnswer(line_no)) for urn in line.drops}
        offered = {(one.unit_price, one.substitute) for urn, one in own.items() if _drop_of(one, urn).quantity != 0}
        if len(offered) > 1:
            faults[f"lines.{line_no}"] = (
                f"Line {line_no} has one price and one article for all schools; the answers to the drops differ."
            )
            continue
        price, substitute = next(iter(offered), (None, None))
        note = " ".join(dict.fromkeys(one.note for one in own.values() if one.note))[:500]
        drops = {urn: drop for one in own.values() for urn, drop in one.drops.items()}
        merged.append(LineAnswer(line_no, unit_price=price, substitute=substitute, note=note, drops=drops))
    if faults:
        raise OrderAnswerRefused("The answers to the drops do not agree.", fields=faults)
    return [line for line in merged if line != LineAnswer(line.line_no)]


def _drop_of(line: LineAnswer | None, urn: int) -> DropAnswer:
    return DropAnswer() if line is None else line.drops.get(urn, DropAnswer())
