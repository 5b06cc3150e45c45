"""What the alliance says of itself on orders and bills."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask, company_form
from gateway.pages.doors import alliance, for_alliance, for_registrar
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed
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
            upstream.put("members", "/alliance", json=body, etag=f'"{request.form.get("version", "0")}"')
    if faults:
        return _page(faults), faults.status
    flash("The details are saved. New orders and bills bear them.")
    return redirect(url_for("alliance.settings"), 303)


def _page(faults: Faults) -> str:
    stored = ask.one("members", "/alliance")
    values = company_form.values_of(stored)
    if faults:
        values |= request.form.to_dict()
    return render_template(
        "alliance/settings.html", company=stored, values=values, schemes=company_form.SCHEMES, faults=faults
    )
