"""Months of the books over HTTP: their checklist, accruals and prepayments, closing and reopening."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.errors import NotFound
from services.billing.api import ledger_schemas as schemas
from services.billing.usecases import adjust_month, close_period
from services.billing.usecases.close_period import MonthView

periods = Blueprint("periods", __name__, description="Months of the books")
adjustments = Blueprint("adjustments", __name__, description="Accruals and prepayments")

READERS: Final = ("alliance_manager", "board_member")
_MONTH: Final = "/periods/<month>"


@periods.route("/periods")
@requires(*READERS)
@periods.response(200, schemas.MonthsOut)
def list_months() -> dict[str, Any]:
    """Every month from the first that was posted to until this one, the latest first."""
    months, (begins_in, version) = close_period.list_months(current_database(), current_actor())
    return {"items": months, "next": None, "year_begins_in": begins_in, "year_version": version}


@periods.route("/periods/financial-year", methods=["PUT"])
@requires("alliance_manager")
@periods.arguments(schemas.FinancialYearIn)
@periods.response(200, schemas.FinancialYearIn)
def put_financial_year(sent: dict[str, int]) -> Response:
    """Set the month in which the alliance's own year begins; `If-Match` is the version read."""
    begins_in, version = close_period.set_financial_year(
        current_database(), current_actor(), sent["year_begins_in"], required_version()
    )
    return tagged(jsonify(year_begins_in=begins_in), version)


@periods.route(_MONTH)
@requires(*READERS)
@periods.response(200, schemas.MonthOut)
def get_month(month: str) -> Response:
    """A month ("2026-10") with its checklist, what is to be posted at its end, and every change of it."""
    return _answer(close_period.get_month(current_database(), current_actor(), _first_day(month)))


@periods.route(f"{_MONTH}/close", methods=["POST"])
@requires("alliance_manager")
@periods.arguments(schemas.CloseIn)
@periods.response(200, schemas.MonthOut)
def close(sent: dict[str, str], month: str) -> Response:
    """Close the month: nothing is posted in it any more. If-Match makes it happen once: no Idempotency-Key."""
    first, version = _first_day(month), required_version()
    return _answer(close_period.close_period(current_database(), current_actor(), first, version, sent["why"]))


@periods.route(f"{_MONTH}/reopen", methods=["POST"])
@requires("alliance_manager")
@periods.arguments(schemas.ReopenIn)
@periods.response(200, schemas.MonthOut)
def reopen(sent: dict[str, str], month: str) -> Response:
    """Reopen the latest closed month, for a reason that is kept. If-Match makes it happen once: no Idempotency-Key."""
    first, version = _first_day(month), required_version()
    return _answer(close_period.reopen_period(current_database(), current_actor(), first, version, sent["why"]))


@periods.route(f"{_MONTH}/adjustments", methods=["POST"])
@idempotent
@requires("alliance_manager")
@periods.arguments(schemas.PostAdjustmentsIn)
@periods.response(201, schemas.MonthOut)
def post_adjustments(sent: dict[str, list[str]], month: str) -> tuple[Response, int]:
    """Post accruals and prepayments at the end of the month, and their releases on the first of the next."""
    first = _first_day(month)
    adjust_month.post_adjustments(current_database(), current_actor(), first, sent["keys"])
    return _answer(close_period.get_month(current_database(), current_actor(), first)), 201


@adjustments.route("/adjustments/<uuid:adjustment_id>/undo", methods=["POST"])
@idempotent
@requires("alliance_manager")
@adjustments.response(200, schemas.MonthOut)
def undo(adjustment_id: UUID) -> Response:
    """Take an accrual or prepayment back, with its release, while both months are open."""
    month = adjust_month.undo_adjustment(current_database(), current_actor(), str(adjustment_id))
    return _answer(close_period.get_month(current_database(), current_actor(), month))


def _first_day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as fault:
        raise NotFound("There is no such month.") from fault


def _answer(view: MonthView) -> Response:
    stale = {row.adjustment_id for row in view.stale}
    posted = [{**row._asdict(), "stale": row.adjustment_id in stale} for row in view.adjustments]
    told = {name: getattr(view, name) for name in view.__slots__} | {"adjustments": posted}
    return tagged(jsonify(schemas.MonthOut().dump(told)), view.version)
