"""Plans of recurring services."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from services.orders.domain.subscription import Entitlement, Plan

_FIELDS = (
    "title", "description", "category_code", "category_name", "ledger_code", "driver", "unit_price", "billing_period",
    "billed", "starts_on", "ends_on", "notice_days", "vat_class", "entitlements", "next_run_on",
)  # fmt: skip
_READ = f"""
    SELECT p.plan_id::text, p.number, p.contract_id::text, p.supplier_id::text, p.version,
        {", ".join("p." + name for name in _FIELDS)},
        coalesce(c.title, '') AS contract_title, coalesce(s.name, '') AS supplier_name,
        s.school_urn AS supplier_urn
    FROM subscription_plan p
    LEFT JOIN contract c ON c.contract_id = p.contract_id
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
"""  # noqa: S608 -- column names of this module
_FIND = text(f"{_READ} WHERE p.plan_id = :plan_id")
_LOCK = text(f"{_READ} WHERE p.plan_id = :plan_id FOR UPDATE OF p")
_LIST = text(f"{_READ} ORDER BY p.ends_on DESC, p.title, p.plan_id")
_OF_IDS = text(f"{_READ} WHERE p.plan_id = ANY(CAST(:plan_ids AS uuid[]))")
_DUE = text("SELECT plan_id::text FROM subscription_plan WHERE next_run_on <= :today ORDER BY next_run_on, number")
_CONTRACT = text("SELECT supplier_id::text FROM contract WHERE contract_id = :contract_id")
_INSERT = text(f"""
    INSERT INTO subscription_plan (plan_id, number, contract_id, supplier_id, {", ".join(_FIELDS)})
    VALUES (:plan_id, :number, :contract_id, :supplier_id,
        {", ".join(f"CAST(:{name} AS jsonb)" if name == "entitlements" else ":" + name for name in _FIELDS)})
""")  # noqa: S608 -- column names of this module
_UPDATE = text(f"""
    UPDATE subscription_plan SET contract_id = :contract_id, supplier_id = :supplier_id, version = version + 1,
        {
    ", ".join(f"{name} = " + (f"CAST(:{name} AS jsonb)" if name == "entitlements" else ":" + name) for name in _FIELDS)
}
    WHERE plan_id = :plan_id
""")  # noqa: S608 -- column names of this module
_NEXT_RUN = text("UPDATE subscription_plan SET next_run_on = :next_run_on WHERE plan_id = :plan_id")
_IN_USE = text("SELECT EXISTS (SELECT FROM subscription WHERE plan_id = :plan_id AND state <> 'declined')")
_SCHOOL_COUNTS = text("""
    SELECT plan_id::text, count(*) FILTER (WHERE state IN ('approved', 'ended')) AS schools,
        count(*) FILTER (WHERE state = 'requested') AS requests
    FROM subscription GROUP BY plan_id
""")


@dataclass(frozen=True, slots=True)
class FoundPlan:
    """A plan with the names that it is shown with; `supplier_urn` is the school that supplies it, if one does."""

    plan: Plan
    contract_title: str
    supplier_name: str
    supplier_urn: int | None = None


def find_plan(connection: Connection, plan_id: str, *, lock: bool = False) -> FoundPlan | None:
    """A plan that the actor may see, held against other runs and changes if asked."""
    row = connection.execute(_LOCK if lock else _FIND, {"plan_id": plan_id}).one_or_none()
    return None if row is None else _found(row)


def list_plans(connection: Connection) -> list[FoundPlan]:
    """Every plan that the actor may see, the one that ends last first."""
    return [_found(row) for row in connection.execute(_LIST)]


def plans_of(connection: Connection, plan_ids: Iterable[str]) -> dict[str, Plan]:
    """Plans by their ids, as far as the actor may see them."""
    rows = connection.execute(_OF_IDS, {"plan_ids": list(plan_ids)})
    return {found.plan.plan_id: found.plan for found in map(_found, rows)}


def due_plans(connection: Connection, today: date) -> list[str]:
    """Plans of which something is to be billed, however long ago it fell due."""
    return list(connection.execute(_DUE, {"today": today}).scalars())


def supplier_of(connection: Connection, contract_id: str) -> str | None:
    """The supplier of a contract; None for one that is not known here."""
    return connection.execute(_CONTRACT, {"contract_id": contract_id}).scalar()


def insert_plan(connection: Connection, plan: Plan) -> None:
    """Add a plan."""
    connection.execute(_INSERT, _values(plan))


def update_plan(connection: Connection, plan: Plan) -> None:
    """Change a plan, which gets its next version."""
    connection.execute(_UPDATE, _values(plan))


def set_next_run(connection: Connection, plan_id: str, next_run_on: date | None) -> None:
    """Note when the timer has to look at the plan again; None: never."""
    connection.execute(_NEXT_RUN, {"plan_id": plan_id, "next_run_on": next_run_on})


def is_in_use(connection: Connection, plan_id: str) -> bool:
    """Whether a school has it or has asked for it."""
    return bool(connection.execute(_IN_USE, {"plan_id": plan_id}).scalar_one())


def school_counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """By plan, how many schools have it and how many requests wait; of a school's own only in its view."""
    return {row.plan_id: (row.schools, row.requests) for row in connection.execute(_SCHOOL_COUNTS)}


def _values(plan: Plan) -> Mapping[str, Any]:
    return {**{name: getattr(plan, name) for name in Plan.__slots__}, "entitlements": _as_json(plan.entitlements)}


def _as_json(entitlements: Sequence[Entitlement]) -> str:
    return json.dumps([{**asdict(each), "quantity": str(each.quantity)} for each in entitlements])


def _found(row: Row[Any]) -> FoundPlan:
    values = {name: getattr(row, name) for name in Plan.__slots__}
    values["entitlements"] = tuple(
        Entitlement(**{**each, "quantity": Decimal(each["quantity"])}) for each in row.entitlements
    )
    return FoundPlan(Plan(**values), row.contract_title, row.supplier_name, row.supplier_urn)
