"""The routes under `/api`."""

from flask import Blueprint, Response, abort, jsonify, render_template

from chassis.web import public
from gateway.api.description import merged_description
from gateway.api.docs import fields_by_schema, operations_by_resource
from gateway.api.errors import answer_as_problems
from gateway.api.forwarding import METHODS, PREFIX, forward
from gateway.api.invitations import send_invitation, show_invitation, take_back_invitation
from gateway.api.sessions import begin_session, end_session, show_session
from gateway.api.token import give_token

blueprint = Blueprint("api", __name__, template_folder="templates", static_folder="static", url_prefix="/api")
answer_as_problems(blueprint)

_V1 = PREFIX.removeprefix("/api")

blueprint.add_url_rule(f"{_V1}/sessions", view_func=public(begin_session), methods=["POST"])
blueprint.add_url_rule(f"{_V1}/sessions/current", view_func=show_session, methods=["GET"])
blueprint.add_url_rule(f"{_V1}/sessions/current", view_func=end_session, methods=["DELETE"])
blueprint.add_url_rule(f"{_V1}/token", view_func=public(give_token), methods=["POST"])
blueprint.add_url_rule(f"{_V1}/invitations", view_func=send_invitation, methods=["POST"])
blueprint.add_url_rule(f"{_V1}/invitations/<uuid:person_id>", view_func=show_invitation, methods=["GET"])
blueprint.add_url_rule(f"{_V1}/invitations/<uuid:person_id>", view_func=take_back_invitation, methods=["DELETE"])
blueprint.add_url_rule(f"{_V1}/<name>", view_func=forward, methods=METHODS)
blueprint.add_url_rule(f"{_V1}/<name>/<path:rest>", view_func=forward, methods=METHODS)


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """The merged OpenAPI 3.1 description of everything under `/api/v1`."""
    return jsonify(merged_description())


@blueprint.get("/docs")
@public
def docs() -> str:
    """The same description as a page to read."""
    description = merged_description()
    return render_template(
        "api/docs.html",
        description=description,
        groups=operations_by_resource(description),
        schemas=fields_by_schema(description),
    )


@blueprint.route("/<path:unknown>", methods=METHODS)
@public
def nowhere(unknown: str) -> Response:
    """Whatever else is asked for under `/api` is answered as a problem too."""
    abort(404, f"There is nothing at /api/{unknown}.")
