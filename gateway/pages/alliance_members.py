"""Who is in the alliance: schools, suppliers, people; and adding a person."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.roles import ROLE_NAMES, ROLE_SEATS
from gateway.pages import ask
from gateway.pages.doors import alliance, for_alliance, for_registrar
from gateway.pages.faults import Faults
from gateway.pages.show import today
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream


@alliance.get("/schools")
@for_alliance
def schools() -> str:
    """Every school of the alliance."""
    found = ask.items("members", "/schools")
    found.sort(key=lambda school: school["name"])
    return render_template("alliance/schools.html", schools=found)


@alliance.get("/schools/<int:urn>")
@for_alliance
def school_entry(urn: int) -> str:
    """One school."""
    return render_template("alliance/school.html", school=ask.one("members", f"/schools/{urn}"))


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


@alliance.get("/people")
@for_registrar
def people() -> str:
    """Everybody with a role."""
    found = ask.items("members", "/people")
    found.sort(key=lambda person: person["name"])
    return render_template("alliance/people.html", people=found, places=_places())


@alliance.get("/people/<uuid:person_id>")
@for_registrar
def person_entry(person_id: Any) -> str:
    """One person with all roles and their dates."""
    entry = ask.one("members", f"/people/{person_id}")
    return render_template("alliance/person.html", entry=entry, places=_places())


@alliance.get("/people/new")
@for_registrar
def new_person() -> str:
    """The form for a person."""
    return _new_page(Faults())


@alliance.post("/people/new")
@for_registrar
def add_person() -> Response | tuple[str, int]:
    """Add a person with a first role, from today unless another day is given."""
    faults = Faults()
    typed = Typed(request.form, faults)
    name, email = typed.text("name", "the name"), typed.text("email", "the e-mail address")
    role = _role(typed, faults)
    starts_on = typed.day("starts_on", "the first day", needed=False) or today()
    if not faults:
        body = {"name": name, "email": email, "roles": [{**role, "starts_on": starts_on.isoformat(), "ends_on": None}]}
        fields = {
            "roles.0.role": "role",
            "roles.0.school_urn": "school_urn",
            "roles.0.supplier_id": "supplier_id",
            "roles.0.starts_on": "starts_on",
        }
        with faults.of_service(fields):
            added = upstream.post("members", "/people", json=body, key=request.form.get("sending_key")).json()
    if faults:
        return _new_page(faults), faults.status
    flash(f"{added['name']} is added.")
    return redirect(url_for("alliance.person_entry", person_id=added["person_id"]), 303)


def _role(typed: Typed, faults: Faults) -> dict[str, Any]:
    """The role with the school or supplier it is held at; only the one that the role's seat needs is read."""
    role = typed.text("role", "a role")
    kind = ROLE_SEATS.get(role)
    urn = typed.text("school_urn", "the school at which the role is held") if kind == "school" else ""
    supplier_id = typed.text("supplier_id", "the supplier for whom the role is held") if kind == "supplier" else ""
    if urn and not urn.isdigit():
        faults.add("Choose a school from the list.", "school_urn")
        urn = ""
    return {"role": role, "school_urn": int(urn) if urn else None, "supplier_id": supplier_id or None}


def _places() -> dict[Any, str]:
    """The names of schools by URN and of suppliers by id, for the roles held there."""
    names = {school["urn"]: school["name"] for school in ask.items("members", "/schools")}
    return names | {supplier["supplier_id"]: supplier["name"] for supplier in ask.items("members", "/suppliers")}


def _new_page(faults: Faults) -> str:
    schools = sorted(ask.items("members", "/schools"), key=lambda school: school["name"])
    suppliers = sorted(ask.items("members", "/suppliers"), key=lambda supplier: supplier["name"])
    return render_template(
        "alliance/person_new.html",
        roles=list(ROLE_NAMES.items()),
        schools=[(school["urn"], school["name"]) for school in schools],
        suppliers=[(supplier["supplier_id"], supplier["name"]) for supplier in suppliers],
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
