"""A service that a school joins fits its hard budgets, beside what its other services will still cost."""

from sqlalchemy import Connection

from chassis.actor import Actor
from contracts.money import pounds
from services.orders.domain.budget import beyond, vat_is_a_cost
from services.orders.domain.errors import BudgetExceeded, ReadingMissing
from services.orders.domain.subscription import Plan, Subscription
from services.orders.domain.subscription_term import Days
from services.orders.storage import budgets
from services.orders.usecases.read_budgets import view_budgets
from services.orders.usecases.services_to_come import cost_within, readings_of


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
        view = view_budgets(connection, actor, urn, year, asked.starts_on, without_subscription=asked.subscription_id)
        days = Days(*view.days)
        if covered.within(days) is None:
            continue
        if plan.driver != "fixed" and not readings_of(connection, asked, plan):
            if committing:
                raise ReadingMissing("Record your school’s figure first: its budget is held against the service.")
            return
        own = cost_within(connection, asked, plan, days, with_vat=vat_is_a_cost(view.type_code))
        too_much = beyond(view.positions, {plan.category_code: own})
        if too_much:
            others = any(each.subscription_id and each.category_code == plan.category_code for each in view.movements)
            beside = " beside your other services" if others else ""
            raise BudgetExceeded(
                f"In {year} this service comes to £{pounds(own)}. That is £{pounds(too_much[plan.category_code])} more"
                f" than the budget for {plan.category_name} leaves{beside}, and your school lets nobody go beyond it."
            )
