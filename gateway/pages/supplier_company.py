"""What a supplier keeps of itself: its details, as orders and invoices show them, and what was changed of them."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask, company_form
from gateway.pages.doors import for_firm, for_firm_head, own_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version
from gateway.upstream import upstream

CHANGED: Final = {
    "name": "Name",
    "email": "E-mail for orders",
    "telephone": "Telephone",
    "address": "Address",
    "endpoint": "Electronic address",
    "vat_number": "VAT number",
    "company_number": "Company number",
    "school_urn": "School",
}


@supplier.get("/company")
@for_firm
def company() -> str:
    """The supplier's details, where it is paid, and who acts for it."""
    path = f"/suppliers/{own_supplier()}"
    accounts = ask.items("members", f"{path}/bank-details")
    return render_template(
        "supplier/company.html",
        company=ask.one("members", path),
        changes=ask.items("members", f"{path}/changes"),
        in_force=next((each for each in accounts if each["state"] == "in_force"), None),
        pending=next((each for each in accounts if each["state"] in ("proposed", "waiting")), None),
        changed=CHANGED,
    )


@supplier.get("/company/edit")
@for_firm_head
def edit_company() -> str:
    """The form of the supplier's own details."""
    return _form_page(Faults())


@supplier.post("/company/edit")
@for_firm_head
def save_company() -> Response | tuple[str, int]:
    """Write the details; the business manager is told of those that decide where documents go."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body: dict[str, Any] = {
        **company_form.details(request.form, faults, address_needed=False),
        "telephone": typed.text("telephone", "the telephone number", needed=False) or None,
        "company_number": typed.text("company_number", "the company number", needed=False) or None,
    }
    if not faults:
        with faults.of_service(company_form.FIELDS):
            etag = seen_version()
            upstream.put("members", f"/suppliers/{own_supplier()}/details", json=body, etag=etag)
    if faults:
        return _form_page(faults), faults.status
    flash("Your details are saved. New orders bear them.")
    return redirect(url_for("supplier.company"), 303)


def _form_page(faults: Faults) -> str:
    record = ask.one("members", f"/suppliers/{own_supplier()}")
    values = company_form.values_of(record)
    if faults:
        values |= request.form.to_dict()
    return render_template(
        "supplier/company_form.html", company=record, values=values, schemes=company_form.SCHEMES, faults=faults
    )
