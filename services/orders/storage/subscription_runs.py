"""What recurring services were billed: runs, their charges, and the purchase orders that they became."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from services.orders.domain.subscription_charge import Charge, Part
from services.orders.domain.subscription_term import Run

# What a supplier has rejected counts as not charged: its days come again with the next run.
_STANDS = "(o.state IS DISTINCT FROM 'rejected')"

_RUNS = text("""
    SELECT r.run_id::text, r.kind, r.period_from, r.period_to, r.due_on, r.ran_at, r.ran_by,
        r.purchase_order_id::text, o.number AS purchase_order_number, o.state AS purchase_order_state,
        o.net_pence, o.settled_at IS NOT NULL AS settled
    FROM subscription_run r LEFT JOIN purchase_order o USING (purchase_order_id)
    WHERE r.plan_id = :plan_id ORDER BY r.due_on DESC, r.period_from DESC, r.kind
""")
_CHARGES = text(f"""
    SELECT c.run_id::text, c.subscription_id::text, c.school_urn, s.name AS school_name, c.kind, c.period_from,
        c.period_to, c.covered_from, c.covered_to, c.year_days, c.unit_price, c.parts, c.full_pence, c.charged_pence,
        c.net_pence, r.ran_at, o.purchase_order_id::text, o.number AS purchase_order_number, {_STANDS} AS stands
    FROM subscription_charge c
    JOIN subscription_run r USING (run_id)
    JOIN school s ON s.urn = c.school_urn
    LEFT JOIN purchase_order o USING (purchase_order_id)
    WHERE c.plan_id = :plan_id AND (CAST(:urn AS integer) IS NULL OR c.school_urn = CAST(:urn AS integer))
    ORDER BY s.name, c.school_urn, r.ran_at, c.period_from, c.kind DESC
""")  # noqa: S608 -- assembled from this module
_DUE = text(f"""
    SELECT c.subscription_id::text, c.school_urn, c.kind, c.period_from, c.full_pence, c.net_pence
    FROM subscription_charge c
    JOIN subscription_run r USING (run_id)
    LEFT JOIN purchase_order o USING (purchase_order_id)
    WHERE c.plan_id = :plan_id AND {_STANDS}
""")  # noqa: S608 -- assembled from this module
_ORDERED = text("""
    SELECT d.school_urn, sum(d.net_pence)::bigint AS net_pence
    FROM drop_line d JOIN purchase_order o USING (purchase_order_id)
    WHERE o.plan_id = :plan_id AND o.state <> 'rejected'
        AND (CAST(:urn AS integer) IS NULL OR d.school_urn = CAST(:urn AS integer))
    GROUP BY d.school_urn
""")
_ORDERED_BY_SCHOOL = text("""
    SELECT o.plan_id::text, sum(d.net_pence)::bigint AS net_pence
    FROM drop_line d JOIN purchase_order o USING (purchase_order_id)
    WHERE o.plan_id = ANY(CAST(:plan_ids AS uuid[])) AND o.state <> 'rejected' AND d.school_urn = :urn
    GROUP BY o.plan_id
""")
_ADD_RUN = text("""
    INSERT INTO subscription_run (run_id, plan_id, supplier_id, kind, period_from, period_to, due_on, ran_at, ran_by,
        purchase_order_id)
    VALUES (:run_id, :plan_id, :supplier_id, :kind, :period_from, :period_to, :due_on, :now, :ran_by,
        :purchase_order_id)
""")
_ADD_CHARGES = text("""
    INSERT INTO subscription_charge (run_id, subscription_id, plan_id, school_urn, kind, period_from, period_to,
        covered_from, covered_to, year_days, unit_price, parts, full_pence, charged_pence, net_pence)
    SELECT :run_id, subscription_id, :plan_id, school_urn, kind, period_from, period_to, covered_from, covered_to,
        year_days, unit_price, parts, full_pence, charged_pence, net_pence
    FROM jsonb_populate_recordset(CAST(NULL AS subscription_charge), CAST(:charges AS jsonb))
""")
_ISSUE = text("""
    INSERT INTO purchase_order (purchase_order_id, number, plan_id, title, service_from, service_to, contract_id,
        supplier_id, state, issued_at, net_pence, vat_pence)
    VALUES (:purchase_order_id, :number, :plan_id, :title, :service_from, :service_to, :contract_id, :supplier_id,
        'issued', :now, :net_pence, :vat_pence)
""")
_ISSUE_LINES = text("""
    WITH line AS (
        SELECT * FROM jsonb_to_recordset(CAST(:lines AS jsonb))
            AS l(line_no integer, school_urn integer, sku text, name text, net_pence bigint, vat_class text,
                vat_reduced boolean, vat_certificate text)
    ), ordered AS (
        INSERT INTO purchase_order_line (purchase_order_id, line_no, supplier_id, kind, sku, name, unit, category_code,
            ledger_code, vat_class, unit_price, quantity, net_pence)
        SELECT :purchase_order_id, line_no, :supplier_id, 'service', sku, name, 'C62', :category_code, :ledger_code,
            :vat_class, net_pence / 100.0, 1, net_pence
        FROM line
    ), dropped AS (
        INSERT INTO school_drop (purchase_order_id, school_urn, supplier_id)
        SELECT :purchase_order_id, school_urn, :supplier_id FROM line
    )
    INSERT INTO drop_line (purchase_order_id, school_urn, line_no, supplier_id, quantity, net_pence, vat_class,
        vat_reduced, vat_certificate)
    SELECT :purchase_order_id, school_urn, line_no, :supplier_id, 1, net_pence, vat_class, vat_reduced, vat_certificate
    FROM line
""")


@dataclass(frozen=True, slots=True)
class Account:
    """What was charged and ordered so far of one plan, in pence, leaving out what its supplier rejected.

    `charged` and `trued_up` are by subscription as `Subscriber` has them; `due` and `ordered` are sums by URN.
    """

    charged: Mapping[str, Mapping[date, int]] = field(default_factory=dict)
    trued_up: Mapping[str, frozenset[date]] = field(default_factory=dict)
    due: Mapping[int, int] = field(default_factory=dict)
    ordered: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceOrder:
    """A purchase order for a period: its row, and each school's line: line_no, school_urn, sku, name, net, VAT."""

    row: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]


def runs_of(connection: Connection, plan_id: str) -> Sequence[Row[Any]]:
    """What was billed of a plan, the latest first, each with its purchase order if it made one."""
    return connection.execute(_RUNS, {"plan_id": plan_id}).all()


def charges_of(connection: Connection, plan_id: str, urn: int | None = None) -> Sequence[Row[Any]]:
    """The charges that the actor may see, of one school or all, school by school and in the order of their runs."""
    return connection.execute(_CHARGES, {"plan_id": plan_id, "urn": urn}).all()


def ordered_of(connection: Connection, plan_id: str, urn: int | None = None) -> dict[int, int]:
    """What was ordered of a plan so far, in pence by URN."""
    rows = connection.execute(_ORDERED, {"plan_id": plan_id, "urn": urn})
    return {row.school_urn: row.net_pence for row in rows}


def ordered_by_school(connection: Connection, plan_ids: Iterable[str], urn: int) -> dict[str, int]:
    """What one school has ordered of several plans so far, in pence by plan."""
    rows = connection.execute(_ORDERED_BY_SCHOOL, {"plan_ids": list(plan_ids), "urn": urn})
    return {row.plan_id: row.net_pence for row in rows}


def account_of(connection: Connection, plan_id: str) -> Account:
    """What was charged and ordered of a plan by all schools. Only the kind `service` and the alliance see all."""
    charged: dict[str, dict[date, int]] = {}
    trued_up: dict[str, frozenset[date]] = {}
    due: dict[int, int] = {}
    for row in connection.execute(_DUE, {"plan_id": plan_id}):
        due[row.school_urn] = due.get(row.school_urn, 0) + row.net_pence
        if row.kind == "period":
            charged.setdefault(row.subscription_id, {})[row.period_from] = row.full_pence
        else:
            trued_up[row.subscription_id] = trued_up.get(row.subscription_id, frozenset()) | {row.period_from}
    return Account(charged, trued_up, due, ordered_of(connection, plan_id))


def add_run(connection: Connection, run: Run, row: Mapping[str, Any]) -> None:
    """Keep that a run was made: run_id, plan_id, supplier_id, ran_by, now, purchase_order_id."""
    values = {"kind": run.kind, "period_from": run.days.first, "period_to": run.days.last, "due_on": run.due_on}
    connection.execute(_ADD_RUN, {**row, **values})


def add_charges(
    connection: Connection, run_id: str, plan_id: str, unit_price: Decimal, charges: Sequence[Charge]
) -> None:
    """Keep a run's charges with their proof."""
    rows = [{**_charge(charge), "unit_price": str(unit_price)} for charge in charges]
    if rows:
        connection.execute(_ADD_CHARGES, {"run_id": run_id, "plan_id": plan_id, "charges": json.dumps(rows)})


def issue_order(connection: Connection, order: ServiceOrder, now: datetime) -> None:
    """Write a purchase order with a line and a drop for each school."""
    connection.execute(_ISSUE, {**order.row, "now": now})
    connection.execute(_ISSUE_LINES, {**order.row, "lines": json.dumps(list(order.lines))})


def _charge(charge: Charge) -> dict[str, Any]:
    return {
        "subscription_id": charge.subscription_id,
        "school_urn": charge.school_urn,
        "kind": charge.kind,
        "period_from": str(charge.days.first),
        "period_to": str(charge.days.last),
        "covered_from": charge.covered and str(charge.covered.first),
        "covered_to": charge.covered and str(charge.covered.last),
        "year_days": charge.year_days,
        "parts": [parts_json(part) for part in charge.parts],
        "full_pence": charge.full_pence,
        "charged_pence": charge.charged_pence,
        "net_pence": charge.net_pence,
    }


def parts_json(part: Part) -> dict[str, Any]:
    """One part of a charge as it is kept and shown."""
    return {
        "from": str(part.days.first),
        "to": str(part.days.last),
        "days": part.days.count,
        "quantity": part.quantity,
        "reading_on": part.reading_on and str(part.reading_on),
        "source": part.source,
    }
