"""Everybody who acts in the alliance: adding, inviting, and the dates of their roles."""

from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.request import current_database
from contracts.london import london_today
from contracts.roles import ROLE_NAMES, ROLE_SEATS
from gateway.domain.errors import AlreadySignsIn
from gateway.identity import current_session
from gateway.pages import ask, ways_in
from gateway.pages.doors import alliance, for_registrar
from gateway.pages.faults import Faults
from gateway.pages.role_rows import RoleRows, role_row
from gateway.pages.show import plural
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream
from gateway.usecases import invite as inviting

ALLIANCE = "the alliance"
_MOST_AT_ONCE = 200


@alliance.get("/people")
@for_registrar
def people() -> str:
    """Everybody with a role."""
    found, places = ask.together(lambda: ask.items("members", "/people"), _places)
    found.sort(key=lambda person: person["name"])
    standings = inviting.standings(current_database(), [person["person_id"] for person in found])
    return render_template(
        "alliance/people.html",
        people=found,
        places=places,
        standings=standings,
        uninvited=len(_uninvited(found)),
        now=datetime.now(UTC),
    )


@alliance.post("/people/invite")
@for_registrar
def invite_everybody() -> Response:
    """Invite those who neither sign in nor have a link that works, such as people from an imported sheet."""
    session, places = current_session(), _places()
    if session is None:
        abort(403)
    waiting = _uninvited(ask.items("members", "/people"))
    for person in waiting[:_MOST_AT_ONCE]:
        ways_in.invite_person(session, person, _organisation(person, places))
    left = len(waiting) - _MOST_AT_ONCE
    more = f" {plural(left, 'person', 'people')} wait: send once more." if left > 0 else ""
    flash(f"{plural(min(len(waiting), _MOST_AT_ONCE), 'invitation')} sent.{more}")
    return redirect(url_for("alliance.people"), 303)


@alliance.get("/people/<uuid:person_id>")
@for_registrar
def person_entry(person_id: Any) -> str:
    """One person: name, address, and all roles with their dates."""
    return _entry_page(str(person_id), Faults())


@alliance.post("/people/<uuid:person_id>")
@for_registrar
def save_person(person_id: Any) -> Response | tuple[str, int]:
    """Write the person whole, all roles included."""
    faults = Faults()
    typed = Typed(request.form, faults)
    name, email = typed.text("name", "the name"), typed.text("email", "the e-mail address")
    rows = RoleRows(request.form, faults)
    if not faults:
        with faults.of_service(rows.fields):
            upstream.put(
                "members",
                f"/people/{person_id}",
                json={"name": name, "email": email, "roles": rows.roles},
                etag=seen_version(),
            )
    if faults:
        return _entry_page(str(person_id), faults), faults.status
    flash(f"{name} is saved.")
    return redirect(url_for("alliance.person_entry", person_id=person_id), 303)


@alliance.get("/people/new")
@for_registrar
def new_person() -> str:
    """The form for a person."""
    return _new_page(Faults())


@alliance.post("/people/new")
@for_registrar
def add_person() -> Response | tuple[str, int]:
    """Add a person with a first role, from today unless another day is given, and invite them."""
    faults = Faults()
    typed = Typed(request.form, faults)
    name, email = typed.text("name", "the name"), typed.text("email", "the e-mail address")
    role = _role(typed)
    starts_on = typed.day("starts_on", "the first day", needed=False) or london_today()
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
    _invite(added)
    return redirect(url_for("alliance.person_entry", person_id=added["person_id"]), 303)


@alliance.post("/people/<uuid:person_id>/invite")
@for_registrar
def invite_person(person_id: Any) -> Response:
    """Send the person a new link to a first password; the earlier one ends."""
    _invite(ask.one("members", f"/people/{person_id}"))
    return redirect(url_for("alliance.person_entry", person_id=person_id), 303)


@alliance.post("/people/<uuid:person_id>/revoke")
@for_registrar
def revoke_invitation(person_id: Any) -> Response:
    """Take the person's invitation back."""
    ways_in.take_back(ask.one("members", f"/people/{person_id}"))
    return redirect(url_for("alliance.person_entry", person_id=person_id), 303)


def _invite(person: dict[str, Any]) -> None:
    session = current_session()
    if session is None or session.seat is None:
        abort(403)
    try:
        invited = ways_in.invite_person(session, person, _organisation(person, _places()))
    except AlreadySignsIn as refusal:
        flash(refusal.detail)
        return
    ways_in.show_link_once(session.seat, person, invited)
    flash(f"{person['name']} is invited: the link is on its way to {person['email']}.")


def _uninvited(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who hold a role, have no password and no link that works."""
    standings = inviting.standings(current_database(), [person["person_id"] for person in people])
    return [person for person in people if person["roles"] and standings[person["person_id"]].is_left_out()]


def _organisation(person: dict[str, Any], places: dict[Any, str]) -> str:
    role = person["roles"][0] if person["roles"] else {}
    return places.get(role.get("school_urn") or role.get("supplier_id"), ALLIANCE)


def _role(typed: Typed) -> dict[str, Any]:
    """The role with the school or supplier it is held at; only the one that the role's seat needs is read."""
    role = typed.text("role", "a role")
    kind = ROLE_SEATS.get(role)
    urn = typed.number("school_urn", "the school at which the role is held") if kind == "school" else None
    supplier_id = typed.text("supplier_id", "the supplier for whom the role is held") if kind == "supplier" else ""
    return {"role": role, "school_urn": urn, "supplier_id": supplier_id or None}


def _places() -> dict[Any, str]:
    """The names of schools by URN and of suppliers by id, for the roles held there."""
    schools, suppliers = ask.together(
        lambda: ask.items("members", "/schools"), lambda: ask.items("members", "/suppliers")
    )
    names = {school["urn"]: school["name"] for school in schools}
    return names | {supplier["supplier_id"]: supplier["name"] for supplier in suppliers}


def _choices() -> dict[str, Any]:
    schools = sorted(ask.items("members", "/schools"), key=lambda school: school["name"])
    suppliers = sorted(ask.items("members", "/suppliers"), key=lambda supplier: supplier["name"])
    return {
        "roles": list(ROLE_NAMES.items()),
        "schools": [(school["urn"], school["name"]) for school in schools],
        "suppliers": [(supplier["supplier_id"], supplier["name"]) for supplier in suppliers],
    }


def _entry_page(person_id: str, faults: Faults) -> str:
    entry = ask.one("members", f"/people/{person_id}")
    choices = _choices()
    places = {**dict(choices["schools"]), **dict(choices["suppliers"])}
    rows = []
    for number, role in enumerate(entry["roles"]):
        place = places.get(role["school_urn"] or role["supplier_id"], ALLIANCE)
        rows.append(role_row(request.form if faults else {}, role, number, place))
    return render_template(
        "alliance/person.html",
        entry=entry,
        rows=rows,
        typed=request.form,
        today=london_today().isoformat(),
        standing=inviting.standings(current_database(), [person_id])[person_id],
        link=ways_in.link_to_show(person_id),
        may_invite=True,
        now=datetime.now(UTC),
        faults=faults,
        **choices,
    )


def _new_page(faults: Faults) -> str:
    return render_template(
        "alliance/person_new.html",
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
        **_choices(),
    )
