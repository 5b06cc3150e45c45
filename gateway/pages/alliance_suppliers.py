"""The suppliers of the alliance: what is recorded of each, and the contracts with it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask, company_form
from gateway.pages.doors import alliance, for_alliance, for_registrar
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream


@alliance.get("/suppliers")
@for_alliance
def suppliers() -> str:
    """Every supplier."""
    found = ask.items("members", "/suppliers")
    found.sort(key=lambda supplier: supplier["name"])
    return render_template("alliance/suppliers.html", suppliers=found)


@alliance.get("/suppliers/<uuid:supplier_id>")
@for_alliance
def supplier_entry(supplier_id: Any) -> str:
    """One supplier and its contracts."""
    found = ask.one("members", f"/suppliers/{supplier_id}")
    contracts = ask.items_or_none("catalogue", "/contracts")
    own = None if contracts is None else [each for each in contracts if each["supplier_id"] == found["supplier_id"]]
    return render_template("alliance/supplier.html", supplier=found, contracts=own)


@alliance.get("/suppliers/new")
@for_registrar
def new_supplier() -> str:
    """The form for a supplier with whom there is a first contract."""
    return _form_page(None, {}, Faults())


@alliance.post("/suppliers/new")
@for_registrar
def add_supplier() -> Response | tuple[str, int]:
    """Record a supplier."""
    faults = Faults()
    body = _sent(faults)
    if not faults:
        with faults.of_service(company_form.FIELDS):
            key = request.form.get("sending_key")
            added = upstream.post("members", "/suppliers", json=body, key=key).json()
    if faults:
        return _form_page(None, {}, faults), faults.status
    flash(f"{added['name']} is recorded. Invite its people next, so that they can see their orders.")
    return redirect(url_for("alliance.supplier_entry", supplier_id=added["supplier_id"]), 303)


@alliance.get("/suppliers/<uuid:supplier_id>/edit")
@for_registrar
def edit_supplier(supplier_id: Any) -> str:
    """The form of a supplier's record."""
    return _form_page(str(supplier_id), ask.one("members", f"/suppliers/{supplier_id}"), Faults())


@alliance.post("/suppliers/<uuid:supplier_id>/edit")
@for_registrar
def save_supplier(supplier_id: Any) -> Response | tuple[str, int]:
    """Write a supplier's record."""
    faults = Faults()
    body = _sent(faults)
    if not faults:
        with faults.of_service(company_form.FIELDS):
            etag = seen_version()
            upstream.put("members", f"/suppliers/{supplier_id}", json=body, etag=etag)
    if faults:
        return _form_page(str(supplier_id), ask.one("members", f"/suppliers/{supplier_id}"), faults), faults.status
    flash("The supplier is saved. New orders bear the details.")
    return redirect(url_for("alliance.supplier_entry", supplier_id=supplier_id), 303)


def _sent(faults: Faults) -> dict[str, Any]:
    typed = Typed(request.form, faults)
    return {
        "name": typed.text("name", "the supplier’s name"),
        **company_form.details(request.form, faults, address_needed=False),
        "telephone": typed.text("telephone", "the telephone number", needed=False) or None,
        "company_number": typed.text("company_number", "the company number", needed=False) or None,
        "school_urn": typed.number("school_urn", "the school", needed=False),
    }


def _form_page(supplier_id: str | None, record: dict[str, Any], faults: Faults) -> str:
    values = company_form.values_of(record)
    if faults:
        values |= request.form.to_dict()
    schools = sorted(ask.items("members", "/schools"), key=lambda school: school["name"])
    return render_template(
        "alliance/supplier_form.html",
        supplier_id=supplier_id,
        record=record,
        values=values,
        schools=[(school["urn"], school["name"]) for school in schools],
        schemes=company_form.SCHEMES,
        key=sending_key(request.form, faults),
        faults=faults,
    )
