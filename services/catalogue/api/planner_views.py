"""The contract planner over HTTP: /planner, /procurement-thresholds and the planner's calendar."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from services.catalogue.api import planner_schemas as schemas
from services.catalogue.api.views import EDITORS
from services.catalogue.domain.procurement import ProcurementRules, QuoteTier, Threshold
from services.catalogue.usecases import plan_contracts

planner = Blueprint("planner", __name__, description="When contracts end and what they are worth")

READERS = (*EDITORS, "board_member")


def _rules() -> Response:
    rules, version = plan_contracts.read_rules(current_database(), current_actor())
    return tagged(jsonify(schemas.RulesSchema().dump(rules)), version)


@planner.route("/planner")
@requires(*READERS)
@planner.response(200, schemas.PlannerSchema)
def get_planner() -> dict[str, Any]:
    """Coming days, what contracts are worth alone and by category, and terms that could end together."""
    return plan_contracts.read_planner(current_database(), current_actor(), london_today())


@planner.route("/procurement-thresholds")
@requires(*READERS)
@planner.response(200, schemas.RulesSchema)
def get_rules() -> Response:
    """All thresholds and quote tiers."""
    return _rules()


@planner.route("/procurement-thresholds", methods=["PUT"])
@requires(*EDITORS)
@planner.arguments(schemas.RulesSchema)
@planner.response(200, schemas.RulesSchema)
def put_rules(sent: dict[str, Any]) -> Response:
    """Write all thresholds and quote tiers."""
    rules = ProcurementRules(
        tuple(Threshold(**each) for each in sent["thresholds"]),
        tuple(QuoteTier(**each) for each in sent["quote_tiers"]),
    )
    plan_contracts.put_rules(current_database(), current_actor(), rules, required_version())
    return _rules()


@planner.route("/planner-feeds")
@requires(*READERS)
@planner.response(200, schemas.FeedListSchema)
def list_feeds() -> dict[str, Any]:
    """The addresses of the calendar that are open; their tokens are not told again."""
    return {"items": plan_contracts.list_feeds(current_database(), current_actor()), "next": None}


@planner.route("/planner-feeds", methods=["POST"])
@idempotent
@requires(*EDITORS)
@planner.response(201, schemas.NewFeedSchema)
def open_feed() -> dict[str, str]:
    """Open a new address of the calendar."""
    return plan_contracts.open_feed(current_database(), current_actor())


@planner.route("/planner-feeds/<uuid:feed_id>/revoke", methods=["POST"])
@idempotent
@requires(*EDITORS)
@planner.response(204)
def revoke_feed(feed_id: UUID) -> None:
    """Close an address for good."""
    plan_contracts.revoke_feed(current_database(), current_actor(), str(feed_id))


@planner.route("/planner-feeds/<string:token>.ics")
@planner.response(200, {"type": "string"}, content_type="text/calendar")
def read_feed(token: str) -> Response:
    """The calendar, for whoever has the token."""
    written = plan_contracts.read_feed(current_database(), token, london_today())
    return Response(written, content_type="text/calendar; charset=utf-8")
