"""Price lists over HTTP: compare a file with a contract's offers, look at what it does, apply it."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from services.catalogue.api import price_list_schemas as schemas
from services.catalogue.api.views import EDITORS
from services.catalogue.usecases import export_price_list, import_price_list
from services.catalogue.usecases.import_price_list import SentList

price_lists = Blueprint("price-lists", __name__, description="Suppliers' price lists")

_FILES = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "schema": {"type": "string", "format": "binary"}
    },
    "application/xml": {"schema": {"type": "string", "description": "Peppol BIS Catalogue 3 (UBL 2.1)"}},
}


def _price_list(price_list_id: str, status: int = 200) -> Response:
    found = import_price_list.get_price_list(current_database(), current_actor(), price_list_id)
    response = jsonify(schemas.PriceListSchema().dump(found))
    response.status_code = status
    return tagged(response, found["version"])


@price_lists.route("/contracts/<uuid:contract_id>/price-lists", methods=["POST"])
@idempotent
@requires(*EDITORS, "supplier_user")
@price_lists.arguments(schemas.PriceListQuerySchema, location="query")
@price_lists.doc(requestBody={"required": True, "content": _FILES})
@price_lists.response(201, schemas.PriceListSchema)
def compare_price_list(query: dict[str, Any], contract_id: UUID) -> Response:
    """Compare a price list (CSV, XLSX or Peppol Catalogue) with the contract's offers; nothing is changed yet."""
    sent = SentList(request.get_data(), **query)
    database, actor = current_database(), current_actor()
    made = import_price_list.compare_price_list(database, actor, str(contract_id), sent, london_today())
    return _price_list(made, 201)


@price_lists.route("/contracts/<uuid:contract_id>/price-list.csv")
@price_lists.response(200, {"type": "string"}, content_type="text/csv")
def download_price_list(contract_id: UUID) -> Response:
    """The contract's published offers as a price list, in the columns that are read back."""
    written = export_price_list.write_price_list(current_database(), current_actor(), str(contract_id))
    headers = {"Content-Disposition": 'attachment; filename="price-list.csv"'}
    return Response(written, content_type="text/csv; charset=utf-8", headers=headers)


@price_lists.route("/price-lists")
@requires(*EDITORS, "supplier_user", "board_member")
@price_lists.arguments(schemas.ProposedQuerySchema, location="query")
@price_lists.response(200, schemas.ProposedListSchema)
def list_proposed(query: dict[str, Any]) -> dict[str, Any]:
    """What suppliers proposed; a supplier sees its own."""
    contract_id = query["contract_id"] and str(query["contract_id"])
    return {"items": import_price_list.list_proposed(current_database(), current_actor(), contract_id), "next": None}


@price_lists.route("/price-lists/<uuid:price_list_id>")
@requires(*EDITORS, "supplier_user")
@price_lists.response(200, schemas.PriceListSchema)
def get_price_list(price_list_id: UUID) -> Response:
    """A price list and how many of its lines do what."""
    return _price_list(str(price_list_id))


@price_lists.route("/price-lists/<uuid:price_list_id>/lines")
@requires(*EDITORS, "supplier_user")
@price_lists.arguments(schemas.PriceListLineQuerySchema, location="query")
@price_lists.response(200, schemas.PriceListLinePageSchema)
def list_price_list_lines(query: dict[str, Any], price_list_id: UUID) -> dict[str, Any]:
    """A page of the list's lines, those of one kind of change if asked."""
    items, following = import_price_list.list_lines(current_database(), current_actor(), str(price_list_id), **query)
    return {"items": items, "next": following}


@price_lists.route("/price-lists/<uuid:price_list_id>/apply", methods=["POST"])
@idempotent
@requires(*EDITORS)
@price_lists.response(200, schemas.PriceListSchema)
def apply_price_list(price_list_id: UUID) -> Response:
    """Publish and withdraw all that the list says, or nothing."""
    import_price_list.apply_price_list(current_database(), current_actor(), str(price_list_id), required_version())
    return _price_list(str(price_list_id))


@price_lists.route("/price-lists/<uuid:price_list_id>/decline", methods=["POST"])
@idempotent
@requires(*EDITORS)
@price_lists.arguments(schemas.DeclineSchema)
@price_lists.response(200, schemas.PriceListSchema)
def decline_price_list(sent: dict[str, str], price_list_id: UUID) -> Response:
    """Decline what a supplier proposed, and tell it why."""
    database, actor = current_database(), current_actor()
    import_price_list.decline_price_list(database, actor, str(price_list_id), sent["reason"], required_version())
    return _price_list(str(price_list_id))
