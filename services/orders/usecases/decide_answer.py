"""The manager decides about a supplier's changes: which lines are taken, and how long schools are waited for."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.orders.domain.errors import AnswerDecided, OrderAnswerRefused, ReasonMissing
from services.orders.domain.order import Person
from services.orders.storage import answers as stored
from services.orders.storage import changes, purchase_orders
from services.orders.usecases.finish_answer import effects_of, finish_answer, tell_supplier

_SILENT = "The business manager went on without this school’s agreement."


def decide_answer(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    answer_id: str,
    taken: Collection[int] | None,
    reason: str,
    version: int,
    now: datetime,
) -> None:
    """Take the changes of the lines in `taken` (None: of all), and decline the others, for which a reason is needed.

    Lines that would cost a school more wait for its own approver first. What is taken becomes one revision; if all was
    taken, the order is accepted, otherwise the supplier is asked for its answer to the order as it stands then.
    Raises NotFound, VersionConflict, AnswerDecided, ReasonMissing, OrderAnswerRefused for a line without a change.
    """
    _must_be_seen(database, actor, purchase_order_id, answer_id)
    by = Person(actor.person_id or "", actor.name)
    with database.transaction(SERVICE) as connection:  # drops are the schools', the order is the supplier's
        row = _held(connection, purchase_order_id, answer_id, version, "waiting")
        order = stored.ordered_document(connection, purchase_order_id)
        effects = effects_of(connection, order, row)
        chosen = sorted(effects if taken is None else taken)
        _check_choice(chosen, effects, reason)
        state = "with_schools" if chosen else "declined"
        stored.write_decision(connection, answer_id, state=state, taken=chosen, reason=reason.strip(), by=by, now=now)
        if not chosen:
            tell_supplier(connection, row, "declined", reason.strip(), effects, "issued")
            return
        asking = [effects[line_no] for line_no in chosen if any(drop.must_agree for drop in effects[line_no].drops)]
        if asking:
            changes.ask_schools(connection, answer_id, asking, now)
        else:
            finish_answer(connection, purchase_order_id, answer_id, now)


def go_on_without(
    database: Database, actor: Actor, purchase_order_id: str, answer_id: str, version: int, now: datetime
) -> None:
    """Wait no longer for schools that have not said whether they pay more: they get nothing of those lines.

    Raises NotFound, VersionConflict, AnswerDecided where nobody is asked.
    """
    _must_be_seen(database, actor, purchase_order_id, answer_id)
    with database.transaction(SERVICE) as connection:
        _held(connection, purchase_order_id, answer_id, version, "with_schools")
        changes.withdraw_questions(connection, answer_id, _SILENT)
        finish_answer(connection, purchase_order_id, answer_id, now)


def finish_if_all_said(connection: Connection, purchase_order_id: str, answer_id: str, now: datetime) -> None:
    """Finish an answer once every school that was asked has agreed or refused; the order is held by the caller."""
    asked = changes.asked_schools(connection, answer_id)
    if all(each.agreed or each.state != "proposed" for each in asked):
        finish_answer(connection, purchase_order_id, answer_id, now)


def _check_choice(chosen: Sequence[int], effects: Collection[int], reason: str) -> None:
    unknown = [line_no for line_no in chosen if line_no not in effects]
    if unknown:
        raise OrderAnswerRefused(f"The answer changes nothing of line {unknown[0]}.")
    if len(chosen) < len(effects) and not reason.strip():
        raise ReasonMissing("Say why you decline.", fields={"reason": "Say why you decline."})


def _must_be_seen(database: Database, actor: Actor, purchase_order_id: str, answer_id: str) -> None:
    """Row-level security decides whom an answer concerns; what follows runs as the service."""
    with database.transaction(actor) as connection:
        if stored.find_answer(connection, purchase_order_id, answer_id) is None:
            raise NotFound("There is no such answer.")


def _held(connection: Connection, purchase_order_id: str, answer_id: str, version: int, state: str) -> Row[Any]:
    """The answer with its order held, as suppliers' answers hold them."""
    purchase_orders.lock_purchase_order(connection, purchase_order_id)
    row = stored.find_answer(connection, purchase_order_id, answer_id, hold=True)
    if row is None:
        raise NotFound("There is no such answer.")
    if row.state != state:
        raise AnswerDecided("This answer is decided already, or the supplier has corrected it.")
    if row.version != version:
        raise VersionConflict("Somebody else decided about this answer meanwhile.")
    return row
