"""Where a school takes electronic bills: a Peppol address, and the VAT number that they name."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.company_form import SCHEMES
from gateway.pages.doors import for_receiver, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version
from gateway.upstream import upstream


@school.get("/settings/electronic-bills")
@for_receiver
def bill_address() -> str:
    """The form as it stands."""
    return _page(Faults())


@school.post("/settings/electronic-bills")
@for_receiver
def save_bill_address() -> Response | tuple[str, int]:
    """Save it; bills from then on bear it."""
    faults = Faults()
    typed = Typed(request.form, faults)
    scheme, identifier = typed.text("scheme", "the kind of address"), typed.text("identifier", "the address")
    body = {
        "scheme": scheme,
        "identifier": _packed(identifier),
        "vat_number": _packed(typed.text("vat_number", "the VAT number", needed=False)) or None,
    }
    if not faults:
        with faults.of_service(otherwise="identifier"):
            path = f"/accounts/{own_urn()}/electronic-address"
            upstream.put("billing", path, json=body, etag=seen_version())
    if faults:
        return _page(faults), faults.status
    flash("Saved. Every electronic bill bears it from now on.")
    return redirect(url_for("school.bill_address"), 303)


def _page(faults: Faults) -> str:
    stored: dict[str, Any] = ask.one("billing", f"/accounts/{own_urn()}/electronic-address")
    shown = {**stored, **request.form.to_dict()} if faults else stored
    return render_template("school/bill_address.html", address=shown, schemes=SCHEMES, faults=faults)


def _packed(text: str) -> str:
    return text.replace(" ", "").upper()
