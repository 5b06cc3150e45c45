"""Read recurring services: what is offered, who has it, what it cost and why, and what is left of what it grants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.london import london_day
from services.orders.domain.subscription import Entitlement, Plan
from services.orders.domain.subscription_term import Days
from services.orders.storage import subscription_plans, subscription_runs, subscriptions
from services.orders.storage.subscription_plans import FoundPlan
from services.orders.storage.subscriptions import FoundSubscription
from services.orders.usecases.preview_subscription_run import found_plan


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with how many schools have it and how many requests wait; a school sees its own there."""

    found: FoundPlan
    schools: int
    requests: int
    runs: Sequence[Row[Any]] = ()


@dataclass(frozen=True, slots=True)
class EntitlementLeft:
    """What a school has drawn of an entitlement in the subscription year `year`."""

    entitlement: Entitlement
    year: Days
    used: Decimal

    @property
    def remaining(self) -> Decimal:
        """What is left."""
        return self.entitlement.quantity - self.used


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A subscription whole: its plan, entitlements, uses, readings and charges.

    `credit_pence` is what the school has been charged too much and will pay less next time.
    """

    found: FoundSubscription
    plan: FoundPlan
    left: Sequence[EntitlementLeft]
    uses: Sequence[Row[Any]]
    readings: Sequence[Row[Any]]
    charges: Sequence[Row[Any]]
    credit_pence: int


def list_plans(database: Database, actor: Actor) -> list[PlanView]:
    """Every plan, the one that ends last first, with the schools that the actor may count."""
    with database.transaction(actor) as connection:
        counts = subscription_plans.school_counts(connection)
        return [
            PlanView(each, *counts.get(each.plan.plan_id, (0, 0))) for each in subscription_plans.list_plans(connection)
        ]


def get_plan(database: Database, actor: Actor, plan_id: str) -> PlanView:
    """A plan with what was billed of it. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = found_plan(connection, plan_id)
        counts = subscription_plans.school_counts(connection).get(plan_id, (0, 0))
        return PlanView(found, *counts, subscription_runs.runs_of(connection, plan_id))


def list_subscriptions(
    database: Database, actor: Actor, plan_id: str | None
) -> tuple[list[FoundSubscription], Mapping[str, FoundPlan]]:
    """The subscriptions that the actor may see, of one plan or all, and the plans by id."""
    with database.transaction(actor) as connection:
        found = subscriptions.list_subscriptions(connection, plan_id)
        return found, {each.plan.plan_id: each for each in subscription_plans.list_plans(connection)}


def get_subscription(database: Database, actor: Actor, subscription_id: str, now: datetime) -> SubscriptionView:
    """A subscription whole, to its school and the alliance. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = subscriptions.find_subscription(connection, subscription_id)
        if found is None:
            raise NotFound("There is no such subscription.")
        plan = found_plan(connection, found.subscription.plan_id)
        uses = subscriptions.uses_of(connection, subscription_id)
        return SubscriptionView(
            found,
            plan,
            _left(plan.plan, uses, london_day(now)),
            uses,
            *_charged(connection, plan.plan, found.subscription.school_urn),
        )


def get_readings(database: Database, actor: Actor, plan_id: str) -> Sequence[Row[Any]]:
    """What the drivers of a plan stood at, school by school, as far as the actor may see. Raises NotFound."""
    with database.transaction(actor) as connection:
        plan = found_plan(connection, plan_id).plan
        return subscriptions.readings_of(connection, plan_id, plan.driver)


def get_charges(database: Database, actor: Actor, plan_id: str, urn: int | None) -> Sequence[Row[Any]]:
    """The charges of a plan with their proof, as far as the actor may see. Raises NotFound."""
    with database.transaction(actor) as connection:
        found_plan(connection, plan_id)
        return subscription_runs.charges_of(connection, plan_id, urn)


def _charged(connection: Connection, plan: Plan, urn: int) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]], int]:
    readings = subscriptions.readings_of(connection, plan.plan_id, plan.driver, urn)
    charges = subscription_runs.charges_of(connection, plan.plan_id, urn)
    due = sum(charge.net_pence for charge in charges if charge.stands)
    ordered = subscription_runs.ordered_of(connection, plan.plan_id, urn).get(urn, 0)
    return readings, charges, max(ordered - due, 0)


def _left(plan: Plan, uses: Sequence[Row[Any]], today: date) -> list[EntitlementLeft]:
    year = plan.year_at(today)
    return [
        EntitlementLeft(each, year, subscriptions.used_between(uses, each.code, year.first, year.last))
        for each in plan.entitlements
    ]
