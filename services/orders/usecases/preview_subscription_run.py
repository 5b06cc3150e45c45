"""What the next run of a recurring service would charge and order: shown before it is done, and done as shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from chassis.actor import SERVICE
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.subscription import Plan
from services.orders.domain.subscription_charge import (
    Charge,
    Reading,
    Subscriber,
    amounts_to_order,
    lacks_reading,
    period_charges,
    true_up_charges,
)
from services.orders.domain.subscription_term import Days, Run, periods, runs
from services.orders.storage import subscription_plans, subscription_runs, subscriptions
from services.orders.storage.subscription_plans import FoundPlan
from services.orders.storage.subscription_runs import Account
from services.orders.storage.subscriptions import FoundSubscription


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """What the next run of a plan does, whether shown or done: charges by school, and what is ordered for each.

    `to_order` and `carried` are pence by URN; what is carried was due before, or is a credit (below zero) that stays.
    `waiting` are the schools without a reading, `names` all schools' names.
    """

    plan: FoundPlan
    run: Run
    charges: Sequence[Charge]
    to_order: dict[int, int]
    carried: dict[int, int]
    waiting: Sequence[int]
    names: dict[int, str]

    @property
    def net_pence(self) -> int:
        """What the purchase order comes to."""
        return sum(self.to_order.values())


def preview_run(database: Database, plan_id: str) -> PlannedRun | None:
    """The next run of a plan as it would be if it were made now; None when nothing is left. Raises NotFound."""
    with database.transaction(SERVICE) as connection:
        found = found_plan(connection, plan_id)
        run = next_run(connection, found.plan)
        return None if run is None else planned_run(connection, found, run)


def found_plan(connection: Connection, plan_id: str, *, lock: bool = False) -> FoundPlan:
    """A plan, held against other runs and changes if asked. Raises NotFound."""
    found = subscription_plans.find_plan(connection, plan_id, lock=lock)
    if found is None:
        raise NotFound("There is no such service.")
    return found


def next_run(connection: Connection, plan: Plan) -> Run | None:
    """What is to be billed next of a plan: the first that falls due of all that was not billed yet."""
    made = {(row.kind, row.period_from) for row in subscription_runs.runs_of(connection, plan.plan_id)}
    to_come = runs(plan.term, plan.billing_period, plan.billed)
    return next((run for run in to_come if (run.kind, run.days.first) not in made), None)


def planned_run(connection: Connection, found: FoundPlan, run: Run) -> PlannedRun:
    """What a run would charge and order now. Only the kind `service` counts all schools."""
    plan = found.plan
    account = subscription_runs.account_of(connection, plan.plan_id)
    listed = [each for each in subscriptions.list_subscriptions(connection, plan.plan_id) if each.subscription.runs]
    schools = _subscribers(connection, found, listed, account)
    every = list(periods(plan.term, plan.billing_period))
    charges: list[Charge] = []
    for school in schools:
        if run.kind == "period":
            charges += period_charges(plan.terms, every, run, school)
        else:
            charges += true_up_charges(plan.terms, run, school)
    due = dict(account.due)
    for charge in charges:
        due[charge.school_urn] = due.get(charge.school_urn, 0) + charge.net_pence
    later = _with_a_later_period(run, every, schools) if run.kind == "true_up" else set()
    to_order = amounts_to_order(due, account.ordered, later=later)
    carried = {urn: pence - account.ordered.get(urn, 0) - to_order.get(urn, 0) for urn, pence in sorted(due.items())}
    waiting = sorted({school.school_urn for school in schools if lacks_reading(plan.terms, run.days, school)})
    names = {each.subscription.school_urn: each.school_name for each in listed}
    return PlannedRun(found, run, charges, to_order, carried, waiting, names)


def _subscribers(
    connection: Connection, found: FoundPlan, listed: Sequence[FoundSubscription], account: Account
) -> list[Subscriber]:
    plan = found.plan
    readings: dict[int, list[Reading]] = {}
    for row in subscriptions.readings_of(connection, plan.plan_id, plan.driver):
        readings.setdefault(row.school_urn, []).append(Reading(row.read_on, row.quantity, row.source))
    return [
        Subscriber(
            subscription_id=each.subscription.subscription_id,
            school_urn=each.subscription.school_urn,
            covered=each.subscription.covered(plan),
            has_left=each.subscription.ends_on is not None,
            readings=readings.get(each.subscription.school_urn, ()),
            charged=account.charged.get(each.subscription.subscription_id, {}),
            trued_up=account.trued_up.get(each.subscription.subscription_id, frozenset()),
        )
        for each in listed
    ]


def _with_a_later_period(run: Run, every: Sequence[Days], schools: Sequence[Subscriber]) -> set[int]:
    """The schools of which another period is still to be charged after a true-up."""
    return {
        school.school_urn
        for school in schools
        for days in every
        if days.first > run.days.last
        and days.first not in school.charged
        and school.covered is not None
        and school.covered.within(days) is not None
    }


def period_text(run: Run) -> str:
    """The days of a run as people write them: "1 Sep to 30 Sep 2026", with "true-up of" before a year's."""
    first, last = run.days.first, run.days.last
    days = f"{first.day} {first:%b}{'' if first.year == last.year else f' {first.year}'} to {last.day} {last:%b %Y}"
    return days if run.kind == "period" else f"true-up of {days}"
