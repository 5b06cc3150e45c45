"""The manager offers a recurring service, and records what its drivers stand at."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.numbers import next_number
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_day
from services.orders.domain.errors import ReadingRefused, UnknownContract
from services.orders.domain.subscription import Plan, check_change, check_plan
from services.orders.domain.subscription_charge import Reading
from services.orders.storage import subscription_plans, subscriptions
from services.orders.usecases.preview_subscription_run import found_plan, next_run


def create_plan(database: Database, actor: Actor, sent: Mapping[str, Any]) -> str:
    """Offer a service (`sent` has the fields of a Plan that a person chooses); returns its id.

    Raises UnknownContract, DatesOutOfOrder, EntitlementRefused.
    """
    check_plan(sent["starts_on"], sent["ends_on"], sent["entitlements"])
    with database.transaction(actor) as connection:
        supplier_id = _supplier_of(connection, sent["contract_id"])
        plan = Plan(
            **sent,
            plan_id=str(uuid.uuid4()),
            number=next_number(connection, "SP", width=4),
            supplier_id=supplier_id,
            next_run_on=None,
            version=1,
        )
        subscription_plans.insert_plan(connection, _scheduled(connection, plan))
    return plan.plan_id


def change_plan(
    database: Database, actor: Actor, plan_id: str, version: int, sent: Mapping[str, Any], now: datetime
) -> None:
    """Change a service; fields that are left out stay. What schools have joined for stands.

    Raises NotFound, VersionConflict, PlanInUse, UnknownContract, DatesOutOfOrder, EntitlementRefused.
    """
    with database.transaction(actor) as connection:
        plan = found_plan(connection, plan_id, lock=True).plan
        if plan.version != version:
            raise VersionConflict("Somebody else changed this service meanwhile.")
        in_use = subscription_plans.is_in_use(connection, plan_id)
        check_change(plan, sent, in_use=in_use, today=london_day(now))
        changed = replace(plan, **sent)
        check_plan(changed.starts_on, changed.ends_on, changed.entitlements)
        changed = replace(changed, supplier_id=_supplier_of(connection, changed.contract_id))
        subscription_plans.update_plan(connection, _scheduled(connection, changed))


def record_reading(database: Database, actor: Actor, plan_id: str, urn: int, reading: Reading, now: datetime) -> None:
    """Keep what a school's driver stood at on a day: by the manager, or by the school itself.

    Raises NotFound, also for another school's; ReadingRefused where nothing is to be read, or after the term.
    """
    if actor.school_urn not in (None, urn):
        raise NotFound("There is no such school.")
    with database.transaction(actor) as connection:
        plan = found_plan(connection, plan_id).plan
        if plan.driver == "fixed":
            raise ReadingRefused("This service costs the same whatever a school’s size: there is nothing to record.")
        if reading.on > min(plan.ends_on, london_day(now)):
            message = "Choose a day that has come, and not after the end of the service."
            raise ReadingRefused("That day cannot be recorded.", fields={"read_on": message})
        if subscriptions.find_member(connection, urn) is None:
            raise NotFound("There is no such school.")
        subscriptions.add_reading(connection, plan_id, urn, reading, person=actor.name, now=now)


def _scheduled(connection: Connection, plan: Plan) -> Plan:
    following = next_run(connection, plan)
    return replace(plan, next_run_on=following.due_on if following else None)


def _supplier_of(connection: Connection, contract_id: str) -> str:
    supplier_id = subscription_plans.supplier_of(connection, contract_id)
    if supplier_id is None:
        raise UnknownContract("There is no such contract.", fields={"contract_id": "Choose a contract."})
    return supplier_id
