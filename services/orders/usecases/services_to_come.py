"""What a school's recurring services will still be ordered for in a financial year: committed, or asked for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from contracts.vat import vat_pence
from services.orders.domain.budget import Movement
from services.orders.domain.subscription import Plan, Subscription
from services.orders.domain.subscription_charge import Reading, cost_of
from services.orders.domain.subscription_term import Days
from services.orders.storage import subscription_plans, subscription_runs, subscriptions
from services.orders.storage.vat import DatedRates, dated_rates

_DAY = timedelta(days=1)


def services_to_come(
    connection: Connection, urn: int, days: Days, *, with_vat: bool, without: str | None = None
) -> list[Movement]:
    """A movement for each service of the school that still costs something in these days.

    Committed is what approved subscriptions cost there, less what was ordered of them, which stands in purchase orders;
    reserved is what those cost that wait for approval. `without` leaves one subscription out. A service of which the
    school has no figure yet costs nothing that is known. However many services: read at once, and of this school only.
    """
    found: dict[str, list[Subscription]] = defaultdict(list)
    for each in subscriptions.subscriptions_of(connection, urn):
        if each.subscription_id != without and (each.runs or each.state == "requested"):
            found[each.plan_id].append(each)
    if not found:
        return []
    plans = subscription_plans.plans_of(connection, found)
    readings = subscriptions.readings_of_school(connection, {key: plan.driver for key, plan in plans.items()}, urn)
    ordered = subscription_runs.ordered_by_school(connection, plans, urn)
    rates = dated_rates(connection, urn) if with_vat else None
    return [
        movement
        for plan_id, own in found.items()
        for movement in _of_plan(plans[plan_id], own, days, _as_read(readings[plan_id]), ordered.get(plan_id, 0), rates)
    ]


def cost_within(connection: Connection, of: Subscription, plan: Plan, days: Days, *, with_vat: bool) -> int:
    """What a subscription costs in these days, in pence, ordered or not; with its dearest VAT if asked."""
    net = _costs(plan, [of], days, readings_of(connection, of, plan))[1]
    return net + _vat(dated_rates(connection, of.school_urn) if with_vat else None, of, plan, days, net)


def readings_of(connection: Connection, of: Subscription, plan: Plan) -> list[Reading]:
    """The school's figures that a plan's driver has stood at."""
    return _as_read(subscriptions.readings_of(connection, plan.plan_id, plan.driver, of.school_urn))


def _as_read(rows: Sequence[Row[Any]]) -> list[Reading]:
    return [Reading(row.read_on, row.quantity, row.source) for row in rows]


def _of_plan(
    plan: Plan,
    own: Sequence[Subscription],
    days: Days,
    readings: Sequence[Reading],
    ordered: int,
    rates: DatedRates | None,
) -> list[Movement]:
    if all(each.covered(plan) is None or each.starts_on > days.last for each in own):
        return []
    if plan.driver != "fixed" and not readings:
        return []
    running = [each for each in own if each.runs]
    before, within = _costs(plan, running, days, readings)
    rest = max(before + within - max(before, ordered), 0)
    asked = [each for each in own if not each.runs]
    parts = [("committed", running, rest), ("reserved", asked, _costs(plan, asked, days, readings)[1])]
    return [
        Movement(
            "committed" if kind == "committed" else "reserved",
            plan.category_code,
            net,
            _vat(rates, of[0], plan, days, net),
            plan.number,
            plan.title,
            max(days.first, of[0].starts_on),
            subscription_id=of[-1].subscription_id,
        )
        for kind, of, net in parts
        if net
    ]


def _costs(plan: Plan, own: Sequence[Subscription], days: Days, readings: Sequence[Reading]) -> tuple[int, int]:
    """Net pence of these subscriptions before the days, and in them."""
    before = sum(cost_of(plan.terms, _until(each.covered(plan), days.first - _DAY), readings) for each in own)
    return before, sum(cost_of(plan.terms, _until(each.covered(plan), days.last), readings) for each in own) - before


def _vat(rates: DatedRates | None, of: Subscription, plan: Plan, days: Days, net: int) -> int:
    """The dearest VAT on an amount in these days; none where VAT is no cost of the school's."""
    if rates is None:
        return 0
    first = max(days.first, of.starts_on)
    return vat_pence(net, rates.dearest(plan.vat_class, plan.category_code, first, days.last))


def _until(covered: Days | None, last: date) -> Days | None:
    return None if covered is None or covered.first > last else Days(covered.first, min(covered.last, last))
