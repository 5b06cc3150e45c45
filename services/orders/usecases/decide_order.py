"""A school's approvers decide on its order: approve it, alone or as one of two, or return it to its buyer."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import VersionConflict
from contracts.money import pounds
from services.orders.domain.approval import Exceeded, approve, exceeded
from services.orders.domain.errors import AboveLimit
from services.orders.domain.order import Person
from services.orders.storage import approvals, order_forms, orders
from services.orders.storage.orders import OrderInRound
from services.orders.storage.vat import own_offers
from services.orders.usecases.place_order import changeable_order
from services.orders.usecases.review_order import approver_of, must_fit_hard_budgets, parts_of, worst_case


def approve_order(
    database: Database, actor: Actor, round_id: str, urn: int, version: int, now: datetime
) -> OrderInRound:
    """Commit the school to its order, or give the first of two approvals.

    Raises NotFound, RoundNotOpen, NotAMember, VersionConflict, OrderNotSubmitted, OwnOrder, AboveLimit,
    ApprovedAlready, BudgetExceeded.
    """
    with database.transaction(actor) as connection:
        found = changeable_order(connection, actor, round_id, urn, version, now)
        found.order.must_be_waiting()
        wanted = order_forms.own_form(connection, round_id, urn).lines
        parts = parts_of(own_offers(connection, found.round, urn)[0], wanted)
        limits, worst = approvals.find_limits(connection, urn), worst_case(parts)
        _must_be_within(exceeded(limits, actor.roles, worst))
        approver = approver_of(actor)
        first = approvals.first_approval(connection, round_id, urn)
        order, first, entry = approve(found.order, first, approver, now, two=limits.needs_two(worst.gross_pence))
        must_fit_hard_budgets(connection, actor, found, parts)
        if not approvals.save_approval(connection, found, order, first, approver.authority_id, entry, now):
            raise VersionConflict("Somebody else at your school changed this order meanwhile.")
        decided = replace(order, version=version + 1, changed_by=actor.name, changed_at=now)
        return _decided(connection, replace(found, order=decided))


def return_order(
    database: Database, actor: Actor, round_id: str, urn: int, reason: str, version: int, now: datetime
) -> OrderInRound:
    """Send the order back to its buyer. Raises NotFound, RoundNotOpen, VersionConflict, OrderNotSubmitted."""
    with database.transaction(actor) as connection:
        found = changeable_order(connection, actor, round_id, urn, version, now)
        order, entries = found.order.returned(_person(actor), reason)
        if not orders.save_order(connection, found, order, entries, now):
            raise VersionConflict("Somebody else at your school changed this order meanwhile.")
        return _decided(connection, replace(found, order=replace(order, version=version + 1, changed_at=now)))


def _decided(connection: Connection, found: OrderInRound) -> OrderInRound:
    approvals.keep_decided(connection, found.round.round_id, found.member.urn)
    return found


def _must_be_within(limits: tuple[Exceeded, ...]) -> None:
    if not limits:
        return
    worst = limits[0]
    of = "" if worst.category_code is None else f" of the category {worst.category_code}"
    raise AboveLimit(
        f"The order may cost £{pounds(worst.amount_pence)}{of} with VAT, and your school lets you approve up to"
        f" £{pounds(worst.limit_pence)}. Somebody with a higher limit has to approve it."
    )


def _person(actor: Actor) -> Person:
    return Person(actor.person_id or "", actor.name)
