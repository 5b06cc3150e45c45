"""What the alliance says of itself on orders and bills."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask, company_form
from gateway.pages.doors import alliance, for_alliance, for_manager, for_registrar
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version
from gateway.upstream import upstream


@alliance.get("/settings")
@for_alliance
def settings() -> str:
    """The alliance's own details, with the form for those who may change them."""
    return _page(Faults())


@alliance.post("/settings")
@for_registrar
def save_settings() -> Response | tuple[str, int]:
    """Write the details."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "name": typed.text("name", "the name under which the schools order"),
        "legal_name": typed.text("legal_name", "the legal name"),
        **company_form.details(request.form, faults, address_needed=True),
        "telephone": typed.text("telephone", "the telephone number", needed=False),
    }
    if not faults:
        with faults.of_service(company_form.FIELDS):
            upstream.put("members", "/alliance", json=body, etag=seen_version())
    if faults:
        return _page(faults), faults.status
    flash("The details are saved. New orders and bills bear them.")
    return redirect(url_for("alliance.settings"), 303)


@alliance.post("/settings/safeguards")
@for_manager
def save_safeguards() -> Response | tuple[str, int]:
    """Set how long changes of suppliers' bank details wait, and how long a contact must be held to be trusted."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "waiting_days": typed.units("waiting_days", "the waiting time"),
        "trusted_after_days": typed.units("trusted_after_days", "the time until a contact is trusted"),
    }
    if not faults:
        with faults.of_service():
            etag = f'"{request.form.get("safeguards_version", "0")}"'
            upstream.put("members", "/alliance/bank-safeguards", json=body, etag=etag)
    if faults:
        return _page(faults), faults.status
    flash("The safeguards are saved. Changes that are confirmed already keep their day.")
    return redirect(url_for("alliance.settings"), 303)


def _page(faults: Faults) -> str:
    stored = ask.one("members", "/alliance")
    values = company_form.values_of(stored)
    if faults:
        values |= request.form.to_dict()
    return render_template(
        "alliance/settings.html",
        company=stored,
        values=values,
        safeguards=ask.one("members", "/alliance/bank-safeguards"),
        typed=request.form,
        schemes=company_form.SCHEMES,
        faults=faults,
    )
