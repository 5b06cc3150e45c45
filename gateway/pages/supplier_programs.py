"""A supplier's own systems: credentials for its programs, addresses that are called, and what became of the calls."""

from typing import Any, Final
from uuid import UUID, uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.actor import SERVICE
from chassis.request import current_database
from contracts.errors import NotFound
from gateway.domain.errors import WebhookRefused
from gateway.domain.webhooks import EVENTS
from gateway.identity import current_session
from gateway.pages.doors import for_firm, for_firm_head, own_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed
from gateway.storage.programs import list_programs
from gateway.storage.webhooks import list_deliveries, list_webhooks
from gateway.usecases import run_programs, run_webhooks

_SHOWN: Final = 50
Page = Response | str | tuple[str, int]


@supplier.get("/programs")
@for_firm
def programs() -> str:
    """The supplier's programs and webhooks."""
    return _page(Faults())


@supplier.post("/programs")
@for_firm_head
def add_program() -> Page:
    """Make credentials for a program; its secret is shown on the answer, once."""
    faults = Faults()
    name = Typed(request.form, faults).text("name", "what the program is called")
    if faults:
        return _page(faults), 422
    program_id = _sent_id()
    secret = run_programs.make_program(current_database(), own_supplier(), program_id, name, _by())
    if secret is None:
        return _back("These credentials are made already. Their secret was shown once.")
    return _page(Faults(), told={"what": "program", "name": name, "id": program_id, "secret": secret})


@supplier.post("/programs/<uuid:program_id>/end")
@for_firm_head
def end_program(program_id: UUID) -> Response:
    """End a program: its tokens stop at once."""
    try:
        name = run_programs.end_program(current_database(), own_supplier(), str(program_id), _by())
    except NotFound:
        abort(404)
    return _back(f"{name} can no longer sign in.")


@supplier.post("/programs/webhooks")
@for_firm_head
def add_webhook() -> Page:
    """Have an address called; the secret that signs the calls is shown on the answer, once."""
    faults, secret = Faults(), None
    url, events, webhook_id = request.form.get("url", ""), request.form.getlist("events"), _sent_id()
    try:
        secret = run_webhooks.make_webhook(current_database(), own_supplier(), webhook_id, url, events, _by())
    except WebhookRefused as refusal:
        faults.add(refusal.detail, "url")
        return _page(faults), 422
    if secret is None:
        return _back("This address is set up already. Its secret was shown once.")
    return _page(Faults(), told={"what": "webhook", "name": url, "id": webhook_id, "secret": secret})


@supplier.post("/programs/webhooks/<uuid:webhook_id>/end")
@for_firm_head
def end_webhook(webhook_id: UUID) -> Response:
    """Call an address no more."""
    try:
        url = run_webhooks.end_webhook(current_database(), own_supplier(), str(webhook_id), _by())
    except NotFound:
        abort(404)
    return _back(f"{url} is no longer called.")


@supplier.post("/programs/deliveries/<uuid:delivery_id>/again")
@for_firm_head
def send_again(delivery_id: UUID) -> Response:
    """Begin anew with a call that was given up."""
    try:
        run_webhooks.send_again(current_database(), own_supplier(), str(delivery_id))
    except NotFound:
        abort(404)
    return _back("It is sent again now.")


def _page(faults: Faults, told: dict[str, str] | None = None) -> str:
    with current_database().transaction(SERVICE) as connection:
        known: dict[str, Any] = {
            "programs": list_programs(connection, own_supplier()),
            "webhooks": list_webhooks(connection, own_supplier()),
            "deliveries": list_deliveries(connection, own_supplier(), _SHOWN),
        }
    return render_template(
        "supplier/programs.html",
        **known,
        events=EVENTS,
        told=told,
        typed=request.form if faults else {},
        chosen=request.form.getlist("events") if faults else list(EVENTS),
        new_id=uuid4(),
        faults=faults,
    )


def _sent_id() -> str:
    """The id that came with the form, so that sending it twice makes one."""
    try:
        return str(UUID(request.form.get("new_id", "")))
    except ValueError:
        abort(400)


def _by() -> str:
    session = current_session()
    return session.name if session else ""


def _back(said: str) -> Response:
    flash(said)
    return redirect(url_for("supplier.programs"), 303)
