"""Where a school's budgets stand in a financial year, and in which documents each figure lies."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.budget import (
    Movement,
    Position,
    commitments,
    days_of,
    financial_year,
    positions,
    vat_is_a_cost,
)
from services.orders.domain.pricing import vat_of
from services.orders.domain.subscription_term import Days
from services.orders.domain.worst_case import WorstPart, worst_parts
from services.orders.storage import budgets
from services.orders.storage.budgets import WaitingOrder
from services.orders.storage.vat import own_offers
from services.orders.usecases.services_to_come import services_to_come


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A school's budgets of a year; `vat_counts` says that VAT is a cost to the school and stands in all figures."""

    school_urn: int
    financial_year: str
    days: tuple[date, date]
    type_code: str
    positions: Sequence[Position]
    movements: Sequence[Movement]
    names: Mapping[str, str]
    version: int

    @property
    def vat_counts(self) -> bool:
        """Whether figures include VAT."""
        return vat_is_a_cost(self.type_code)


def get_budgets(database: Database, actor: Actor, urn: int, year: str | None, today: date) -> BudgetView:
    """The budgets of the actor's own school, of the present year unless told otherwise.

    Raises NotFound, also for another school's, and BudgetInvalid for what is no financial year.
    """
    with database.transaction(actor) as connection:
        return view_budgets(connection, actor, urn, year, today)


def view_budgets(
    connection: Connection,
    actor: Actor,
    urn: int,
    year: str | None,
    on: date,
    *,
    without_round: str | None = None,
    without_subscription: str | None = None,
) -> BudgetView:
    """The same in an open transaction, of the year of the day `on`.

    `without_round` leaves that round's order out, `without_subscription` that service.
    """
    facts = budgets.school_facts(connection, urn) if actor.kind == "service" or actor.school_urn == urn else None
    if facts is None:
        raise NotFound(f"There are no budgets of school {urn} for you.")
    type_code, begins = facts
    year = year or financial_year(on, begins)
    days = days_of(year, begins)
    own, version = budgets.find_budgets(connection, urn, year)
    movements = [found for found in _movements(connection, urn, days) if not _waits_in(found, without_round)]
    movements += services_to_come(
        connection, urn, Days(*days), with_vat=vat_is_a_cost(type_code), without=without_subscription
    )
    found = positions(own, movements, type_code)
    names = budgets.category_names(connection, [each.category_code for each in found])
    return BudgetView(urn, year, days, type_code, found, movements, names, version)


def reserved_of(parts: Sequence[WorstPart]) -> dict[str, tuple[int, int]]:
    """By category, the net and VAT in pence that an order reserves."""
    nets: dict[str, list[WorstPart]] = defaultdict(list)
    for part in parts:
        nets[part.category_code].append(part)
    return {
        code: (sum(part.net_pence for part in own), vat_of((part.vat_rate, part.net_pence) for part in own))
        for code, own in sorted(nets.items())
    }


def _movements(connection: Connection, urn: int, days: tuple[date, date]) -> list[Movement]:
    reserved = [
        movement
        for order in budgets.waiting_orders(connection, urn, days)
        for movement in _reserved(connection, order, urn)
    ]
    billed = budgets.spent(connection, urn, days)
    return [*reserved, *commitments(budgets.ordered_parts(connection, urn, days), billed), *billed]


def _reserved(connection: Connection, order: WaitingOrder, urn: int) -> list[Movement]:
    known, _ = own_offers(connection, order.round, urn)
    parts = worst_parts((known[line.offer_id], line) for line in order.lines)
    found = order.round
    return [
        Movement("reserved", code, net, vat, order.reference, found.title, found.delivery_from, found.round_id)
        for code, (net, vat) in reserved_of(parts).items()
    ]


def _waits_in(movement: Movement, round_id: str | None) -> bool:
    return movement.kind == "reserved" and movement.round_id == round_id
