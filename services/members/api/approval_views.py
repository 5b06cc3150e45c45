"""A school's approval limits and stand-ins over HTTP. Only the school's own people come here."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from services.members.api import approval_schemas as schemas
from services.members.domain.approval_limits import ApprovalLimit, ApprovalLimits
from services.members.usecases import delegate_approval, set_approval_limits

approvals = Blueprint("approvals", __name__, description="Each school's own approval limits and stand-ins")

READERS = ("school_buyer", "school_approver", "governor")
_SCHOOL = "/schools/<int(max=999999):urn>"


@approvals.route(f"{_SCHOOL}/approval-limits")
@requires(*READERS)
@approvals.response(200, schemas.LimitsSchema)
def get_limits(urn: int) -> Response:
    """The limits of one's own school."""
    return _limits(set_approval_limits.get_limits(current_database(), current_actor(), urn))


@approvals.route(f"{_SCHOOL}/approval-limits", methods=["PUT"])
@requires("school_approver")
@approvals.arguments(schemas.LimitsInSchema)
@approvals.response(200, schemas.LimitsSchema)
def put_limits(sent: dict[str, Any], urn: int) -> Response:
    """Write the limits whole; `If-Match: "0"` records the first."""
    limits = tuple(ApprovalLimit(**limit) for limit in sent["limits"])
    record = ApprovalLimits(urn, limits, sent["second_above_pence"])
    return _limits(set_approval_limits.put_limits(current_database(), current_actor(), record, required_version()))


@approvals.route(f"{_SCHOOL}/delegations")
@requires(*READERS)
@approvals.response(200, schemas.DelegationListSchema)
def list_delegations(urn: int) -> dict[str, Any]:
    """Who stands in for whom, past and coming."""
    found = delegate_approval.list_delegations(current_database(), current_actor(), urn)
    return {"items": found, "next": None}


@approvals.route(f"{_SCHOOL}/delegations/<uuid:person_id>", methods=["PUT"])
@requires("school_approver")
@approvals.arguments(schemas.DelegationInSchema)
@approvals.response(204)
def put_delegation(sent: dict[str, date], urn: int, person_id: UUID) -> str:
    """Let this person approve in one's own name; the same again changes nothing, other days replace the earlier."""
    delegate_approval.delegate_approval(
        current_database(), current_actor(), urn, str(person_id), sent["starts_on"], sent["ends_on"], london_today()
    )
    return ""


@approvals.route(f"{_SCHOOL}/delegations/<uuid:person_id>", methods=["DELETE"])
@requires("school_approver")
@approvals.response(204)
def end_delegation(urn: int, person_id: UUID) -> str:
    """End what one has agreed with this person."""
    delegate_approval.end_delegation(current_database(), current_actor(), urn, str(person_id), london_today())
    return ""


def _limits(record: ApprovalLimits) -> Response:
    return tagged(jsonify(schemas.LimitsSchema().dump(record)), record.version)
