"""Change or cancel a committed line, once the school, the supplier and the alliance agree."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from contracts.vat import vat_rate
from services.orders.domain.amendment import Agreement, Amendment, Party, amended_net, check_amendment
from services.orders.domain.errors import AmendmentRefused, ApprovedAlready, ReasonMissing
from services.orders.domain.order import Person
from services.orders.domain.pricing import vat_of
from services.orders.domain.purchase_order import drop_state
from services.orders.domain.receipt import ReceivedLine
from services.orders.storage import amendments as stored
from services.orders.storage import change_news, purchase_orders, receipts
from services.orders.usecases.decide_answer import finish_if_all_said
from services.orders.usecases.fit_change import must_fit_school
from services.orders.usecases.record_receipt import keep_receipt
from services.orders.usecases.review_order import approver_of

_CANCELLED = "Cancelled by agreement; nothing is to come."


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """One change as its row says, with its history."""

    row: Row[Any]
    steps: Sequence[Row[Any]]


def list_amendments(database: Database, actor: Actor, purchase_order_id: str) -> list[AmendmentView]:
    """The changes asked for in a purchase order that concern the actor, the oldest first. Raises NotFound.

    What an answer changed is left out for suppliers and the alliance: they have it in the answer, for all schools.
    """
    with database.transaction(actor) as connection:
        if purchase_orders.find_purchase_order(connection, purchase_order_id) is None:
            raise NotFound("There is no such purchase order.")
        rows, steps = stored.amendment_rows(connection, purchase_order_id, of_answers=actor.kind == "school")
    history: dict[str, list[Row[Any]]] = defaultdict(list)
    for step in steps:
        history[step.amendment_id].append(step)
    return [AmendmentView(row, history[row.amendment_id]) for row in rows]


def propose_amendment(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    *,
    urn: int,
    line_no: int,
    quantity: int,
    reason: str,
    now: datetime,
) -> str:
    """Ask for `quantity` units in place of what a school's line has; returns the amendment's id.

    Asking counts as agreeing for the supplier and the alliance; for a school another of its people has to agree.
    Raises NotFound, AmendmentRefused, ReasonMissing.
    """
    party, by = _party(actor), _person(actor)
    if not reason.strip():
        raise ReasonMissing("Say why the line should change.", fields={"reason": "Say why the line should change."})
    with database.transaction(actor) as connection:
        found = stored.committed_line(connection, purchase_order_id, urn, line_no)
        if found is None:
            raise NotFound("There is no such line in this purchase order.")
        line, supplier_id, _ = found
        check_amendment(line, quantity)
        asked = Amendment(
            amendment_id=str(uuid.uuid4()),
            purchase_order_id=purchase_order_id,
            school_urn=urn,
            line_no=line_no,
            quantity_before=line.quantity,
            quantity=quantity,
            reason=reason.strip(),
            proposed_by=by,
            proposed_for=party,
            agreements={} if party == "school" else {party: Agreement(by, now)},
        )
        if not stored.add_amendment(connection, asked, line, supplier_id, now):
            raise AmendmentRefused("A change of this line is waiting already: decide about that one first.")
        stored.add_step(connection, asked, party, by, "asked", now, f"{line.quantity} → {quantity}: {asked.reason}")
    return asked.amendment_id


def agree_to_amendment(
    database: Database, actor: Actor, purchase_order_id: str, amendment_id: str, version: int, now: datetime
) -> None:
    """Agree for the actor's party; the last of the three makes the change take effect, as a new revision.

    What the other schools have, and pay, stays as it is. To what makes the school pay more somebody agrees within the
    school's own limits and hard budgets; where it wants two people, the first leaves it waiting for another. Raises
    NotFound, VersionConflict, AmendmentDecided, OwnAmendment, AboveLimit, ApprovedAlready, BudgetExceeded,
    AmendmentRefused (when meanwhile more was received, or the order was settled).
    """
    party, by = _party(actor), _person(actor)
    _must_be_seen(database, actor, purchase_order_id, amendment_id)
    with database.transaction(SERVICE) as connection:  # the drop is the school's and the line the supplier's
        found = _held(connection, purchase_order_id, amendment_id, version)
        agreed = found.agreed(party, by, now)
        if party == "school" and agreed != found and _waits_for_a_second(connection, actor, found, now):
            return
        stored.write_amendment(connection, agreed)
        stored.add_step(connection, agreed, party, by, "agreed", now)
        if agreed.answer_id:
            finish_if_all_said(connection, purchase_order_id, agreed.answer_id, now)
        elif not agreed.waits_for:
            _apply(connection, agreed, now)


def refuse_amendment(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    amendment_id: str,
    reason: str,
    version: int,
    now: datetime,
) -> None:
    """Refuse for the actor's party: the line stays as it is, or, of an answer to the order, is cancelled.

    Raises NotFound, VersionConflict, AmendmentDecided, AmendmentRefused, ReasonMissing.
    """
    _must_be_seen(database, actor, purchase_order_id, amendment_id)
    with database.transaction(SERVICE) as connection:
        refused = _held(connection, purchase_order_id, amendment_id, version).refused(_party(actor), reason)
        stored.write_amendment(connection, refused, reason.strip())
        stored.add_step(connection, refused, _party(actor), _person(actor), "refused", now, reason.strip())
        if refused.answer_id:
            finish_if_all_said(connection, purchase_order_id, refused.answer_id, now)


def withdraw_amendment(
    database: Database, actor: Actor, purchase_order_id: str, amendment_id: str, version: int, now: datetime
) -> None:
    """Take back what the actor's party asked for. Raises NotFound, VersionConflict, AmendmentDecided,
    AmendmentRefused."""
    _must_be_seen(database, actor, purchase_order_id, amendment_id)
    with database.transaction(SERVICE) as connection:
        withdrawn = _held(connection, purchase_order_id, amendment_id, version).withdrawn(_party(actor))
        stored.write_amendment(connection, withdrawn)
        stored.add_step(connection, withdrawn, _party(actor), _person(actor), "withdrawn", now)


def _waits_for_a_second(connection: Connection, actor: Actor, found: Amendment, now: datetime) -> bool:
    """Whether the actor's agreement is the first of two, which is kept then. One authority is not two."""
    if not must_fit_school(connection, actor, found):
        return False
    approver = approver_of(actor)
    first = stored.first_agreement(connection, found.amendment_id)
    if first is None:
        stored.write_amendment(connection, found)
        stored.add_step(
            connection, found, "school", approver.person, stored.FIRST_OF_TWO, now, authority_id=approver.authority_id
        )
        return True
    if not {approver.person.person_id, approver.authority_id}.isdisjoint(first):
        raise ApprovedAlready("You have agreed. Somebody else at your school has to agree to this change as well.")
    return False


def _apply(connection: Connection, agreed: Amendment, now: datetime) -> None:
    found = stored.committed_line(connection, agreed.purchase_order_id, agreed.school_urn, agreed.line_no)
    if found is None:
        raise NotFound("There is no such line in this purchase order.")
    line, _, round_id = found
    check_amendment(line, agreed.quantity)
    net = amended_net(line, agreed.quantity)
    revision = stored.apply_amendment(connection, agreed, net)
    header = purchase_orders.find_purchase_order(connection, agreed.purchase_order_id)
    if header is not None:
        rated = [
            (vat_rate(vat_class, header.delivery_from, reduced=reduced), class_net)
            for vat_class, reduced, class_net in stored.class_nets(connection, agreed.purchase_order_id)
        ]
        stored.set_vat(connection, agreed.purchase_order_id, vat_of(rated))
    stored.add_step(connection, agreed, None, None, "applied", now, f"Revision {revision} of the purchase order.")
    change_news.tell_of_amendment(connection, agreed.purchase_order_id, revision, now)
    if agreed.quantity == 0:
        _record_nothing_to_come(connection, agreed, now)
    purchase_orders.advance_round(connection, round_id)


def _record_nothing_to_come(connection: Connection, agreed: Amendment, now: datetime) -> None:
    """A cancelled line awaits nothing: recorded as any other short delivery, so that nobody is chased for it."""
    purchase_order_id, urn = agreed.purchase_order_id, agreed.school_urn
    held = receipts.lock_drop(connection, purchase_order_id, urn)
    if held is None:
        raise NotFound("There is no such line in this purchase order.")
    drop, awaited = held
    keep_receipt(
        connection,
        purchase_order_id,
        urn,
        drop,
        [ReceivedLine(agreed.line_no, 0)],
        state=drop_state({line_no: line.outstanding for line_no, line in awaited.items()}),
        person=SERVICE.name,
        note=_CANCELLED,
        now=now,
    )


def _must_be_seen(database: Database, actor: Actor, purchase_order_id: str, amendment_id: str) -> None:
    """Row-level security decides whom an amendment concerns; what follows runs as the service."""
    with database.transaction(actor) as connection:
        if stored.find_amendment(connection, purchase_order_id, amendment_id) is None:
            raise NotFound("There is no such change.")


def _held(connection: Connection, purchase_order_id: str, amendment_id: str, version: int) -> Amendment:
    """The amendment with its order and drop held, in the order in which answers and receipts hold them."""
    purchase_orders.lock_purchase_order(connection, purchase_order_id)
    found = stored.find_amendment(connection, purchase_order_id, amendment_id, hold=True)
    if found is None:
        raise NotFound("There is no such change.")
    if found.version != version:
        raise VersionConflict("Somebody else decided about this change meanwhile.")
    stored.hold_drop(connection, purchase_order_id, found.school_urn)
    return found


def _party(actor: Actor) -> Party:
    return cast("Party", actor.kind)


def _person(actor: Actor) -> Person:
    return Person(actor.person_id or "", actor.name)
