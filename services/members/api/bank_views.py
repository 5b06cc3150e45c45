"""What suppliers keep of themselves, and changes of their bank details, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent_as_service
from chassis.web import by_link, current_actor, current_database, requires
from services.members.api import bank_schemas as schemas
from services.members.api.schemas import SupplierSchema
from services.members.domain.bank_details import BankDetails, Safeguards
from services.members.domain.supplier import Supplier
from services.members.usecases import change_bank_details, record_own_supplier

own_supplier = Blueprint("own-supplier", __name__, description="What suppliers keep of themselves")

SELLERS = ("supplier_user", "supplier_administrator")
READERS = (*SELLERS, "alliance_manager", "board_member", "administrator")
_SUPPLIER = "/suppliers/<uuid:supplier_id>"
_ACCOUNTS = f"{_SUPPLIER}/bank-details"
_ACCOUNT = f"{_ACCOUNTS}/<uuid:bank_details_id>"


@own_supplier.route(f"{_SUPPLIER}/details", methods=["PUT"])
@requires("supplier_administrator")
@own_supplier.arguments(schemas.OwnDetailsSchema)
@own_supplier.response(200, SupplierSchema)
def put_details(sent: dict[str, Any], supplier_id: UUID) -> Response:
    """Write one's own details; name and school stay as the alliance has them. `If-Match` is the supplier's ETag."""
    wanted = Supplier(supplier_id=str(supplier_id), name="", **sent)
    saved = record_own_supplier.put_own_details(current_database(), current_actor(), wanted, required_version())
    return tagged(jsonify(SupplierSchema().dump(saved)), saved.version)


@own_supplier.route(f"{_SUPPLIER}/changes")
@requires(*READERS)
@own_supplier.response(200, schemas.SupplierChangesSchema)
def list_changes(supplier_id: UUID) -> dict[str, Any]:
    """What was changed of the record, by whom and when."""
    found = record_own_supplier.list_changes(current_database(), current_actor(), str(supplier_id))
    return {"items": found, "next": None}


@own_supplier.route(_ACCOUNTS)
@requires(*READERS)
@own_supplier.response(200, schemas.BankDetailsListSchema)
def list_bank_details(supplier_id: UUID) -> dict[str, Any]:
    """Everything there was, the newest first; of each number the last digits."""
    found = change_bank_details.list_bank_details(current_database(), current_actor(), str(supplier_id))
    return {"items": found, "next": None}


@own_supplier.route(_ACCOUNTS, methods=["POST"])
@idempotent_as_service
@requires("supplier_administrator", "alliance_manager")
@own_supplier.arguments(schemas.ProposalSchema)
@own_supplier.response(201, schemas.BankDetailsSchema)
def propose(sent: dict[str, str], supplier_id: UUID) -> Response:
    """Propose other bank details, for somebody else to confirm. The same again changes nothing."""
    made = change_bank_details.propose(current_database(), current_actor(), str(supplier_id), **sent)
    return _answer(made, 201)


@own_supplier.route(f"{_ACCOUNT}/confirm", methods=["POST"])
@idempotent_as_service
@requires(*SELLERS, "alliance_manager")
@own_supplier.arguments(schemas.ConfirmationSchema)
@own_supplier.response(200, schemas.BankDetailsSchema)
def confirm(sent: dict[str, Any], supplier_id: UUID, bank_details_id: UUID) -> Response:
    """Confirm as the second person, typing the numbers once more; `If-Match` is their version."""
    ids = (str(supplier_id), str(bank_details_id))
    saved = change_bank_details.confirm(current_database(), current_actor(), *ids, required_version(), **sent)
    return _answer(saved)


@own_supplier.route(f"{_ACCOUNT}/stop", methods=["POST"])
@idempotent_as_service
@requires(*SELLERS, "supplier_contact", "alliance_manager")
@by_link("bank_details_id")
@own_supplier.arguments(schemas.StopSchema)
@own_supplier.response(200, schemas.BankDetailsSchema)
def stop(sent: dict[str, str], supplier_id: UUID, bank_details_id: UUID) -> Response:
    """Stop a change before it counts; also for whoever was told of it by mail. The same again changes nothing."""
    ids = (str(supplier_id), str(bank_details_id))
    return _answer(change_bank_details.stop(current_database(), current_actor(), *ids, sent["reason"]))


@own_supplier.route("/alliance/bank-safeguards")
@requires(*READERS)
@own_supplier.response(200, schemas.SafeguardsSchema)
def get_safeguards() -> Response:
    """How long changes of bank details wait."""
    return _safeguards(change_bank_details.get_safeguards(current_database()))


@own_supplier.route("/alliance/bank-safeguards", methods=["PUT"])
@requires("alliance_manager")
@own_supplier.arguments(schemas.SafeguardsSchema)
@own_supplier.response(200, schemas.SafeguardsSchema)
def put_safeguards(sent: dict[str, int]) -> Response:
    """Set how long changes wait; `If-Match` is the version read."""
    wanted = Safeguards(**sent)
    saved = change_bank_details.put_safeguards(current_database(), current_actor(), wanted, required_version())
    return _safeguards(saved)


def _answer(record: BankDetails, status: int = 200) -> Response:
    response = jsonify(schemas.described(record))
    response.status_code = status
    return tagged(response, record.version)


def _safeguards(record: Safeguards) -> Response:
    return tagged(jsonify(schemas.SafeguardsSchema().dump(record)), record.version)
