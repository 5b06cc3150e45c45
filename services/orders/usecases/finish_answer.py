"""Bring an answer to its end: its changes become one revision of the order, and the order is accepted with them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from contracts.vat import vat_rate
from services.orders.domain.answer import LineAnswer, OrderedDocument
from services.orders.domain.answer_effect import LineEffect, effect_of
from services.orders.domain.pricing import vat_of
from services.orders.storage import amendments, change_news, changes, nothing_to_come, purchase_orders
from services.orders.storage import answers as stored
from services.orders.storage.changes import Asked

_NOTHING_LEFT = "Nothing is left of the order: no school agreed to what the supplier offered."


def effects_of(
    connection: Connection, order: OrderedDocument, row: Row[Any], asked: Sequence[Asked] = ()
) -> dict[int, LineEffect]:
    """By line, what the changes of an answer do; whoever was `asked` and has not agreed is left out of the line."""
    said = stored.said_in(row)
    fairness, cut = stored.sharing_terms(connection, row.purchase_order_id)
    of_line: dict[int, list[Asked]] = defaultdict(list)
    for each in asked:
        of_line[each.line_no].append(each)
    return {
        line.line_no: effect_of(
            order.lines[line.line_no],
            line,
            fairness,
            cut,
            left_out={each.urn for each in of_line[line.line_no] if not each.agreed},
            agreed={each.urn: each.net_pence for each in of_line[line.line_no] if each.agreed},
        )
        for line in said.changes(order)
    }


def finish_answer(connection: Connection, purchase_order_id: str, answer_id: str, now: datetime) -> None:
    """Apply what was taken of an answer, whose order the caller holds; unless lines were declined, it is accepted.

    Schools that were asked to pay more and have not agreed get nothing of that line. Where nothing is left of the
    order, it is rejected instead.
    """
    row = stored.find_answer(connection, purchase_order_id, answer_id)
    if row is None:
        raise RuntimeError("An answer that was held is gone.")
    order = stored.ordered_document(connection, purchase_order_id)
    asked = changes.asked_schools(connection, answer_id)
    every = effects_of(connection, order, row, asked)
    effects = [every[line_no] for line_no in row.taken_lines]
    if not _units_left(order, effects):
        changes.withdraw_questions(connection, answer_id, _NOTHING_LEFT)
        stored.finish_answer(connection, answer_id, "declined", None)
        end_order(connection, row, "rejected", _NOTHING_LEFT, now)
        tell_supplier(connection, row, "declined", _NOTHING_LEFT, every, "rejected")
        return
    revision = _amend(connection, order, row, effects, now)
    declined = sorted(every.keys() - set(row.taken_lines))
    state = "part_taken" if declined else "taken"
    stored.finish_answer(connection, answer_id, state, revision)
    if not declined:
        promise(connection, order, row)
        end_order(connection, row, "accepted", None, now, with_changes=True)
    tell_supplier(connection, row, state, row.decision, every, "issued" if declined else "accepted")


def end_order(
    connection: Connection, row: Row[Any], answer: str, reason: str | None, now: datetime, *, with_changes: bool = False
) -> None:
    """Keep how the supplier's answer leaves the order, tell the other parts, and let its round go on."""
    order_id = row.purchase_order_id
    stored_order = purchase_orders.lock_purchase_order(connection, order_id)
    purchase_orders.write_answer(connection, order_id, answer=answer, reason=reason, person=row.person, now=now)
    promised = [promised for line in stored.said_in(row).lines for promised in _promised(line)]
    told = promised if answer == "accepted" else []
    change_news.tell_of_answer(
        connection, order_id, answer=answer, reason=reason, with_changes=with_changes, promised=told
    )
    purchase_orders.advance_round(connection, stored_order and stored_order.round_id)


def promise(connection: Connection, order: OrderedDocument, row: Row[Any]) -> None:
    """Keep the days that the answer promises for drops, where nothing else changes."""
    days: list[tuple[int, int, date]] = []
    for line in stored.said_in(row).lines:
        for urn, (quantity, _) in order.lines[line.line_no].drops.items():
            own = line.drops.get(urn)
            day = own.promised_on if own and own.promised_on else line.promised_on
            if day and quantity:
                days.append((line.line_no, urn, day))
    stored.promise_days(connection, row.purchase_order_id, days)


def _amend(
    connection: Connection, order: OrderedDocument, row: Row[Any], effects: Sequence[LineEffect], now: datetime
) -> int:
    order_id = row.purchase_order_id
    revision = changes.apply_changes(connection, order_id, row.answer_id, effects, now)
    rated = [
        (vat_rate(vat_class, order.delivery_from, reduced=reduced), net)
        for vat_class, reduced, net in amendments.class_nets(connection, order_id)
    ]
    amendments.set_vat(connection, order_id, vat_of(rated))
    change_news.tell_of_amendment(connection, order_id, revision, now)
    change_news.tell_schools(connection, order_id, revision, now)
    nothing_to_come.record(connection, order_id, revision, now)
    return revision


def _units_left(order: OrderedDocument, effects: Sequence[LineEffect]) -> int:
    left = {line.line_no: line.quantity for line in order.lines.values() if line.kind != "charge"}
    return sum((left | {effect.line_no: effect.quantity for effect in effects}).values())


def tell_supplier(
    connection: Connection,
    row: Row[Any],
    decision: str,
    reason: str | None,
    effects: Collection[int],
    order_state: str,
) -> None:
    """Tell the supplier what became of its changes, and in which state that leaves the order."""
    taken = sorted(row.taken_lines or ()) if decision != "declined" else []
    decided = {
        "decision": decision,
        "reason": reason,
        "lines_taken": taken,
        "lines_declined": sorted(set(effects) - set(taken)),
        "order_state": order_state,
    }
    change_news.tell_of_decision(connection, row.purchase_order_id, row.answer_id, decided)


def _promised(line: LineAnswer) -> list[dict[str, Any]]:
    own = [(urn, drop.promised_on) for urn, drop in sorted(line.drops.items()) if drop.promised_on]
    days = ([(None, line.promised_on)] if line.promised_on else []) + own
    return [{"line_no": line.line_no, "school_urn": urn, "promised_on": day.isoformat()} for urn, day in days if day]
