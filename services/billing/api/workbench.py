"""The matching workbench over HTTP: what lies on it, and decisions on many lines at once."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import shapes
from services.billing.api.workbench_schemas import VERBS, BenchPage, BenchQuery, DecidedOut, DecisionsIn
from services.billing.usecases import decide_match, read_workbench

decisions = Blueprint("match-decisions", __name__, description="Decisions on many lines of invoices at once")
bench = Blueprint("open-matches", __name__, description="What lies on the matching workbench")


@decisions.route("/match-decisions", methods=["POST"])
@idempotent
@requires("alliance_manager")
@decisions.arguments(DecisionsIn)
@decisions.response(200, DecidedOut)
def post_decisions(sent: dict[str, Any]) -> Response:
    """Decide alike on many lines; what cannot be decided so is told line by line and hinders no other."""
    keys = [(str(line["supplier_invoice_id"]), line["line_no"], line["school_urn"]) for line in sent["lines"]]
    decided = decide_match.decide_matches(
        current_database(),
        current_actor(),
        VERBS[sent["decision"]],
        sent["reason"],
        keys,
        [str(invoice_id) for invoice_id in sent["supplier_invoice_ids"]],
    )
    refused = [
        {
            "supplier_invoice_id": key[0],
            "line_no": key[1],
            "school_urn": key[2],
            "code": fault.code,
            "detail": str(fault),
        }
        for key, fault in decided.refused.items()
    ]
    return jsonify(done=len(decided.done), refused=refused)


@bench.route("/open-matches")
@requires("alliance_manager", "board_member")
@bench.arguments(BenchQuery, location="query")
@bench.response(200, BenchPage)
def list_open_matches(query: dict[str, Any]) -> Response:
    """A page of schools' lines that wait for a decision or for receipts, or were decided."""
    number, line_no, urn = query["after"].split(".") if query["after"] else ("", "0", "0")
    found = read_workbench.read_workbench(
        current_database(),
        current_actor(),
        show=query["show"],
        supplier_id=str(query["supplier_id"]) if query["supplier_id"] else None,
        after=(number, int(line_no), int(urn)),
        limit=query["limit"],
    )
    place = ".".join(map(str, found.following)) if found.following else None
    return jsonify(items=[shapes.bench_line(line) for line in found.lines], counts=dict(found.counts), next=place)
