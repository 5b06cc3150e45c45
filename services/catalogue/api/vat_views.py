"""VAT exceptions over HTTP, and what an offer carries for a school on a day."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from services.catalogue.api import vat_schemas as schemas
from services.catalogue.api.views import EDITORS
from services.catalogue.domain.vat import VatException
from services.catalogue.usecases import record_vat_exceptions

vat = Blueprint("vat-exceptions", __name__, description="VAT that differs by school or day")


def _exception(found: VatException, status: int = 200) -> Response:
    response = jsonify(schemas.VatExceptionSchema().dump(found))
    response.status_code = status
    return tagged(response, found.version)


@vat.route("/vat-exceptions")
@vat.response(200, schemas.VatExceptionListSchema)
def list_exceptions() -> dict[str, Any]:
    """All exceptions that the actor may see, the latest first."""
    found = record_vat_exceptions.list_exceptions(current_database(), current_actor(), london_today())
    return {"items": found, "next": None}


@vat.route("/vat-exceptions", methods=["POST"])
@idempotent
@requires(*EDITORS)
@vat.arguments(schemas.VatExceptionInSchema)
@vat.response(201, schemas.VatExceptionSchema)
def add_exception(sent: dict[str, Any]) -> Response:
    """Record a new exception."""
    record = VatException(exception_id="", **sent)
    return _exception(record_vat_exceptions.add_exception(current_database(), current_actor(), record), 201)


@vat.route("/vat-exceptions/<uuid:exception_id>")
@vat.response(200, schemas.VatExceptionSchema)
def get_exception(exception_id: UUID) -> Response:
    """One exception."""
    found = record_vat_exceptions.get_exception(current_database(), current_actor(), str(exception_id))
    return _exception(found)


@vat.route("/vat-exceptions/<uuid:exception_id>", methods=["PUT"])
@requires(*EDITORS)
@vat.arguments(schemas.VatExceptionInSchema)
@vat.response(200, schemas.VatExceptionSchema)
def put_exception(sent: dict[str, Any], exception_id: UUID) -> Response:
    """Write an exception whole, such as with its last day."""
    record = VatException(exception_id=str(exception_id), **sent)
    database, actor = current_database(), current_actor()
    return _exception(record_vat_exceptions.put_exception(database, actor, record, required_version()))


@vat.route("/vat-exceptions/<uuid:exception_id>/withdraw", methods=["POST"])
@requires(*EDITORS)
@vat.response(200, schemas.VatExceptionSchema)
def withdraw_exception(exception_id: UUID) -> Response:
    """Take back an exception that was recorded by mistake; it never holds from then on."""
    return _exception(record_vat_exceptions.withdraw_exception(current_database(), current_actor(), str(exception_id)))


@vat.route("/offers/<uuid:offer_id>/vat")
@requires(*EDITORS, "board_member", "school_buyer", "school_approver", "governor")
@vat.arguments(schemas.VatQuerySchema, location="query")
@vat.response(200, schemas.VatSchema)
def vat_for_school(query: dict[str, Any], offer_id: UUID) -> dict[str, Any]:
    """What an offer carries for a school on a tax point."""
    database, actor = current_database(), current_actor()
    on = query["on"] or london_today()
    return record_vat_exceptions.vat_for_school(database, actor, str(offer_id), query["school_urn"], on)
