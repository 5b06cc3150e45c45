"""How recurring services look on the wire. The schemas in `subscription_answers` describe the same shapes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from contracts.money import unit_price_text
from services.orders.api.shapes import instant
from services.orders.domain.subscription import Entitlement, Plan
from services.orders.domain.subscription_charge import Charge
from services.orders.storage.subscription_plans import FoundPlan
from services.orders.storage.subscription_runs import parts_json
from services.orders.storage.subscriptions import FoundSubscription
from services.orders.usecases.preview_subscription_run import PlannedRun
from services.orders.usecases.read_subscriptions import EntitlementLeft, PlanView, SubscriptionView

Json = dict[str, Any]

_OF_PLAN = tuple(name for name in Plan.__slots__ if name not in ("unit_price", "entitlements"))


def plan_json(view: PlanView) -> Json:
    """A plan without its runs."""
    plan = view.found.plan
    return {
        **{name: _wire(getattr(plan, name)) for name in _OF_PLAN},
        "unit_price": unit_price_text(plan.unit_price),
        "entitlements": [_entitlement(each) for each in plan.entitlements],
        "contract_title": view.found.contract_title,
        "supplier_name": view.found.supplier_name,
        "schools": view.schools,
        "requests": view.requests,
    }


def plan_with_runs_json(view: PlanView) -> Json:
    """A plan and what was billed of it."""
    return {**plan_json(view), "runs": [_row(run) for run in view.runs]}


def preview_json(planned: PlannedRun | None) -> Json:
    """What the next run would do."""
    if planned is None:
        days = dict.fromkeys(("kind", "period_from", "period_to", "due_on", "from_on"))
        return {**days, "net_pence": 0, "schools": [], "charges": [], "waiting": []}
    run = planned.run
    charged: dict[int, int] = {}
    for charge in planned.charges:
        charged[charge.school_urn] = charged.get(charge.school_urn, 0) + charge.net_pence
    urns = sorted(charged.keys() | planned.to_order.keys() | {urn for urn, pence in planned.carried.items() if pence})
    return {
        "kind": run.kind,
        "period_from": str(run.days.first),
        "period_to": str(run.days.last),
        "due_on": str(run.due_on),
        "from_on": str(run.from_on),
        "net_pence": planned.net_pence,
        "schools": [
            {
                "school_urn": urn,
                "school_name": planned.names[urn],
                "charged_pence": charged.get(urn, 0),
                "order_pence": planned.to_order.get(urn, 0),
                "carried_pence": planned.carried.get(urn, 0),
            }
            for urn in urns
        ],
        "charges": [_planned_charge(charge, planned) for charge in planned.charges],
        "waiting": [{"school_urn": urn, "school_name": planned.names[urn]} for urn in planned.waiting],
    }


def charge_json(row: Row[Any]) -> Json:
    """A charge with its proof."""
    return _row(row)


def reading_json(row: Row[Any]) -> Json:
    """What a driver stood at."""
    return _row(row)


def subscription_json(found: FoundSubscription, plan: FoundPlan) -> Json:
    """A subscription without what it costs."""
    subscription = found.subscription
    return {
        "subscription_id": subscription.subscription_id,
        "plan_id": subscription.plan_id,
        "plan_title": plan.plan.title,
        "school_urn": subscription.school_urn,
        "school_name": found.school_name,
        "state": subscription.state,
        "starts_on": str(subscription.starts_on),
        "ends_on": subscription.ends_on and str(subscription.ends_on),
        "requested_by": subscription.requested_by and subscription.requested_by.name,
        "requested_at": instant(found.requested_at),
        "approved_by": subscription.approved_by and subscription.approved_by.name,
        "approved_at": instant(subscription.approved_at),
        "first_approved_by": subscription.first_approval and subscription.first_approval.person.name,
        "ended_by": found.ended_by,
        "ended_at": instant(found.ended_at),
        "reason": subscription.reason,
        "version": subscription.version,
    }


def subscription_whole_json(view: SubscriptionView, plan: PlanView) -> Json:
    """A subscription with everything about it."""
    return {
        **subscription_json(view.found, view.plan),
        "plan": plan_json(plan),
        "entitlements": [_left(each) for each in view.left],
        "uses": [_use(row) for row in view.uses],
        "readings": [reading_json(row) for row in view.readings],
        "charges": [charge_json(row) for row in view.charges],
        "credit_pence": view.credit_pence,
    }


def _planned_charge(charge: Charge, planned: PlannedRun) -> Json:
    return {
        "subscription_id": charge.subscription_id,
        "school_urn": charge.school_urn,
        "school_name": planned.names[charge.school_urn],
        "kind": charge.kind,
        "period_from": str(charge.days.first),
        "period_to": str(charge.days.last),
        "covered_from": charge.covered and str(charge.covered.first),
        "covered_to": charge.covered and str(charge.covered.last),
        "year_days": charge.year_days,
        "unit_price": unit_price_text(planned.plan.plan.unit_price),
        "parts": [parts_json(part) for part in charge.parts],
        "full_pence": charge.full_pence,
        "charged_pence": charge.charged_pence,
        "net_pence": charge.net_pence,
    }


def _entitlement(entitlement: Entitlement) -> Json:
    return {
        "code": entitlement.code,
        "name": entitlement.name,
        "unit": entitlement.unit,
        "quantity": _amount(entitlement.quantity),
    }


def _left(left: EntitlementLeft) -> Json:
    return {
        **_entitlement(left.entitlement),
        "year_from": str(left.year.first),
        "year_to": str(left.year.last),
        "used": _amount(left.used),
        "remaining": _amount(left.remaining),
    }


def _use(row: Row[Any]) -> Json:
    return {
        "use_id": row.use_id,
        "code": row.entitlement_code,
        "used_on": str(row.used_on),
        "quantity": _amount(row.quantity),
        "note": row.note,
        "recorded_by": row.recorded_by,
        "recorded_at": instant(row.recorded_at),
        "cancelled_by": row.cancelled_by,
    }


def _amount(amount: Decimal) -> str:
    """A quantity without needless zeros: "3", "0.5"."""
    return f"{amount.normalize():f}"


def _row(row: Row[Any]) -> Json:
    return {name: _wire(getattr(row, name)) for name in row._fields}


def _wire(value: Any) -> Any:
    if isinstance(value, Decimal):
        return unit_price_text(value)
    if isinstance(value, datetime):
        return instant(value)
    return str(value) if isinstance(value, date) else value
