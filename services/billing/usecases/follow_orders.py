"""Keep up with what the orders service tells: purchase orders, drops, answers and receipts.

Each function takes the bodies of a run of events and may see the same ones again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from contracts.london import london_today
from contracts.vat import vat_rate
from services.billing.domain.match_facts import Touched
from services.billing.storage import amended_lines, directory, orders
from services.billing.usecases.match_invoices import match_invoices
from services.billing.usecases.settle_orders import settle_orders

Bodies = Sequence[Mapping[str, Any]]

_ORDER = (
    "purchase_order_id", "number", "round_id", "plan_id", "title", "contract_id", "supplier_id", "issued_at",
    "service_from", "service_to",
)  # fmt: skip
_LINE = (
    "line_no", "sku", "name", "unit", "category_code", "ledger_code", "vat_class", "unit_price", "quantity",
    "net_pence",
)  # fmt: skip


def record_orders(connection: Connection, bodies: Bodies) -> None:
    """Note issued purchase orders and the rounds they belong to; those for a service belong to none."""
    directory.record_rounds(
        connection,
        [
            {
                "round_id": body["round_id"],
                "number": body["round_number"],
                "title": body["round_title"],
                "closed_at": None,
            }
            for body in bodies
            if body["round_id"] is not None
        ],
    )
    lines = [
        {
            "purchase_order_id": body["purchase_order_id"],
            "supplier_id": body["supplier_id"],
            "kind": line.get("kind", "goods"),
            **{name: line[name] for name in _LINE},
        }
        for body in bodies
        for line in body["lines"]
    ]
    orders.record_orders(connection, [{name: body.get(name) for name in _ORDER} for body in bodies], lines)


def record_drops(connection: Connection, bodies: Bodies) -> None:
    """Note what each school ordered; an invoice that came before is matched now."""
    orders.record_drops(
        connection,
        [
            {
                "purchase_order_id": body["purchase_order_id"],
                "school_urn": body["school_urn"],
                "line_no": line["line_no"],
                "quantity": line["quantity"],
                "net_pence": line["net_pence"],
                **_vat(line, on),
            }
            for body in bodies
            for on in (date.fromisoformat(body["tax_point"]) if "tax_point" in body else london_today(),)
            for line in body["lines"]
        ],
    )
    _match_told(connection, bodies)


def record_answers(connection: Connection, bodies: Bodies) -> None:
    """Note what suppliers answered; the last answer counts."""
    answers = {body["purchase_order_id"]: body["answer"] for body in bodies}
    orders.record_answers(
        connection, [{"purchase_order_id": order_id, "answer": answer} for order_id, answer in answers.items()]
    )
    settle_orders(connection, list(answers))


def record_amendments(connection: Connection, bodies: Bodies) -> None:
    """Take over what schools' lines were changed to, in the order of their revisions, and match again."""
    lines: dict[tuple[str, int], dict[str, Any]] = {}
    drops: dict[tuple[str, int, int], dict[str, Any]] = {}
    for body in bodies:
        order_id = body["purchase_order_id"]
        for line in body.get("lines", ()):
            kept = {name: line[name] for name in ("line_no", "unit_price", "sku", "name")}
            lines[order_id, line["line_no"]] = {"purchase_order_id": order_id, **kept}
        for drop in body.get("drops", (body,)):  # the first version tells of one school's line
            kept = {name: drop[name] for name in ("school_urn", "line_no", "quantity", "net_pence")}
            drops[order_id, drop["school_urn"], drop["line_no"]] = {"purchase_order_id": order_id, **kept}
    amended_lines.amend_lines(connection, list(lines.values()))
    orders.amend_drops(connection, list(drops.values()))
    match_invoices(connection, _order_ids(bodies))


def record_receipts(connection: Connection, bodies: Bodies) -> None:
    """Note what schools received, each receipt once, and match again what was invoiced of it."""
    orders.record_receipts(
        connection,
        [
            {
                "receipt_id": body["receipt_id"],
                "line_no": line["line_no"],
                "purchase_order_id": body["purchase_order_id"],
                "school_urn": body["school_urn"],
                "quantity_received": line["quantity_received"],
                "recorded_at": body["recorded_at"],
            }
            for body in bodies
            for line in body["lines"]
        ],
    )
    _match_told(connection, bodies)
    settle_orders(connection, _order_ids(bodies))


def _vat(line: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What a school's line carries on its tax point; the first version of DropIssued tells of neither."""
    if vat := line.get("vat"):
        rate = vat_rate(vat["vat_class"], on, reduced=vat["reduced"])
        return {"vat_class": vat["vat_class"], "vat_rate": str(rate)}
    return {"standard_rate": str(vat_rate("S", on))}


def _match_told(connection: Connection, bodies: Bodies) -> None:
    """Match again what these bodies tell of: lines of schools."""
    lines: dict[str, set[int]] = defaultdict(set)
    schools: dict[str, set[int]] = defaultdict(set)
    for body in bodies:
        lines[body["purchase_order_id"]].update(line["line_no"] for line in body["lines"])
        schools[body["purchase_order_id"]].add(body["school_urn"])
    touched = {order_id: Touched(frozenset(lines[order_id]), frozenset(schools[order_id])) for order_id in lines}
    match_invoices(connection, sorted(touched), touched=touched)


def _order_ids(bodies: Bodies) -> list[str]:
    return sorted({body["purchase_order_id"] for body in bodies})
