"""A school joins a recurring service, leaves it, and draws on what it grants. Only its own people do."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_day
from contracts.money import pounds
from services.orders.domain.approval import Approver, Limits, exceeded
from services.orders.domain.errors import AboveLimit, AlreadySubscribed, EntitlementRefused, OwnService, ReadingMissing
from services.orders.domain.order import Person
from services.orders.domain.round import Member
from services.orders.domain.subscription import Plan, Subscription, check_use
from services.orders.domain.subscription_term import year_of
from services.orders.storage import approvals, subscriptions
from services.orders.storage.vat import dated_rates
from services.orders.usecases.fit_service import must_fit_hard_budgets
from services.orders.usecases.preview_subscription_run import found_plan

Step = Callable[[Subscription, Plan, date], Subscription]


def ask_to_join(database: Database, actor: Actor, plan_id: str, starts_on: date, now: datetime) -> str:
    """Ask for a service from a day on; the school's approver decides. Returns the subscription's id.

    Raises NotFound, NotAMember, OwnService, DatesOutOfOrder, AlreadySubscribed, BudgetExceeded.
    """
    urn = _own_urn(actor)
    with database.transaction(actor) as connection:
        found = found_plan(connection, plan_id)
        plan = found.plan
        _must_belong(connection, urn, now)
        if found.supplier_urn == urn:
            raise OwnService("Your school supplies this service itself.")
        plan.must_start_between(starts_on, _today(now))
        ended = subscriptions.ended_last(connection, plan_id, urn)
        if ended is not None and starts_on <= ended:
            message = f"Your school has this service until {ended:%d %B %Y}."
            raise AlreadySubscribed(message, fields={"starts_on": message})
        asked = Subscription(
            subscription_id=str(uuid.uuid4()),
            plan_id=plan_id,
            school_urn=urn,
            starts_on=starts_on,
            state="requested",
            version=1,
            requested_by=_person(actor),
        )
        must_fit_hard_budgets(connection, actor, asked, plan, committing=False)
        if not subscriptions.add_request(connection, asked, now):
            raise AlreadySubscribed("Your school has this service, or has asked for it already.")
        _tell_of_request(connection, asked, plan, now)
    return asked.subscription_id


def approve(database: Database, actor: Actor, subscription_id: str, version: int, now: datetime) -> None:
    """Commit the school, or give the first of two approvals. A year of it is held against the school's own limits.

    Raises NotFound, NotAMember, VersionConflict, SubscriptionNotRequested, DatesOutOfOrder, OwnRequest, AboveLimit,
    ApprovedAlready, BudgetExceeded; ReadingMissing where there are limits or hard budgets and no figure to hold them
    against.
    """
    with database.transaction(actor) as connection:
        found, plan = _held(connection, actor, subscription_id)
        _must_be(found, version)
        plan.must_start_between(found.starts_on, _today(now))
        _must_belong(connection, found.school_urn, now)
        limits = approvals.find_limits(connection, found.school_urn)
        two = limits != Limits() and _two_must_approve(connection, actor, found, plan, limits)
        approver = Approver(_person(actor), actor.roles, actor.stands_in_for)
        decided = found.approved(approver, now, two=two)
        must_fit_hard_budgets(connection, actor, found, plan, committing=True)
        subscriptions.update_subscription(connection, decided, actor.name, now)
        if decided.state == "approved":
            _tell_of_decision(connection, actor, decided, plan, now)
        else:
            _tell_of_request(connection, decided, plan, now)


def decline(database: Database, actor: Actor, subscription_id: str, version: int, reason: str, now: datetime) -> None:
    """Refuse a request, or take it back. Raises NotFound, VersionConflict, SubscriptionNotRequested, ReasonMissing."""
    with database.transaction(actor) as connection:
        decided, plan = _change(
            connection, actor, subscription_id, version, now, lambda found, *_: found.declined(reason)
        )
        _tell_of_decision(connection, actor, decided, plan, now)


def leave(database: Database, actor: Actor, subscription_id: str, version: int, ends_on: date, now: datetime) -> None:
    """Give notice. Raises NotFound, VersionConflict, SubscriptionNotApproved, DatesOutOfOrder."""
    with database.transaction(actor) as connection:
        _change(
            connection,
            actor,
            subscription_id,
            version,
            now,
            lambda found, plan, today: found.left(ends_on, plan, today),
        )


def record_use(
    database: Database,
    actor: Actor,
    subscription_id: str,
    *,
    code: str,
    used_on: date,
    quantity: Decimal,
    note: str,
    now: datetime,
) -> None:
    """Record what was drawn of an entitlement of the subscription year in which the day lies.

    Raises NotFound, SubscriptionNotApproved, DatesOutOfOrder, EntitlementRefused.
    """
    with database.transaction(actor) as connection:
        found, plan = _held(connection, actor, subscription_id)
        found.must_have_covered(used_on, plan, london_day(now))
        entitlement = next((each for each in plan.entitlements if each.code == code), None)
        if entitlement is None:
            raise EntitlementRefused("This service grants no such thing.", fields={"code": "Choose one of the list."})
        year = year_of(plan.term, used_on)
        uses = subscriptions.uses_of(connection, subscription_id)
        check_use(entitlement, subscriptions.used_between(uses, code, year.first, year.last), quantity)
        use = {
            "use_id": str(uuid.uuid4()),
            "subscription_id": subscription_id,
            "urn": found.school_urn,
            "code": code,
            "used_on": used_on,
            "quantity": quantity,
            "note": note,
            "person": actor.name,
            "now": now,
        }
        subscriptions.add_use(connection, use)


def cancel_use(database: Database, actor: Actor, subscription_id: str, use_id: str, now: datetime) -> None:
    """Take back a use that was recorded by mistake; it stays to be seen. Raises NotFound."""
    with database.transaction(actor) as connection:
        _held(connection, actor, subscription_id)
        if not subscriptions.cancel_use(connection, subscription_id, use_id, person=actor.name, now=now):
            raise NotFound("There is no such record.")


def _change(
    connection: Connection, actor: Actor, subscription_id: str, version: int, now: datetime, step: Step
) -> tuple[Subscription, Plan]:
    found, plan = _held(connection, actor, subscription_id)
    _must_be(found, version)
    changed = step(found, plan, _today(now))
    subscriptions.update_subscription(connection, changed, actor.name, now)
    return changed, plan


def _tell_of_request(connection: Connection, asked: Subscription, plan: Plan, now: datetime) -> None:
    first = asked.first_approval
    more = {
        "requested_by": asked.requested_by.name if asked.requested_by else "",
        "approved_by_id": first.person.person_id if first else None,
        "approved_by": first.person.name if first else None,
    }
    _tell(connection, "SubscriptionRequested", asked, plan, more, now)


def _tell_of_decision(connection: Connection, actor: Actor, decided: Subscription, plan: Plan, now: datetime) -> None:
    more = {"decision": decided.state, "reason": decided.reason, "by_id": actor.person_id, "by": actor.name}
    _tell(connection, "SubscriptionDecided", decided, plan, more, now)


def _tell(
    connection: Connection, event_type: str, of: Subscription, plan: Plan, more: Mapping[str, Any], now: datetime
) -> None:
    member = subscriptions.find_member(connection, of.school_urn)
    append(
        connection,
        event_type,
        key=f"subscription:{of.subscription_id}",
        body={
            "subscription_id": of.subscription_id,
            "plan_id": plan.plan_id,
            "title": plan.title,
            "school_urn": of.school_urn,
            "school_name": member.name if member else "",
            "starts_on": of.starts_on.isoformat(),
            "requested_by_id": of.requested_by.person_id if of.requested_by else "",
            **more,
            "at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        },
    )


def _held(connection: Connection, actor: Actor, subscription_id: str) -> tuple[Subscription, Plan]:
    """The school's own subscription, held against other changes, and its plan. Raises NotFound."""
    urn = _own_urn(actor)
    found = subscriptions.find_subscription(connection, subscription_id, lock=True)
    if found is None or found.subscription.school_urn != urn:
        raise NotFound("There is no such subscription.")
    return found.subscription, found_plan(connection, found.subscription.plan_id).plan


def _must_be(found: Subscription, version: int) -> None:
    if found.version != version:
        raise VersionConflict("Somebody else at your school changed this subscription meanwhile.")


def _two_must_approve(connection: Connection, actor: Actor, found: Subscription, plan: Plan, limits: Limits) -> bool:
    readings = subscriptions.readings_of(connection, plan.plan_id, plan.driver, found.school_urn)
    if not readings and plan.driver != "fixed":
        raise ReadingMissing("Record your school’s figure first: its limits are held against a year of the service.")
    first, urn = found.starts_on, found.school_urn
    rate = dated_rates(connection, urn).dearest(plan.vat_class, plan.category_code, first, first + timedelta(days=364))
    year = plan.year_costs(1 if plan.driver == "fixed" else readings[-1].quantity, rate)
    if above := exceeded(limits, actor.roles, year):
        raise AboveLimit(
            f"A year of this service comes to £{pounds(above[0].amount_pence)} with VAT, and your school lets you"
            f" approve up to £{pounds(above[0].limit_pence)}. Somebody with a higher limit has to approve it."
        )
    return limits.needs_two(year.gross_pence)


def _must_belong(connection: Connection, urn: int, now: datetime) -> None:
    row = subscriptions.find_member(connection, urn)
    if row is None:
        raise NotFound("There is no such school.")
    Member(row.urn, row.name, row.phase, row.joined_on, row.left_on).must_belong(_today(now))


def _own_urn(actor: Actor) -> int:
    if actor.school_urn is None:
        raise NotFound("There is no such school.")
    return actor.school_urn


def _today(now: datetime) -> date:
    return london_day(now)


def _person(actor: Actor) -> Person:
    return Person(actor.person_id or "", actor.name)
