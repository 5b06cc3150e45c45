"""Who acts for one's own supplier: everybody there sees it, its administrators decide it."""

from datetime import UTC, datetime
from typing import Any, Final

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.request import current_database
from contracts.london import london_today
from contracts.roles import ROLE_NAMES, ROLE_SEATS
from gateway.domain.errors import AlreadySignsIn
from gateway.identity import current_session
from gateway.pages import ask, ways_in
from gateway.pages.doors import for_firm, for_firm_head, own_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.role_rows import RoleRows, role_row
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream
from gateway.usecases import invite as inviting

ROLES: Final = [(role, ROLE_NAMES[role]) for role, kind in ROLE_SEATS.items() if kind == "supplier"]


@supplier.get("/people")
@for_firm
def people() -> str:
    """Everybody with a role for the supplier."""
    found = ask.items("members", "/people")
    found.sort(key=lambda person: person["name"])
    standings = inviting.standings(current_database(), [person["person_id"] for person in found])
    return render_template("supplier/people.html", people=found, standings=standings, now=datetime.now(UTC))


@supplier.get("/people/<uuid:person_id>")
@for_firm
def person_entry(person_id: Any) -> str:
    """One person with the roles held for the supplier."""
    return _entry_page(str(person_id), Faults())


@supplier.post("/people/<uuid:person_id>")
@for_firm_head
def save_roles(person_id: Any) -> Response | tuple[str, int]:
    """Replace the person's roles for the supplier; a last day ends one."""
    faults = Faults()
    rows = RoleRows(request.form, faults, supplier_id=own_supplier())
    if not faults:
        with faults.of_service(rows.fields, otherwise="roles"):
            upstream.put(
                "members",
                f"/suppliers/{own_supplier()}/people/{person_id}",
                json={"roles": [_sent(role) for role in rows.roles]},
                etag=seen_version(),
            )
    if faults:
        return _entry_page(str(person_id), faults), faults.status
    flash("The roles are saved.")
    return redirect(url_for("supplier.people"), 303)


@supplier.get("/people/new")
@for_firm_head
def new_person() -> str:
    """The form that invites a colleague."""
    return _new_page(Faults())


@supplier.post("/people/new")
@for_firm_head
def add_person() -> Response | tuple[str, int]:
    """Give a colleague roles, and invite whoever has no password yet."""
    faults = Faults()
    typed = Typed(request.form, faults)
    name, email = typed.text("name", "the name"), typed.text("email", "the e-mail address")
    roles = [role for role, _ in ROLES if request.form.get(role)]
    if not roles:
        faults.add("Choose at least one role.", ROLES[0][0])
    ends_on = typed.day("ends_on", "the last day", needed=False)
    if not faults:
        dates = {"starts_on": london_today().isoformat(), "ends_on": ends_on and ends_on.isoformat()}
        with faults.of_service({"roles.0.ends_on": "ends_on", "roles.1.ends_on": "ends_on"}):
            body = {"name": name, "email": email, "roles": [{"role": role, **dates} for role in roles]}
            key = request.form.get("sending_key")
            added = upstream.post("members", f"/suppliers/{own_supplier()}/people", json=body, key=key).json()
    if faults:
        return _new_page(faults), faults.status
    _invite(added)
    return redirect(url_for("supplier.people"), 303)


@supplier.post("/people/<uuid:person_id>/invite")
@for_firm_head
def invite_person(person_id: Any) -> Response:
    """Send the person a new link to a first password; the earlier one ends."""
    _invite(ask.one("members", f"/people/{person_id}"))
    return redirect(url_for("supplier.person_entry", person_id=person_id), 303)


@supplier.post("/people/<uuid:person_id>/revoke")
@for_firm_head
def revoke_invitation(person_id: Any) -> Response:
    """Take the person's invitation back."""
    ways_in.take_back(ask.one("members", f"/people/{person_id}"))
    return redirect(url_for("supplier.person_entry", person_id=person_id), 303)


def _invite(person: dict[str, Any]) -> None:
    session = current_session()
    if session is None or session.seat is None:
        abort(403)
    organisation = session.seat.organisation
    try:
        ways_in.invite_person(session, person, organisation)
    except AlreadySignsIn:
        flash(f"{person['name']} signs in already, and sees {organisation} from now on.")
        return
    flash(f"{person['name']} is invited: the link is on its way to {person['email']}.")


def _sent(role: dict[str, Any]) -> dict[str, Any]:
    return {name: role[name] for name in ("role", "starts_on", "ends_on")}


def _entry_page(person_id: str, faults: Faults) -> str:
    session = current_session()
    entry = ask.one("members", f"/people/{person_id}")
    rows = [role_row(request.form if faults else {}, role, number, "") for number, role in enumerate(entry["roles"])]
    return render_template(
        "supplier/person.html",
        entry=entry,
        rows=rows,
        roles=ROLES,
        typed=request.form,
        today=london_today().isoformat(),
        standing=inviting.standings(current_database(), [person_id])[person_id],
        link=None,
        may_invite=bool(session and session.seat and session.seat.has_any("supplier_administrator")),
        now=datetime.now(UTC),
        faults=faults,
    )


def _new_page(faults: Faults) -> str:
    key = sending_key(request.form, faults)
    return render_template("supplier/person_new.html", roles=ROLES, typed=request.form, key=key, faults=faults)
