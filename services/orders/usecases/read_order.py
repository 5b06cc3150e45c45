"""Read a school's order, and the form on which it is filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.offer import RoundOffer
from services.orders.domain.pricing import BoughtLine, PricedOrder, price_live, price_locked
from services.orders.storage import orders
from services.orders.storage.orders import Lines, OrderInRound
from services.orders.storage.round_offers import round_offers
from services.orders.storage.totals import Totals, round_totals


@dataclass(frozen=True, slots=True)
class OrderView:
    """A school's order with its money and history."""

    found: OrderInRound
    priced: PricedOrder
    history: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FormView:
    """An order with all that the school may order or has ordered.

    `known` holds every offer of the round, `offers` those for this school; `totals` what counts of all schools, and
    `own` the school's quantities, all by offer id.
    """

    found: OrderInRound
    priced: PricedOrder
    known: Mapping[str, RoundOffer]
    offers: Sequence[RoundOffer]
    totals: Totals
    own: Lines

    def reached(self, offer_id: str) -> tuple[int, int]:
        """Units and schools of an offer, with this school's own as if it had sent them."""
        return _reached(self.totals, self.own, self.found.order.is_counted, offer_id)


def get_order(database: Database, actor: Actor, round_id: str, urn: int) -> OrderView:
    """A school's own order, `silent` if nothing is saved. Raises NotFound, also for another school's order."""
    with database.transaction(actor) as connection:
        return view_order(connection, own_order(connection, actor, round_id, urn))


def get_form(database: Database, actor: Actor, round_id: str, urn: int) -> FormView:
    """Every offer that the school may order or has ordered, by category and name, with where each one stands.

    The school's own units are counted as if it had sent them. Raises NotFound, also for another school's form.
    """
    with database.transaction(actor) as connection:
        found = own_order(connection, actor, round_id, urn)
        known = round_offers(connection, found.round)
        mine, stamp = orders.own_quantities(connection, round_id, urn)
        totals = round_totals(connection, round_id, stamp)
    member, counted = found.member, found.order.is_counted
    offers = [offer for key, offer in known.items() if key in mine or (offer.is_for(member) and not offer.withdrawn)]
    priced = price_live([(known[key], units, _reached(totals, mine, counted, key)[0]) for key, units in mine.items()])
    return FormView(found, priced, known, offers, totals, mine)


def _reached(totals: Totals, own: Lines, counted: bool, offer_id: str) -> tuple[int, int]:
    units, schools = totals.get(offer_id, (0, 0))
    mine = 0 if counted else own.get(offer_id, 0)
    return units + mine, schools + (1 if mine else 0)


def own_order(connection: Connection, actor: Actor, round_id: str, urn: int, *, hold: bool = False) -> OrderInRound:
    """The order of the actor's own school, held against a close if asked. Raises NotFound."""
    found = orders.find_order(connection, round_id, urn, hold=hold) if actor.school_urn == urn else None
    if found is None:
        raise NotFound("There is no such order.")
    return found


def view_order(connection: Connection, found: OrderInRound) -> OrderView:
    """The order with its lines priced: at the tiers that stand now, or as the close has locked them."""
    known = round_offers(connection, found.round)
    round_id, urn = found.round.round_id, found.member.urn
    details = orders.order_details(connection, round_id, urn)
    if found.order.state == "approved" and found.round.state != "open":
        rows = {row.offer_id: row for row in orders.locked_lines(connection, round_id, urn)}
        bought = [
            BoughtLine(offer, rows[key].quantity, rows[key].unit_price, rows[key].net_pence)
            for key, offer in known.items()
            if key in rows
        ]
        return OrderView(found, price_locked(bought), details.history)
    lines = {offer_id: (quantity, counted) for offer_id, quantity, counted in details.lines}
    own_counted = found.order.is_counted
    live = []
    for key, offer in known.items():
        if key in lines:
            quantity, counted = lines[key]
            live.append((offer, quantity, counted + (0 if own_counted else quantity)))
    return OrderView(found, price_live(live), details.history)
