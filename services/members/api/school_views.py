"""A school in depth: its memberships, counts of pupils and delivery sites."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, abort, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.members.api import school_schemas as schemas
from services.members.api.views import EDITORS
from services.members.domain.pupil_count import PupilCount
from services.members.domain.site import Site
from services.members.usecases import record_memberships, record_pupil_counts, record_sites
from services.members.usecases.leave_alliance import leave_alliance

memberships = Blueprint("memberships", __name__, description="Schools' memberships over time")
pupil_counts = Blueprint("pupil-counts", __name__, description="Schools' dated numbers of pupils")
sites = Blueprint("sites", __name__, description="Schools' delivery sites")

_SCHOOL = "/schools/<int(max=999999):urn>"


def _listed(schema: Any, items: Sequence[Any], version: int, status: int = 200) -> Response:
    response = jsonify(schema.dump({"items": items, "next": None}))
    response.status_code = status
    return tagged(response, version)


@memberships.route(f"{_SCHOOL}/memberships")
@memberships.response(200, schemas.MembershipListSchema)
def list_memberships(urn: int) -> Response:
    """A school's memberships in the order of their days; the ETag is the school's."""
    found, school = record_memberships.read_memberships(current_database(), current_actor(), urn)
    return _listed(schemas.MembershipListSchema(), found, school.version)


@memberships.route(f"{_SCHOOL}/memberships", methods=["POST"])
@idempotent
@requires(*EDITORS)
@memberships.arguments(schemas.JoiningSchema)
@memberships.response(201, schemas.MembershipListSchema)
def join(sent: dict[str, Any], urn: int) -> Response:
    """Let a school join again, or change its class, from a day; `If-Match` is the school's ETag."""
    found, school = record_memberships.join_alliance(
        current_database(), current_actor(), urn, sent["joined_on"], sent["membership_class"], required_version()
    )
    return _listed(schemas.MembershipListSchema(), found, school.version, 201)


@memberships.route(f"{_SCHOOL}/leave", methods=["POST"])
@idempotent
@requires(*EDITORS, "school_approver")
@memberships.arguments(schemas.LeavingSchema)
@memberships.response(200, schemas.MembershipListSchema)
def leave(sent: dict[str, date], urn: int) -> Response:
    """End a school's membership with a day, its last; `If-Match` is the school's ETag.

    A school's approver ends the own membership that holds today, today at the earliest.
    """
    found, school = leave_alliance(current_database(), current_actor(), urn, sent["left_on"], required_version())
    return _listed(schemas.MembershipListSchema(), found, school.version)


@pupil_counts.route(f"{_SCHOOL}/pupil-counts")
@pupil_counts.response(200, schemas.CountListSchema)
def list_counts(urn: int) -> Response:
    """A school's counts of pupils, the newest first; the ETag is the school's."""
    found, school = record_pupil_counts.read_counts(current_database(), current_actor(), urn)
    return _listed(schemas.CountListSchema(), found, school.version)


@pupil_counts.route(f"{_SCHOOL}/pupil-counts", methods=["POST"])
@idempotent
@requires(*EDITORS)
@pupil_counts.arguments(schemas.CountInSchema)
@pupil_counts.response(201, schemas.CountListSchema)
def add_count(sent: dict[str, Any], urn: int) -> Response:
    """Add the count of another day."""
    found, school = record_pupil_counts.add_count(current_database(), current_actor(), urn, PupilCount(**sent))
    return _listed(schemas.CountListSchema(), found, school.version, 201)


@pupil_counts.route(f"{_SCHOOL}/pupil-counts/<counted_on>", methods=["PUT"])
@requires(*EDITORS)
@pupil_counts.arguments(schemas.CountChangeSchema)
@pupil_counts.response(200, schemas.CountListSchema)
def put_count(sent: dict[str, Any], urn: int, counted_on: str) -> Response:
    """Add or correct the count of a day (2026-01-15); `If-Match` is the school's ETag."""
    count = PupilCount(counted_on=_day(counted_on), **sent)
    found, school = record_pupil_counts.put_count(current_database(), current_actor(), urn, count, required_version())
    return _listed(schemas.CountListSchema(), found, school.version)


@sites.route(f"{_SCHOOL}/sites")
@sites.response(200, schemas.SiteListSchema)
def list_sites(urn: int) -> Response:
    """A school's delivery sites, for itself and the alliance; the ETag is the list's own."""
    found, version = record_sites.read_sites(current_database(), current_actor(), urn)
    return _listed(schemas.SiteListSchema(), found, version)


@sites.route(f"{_SCHOOL}/sites", methods=["PUT"])
@requires("school_buyer", "school_approver")
@sites.arguments(schemas.SitesInSchema)
@sites.response(200, schemas.SiteListSchema)
def put_sites(sent: dict[str, list[dict[str, Any]]], urn: int) -> Response:
    """Write the school's own delivery sites whole; `If-Match: "0"` for the first time."""
    wanted = [Site(**{**site, "site_id": site["site_id"] or ""}) for site in sent["sites"]]
    found, version = record_sites.put_sites(current_database(), current_actor(), urn, wanted, required_version())
    return _listed(schemas.SiteListSchema(), found, version)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)
