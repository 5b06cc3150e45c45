"""A service that a school joins fits its hard budgets, beside what its other services will still cost."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection

from chassis.actor import Actor
from contracts.money import pounds
from contracts.vat import vat_pence
from services.orders.domain.budget import beyond, vat_is_a_cost
from services.orders.domain.errors import BudgetExceeded, ReadingMissing
from services.orders.domain.subscription import Plan, Subscription
from services.orders.domain.subscription_charge import Reading, cost_of
from services.orders.domain.subscription_term import Days
from services.orders.storage import budgets, subscription_plans, subscription_runs, subscriptions
from services.orders.storage.vat import dearest_rate
from services.orders.usecases.read_budgets import view_budgets


def must_fit_hard_budgets(
    connection: Connection, actor: Actor, asked: Subscription, plan: Plan, *, committing: bool
) -> None:
    """Raise BudgetExceeded if the service goes beyond a budget of its category that the school has made hard.

    Each financial year of the service that has one is looked at. Without a figure of the school's nothing can be said:
    that lets it ask, and raises ReadingMissing where it is `committing` itself.
    """
    urn = asked.school_urn
    covered = asked.covered(plan)
    if covered is None or not budgets.lock_hard_budgets(connection, urn):
        return
    for year in budgets.hard_years(connection, urn, plan.category_code):
        view = view_budgets(connection, actor, urn, year, asked.starts_on)
        days = Days(*view.days)
        if covered.within(days) is None:
            continue
        if plan.driver != "fixed" and not _readings(connection, asked, plan):
            if committing:
                raise ReadingMissing("Record your school’s figure first: its budget is held against the service.")
            return
        with_vat = vat_is_a_cost(view.type_code)
        own = _to_come(connection, asked, plan, days, with_vat=with_vat)
        others = sum(
            _to_come(connection, other, of, days, with_vat=with_vat)
            for other, of in _others(connection, asked, plan.category_code)
        )
        too_much = beyond(view.positions, {plan.category_code: own + others})
        if too_much:
            beside = " beside your other services" if others else ""
            raise BudgetExceeded(
                f"In {year} this service comes to £{pounds(own)}. That is £{pounds(too_much[plan.category_code])} more"
                f" than the budget for {plan.category_name} leaves{beside}, and your school lets nobody go beyond it."
            )


def _others(connection: Connection, asked: Subscription, category_code: str) -> Iterator[tuple[Subscription, Plan]]:
    """The other services of the category to which the school is committed."""
    plans = {found.plan.plan_id: found.plan for found in subscription_plans.list_plans(connection)}
    for found in subscriptions.list_subscriptions(connection):
        other = found.subscription
        is_another = other.school_urn == asked.school_urn and other.subscription_id != asked.subscription_id
        if is_another and other.runs and plans[other.plan_id].category_code == category_code:
            yield other, plans[other.plan_id]


def _to_come(connection: Connection, of: Subscription, plan: Plan, days: Days, *, with_vat: bool) -> int:
    """What the service will still be ordered for in these days, in pence: its cost to their end, less what was."""
    readings = _readings(connection, of, plan)
    before = cost_of(plan.terms, _until(of.covered(plan), days.first - timedelta(days=1)), readings)
    ordered = subscription_runs.ordered_of(connection, plan.plan_id, of.school_urn).get(of.school_urn, 0)
    due = cost_of(plan.terms, _until(of.covered(plan), days.last), readings)
    net = max(due - max(before, ordered), 0)
    if not with_vat:
        return net
    first = max(days.first, of.starts_on)
    return net + vat_pence(
        net, dearest_rate(connection, plan.vat_class, plan.category_code, of.school_urn, first, days.last)
    )


def _until(covered: Days | None, last: date) -> Days | None:
    return None if covered is None or covered.first > last else Days(covered.first, min(covered.last, last))


def _readings(connection: Connection, of: Subscription, plan: Plan) -> list[Reading]:
    rows = subscriptions.readings_of(connection, plan.plan_id, plan.driver, of.school_urn)
    return [Reading(row.read_on, row.quantity, row.source) for row in rows]
