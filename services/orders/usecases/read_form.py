"""The form on which a school fills in its order, and what a table or its last order would put into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.actor import Actor
from chassis.database import Database
from services.orders.domain.line_report import LineReport, report_on_last, report_on_table
from services.orders.domain.offer import RoundOffer, offers_for
from services.orders.domain.ordered_units import NOTHING, Totals
from services.orders.domain.pricing import PricedOrder, price_live
from services.orders.domain.sheet_columns import Columns, Table
from services.orders.domain.wanted import LastLine, WantedLine
from services.orders.storage import order_forms
from services.orders.storage.orders import OrderInRound
from services.orders.storage.round_contracts import ContractTerms, contracts_with_more
from services.orders.storage.round_offers import round_offers
from services.orders.storage.vat import own_offers
from services.orders.usecases.read_order import own_order
from services.orders.usecases.review_order import BudgetLine, budget_lines, budgets_beside, parts_of
from services.orders.usecases.sum_orders import ordered_units


@dataclass(frozen=True, slots=True)
class FormView:
    """An order with all that the school may order or has ordered.

    `known` holds every offer of the round as it is for everybody, `offers` those for this school, `taxed` those at
    another rate of VAT for it, as they are for it; `totals` what counts of all schools with this one's lines as if it
    had sent them, and `own` those lines, by offer id; `last` is what it ordered last time, `sites` where it can have it
    delivered, `budgets` what its budgets for what is offered leave, `contracts` those that add charges to what is
    offered to it or have a minimum order.
    """

    found: OrderInRound
    priced: PricedOrder
    known: Mapping[str, RoundOffer]
    offers: Sequence[RoundOffer]
    taxed: Sequence[RoundOffer]
    totals: Totals
    own: Mapping[str, WantedLine]
    last: Sequence[LastLine]
    sites: Sequence[dict[str, Any]]
    budgets: Sequence[BudgetLine]
    contracts: Sequence[ContractTerms]


@dataclass(frozen=True, slots=True)
class ReportView:
    """What lines would be ordered, beside what is ordered now and what each cost last time; `totals` as in the form."""

    found: OrderInRound
    report: LineReport
    totals: Totals
    own: Mapping[str, WantedLine]
    last: Mapping[str, LastLine]


def get_form(database: Database, actor: Actor, round_id: str, urn: int) -> FormView:
    """Every offer that the school may order or has ordered, by category and name, with where each one stands.

    The school's own units are counted as if it had sent them. Raises NotFound, also for another school's form.
    """
    with database.transaction(actor) as connection:
        found = own_order(connection, actor, round_id, urn)
        known = round_offers(connection, found.round)
        mine, different = own_offers(connection, found.round, urn)
        form = order_forms.own_form(connection, round_id, urn)
        last = order_forms.last_lines(connection, found.round, urn, known)
        view = budgets_beside(connection, actor, found) if form.budgeted else None
        adding = contracts_with_more(connection, round_id)
    totals = _with_own(ordered_units(database, round_id, form.stamp).totals, found, form.lines)
    own = {line.offer_id: line for line in form.lines}
    offers = offers_for(found.member, known.values(), own)
    priced = price_live([(mine[key], line, totals[key].quantity) for key, line in own.items()])
    offered = sorted({offer.category_code for offer in offers})
    lines = [] if view is None else budget_lines(view, parts_of(mine, form.lines), offered)
    budgets = [line for line in lines if line.position.budget]
    taxed = [offer for key, offer in different.items() if offer.vat_rate != known[key].vat_rate]
    offering = {offer.contract_id for offer in offers}
    contracts = [each for each in adding if each.contract_id in offering]
    return FormView(found, priced, known, offers, taxed, totals, own, last, form.sites, budgets, contracts)


def report_table(
    database: Database, actor: Actor, round_id: str, urn: int, rows: Table, columns: Columns | None = None
) -> ReportView:
    """What a table would put into the order; nothing is changed. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = own_order(connection, actor, round_id, urn)
        known = round_offers(connection, found.round)
        report = report_on_table(rows, known.values(), lambda offer: offer.is_for(found.member), columns)
        last = order_forms.last_lines(connection, found.round, urn, known)
        form = order_forms.own_form(connection, round_id, urn)
    return _report_view(database, found, report, last, form)


def report_last(database: Database, actor: Actor, round_id: str, urn: int) -> ReportView:
    """What repeating the last order would put into this one; nothing is changed. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = own_order(connection, actor, round_id, urn)
        known = round_offers(connection, found.round)
        last = order_forms.last_lines(connection, found.round, urn, known)
        report = report_on_last(last, known, lambda offer: offer.is_for(found.member))
        form = order_forms.own_form(connection, round_id, urn)
    return _report_view(database, found, report, last, form)


def _report_view(
    database: Database, found: OrderInRound, report: LineReport, last: Sequence[LastLine], form: order_forms.OwnForm
) -> ReportView:
    totals = _with_own(ordered_units(database, found.round.round_id, form.stamp).totals, found, form.lines)
    own = {line.offer_id: line for line in form.lines}
    return ReportView(found, report, totals, own, {line.offer_id: line for line in last if line.offer_id})


def _with_own(totals: Totals, found: OrderInRound, lines: Sequence[WantedLine]) -> Totals:
    """The totals with a school's lines as if it had sent them."""
    if found.order.is_counted:
        return totals
    return {**totals, **{line.offer_id: totals.get(line.offer_id, NOTHING).plus(line) for line in lines}}
