"""Who acts for a school or supplier, as its own approvers or administrators decide."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent_as_service
from chassis.web import current_actor, current_database, requires
from services.members.api import people_schemas as schemas
from services.members.api.people_schemas import OwnPersonSchema
from services.members.domain.person import Place, Role
from services.members.usecases.record_own_people import OwnPerson, put_own_roles, welcome_person

own_people = Blueprint("own-people", __name__, description="People who act for a school or supplier")

_PEOPLE = "/schools/<int(max=999999):urn>/people"
_COLLEAGUES = "/suppliers/<uuid:supplier_id>/people"


@own_people.route(_PEOPLE, methods=["POST"])
@idempotent_as_service
@requires("school_approver")
@own_people.arguments(schemas.WelcomeSchema)
@own_people.response(201, OwnPersonSchema)
def welcome(sent: dict[str, Any], urn: int) -> Response:
    """Give somebody roles at one's own school. The same again changes nothing."""
    roles = _roles(sent, urn)
    saved = welcome_person(current_database(), current_actor(), Place(urn), sent["name"], sent["email"], roles)
    return _answer(saved, 201)


@own_people.route(f"{_PEOPLE}/<uuid:person_id>", methods=["PUT"])
@requires("school_approver")
@own_people.arguments(schemas.OwnRolesSchema)
@own_people.response(200, OwnPersonSchema)
def put_roles(sent: dict[str, Any], urn: int, person_id: UUID) -> Response:
    """Replace the roles that a person holds at one's own school; `If-Match` is the person's ETag."""
    roles = _roles(sent, urn)
    saved = put_own_roles(current_database(), current_actor(), Place(urn), str(person_id), roles, required_version())
    return _answer(saved)


@own_people.route(_COLLEAGUES, methods=["POST"])
@idempotent_as_service
@requires("supplier_administrator")
@own_people.arguments(schemas.WelcomeColleagueSchema)
@own_people.response(201, OwnPersonSchema)
def welcome_colleague(sent: dict[str, Any], supplier_id: UUID) -> Response:
    """Give somebody roles for one's own supplier, from today on. The same again changes nothing."""
    place = Place(supplier_id=str(supplier_id))
    roles = [Role(role["role"], None, str(supplier_id), role["starts_on"], role["ends_on"]) for role in sent["roles"]]
    return _answer(welcome_person(current_database(), current_actor(), place, sent["name"], sent["email"], roles), 201)


@own_people.route(f"{_COLLEAGUES}/<uuid:person_id>", methods=["PUT"])
@requires("supplier_administrator")
@own_people.arguments(schemas.ColleagueRolesSchema)
@own_people.response(200, OwnPersonSchema)
def put_colleague_roles(sent: dict[str, Any], supplier_id: UUID, person_id: UUID) -> Response:
    """Replace the roles that a colleague holds for one's own supplier; `If-Match` is the person's ETag."""
    place = Place(supplier_id=str(supplier_id))
    roles = [Role(role["role"], None, str(supplier_id), role["starts_on"], role["ends_on"]) for role in sent["roles"]]
    version = required_version()
    return _answer(put_own_roles(current_database(), current_actor(), place, str(person_id), roles, version))


def _roles(sent: dict[str, Any], urn: int) -> list[Role]:
    return [Role(role["role"], urn, None, role["starts_on"], role["ends_on"]) for role in sent["roles"]]


def _answer(own: OwnPerson, status: int = 200) -> Response:
    response = jsonify(OwnPersonSchema().dump(own.person) | {"elsewhere": own.elsewhere})
    response.status_code = status
    return tagged(response, own.person.version)
