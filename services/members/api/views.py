"""The members' HTTP interface: /schools, /suppliers and /people."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.members.api import schemas
from services.members.domain.person import Person, Role
from services.members.domain.school import School
from services.members.domain.supplier import Supplier
from services.members.usecases import read_directory, record_people, record_schools, record_suppliers

schools = Blueprint("schools", __name__, description="Schools of the alliance")
suppliers = Blueprint("suppliers", __name__, description="Suppliers")
people = Blueprint("people", __name__, description="People and their roles")

EDITORS = ("alliance_manager", "administrator")


def _answer(schema: Any, record: Any, status: int = 200) -> Response:
    response = jsonify(schema.dump(record))
    response.status_code = status
    return tagged(response, record.version)


@schools.route("/schools")
@schools.arguments(schemas.SchoolQuerySchema, location="query")
@schools.response(200, schemas.SchoolPageSchema)
def list_schools(query: dict[str, int]) -> dict[str, Any]:
    """A page of schools."""
    items, following = read_directory.list_schools(current_database(), current_actor(), **query)
    return {"items": items, "next": following}


@schools.route("/schools/<int(max=999999):urn>")
@schools.response(200, schemas.SchoolSchema)
def get_school(urn: int) -> Response:
    """One school."""
    return _answer(schemas.SchoolSchema(), read_directory.get_school(current_database(), current_actor(), urn))


@schools.route("/schools/<int(max=999999):urn>", methods=["PUT"])
@requires(*EDITORS)
@schools.arguments(schemas.SchoolInSchema)
@schools.response(200, schemas.SchoolSchema)
def put_school(sent: dict[str, Any], urn: int) -> Response:
    """Write a school whole; `If-Match: "0"` adds one that is not there yet."""
    version = required_version() or None
    saved = record_schools.put_school(current_database(), current_actor(), School(urn=urn, **sent), version)
    return _answer(schemas.SchoolSchema(), saved)


@suppliers.route("/suppliers")
@suppliers.response(200, schemas.SupplierListSchema)
def list_suppliers() -> dict[str, Any]:
    """All suppliers that the actor may see."""
    return {"items": read_directory.list_suppliers(current_database(), current_actor()), "next": None}


@suppliers.route("/suppliers", methods=["POST"])
@idempotent
@requires(*EDITORS)
@suppliers.arguments(schemas.SupplierInSchema)
@suppliers.response(201, schemas.SupplierSchema)
def add_supplier(sent: dict[str, Any]) -> Response:
    """Record a new supplier."""
    saved = record_suppliers.add_supplier(current_database(), current_actor(), Supplier(supplier_id="", **sent))
    return _answer(schemas.SupplierSchema(), saved, 201)


@suppliers.route("/suppliers/<uuid:supplier_id>")
@suppliers.response(200, schemas.SupplierSchema)
def get_supplier(supplier_id: UUID) -> Response:
    """One supplier."""
    found = read_directory.get_supplier(current_database(), current_actor(), str(supplier_id))
    return _answer(schemas.SupplierSchema(), found)


@suppliers.route("/suppliers/<uuid:supplier_id>", methods=["PUT"])
@requires(*EDITORS)
@suppliers.arguments(schemas.SupplierInSchema)
@suppliers.response(200, schemas.SupplierSchema)
def put_supplier(sent: dict[str, Any], supplier_id: UUID) -> Response:
    """Write a supplier whole."""
    record = Supplier(supplier_id=str(supplier_id), **sent)
    saved = record_suppliers.put_supplier(current_database(), current_actor(), record, required_version())
    return _answer(schemas.SupplierSchema(), saved)


@people.route("/people")
@people.arguments(schemas.PersonQuerySchema, location="query")
@people.response(200, schemas.PersonPageSchema)
def list_people(query: dict[str, Any]) -> dict[str, Any]:
    """A page of the people of the actor's organisation; of all for the alliance."""
    items, following = read_directory.list_people(current_database(), current_actor(), **query)
    return {"items": items, "next": following}


@people.route("/people", methods=["POST"])
@idempotent
@requires(*EDITORS)
@people.arguments(schemas.PersonInSchema)
@people.response(201, schemas.PersonSchema)
def add_person(sent: dict[str, Any]) -> Response:
    """Record a new person with their roles."""
    roles = [Role(**role) for role in sent["roles"]]
    saved = record_people.add_person(current_database(), current_actor(), sent["name"], sent["email"], roles)
    return _answer(schemas.PersonSchema(), saved, 201)


@people.route("/people/<uuid:person_id>")
@people.response(200, schemas.PersonSchema)
def get_person(person_id: UUID) -> Response:
    """One person."""
    found = read_directory.get_person(current_database(), current_actor(), str(person_id))
    return _answer(schemas.PersonSchema(), found)


@people.route("/people/<uuid:person_id>", methods=["PUT"])
@requires(*EDITORS)
@people.arguments(schemas.PersonInSchema)
@people.response(200, schemas.PersonSchema)
def put_person(sent: dict[str, Any], person_id: UUID) -> Response:
    """Write a person whole, all roles included."""
    roles = tuple(Role(**role) for role in sent["roles"])
    record = Person(str(person_id), sent["name"], sent["email"], roles)
    saved = record_people.put_person(current_database(), current_actor(), record, required_version())
    return _answer(schemas.PersonSchema(), saved)
