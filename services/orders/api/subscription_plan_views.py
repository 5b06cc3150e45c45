"""Recurring services over HTTP: offering them, billing their periods, what their drivers stand at."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.orders.api import subscription_answers, subscription_schemas, subscription_shapes
from services.orders.domain.subscription_charge import Reading
from services.orders.usecases import (
    plan_subscriptions,
    preview_subscription_run,
    read_subscriptions,
    run_subscriptions,
)

plans = Blueprint("subscription_plans", __name__, description="Recurring services that schools can subscribe to")

READERS = ("school_buyer", "school_approver", "governor", "alliance_manager", "board_member")
PATH = "/subscription-plans/<uuid:plan_id>"


@plans.route("/subscription-plans")
@requires(*READERS)
@plans.response(200, subscription_answers.PlanListSchema)
def list_plans() -> Response:
    """Every recurring service, the one that ends last first."""
    views = read_subscriptions.list_plans(current_database(), current_actor())
    return jsonify(items=[subscription_shapes.plan_json(view) for view in views], next=None)


@plans.route("/subscription-plans", methods=["POST"])
@idempotent
@requires("alliance_manager")
@plans.arguments(subscription_schemas.PlanInSchema)
@plans.response(201, subscription_answers.PlanWithRunsSchema)
def create(sent: dict[str, Any]) -> Response:
    """Offer a recurring service."""
    return _answer(plan_subscriptions.create_plan(current_database(), current_actor(), sent), 201)


@plans.route(PATH)
@requires(*READERS)
@plans.response(200, subscription_answers.PlanWithRunsSchema)
def get_plan(plan_id: UUID) -> Response:
    """A recurring service and what was billed of it."""
    return _answer(str(plan_id))


@plans.route(PATH, methods=["PUT"])
@requires("alliance_manager")
@plans.arguments(subscription_schemas.PlanChangeSchema)
@plans.response(200, subscription_answers.PlanWithRunsSchema)
def change(sent: dict[str, Any], plan_id: UUID) -> Response:
    """Change a service; fields that are left out stay, and so does what schools have joined for."""
    plan_subscriptions.change_plan(
        current_database(), current_actor(), str(plan_id), required_version(), sent, datetime.now(UTC)
    )
    return _answer(str(plan_id))


@plans.route(f"{PATH}/next-run")
@requires("alliance_manager")
@plans.response(200, subscription_answers.PreviewRunSchema)
def preview(plan_id: UUID) -> Response:
    """What would be charged and ordered next, with the proof of each charge."""
    planned = preview_subscription_run.preview_run(current_database(), str(plan_id))
    return jsonify(subscription_shapes.preview_json(planned))


@plans.route(f"{PATH}/runs", methods=["POST"])
@requires("alliance_manager")
@plans.arguments(subscription_schemas.RunInSchema)
@plans.response(201, subscription_answers.PlanWithRunsSchema)
def run(sent: dict[str, date], plan_id: UUID) -> Response:
    """Bill what the preview showed before the timer does. Once only by nature: it needs no Idempotency-Key."""
    run_subscriptions.run_plan(
        current_database(),
        str(plan_id),
        datetime.now(UTC),
        ran_by=current_actor().name,
        first_from=sent["period_from"],
    )
    return _answer(str(plan_id), 201)


@plans.route(f"{PATH}/readings")
@requires(*READERS)
@plans.response(200, subscription_answers.ReadingListSchema)
def list_readings(plan_id: UUID) -> Response:
    """What the drivers stood at, school by school; a school sees its own."""
    rows = read_subscriptions.get_readings(current_database(), current_actor(), str(plan_id))
    return jsonify(items=[subscription_shapes.reading_json(row) for row in rows], next=None)


@plans.route(f"{PATH}/readings", methods=["POST"])
@idempotent
@requires("alliance_manager", "school_buyer", "school_approver")
@plans.arguments(subscription_schemas.ReadingInSchema)
@plans.response(201, subscription_answers.ReadingListSchema)
def record_reading(sent: dict[str, Any], plan_id: UUID) -> Response:
    """Record what a school's driver stood at: the manager any school's, a school its own."""
    reading = Reading(sent["read_on"], sent["quantity"], sent["source"])
    plan_subscriptions.record_reading(
        current_database(), current_actor(), str(plan_id), sent["school_urn"], reading, datetime.now(UTC)
    )
    response = list_readings(plan_id)
    response.status_code = 201
    return response


@plans.route(f"{PATH}/charges")
@requires(*READERS)
@plans.arguments(subscription_schemas.ChargeQuerySchema, location="query")
@plans.response(200, subscription_answers.ChargeListSchema)
def list_charges(query: dict[str, Any], plan_id: UUID) -> Response:
    """What was charged, with the proof; a school sees its own."""
    rows = read_subscriptions.get_charges(current_database(), current_actor(), str(plan_id), query["school_urn"])
    return jsonify(items=[subscription_shapes.charge_json(row) for row in rows], next=None)


def _answer(plan_id: str, status: int = 200) -> Response:
    view = read_subscriptions.get_plan(current_database(), current_actor(), plan_id)
    response = jsonify(subscription_shapes.plan_with_runs_json(view))
    response.status_code = status
    return tagged(response, view.found.plan.version)
