"""Schools' subscriptions over HTTP. Only a school's own people join, approve, leave and record what they draw."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.orders.api import subscription_answers, subscription_schemas, subscription_shapes
from services.orders.usecases import read_subscriptions, subscribe

subscriptions = Blueprint("subscriptions", __name__, description="Schools' subscriptions to recurring services")

READERS = ("school_buyer", "school_approver", "governor", "alliance_manager", "board_member")
PATH = "/subscriptions/<uuid:subscription_id>"


@subscriptions.route("/subscriptions")
@requires(*READERS)
@subscriptions.arguments(subscription_schemas.SubscriptionQuerySchema, location="query")
@subscriptions.response(200, subscription_answers.SubscriptionListSchema)
def list_subscriptions(query: dict[str, Any]) -> Response:
    """Subscriptions to one service or all: a school's own, the alliance's all."""
    found, plans = read_subscriptions.list_subscriptions(current_database(), current_actor(), query["plan_id"])
    items = [subscription_shapes.subscription_json(each, plans[each.subscription.plan_id]) for each in found]
    return jsonify(items=items, next=None)


@subscriptions.route("/subscriptions", methods=["POST"])
@idempotent
@requires("school_buyer", "school_approver")
@subscriptions.arguments(subscription_schemas.JoinInSchema)
@subscriptions.response(201, subscription_answers.SubscriptionWholeSchema)
def join(sent: dict[str, Any]) -> Response:
    """Ask for a service from a day on; an approver of the school commits it."""
    subscription_id = subscribe.ask_to_join(
        current_database(), current_actor(), sent["plan_id"], sent["starts_on"], datetime.now(UTC)
    )
    return _answer(subscription_id, 201)


@subscriptions.route(PATH)
@requires(*READERS)
@subscriptions.response(200, subscription_answers.SubscriptionWholeSchema)
def get_subscription(subscription_id: UUID) -> Response:
    """A subscription with its entitlements, readings and charges."""
    return _answer(str(subscription_id))


@subscriptions.route(f"{PATH}/approve", methods=["POST"])
@idempotent
@requires("school_approver", "governor")
@subscriptions.response(200, subscription_answers.SubscriptionWholeSchema)
def approve(subscription_id: UUID) -> Response:
    """Commit the school to what somebody else there has asked for, or give the first of two approvals."""
    version = required_version()
    subscribe.approve(current_database(), current_actor(), str(subscription_id), version, datetime.now(UTC))
    return _answer(str(subscription_id))


@subscriptions.route(f"{PATH}/decline", methods=["POST"])
@idempotent
@requires("school_buyer", "school_approver")
@subscriptions.arguments(subscription_schemas.DeclineInSchema)
@subscriptions.response(200, subscription_answers.SubscriptionWholeSchema)
def decline(sent: dict[str, str], subscription_id: UUID) -> Response:
    """Refuse a request, or take it back."""
    version, now = required_version(), datetime.now(UTC)
    subscribe.decline(current_database(), current_actor(), str(subscription_id), version, sent["reason"], now)
    return _answer(str(subscription_id))


@subscriptions.route(f"{PATH}/leave", methods=["POST"])
@idempotent
@requires("school_approver")
@subscriptions.arguments(subscription_schemas.LeaveInSchema)
@subscriptions.response(200, subscription_answers.SubscriptionWholeSchema)
def leave(sent: dict[str, date], subscription_id: UUID) -> Response:
    """Give notice: the service ends on a day that the plan's notice allows."""
    version, now = required_version(), datetime.now(UTC)
    subscribe.leave(current_database(), current_actor(), str(subscription_id), version, sent["ends_on"], now)
    return _answer(str(subscription_id))


@subscriptions.route(f"{PATH}/uses", methods=["POST"])
@idempotent
@requires("school_buyer", "school_approver")
@subscriptions.arguments(subscription_schemas.UseInSchema)
@subscriptions.response(201, subscription_answers.SubscriptionWholeSchema)
def record_use(sent: dict[str, Any], subscription_id: UUID) -> Response:
    """Record what was drawn of an entitlement."""
    subscribe.record_use(current_database(), current_actor(), str(subscription_id), **sent, now=datetime.now(UTC))
    return _answer(str(subscription_id), 201)


@subscriptions.route(f"{PATH}/uses/<uuid:use_id>/cancel", methods=["POST"])
@idempotent
@requires("school_buyer", "school_approver")
@subscriptions.response(200, subscription_answers.SubscriptionWholeSchema)
def cancel_use(subscription_id: UUID, use_id: UUID) -> Response:
    """Take back what was recorded by mistake."""
    subscribe.cancel_use(current_database(), current_actor(), str(subscription_id), str(use_id), datetime.now(UTC))
    return _answer(str(subscription_id))


def _answer(subscription_id: str, status: int = 200) -> Response:
    database, actor = current_database(), current_actor()
    view = read_subscriptions.get_subscription(database, actor, subscription_id, datetime.now(UTC))
    plan = read_subscriptions.get_plan(database, actor, view.found.subscription.plan_id)
    response = jsonify(subscription_shapes.subscription_whole_json(view, plan))
    response.status_code = status
    return tagged(response, view.found.subscription.version)
