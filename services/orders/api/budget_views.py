"""A school's budgets over HTTP. Only the school's own people come here."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.web import current_actor, current_database, requires
from contracts.london import london_day
from services.orders.api import budget_schemas as schemas
from services.orders.api.budget_shapes import position_json
from services.orders.domain.budget import Budget, Movement
from services.orders.usecases.read_budgets import BudgetView, get_budgets
from services.orders.usecases.set_budgets import set_budgets

budgets = Blueprint("budgets", __name__, description="Each school's own budgets")

READERS = ("school_buyer", "school_approver", "governor")
PATH = "/budgets/<int(max=2147483647):urn>"


@budgets.route(PATH)
@requires(*READERS)
@budgets.arguments(schemas.BudgetQuerySchema, location="query")
@budgets.response(200, schemas.BudgetsSchema)
def get_own_budgets(query: dict[str, Any], urn: int) -> Response:
    """Where every category stands, with the documents behind each figure."""
    now = datetime.now(UTC)
    return _answer(get_budgets(current_database(), current_actor(), urn, query["financial_year"], london_day(now)))


@budgets.route(PATH, methods=["PUT"])
@requires("school_approver")
@budgets.arguments(schemas.BudgetsInSchema)
@budgets.response(200, schemas.BudgetsSchema)
def put_own_budgets(sent: dict[str, Any], urn: int) -> Response:
    """Write all budgets of a financial year; `If-Match: "0"` sets the first."""
    wanted = [Budget(**budget) for budget in sent["budgets"]]
    year, version, now = sent["financial_year"], required_version(), datetime.now(UTC)
    return _answer(set_budgets(current_database(), current_actor(), urn, year, wanted, version, now))


def _answer(view: BudgetView) -> Response:
    shape = {
        "school_urn": view.school_urn,
        "financial_year": view.financial_year,
        "first_day": view.days[0].isoformat(),
        "last_day": view.days[1].isoformat(),
        "vat_counts": view.vat_counts,
        "version": view.version,
        "items": [position_json(position, view.names) for position in view.positions],
        "movements": [_movement(movement, view.type_code) for movement in view.movements],
    }
    return tagged(jsonify(shape), view.version)


def _movement(movement: Movement, type_code: str) -> dict[str, Any]:
    return {
        "kind": movement.kind,
        "category_code": movement.category_code,
        "amount_pence": movement.counted(type_code),
        "number": movement.number,
        "title": movement.title,
        "on": movement.on.isoformat(),
        "round_id": movement.round_id,
        "purchase_order_id": movement.purchase_order_id,
        "bill_id": movement.bill_id,
        "subscription_id": movement.subscription_id,
    }
