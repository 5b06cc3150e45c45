"""Who acts for one's own school: everybody there sees it, its approvers decide it."""

from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.request import current_database
from contracts.london import london_today
from contracts.roles import ROLE_NAMES, ROLE_SEATS
from gateway.domain.errors import AlreadySignsIn
from gateway.domain.seats import Seat
from gateway.domain.sessions import Session
from gateway.identity import current_session
from gateway.pages import ask, ways_in
from gateway.pages.doors import for_head, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.role_rows import RoleRows, role_row
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream
from gateway.usecases import invite as inviting

ROLES = [(role, ROLE_NAMES[role]) for role, kind in ROLE_SEATS.items() if kind == "school"]


@school.get("/people")
@for_school
def people() -> str:
    """Everybody with a role at the school."""
    found = ask.items("members", "/people")
    found.sort(key=lambda person: person["name"])
    standings = inviting.standings(current_database(), [person["person_id"] for person in found])
    return render_template("school/people.html", people=found, standings=standings, now=datetime.now(UTC))


@school.get("/people/<uuid:person_id>")
@for_school
def person_entry(person_id: Any) -> str:
    """One person with the roles held at the school."""
    return _entry_page(str(person_id), Faults())


@school.post("/people/<uuid:person_id>")
@for_head
def save_roles(person_id: Any) -> Response | tuple[str, int]:
    """Replace the person's roles at the school."""
    faults = Faults()
    rows = RoleRows(request.form, faults, school_urn=own_urn())
    if not faults:
        with faults.of_service(rows.fields):
            upstream.put(
                "members",
                f"/schools/{own_urn()}/people/{person_id}",
                json={"roles": [_sent(role) for role in rows.roles]},
                etag=seen_version(),
            )
    if faults:
        return _entry_page(str(person_id), faults), faults.status
    flash("The roles are saved.")
    return redirect(url_for("school.people"), 303)


@school.get("/people/new")
@for_head
def new_person() -> str:
    """The form that invites somebody."""
    return _new_page(Faults())


@school.post("/people/new")
@for_head
def add_person() -> Response | tuple[str, int]:
    """Give somebody a role at the school, and invite whoever has no password yet."""
    faults = Faults()
    typed = Typed(request.form, faults)
    name, email = typed.text("name", "the name"), typed.text("email", "the e-mail address")
    role = typed.text("role", "a role")
    starts_on = typed.day("starts_on", "the first day", needed=False) or london_today()
    ends_on = typed.day("ends_on", "the last day", needed=False)
    if not faults:
        dated = {"role": role, "starts_on": starts_on.isoformat(), "ends_on": ends_on and ends_on.isoformat()}
        fields = {f"roles.0.{field}": field for field in ("role", "starts_on", "ends_on")}
        with faults.of_service(fields):
            body = {"name": name, "email": email, "roles": [dated]}
            key = request.form.get("sending_key")
            added = upstream.post("members", f"/schools/{own_urn()}/people", json=body, key=key).json()
    if faults:
        return _new_page(faults), faults.status
    _invite(added)
    return redirect(url_for("school.people"), 303)


@school.post("/people/<uuid:person_id>/invite")
@for_head
def invite_person(person_id: Any) -> Response:
    """Send the person a new link to a first password; the earlier one ends."""
    _invite(ask.one("members", f"/people/{person_id}"))
    return redirect(url_for("school.person_entry", person_id=person_id), 303)


@school.post("/people/<uuid:person_id>/revoke")
@for_head
def revoke_invitation(person_id: Any) -> Response:
    """Take the person's invitation back."""
    ways_in.take_back(ask.one("members", f"/people/{person_id}"))
    return redirect(url_for("school.person_entry", person_id=person_id), 303)


def _invite(person: dict[str, Any]) -> None:
    """Schools are never shown the link: the person may hold roles elsewhere, which it would open as well."""
    session, seat = _seated()
    try:
        ways_in.invite_person(session, person, seat.organisation)
    except AlreadySignsIn:
        flash(f"{person['name']} signs in already, and sees {seat.organisation} from now on.")
        return
    flash(f"{person['name']} is invited: the link is on its way to {person['email']}.")


def _seated() -> tuple[Session, Seat]:
    session = current_session()
    if session is None or session.seat is None:
        abort(403)
    return session, session.seat


def _sent(role: dict[str, Any]) -> dict[str, Any]:
    return {name: role[name] for name in ("role", "starts_on", "ends_on")}


def _entry_page(person_id: str, faults: Faults) -> str:
    entry = ask.one("members", f"/people/{person_id}")
    own = [role for role in entry["roles"] if not role.get("delegated_from")]
    _, seat = _seated()
    return render_template(
        "school/person.html",
        entry=entry,
        rows=[role_row(request.form if faults else {}, role, number, "") for number, role in enumerate(own)],
        lent=[role for role in entry["roles"] if role.get("delegated_from")],
        roles=ROLES,
        typed=request.form,
        today=london_today().isoformat(),
        standing=inviting.standings(current_database(), [person_id])[person_id],
        link=None,
        may_invite=_decides(seat),
        now=datetime.now(UTC),
        faults=faults,
    )


def _decides(seat: Seat) -> bool:
    return seat.has_any("school_approver") and seat.stands_in_for is None


def _new_page(faults: Faults) -> str:
    return render_template(
        "school/person_new.html",
        roles=ROLES,
        typed=request.form,
        today=london_today().isoformat(),
        key=sending_key(request.form, faults),
        faults=faults,
    )
