"""Bill recurring services: by the timer when a period falls due, or by hand; exactly once whoever comes first."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event_log import NewEvent, append_many
from chassis.numbers import next_number
from chassis.persistence import set_aside
from contracts.london import london_day
from contracts.money import PENNY, unit_price_text
from services.orders.domain.errors import NothingToRun, ReadingMissing
from services.orders.domain.pricing import vat_of
from services.orders.storage import subscription_plans, subscription_runs
from services.orders.storage.subscription_runs import ServiceOrder
from services.orders.storage.vat import vat_exceptions
from services.orders.usecases.preview_subscription_run import (
    PlannedRun,
    found_plan,
    next_run,
    period_text,
    planned_run,
)

_log = structlog.get_logger()


def run_plan(database: Database, plan_id: str, now: datetime, *, ran_by: str, first_from: date | None = None) -> str:
    """Make the next run of a plan in one transaction; returns its id.

    By hand (`first_from` names the period or year that was seen) it may come before the timer, which waits for its
    day. Runs as the service, because no member may see all that it counts. Raises NotFound; NothingToRun, also for
    whoever comes second; ReadingMissing for a true-up that cannot be right yet.
    """
    today = london_day(now)
    with database.transaction(SERVICE) as connection:
        found = found_plan(connection, plan_id, lock=True)
        run = next_run(connection, found.plan)
        if run is None or today < (run.due_on if first_from is None else run.from_on):
            raise NothingToRun("Nothing of this service can be billed yet.")
        if first_from not in (None, run.days.first):
            raise NothingToRun("This has been billed meanwhile. Look at what comes next before you bill it.")
        planned = planned_run(connection, found, run)
        if run.kind == "true_up" and planned.waiting:
            missing = ", ".join(planned.names[urn] for urn in planned.waiting)
            raise ReadingMissing(f"Record first what these schools’ drivers stood at: {missing}.")
        run_id = _make(connection, planned, now, ran_by)
        following = next_run(connection, found.plan)
        subscription_plans.set_next_run(connection, plan_id, following.due_on if following else None)
    return run_id


def run_due_plans(database: Database, now: datetime) -> list[str]:
    """Make every run that has fallen due, also those that did while nothing ran; returns their ids.

    A plan that cannot be billed is logged and tried again at the next call; it does not hold up the others.
    """
    with database.transaction(SERVICE) as connection:
        due = subscription_plans.due_plans(connection, london_day(now))
    made = []
    for plan_id in due:
        with set_aside("subscription_not_run", plan_id=plan_id), suppress(NothingToRun):
            try:
                while True:
                    made.append(run_plan(database, plan_id, now, ran_by=SERVICE.name))
            except ReadingMissing as fault:
                _log.warning("subscription_waits_for_readings", plan_id=plan_id, detail=fault.detail)
    return made


def _make(connection: Connection, planned: PlannedRun, now: datetime, ran_by: str) -> str:
    plan, run = planned.plan.plan, planned.run
    run_id = str(uuid.uuid4())
    order = _order(connection, planned) if planned.to_order else None
    if order is not None:
        subscription_runs.issue_order(connection, order, now)
    row = {
        "run_id": run_id,
        "plan_id": plan.plan_id,
        "supplier_id": plan.supplier_id,
        "ran_by": ran_by,
        "now": now,
        "purchase_order_id": order and order.row["purchase_order_id"],
    }
    subscription_runs.add_run(connection, run, row)
    subscription_runs.add_charges(connection, run_id, plan.plan_id, plan.unit_price, planned.charges)
    if order is not None:
        _tell(connection, order, now)
    return run_id


def _order(connection: Connection, planned: PlannedRun) -> ServiceOrder:
    plan, days = planned.plan.plan, planned.run.days
    what = f"{plan.title}, {period_text(planned.run)}"
    exceptions = vat_exceptions(connection, days.first)
    carried = {urn: exceptions.of(plan.vat_class, plan.category_code, urn) for urn in planned.to_order}
    row = {
        "purchase_order_id": str(uuid.uuid4()),
        "number": next_number(connection, "PO"),
        "plan_id": plan.plan_id,
        "title": what,
        "service_from": days.first,
        "service_to": days.last,
        "contract_id": plan.contract_id,
        "supplier_id": plan.supplier_id,
        "category_code": plan.category_code,
        "ledger_code": plan.ledger_code,
        "vat_class": plan.vat_class,
        "net_pence": planned.net_pence,
        "vat_pence": vat_of((carried[urn].rate(days.first), pence) for urn, pence in planned.to_order.items()),
    }
    lines = [
        {
            "line_no": line_no,
            "school_urn": urn,
            "sku": f"{plan.number}-{urn}",
            "name": f"{what}: {planned.names[urn]}",
            "net_pence": pence,
            "vat_class": carried[urn].vat_class,
            "vat_reduced": carried[urn].reduced,
            "vat_certificate": carried[urn].certificate,
        }
        for line_no, (urn, pence) in enumerate(planned.to_order.items(), 1)
    ]
    return ServiceOrder(row, lines)


def _tell(connection: Connection, order: ServiceOrder, now: datetime) -> None:
    row = order.row
    key = f"purchase_order:{row['purchase_order_id']}"
    shared = {"kind": "service", "offer_id": None, "unit": "C62", "quantity": 1}
    words: dict[str, Any] = {name: row[name] for name in ("category_code", "ledger_code", "vat_class")}
    lines = [
        {
            **{name: line[name] for name in ("line_no", "sku", "name", "net_pence")},
            **shared,
            **words,
            "unit_price": unit_price_text(line["net_pence"] * PENNY),
        }
        for line in order.lines
    ]
    issued = {
        **{
            name: row[name]
            for name in ("purchase_order_id", "number", "plan_id", "title", "contract_id", "supplier_id")
        },
        **{name: str(row[name]) for name in ("service_from", "service_to")},
        "round_id": None,
        "round_number": None,
        "round_title": None,
        "issued_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "lines": lines,
    }
    drops = [
        {
            "purchase_order_id": row["purchase_order_id"],
            "school_urn": line["school_urn"],
            "tax_point": str(row["service_from"]),
            "lines": [_drop_line(line, row["vat_class"])],
        }
        for line in order.lines
    ]
    told = [NewEvent("PurchaseOrderIssued", key, issued, version=2)]
    append_many(connection, [*told, *(NewEvent("DropIssued", key, drop, version=2) for drop in drops)])


def _drop_line(line: Mapping[str, Any], usual: str) -> dict[str, Any]:
    """A school's line as DropIssued has it: the VAT is said where it is not the plan's `usual` class."""
    told = {"line_no": line["line_no"], "quantity": 1, "net_pence": line["net_pence"]}
    if (line["vat_class"], line["vat_reduced"]) == (usual, False):
        return told
    vat = {name: line[f"vat_{name}"] for name in ("reduced", "certificate")}
    return {**told, "vat": {"vat_class": line["vat_class"], **vat}}
