"""Payment runs over HTTP: proposed, approved by another person, written to a file."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import payment_schemas as schemas
from services.billing.domain.bacs import Originator
from services.billing.usecases import (
    approve_payment_run,
    export_payment_run,
    propose_payment_run,
    read_payment_runs,
)
from services.billing.usecases.read_payment_runs import RunView

runs = Blueprint("payment-runs", __name__, description="Payments to suppliers: two people, one file")
settings = Blueprint("payment-settings", __name__, description="From which account the alliance pays")

READERS = ("alliance_manager", "board_member")
_RUN = "/payment-runs/<uuid:payment_run_id>"
_MEDIA_TYPES = {"bacs": "text/plain; charset=us-ascii", "csv": "text/csv; charset=utf-8"}


@runs.route("/payment-runs", methods=["POST"])
@idempotent
@requires("alliance_manager")
@runs.arguments(schemas.RunIn)
@runs.response(201, schemas.RunOut)
def post_run(sent: dict[str, Any]) -> tuple[Response, int]:
    """Propose to pay what is due, accepted and not held, less open credits, supplier by supplier."""
    return _shown(propose_payment_run.propose_run(current_database(), current_actor(), **sent)), 201


@runs.route("/payment-runs")
@requires(*READERS)
@runs.arguments(schemas.RunQuery, location="query")
@runs.response(200, schemas.RunPage)
def list_runs(query: dict[str, Any]) -> dict[str, Any]:
    """A page of payment runs, the newest first."""
    items, following = read_payment_runs.list_runs(current_database(), current_actor(), **query)
    return {"items": items, "next": following}


@runs.route(_RUN)
@requires(*READERS)
@runs.response(200, schemas.RunOut)
def get_run(payment_run_id: UUID) -> Response:
    """One payment run with what it pays, what it leaves out and why."""
    return _shown(read_payment_runs.get_run(current_database(), current_actor(), str(payment_run_id)))


@runs.route(f"{_RUN}/choice", methods=["PUT"])
@requires("alliance_manager")
@runs.arguments(schemas.ChoiceIn)
@runs.response(200, schemas.RunOut)
def put_choice(sent: dict[str, Any], payment_run_id: UUID) -> Response:
    """Say which invoices are left out. `If-Match` is the run's ETag."""
    found = propose_payment_run.choose_items(
        current_database(), current_actor(), str(payment_run_id), required_version(), sent["left_out"], sent["why"]
    )
    return _shown(found)


@runs.route(f"{_RUN}/refresh", methods=["POST"])
@idempotent
@requires("alliance_manager")
@runs.response(200, schemas.RunOut)
def post_refresh(payment_run_id: UUID) -> Response:
    """Propose the run anew as things stand now. `If-Match` is the run's ETag."""
    found = propose_payment_run.refresh_run(
        current_database(), current_actor(), str(payment_run_id), required_version()
    )
    return _shown(found)


@runs.route(f"{_RUN}/approval", methods=["POST"])
@idempotent
@requires("alliance_manager")
@runs.response(200, schemas.RunOut)
def post_approval(payment_run_id: UUID) -> Response:
    """Approve the run as it was seen: `If-Match` is its ETag. Who proposed or changed it cannot."""
    found = approve_payment_run.approve_run(
        current_database(), current_actor(), str(payment_run_id), required_version()
    )
    return _shown(found)


@runs.route(f"{_RUN}/cancellation", methods=["POST"])
@idempotent
@requires("alliance_manager")
@runs.arguments(schemas.WhyIn)
@runs.response(200, schemas.RunOut)
def post_cancellation(sent: dict[str, str], payment_run_id: UUID) -> Response:
    """Give up a run that nothing was paid of. `If-Match` is the run's ETag."""
    found = approve_payment_run.cancel_run(
        current_database(), current_actor(), str(payment_run_id), required_version(), sent["why"]
    )
    return _shown(found)


@runs.route(f"{_RUN}/exports", methods=["POST"])
@idempotent
@requires("alliance_manager")
@runs.arguments(schemas.ExportIn)
@runs.response(201, content_type="application/octet-stream")
def post_export(sent: dict[str, str], payment_run_id: UUID) -> tuple[Response, int]:
    """Write the file, Bacs Standard 18 or CSV: once, again with a reason. `If-Match` is the run's ETag."""
    file = export_payment_run.export_run(
        current_database(),
        current_actor(),
        str(payment_run_id),
        required_version(),
        "csv" if sent["format"] == "csv" else "bacs",
        sent["why"],
    )
    response = Response(file.content, content_type=_MEDIA_TYPES[sent["format"]])
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response, 201


@settings.route("/payment-settings")
@requires(*READERS)
@settings.response(200, schemas.OriginatorPage)
def list_settings() -> dict[str, Any]:
    """The alliance's accounts, those that can pay first."""
    return {"items": read_payment_runs.list_originators(current_database(), current_actor()), "next": None}


@settings.route("/payment-settings/<uuid:bank_account_id>", methods=["PUT"])
@requires("alliance_manager")
@settings.arguments(schemas.OriginatorIn)
@settings.response(204)
def put_settings(sent: dict[str, str], bank_account_id: UUID) -> None:
    """Say how an account pays: service user number, and what stands in the file. `If-Match` is its version."""
    export_payment_run.put_originator(
        current_database(), current_actor(), str(bank_account_id), required_version(), Originator(**sent)
    )


def _shown(view: RunView) -> Response:
    body: dict[str, Any] = schemas.RunHeadOut().dump(view.run)
    actor = current_actor()
    body["may_approve"] = actor.has_any("alliance_manager") and actor.person_id not in view.run.makers
    body["items"] = [
        {
            **schemas.RunItemOut().dump(item),
            "account_ending": item.account_number[-4:] if item.account_number else None,
            "came_back_on": day.isoformat() if (day := view.came_back.get(item.supplier_id)) else None,
        }
        for item in view.items
    ]
    body["exports"] = schemas.RunExportOut(many=True).dump(view.exports)
    body["advices"] = [shown_advice(advice) for advice in view.advices]
    return tagged(jsonify(body), view.run.version)


def shown_advice(advice: Any) -> dict[str, Any]:
    """A remittance advice as it travels."""
    days = ("pay_on", "came_back_on")
    shown = {name: getattr(advice, name) for name in schemas.AdviceOut._declared_fields}
    return shown | {name: shown[name] and shown[name].isoformat() for name in days}
