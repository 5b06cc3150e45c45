"""A school fills in its order and sends it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.numbers import next_number
from contracts.errors import VersionConflict
from contracts.london import london_day
from services.orders.domain.errors import LinesRefused, SiteUnknown
from services.orders.domain.offer import refused_lines
from services.orders.domain.order import HistoryEntry, Person, SchoolOrder
from services.orders.domain.wanted import WantedLine
from services.orders.storage import order_forms, orders
from services.orders.storage.orders import OrderInRound
from services.orders.storage.round_offers import round_offers
from services.orders.storage.vat import own_offers
from services.orders.usecases.read_order import OrderView, own_order, view_order
from services.orders.usecases.review_order import must_fit_hard_budgets, parts_of

Wanted = Sequence[WantedLine]
"""The lines as the school sent them; quantity 0 takes one out."""

Head = Mapping[str, Any]
"""What the school says of the order as a whole: fund, site_id, note; what is not in it stays as it is."""


def save_order(
    database: Database, actor: Actor, round_id: str, urn: int, wanted: Wanted, head: Head, version: int, now: datetime
) -> OrderView:
    """Replace the lines of the order, which is a draft afterwards; `version` is what the editor saw, 0 for none.

    Raises NotFound, RoundNotOpen, NotAMember, VersionConflict, LinesRefused, SiteUnknown.
    """
    with database.transaction(actor) as connection:
        found = changeable_order(connection, actor, round_id, urn, version, now)
        lines = _checked(connection, found, wanted)
        order, entries = _headed(connection, found, head).saved(_person(actor))
        return view_order(connection, _save(connection, found, order, entries, now, lines))


def submit_order(
    database: Database,
    actor: Actor,
    round_id: str,
    urn: int,
    wanted: Wanted | None,
    head: Head,
    version: int,
    now: datetime,
) -> OrderInRound:
    """Send the order for approval, after replacing its lines if `wanted` is given. Answers without pricing it.

    Raises NotFound, RoundNotOpen, NotAMember, VersionConflict, LinesRefused, SiteUnknown, OrderEmpty,
    OrderAlreadySubmitted, BudgetExceeded.
    """
    with database.transaction(actor) as connection:
        found = changeable_order(connection, actor, round_id, urn, version, now)
        order = _headed(connection, found, head)
        entries: list[HistoryEntry] = []
        lines: Wanted | None = None
        if wanted is None:
            line_count = orders.count_lines(connection, round_id, urn)
        else:
            lines = _checked(connection, found, wanted)
            order, entries = order.saved(_person(actor))
            line_count = len(lines)
        order.must_be_sendable(line_count)
        if found.hard_budgets:
            _must_fit(connection, actor, replace(found, order=order), lines)
        reference = order.reference or next_number(connection, "O")
        sent, sending = order.submitted(_person(actor), now, reference)
        return _save(connection, found, sent, [*entries, *sending], now, lines)


def decline_order(
    database: Database, actor: Actor, round_id: str, urn: int, version: int, now: datetime
) -> OrderInRound:
    """Say that the school needs nothing this time; saving the order again takes that back.

    Raises NotFound, RoundNotOpen, NotAMember, VersionConflict.
    """
    with database.transaction(actor) as connection:
        found = changeable_order(connection, actor, round_id, urn, version, now)
        order, entries = found.order.declined(_person(actor))
        return _save(connection, found, order, entries, now, None if found.order.version else [])


def changeable_order(
    connection: Connection, actor: Actor, round_id: str, urn: int, version: int, now: datetime
) -> OrderInRound:
    """The actor's own school's order, held against a close, while it may still be changed by who saw `version`.

    Raises NotFound, RoundNotOpen, NotAMember, VersionConflict.
    """
    found = own_order(connection, actor, round_id, urn, hold=True)
    found.round.must_take_orders(now)
    found.member.must_belong(london_day(now))
    if found.order.version != version:
        raise VersionConflict("Somebody else at your school changed this order meanwhile.")
    return found


def _headed(connection: Connection, found: OrderInRound, head: Head) -> SchoolOrder:
    """The order with what is said of it as a whole. Raises SiteUnknown for a site that is not the school's."""
    site_id = head.get("site_id")
    if site_id is not None and not order_forms.has_site(connection, found.member.urn, site_id):
        raise SiteUnknown("Your school has no such delivery site.", fields={"site_id": "Choose one of your sites."})
    return replace(found.order, **head) if head else found.order


def _checked(connection: Connection, found: OrderInRound, wanted: Wanted) -> Wanted:
    faults = refused_lines(round_offers(connection, found.round), found.member, wanted)
    if faults:
        raise LinesRefused("Some lines cannot be ordered.", fields=faults)
    return [line for line in wanted if line.quantity]


def _must_fit(connection: Connection, actor: Actor, found: OrderInRound, lines: Wanted | None) -> None:
    wanted = order_forms.own_form(connection, found.round.round_id, found.member.urn).lines if lines is None else lines
    offers, _ = own_offers(connection, found.round, found.member.urn)
    must_fit_hard_budgets(connection, actor, found, parts_of(offers, wanted))


def _save(
    connection: Connection,
    found: OrderInRound,
    order: SchoolOrder,
    entries: Sequence[HistoryEntry],
    now: datetime,
    lines: Wanted | None = None,
) -> OrderInRound:
    if not orders.save_order(connection, found, order, entries, now, lines):
        raise VersionConflict("Somebody else at your school changed this order meanwhile.")
    return replace(found, order=replace(order, version=found.order.version + 1, changed_at=now))


def _person(actor: Actor) -> Person:
    return Person(actor.person_id or "", actor.name)
