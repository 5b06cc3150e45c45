"""VAT exceptions: which school pays other VAT on what, with its certificate and from when to when."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.pages import ask, catalogue_words
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

_NOT_SENT: Final = ("exception_id", "withdrawn", "version")


@alliance.get("/vat-exceptions")
@for_reader
def vat_exceptions() -> str:
    """Every exception, the latest first."""
    return _list_page(Faults())


@alliance.post("/vat-exceptions/<uuid:exception_id>/end")
@for_manager
def end_vat_exception(exception_id: Any) -> Response | tuple[str, int]:
    """Give the exception its last day."""
    faults = Faults()
    last = Typed(request.form, faults).day("valid_to", "the last day")
    if not faults and last:
        path = f"/vat-exceptions/{exception_id}"
        answer = upstream.get("catalogue", path)
        body = {name: value for name, value in answer.json().items() if name not in _NOT_SENT}
        with faults.of_service():
            version = request.form.get("version", "0")
            upstream.put("catalogue", path, json=body | {"valid_to": last.isoformat()}, etag=f'"{version}"')
    if faults:
        return _list_page(faults), faults.status
    flash("The exception has its last day.")
    return redirect(url_for("alliance.vat_exceptions"), 303)


@alliance.post("/vat-exceptions/<uuid:exception_id>/withdraw")
@for_manager
def withdraw_vat_exception(exception_id: Any) -> Response | tuple[str, int]:
    """Take back an exception that was recorded by mistake."""
    faults = Faults()
    with faults.of_service():
        upstream.post("catalogue", f"/vat-exceptions/{exception_id}/withdraw")
    if faults:
        return _list_page(faults), faults.status
    flash("The exception is withdrawn: it holds on no day.")
    return redirect(url_for("alliance.vat_exceptions"), 303)


@alliance.get("/vat-exceptions/new")
@for_manager
def new_vat_exception() -> str:
    """The form for an exception, about one offer if the address names it."""
    return _new_page(Faults())


@alliance.post("/vat-exceptions/new")
@for_manager
def add_vat_exception() -> Response | tuple[str, int]:
    """Record the exception."""
    faults = Faults()
    typed = Typed(request.form, faults)
    offer_id = request.args.get("offer_id")
    category = None if offer_id else typed.text("category_code", "the category")
    urn = typed.number("school_urn", "the school", needed=not offer_id)
    vat_class, _, reduced = typed.text("vat", "the VAT").partition("-")
    begins = typed.day("valid_from", "the first day")
    ends = typed.day("valid_to", "the last day", needed=False)
    certificate = typed.text("certificate", "the certificate’s reference", needed=bool(urn))
    if not faults and begins:
        body = {
            "offer_id": offer_id,
            "category_code": category,
            "school_urn": urn,
            "vat_class": vat_class,
            "reduced": bool(reduced),
            "valid_from": begins.isoformat(),
            "valid_to": ends.isoformat() if ends else None,
            "certificate": certificate,
        }
        with faults.of_service({"vat_class": "vat", "reduced": "vat"}):
            upstream.post("catalogue", "/vat-exceptions", json=body, key=request.form.get("sending_key"))
    if faults:
        return _new_page(faults), faults.status
    flash("The exception is recorded.")
    return redirect(url_for("alliance.vat_exceptions"), 303)


def _list_page(faults: Faults) -> str:
    exceptions = ask.items("catalogue", "/vat-exceptions")
    return render_template(
        "alliance/vat_exceptions.html",
        exceptions=exceptions,
        lapsing=[each for each in exceptions if each["lapses_soon"]],
        names={school["urn"]: school["name"] for school in ask.items_or_none("members", "/schools") or []},
        words=catalogue_words,
        today=london_today().isoformat(),
        faults=faults,
    )


def _new_page(faults: Faults) -> str:
    offer_id = request.args.get("offer_id")
    schools = sorted(ask.items("members", "/schools"), key=lambda school: school["name"])
    categories = [] if offer_id else ask.items("catalogue", "/categories")
    return render_template(
        "alliance/vat_exception_new.html",
        offer=ask.one("catalogue", f"/offers/{offer_id}") if offer_id else None,
        categories=[(category["code"], category["name"]) for category in categories],
        schools=[(school["urn"], school["name"]) for school in schools],
        typed=request.form,
        words=catalogue_words,
        key=sending_key(request.form, faults),
        faults=faults,
    )
