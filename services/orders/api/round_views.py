"""Rounds over HTTP: planning, totals, the board of schools, closing."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.london import london_day
from services.orders.api import answer_schemas, request_schemas, shapes
from services.orders.usecases import close_round, plan_round, read_rounds
from services.orders.usecases.nudge_schools import nudge_schools

rounds = Blueprint("rounds", __name__, description="Rounds in which schools order together")

READERS = (
    "school_buyer", "school_approver", "governor", "alliance_manager", "board_member", "administrator",
)  # fmt: skip


@rounds.route("/rounds")
@requires(*READERS)
@rounds.response(200, answer_schemas.RoundListSchema)
def list_rounds() -> Response:
    """Every round, the latest deadline first; schools see those that have opened."""
    views = read_rounds.list_rounds(current_database(), current_actor(), london_day(_now()))
    return jsonify(items=[shapes.round_json(view) for view in views], next=None)


@rounds.route("/rounds", methods=["POST"])
@idempotent
@requires("alliance_manager")
@rounds.arguments(request_schemas.RoundInSchema)
@rounds.response(201, answer_schemas.RoundWithOffersSchema)
def plan(sent: dict[str, Any]) -> Response:
    """Draft a round."""
    round_id = plan_round.plan_round(current_database(), current_actor(), _now(), **sent)
    return _answer(round_id, 201)


@rounds.route("/rounds/<uuid:round_id>")
@requires(*READERS)
@rounds.response(200, answer_schemas.RoundWithOffersSchema)
def get_round(round_id: UUID) -> Response:
    """A round and what it offers."""
    return _answer(str(round_id))


@rounds.route("/rounds/<uuid:round_id>", methods=["PUT"])
@requires("alliance_manager")
@rounds.arguments(request_schemas.RoundChangeSchema)
@rounds.response(200, answer_schemas.RoundWithOffersSchema)
def change(sent: dict[str, Any], round_id: UUID) -> Response:
    """Change a draft, or the deadline of an open round; fields that are left out stay."""
    plan_round.change_round(current_database(), current_actor(), _now(), str(round_id), required_version(), sent)
    return _answer(str(round_id))


@rounds.route("/rounds/<uuid:round_id>/open", methods=["POST"])
@idempotent
@requires("alliance_manager")
@rounds.response(200, answer_schemas.RoundWithOffersSchema)
def open_round(round_id: UUID) -> Response:
    """Fix what the round offers and let schools order."""
    plan_round.open_round(current_database(), current_actor(), _now(), str(round_id), _version_if_sent())
    return _answer(str(round_id))


@rounds.route("/rounds/<uuid:round_id>/close", methods=["POST"])
@requires("alliance_manager")
@rounds.response(200, answer_schemas.RoundWithOffersSchema)
def close(round_id: UUID) -> Response:
    """Close the round before its deadline. Once only by nature: it needs no Idempotency-Key."""
    close_round.close_round(
        current_database(), str(round_id), _now(), closed_by=current_actor().name, version=_version_if_sent()
    )
    return _answer(str(round_id))


@rounds.route("/rounds/<uuid:round_id>/nudge", methods=["POST"])
@idempotent
@requires("alliance_manager")
@rounds.arguments(request_schemas.NudgeInSchema)
@rounds.response(200, answer_schemas.NudgedSchema)
def nudge(sent: dict[str, Any], round_id: UUID) -> Response:
    """Ask schools for the answer that they owe, each at most every four hours."""
    asked = nudge_schools(current_database(), current_actor(), str(round_id), sent.get("school_urns"), _now())
    return jsonify(school_urns=asked)


@rounds.route("/rounds/<uuid:round_id>/totals")
@rounds.response(200, answer_schemas.TotalsSchema)
def totals(round_id: UUID) -> Response:
    """Where every offer stands; the same for every member, and a supplier sees its own offers."""
    standings = read_rounds.get_totals(current_database(), current_actor(), str(round_id))
    return jsonify(shapes.totals_json(standings, _now()))


@rounds.route("/rounds/<uuid:round_id>/orders")
@requires("alliance_manager", "board_member")
@rounds.response(200, answer_schemas.BoardSchema)
def board(round_id: UUID) -> Response:
    """How far each school is."""
    rows = read_rounds.get_board(current_database(), current_actor(), str(round_id), london_day(_now()))
    return jsonify(items=[shapes.board_json(row) for row in rows], next=None)


def _answer(round_id: str, status: int = 200) -> Response:
    view, offers = read_rounds.get_round(current_database(), current_actor(), round_id, london_day(_now()))
    response = jsonify(**shapes.round_json(view), offers=[shapes.offer_json(offer) for offer in offers])
    response.status_code = status
    return tagged(response, view.round.version)


def _version_if_sent() -> int | None:
    return required_version() if "If-Match" in request.headers else None


def _now() -> datetime:
    return datetime.now(UTC)
