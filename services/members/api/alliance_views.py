"""The alliance's own details over HTTP: everybody reads them, its manager and administrators write them."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.web import current_actor, current_database, requires
from services.members.api.schemas import AllianceInSchema, AllianceSchema
from services.members.domain.alliance import Alliance
from services.members.usecases import record_alliance

alliance = Blueprint("alliance", __name__, description="The alliance's own details")


@alliance.route("/alliance")
@alliance.response(200, AllianceSchema)
def get_alliance() -> Response:
    """What the alliance says of itself on orders."""
    return _answer(record_alliance.get_alliance(current_database(), current_actor()))


@alliance.route("/alliance", methods=["PUT"])
@requires("alliance_manager", "administrator")
@alliance.arguments(AllianceInSchema)
@alliance.response(200, AllianceSchema)
def put_alliance(sent: dict[str, Any]) -> Response:
    """Write the details whole; `If-Match: "0"` records the first."""
    saved = record_alliance.put_alliance(current_database(), current_actor(), Alliance(**sent), required_version())
    return _answer(saved)


def _answer(record: Alliance) -> Response:
    return tagged(jsonify(AllianceSchema().dump(record)), record.version)
