"""What is decided of an invoice's match, school by school, and what is claimed of suppliers, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import match_schemas, schemas, shapes
from services.billing.api.workbench_schemas import VERBS
from services.billing.usecases import decide_match, read_invoices

matches = Blueprint("matches", __name__, description="Decisions on an invoice's match, school by school")
claims = Blueprint("credit-claims", __name__, description="What suppliers have still to credit")

_PLACE = "/supplier-invoices/<uuid:supplier_invoice_id>/matches/<int(max=1000000):line_no>/<int(max=999999):urn>"


def _decision(name: str, says: str) -> None:
    """Add the route with which a manager makes one kind of decision."""

    def view(sent: dict[str, str], supplier_invoice_id: UUID, line_no: int, urn: int) -> Response:
        key = (str(supplier_invoice_id), line_no, urn)
        found = decide_match.decide_match(current_database(), current_actor(), VERBS[name], key, sent["reason"])
        return jsonify(shapes.invoice(found))

    view.__name__, view.__doc__ = name.replace("-", "_"), says
    documented = matches.response(200, schemas.InvoiceOut)(matches.arguments(match_schemas.DecisionIn)(view))
    matches.route(f"{_PLACE}/{name}", methods=["POST"])(idempotent(requires("alliance_manager")(documented)))


_decision("accept", "Release one school's held line, with a reason.")
_decision("dispute", "Hold one school's line, with a reason; the others go on.")
_decision("credit-request", "Ask the supplier to credit what one school does not owe.")
_decision("withdraw", "Take back what was decided of a line, as far as it is not billed.")


@claims.route("/credit-claims")
@requires("supplier_user", "alliance_manager", "board_member")
@claims.arguments(match_schemas.ClaimQuery, location="query")
@claims.response(200, match_schemas.ClaimPage)
def list_claims(query: dict[str, Any]) -> Response:
    """A page of what suppliers have still to credit: the alliance's all, a supplier's its own."""
    number, line_no, urn = query["after"].split(".") if query["after"] else ("", "0", "0")
    after = (number, int(line_no), int(urn))
    items, following = read_invoices.list_claims(current_database(), current_actor(), after=after, limit=query["limit"])
    place = ".".join(map(str, following)) if following else None
    return jsonify(items=[shapes.claim(item) for item in items], next=place)
