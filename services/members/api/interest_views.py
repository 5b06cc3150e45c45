"""The register of interests over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.members.api.schemas import HIGHEST_URN, LOWEST_URN, plain_text
from services.members.domain.interest import CAPACITIES, Interest
from services.members.usecases import record_interests
from services.members.usecases.record_interests import Register

interests = Blueprint("interests", __name__, description="Who is connected with which supplier")

EDITORS = ("alliance_manager", "administrator")
READERS = (*EDITORS, "board_member", "school_buyer", "school_approver", "governor")


class InterestChangeSchema(Schema):
    """What of an interest can change: who, as what, how, and the days from and to which it lasts."""

    person_name = fields.String(required=True, validate=plain_text(200, least=1))
    capacity = fields.String(required=True, validate=validate.OneOf(CAPACITIES))
    nature = fields.String(required=True, validate=plain_text(500, least=1))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    declared_on = fields.Date(required=True)


class InterestInSchema(InterestChangeSchema):
    """A new interest in a supplier, of somebody of a school or (without one) of the alliance."""

    supplier_id = fields.UUID(required=True)
    school_urn = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(LOWEST_URN, HIGHEST_URN)
    )


class InterestSchema(InterestInSchema):
    """An interest as it stands."""

    interest_id = fields.String(dump_only=True)
    supplier_name = fields.String(dump_only=True)
    school_name = fields.String(dump_only=True, allow_none=True)
    recorded_by = fields.String(dump_only=True)
    recorded_at = fields.AwareDateTime(dump_only=True)
    version = fields.Integer(dump_only=True)


class ThresholdSchema(Schema):
    """Above how many pence in a financial year contracts with a related party are reported, and approved first."""

    from_on = fields.Date()
    report_above_pence = fields.Integer()
    approval_above_pence = fields.Integer()
    source = fields.String()


class RegisterSchema(Schema):
    """The register, and the thresholds by the day from which each holds."""

    items = fields.List(fields.Nested(InterestSchema))
    thresholds = fields.List(fields.Nested(ThresholdSchema))
    next = fields.String(allow_none=True)


@interests.route("/interests")
@requires(*READERS)
@interests.response(200, RegisterSchema)
def list_interests() -> Register:
    """Every declared interest; a school's people see those of their own school."""
    return record_interests.read_register(current_database(), current_actor())


@interests.route("/interests", methods=["POST"])
@idempotent
@requires(*EDITORS)
@interests.arguments(InterestInSchema)
@interests.response(201, InterestSchema)
def add_interest(sent: dict[str, Any]) -> Response:
    """Record a declared interest."""
    wanted = Interest(interest_id="", **sent | {"supplier_id": str(sent["supplier_id"])})
    return _answer(record_interests.add_interest(current_database(), current_actor(), wanted), 201)


@interests.route("/interests/<uuid:interest_id>")
@requires(*READERS)
@interests.response(200, InterestSchema)
def get_interest(interest_id: UUID) -> Response:
    """One interest."""
    return _answer(record_interests.get_interest(current_database(), current_actor(), str(interest_id)))


@interests.route("/interests/<uuid:interest_id>", methods=["PUT"])
@requires(*EDITORS)
@interests.arguments(InterestChangeSchema)
@interests.response(200, InterestSchema)
def put_interest(sent: dict[str, Any], interest_id: UUID) -> Response:
    """Change an interest, such as its last day; whose it is in which supplier stays."""
    wanted = Interest(interest_id=str(interest_id), supplier_id="", school_urn=None, version=required_version(), **sent)
    return _answer(record_interests.put_interest(current_database(), current_actor(), wanted))


def _answer(record: Any, status: int = 200) -> Response:
    response = jsonify(InterestSchema().dump(record))
    response.status_code = status
    return tagged(response, record.version)
