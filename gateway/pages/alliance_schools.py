"""Schools of the alliance: what is known of each, its memberships over time and its counts of pupils."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from contracts.phases import PHASES, phase_from_ages
from contracts.school_types import MEMBERSHIP_CLASSES, SCHOOL_TYPES, VAT_REFUNDS
from gateway.pages import ask
from gateway.pages.doors import alliance, for_alliance, for_registrar
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

_TEXTS = ("la_code", "establishment_number", "postcode", "town", "pupils_source")


@alliance.get("/schools")
@for_alliance
def schools() -> str:
    """Every school of the alliance."""
    found = ask.items("members", "/schools")
    found.sort(key=lambda school: school["name"])
    on = london_today().isoformat()
    members = [each for each in found if each["joined_on"] <= on and (each["left_on"] or on) >= on]
    return render_template("alliance/schools.html", schools=found, members=members, classes=MEMBERSHIP_CLASSES)


@alliance.get("/schools/<int:urn>")
@for_alliance
def school_entry(urn: int) -> str:
    """One school, with its memberships, counts and delivery sites."""
    return _entry_page(urn, Faults())


@alliance.get("/schools/new")
@for_registrar
def new_school() -> str:
    """The form for a school that joins."""
    return _form_page(None, {"joined_on": london_today().isoformat(), "membership_class": "full"}, Faults())


@alliance.post("/schools/new")
@for_registrar
def add_school() -> Response | tuple[str, int]:
    """Let a school join that is not there yet."""
    faults = Faults()
    urn, body = _whole("urn", "the URN", faults, needed=True), _sent(faults)
    if body["pupils"] is not None and not faults.at("pupils_on"):
        typed = Typed(request.form, faults)
        typed.day("pupils_on", "the day on which they were counted")
        typed.text("pupils_source", "where the number comes from")
    return _save(urn, body, "0", faults, new=True)


@alliance.get("/schools/<int:urn>/edit")
@for_registrar
def edit_school(urn: int) -> str:
    """The form of a school's record."""
    return _form_page(urn, ask.one("members", f"/schools/{urn}"), Faults())


@alliance.post("/schools/<int:urn>/edit")
@for_registrar
def save_school(urn: int) -> Response | tuple[str, int]:
    """Write a school's record."""
    faults = Faults()
    return _save(urn, _sent(faults), request.form.get("version", "0"), faults)


@alliance.post("/schools/<int:urn>/leave")
@for_registrar
def leave(urn: int) -> Response | tuple[str, int]:
    """Record the last day of a school's membership."""
    faults = Faults()
    left_on = Typed(request.form, faults).day("left_on", "the last day")
    body = {"left_on": left_on and left_on.isoformat()}
    return _change(urn, "leave", body, "The last day is recorded. Orders that are not committed by then drop.", faults)


@alliance.post("/schools/<int:urn>/join")
@for_registrar
def join(urn: int) -> Response | tuple[str, int]:
    """Record that a school joins again, or goes over into another class."""
    faults = Faults()
    joined_on = Typed(request.form, faults).day("rejoined_on", "the first day")
    body = {
        "joined_on": joined_on and joined_on.isoformat(),
        "membership_class": request.form.get("rejoined_class", "full"),
    }
    return _change(urn, "memberships", body, "The membership is recorded.", faults)


@alliance.post("/schools/<int:urn>/pupils")
@for_registrar
def count_pupils(urn: int) -> Response | tuple[str, int]:
    """Add a count of pupils, or correct the one of its day if that was ticked."""
    faults = Faults()
    typed = Typed(request.form, faults)
    counted_on = typed.day("counted_on", "the day of the count")
    pupils = _whole("pupils", "the number of pupils", faults, needed=True)
    source = typed.text("source", "where the number comes from")
    count = {"pupils": pupils, "source": source}
    if request.form.get("correct") == "yes" and not faults:
        with faults.of_service():
            upstream.put("members", f"/schools/{urn}/pupil-counts/{counted_on}", json=count, etag=seen_version())
        return _changed(urn, "The count is corrected.", faults)
    body = count | {"counted_on": counted_on and counted_on.isoformat()}
    return _change(urn, "pupil-counts", body, "The count is recorded.", faults)


def _change(urn: int, what: str, body: dict[str, Any], done: str, faults: Faults) -> Response | tuple[str, int]:
    if not faults:
        with faults.of_service({"joined_on": "rejoined_on", "membership_class": "rejoined_class"}):
            upstream.post(
                "members",
                f"/schools/{urn}/{what}",
                json=body,
                key=request.form.get("sending_key"),
                etag=seen_version(),
            )
    return _changed(urn, done, faults)


def _changed(urn: int, done: str, faults: Faults) -> Response | tuple[str, int]:
    if faults:
        return _entry_page(urn, faults), faults.status
    flash(done)
    return redirect(url_for("alliance.school_entry", urn=urn), 303)


def _save(
    urn: int | None, body: dict[str, Any], version: str, faults: Faults, *, new: bool = False
) -> Response | tuple[str, int]:
    if not faults:
        with faults.of_service():
            upstream.put("members", f"/schools/{urn}", json=body, etag=f'"{version}"')
        if new and faults.status == 412:
            faults = Faults()
            faults.add(f"School {urn} is there already. Edit it, or let it join again.", "urn")
    if faults:
        known = {} if new else ask.one("members", f"/schools/{urn}")
        return _form_page(None if new else urn, known | dict(request.form), faults), faults.status
    flash(f"{body['name']} is saved.")
    return redirect(url_for("alliance.school_entry", urn=urn), 303)


def _sent(faults: Faults) -> dict[str, Any]:
    """The school as it was typed. Without a phase, the ages decide."""
    typed = Typed(request.form, faults)
    body: dict[str, Any] = {field: typed.text(field, field, needed=False) for field in _TEXTS}
    ages = {field: _whole(field, "an age", faults) for field in ("low_age", "high_age")}
    phase = typed.text("phase", "a phase", needed=False)
    if not phase and None in ages.values():
        faults.add("Choose a phase, or enter both ages: then they decide.", "phase")
    elif not phase:
        phase = phase_from_ages(ages["low_age"] or 0, ages["high_age"] or 0)
    pupils_on, joined_on = typed.day("pupils_on", "the day", needed=False), typed.day("joined_on", "the first day")
    left_on = typed.day("left_on", "the last day", needed=False)
    return {
        **body,
        **ages,
        "name": typed.text("name", "the school’s name"),
        "type_code": request.form.get("type_code", ""),
        "phase": phase,
        "pupils": _whole("pupils", "the number of pupils", faults),
        "pupils_on": pupils_on and pupils_on.isoformat(),
        "joined_on": joined_on and joined_on.isoformat(),
        "left_on": left_on and left_on.isoformat(),
        "membership_class": request.form.get("membership_class", "full"),
    }


def _whole(field: str, label: str, faults: Faults, *, needed: bool = False) -> int | None:
    """A whole number, None where nothing was typed."""
    value = Typed(request.form, faults).text(field, label, needed=needed).replace(",", "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 7):
        faults.add(f"Enter {label} as a whole number.", field)
        return None
    return int(value)


def _entry_page(urn: int, faults: Faults) -> str:
    school, memberships, counts, sites = ask.together(
        lambda: ask.one("members", f"/schools/{urn}"),
        lambda: ask.items("members", f"/schools/{urn}/memberships"),
        lambda: ask.items("members", f"/schools/{urn}/pupil-counts"),
        lambda: ask.items("members", f"/schools/{urn}/sites"),
    )
    return render_template(
        "alliance/school.html",
        school=school,
        memberships=memberships,
        counts=counts,
        sites=sites,
        classes=MEMBERSHIP_CLASSES,
        refunds=VAT_REFUNDS,
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _form_page(urn: int | None, values: dict[str, Any], faults: Faults) -> str:
    return render_template(
        "alliance/school_form.html",
        urn=urn,
        values=values,
        phases=list(PHASES.items()),
        types=[(code, f"{kind.name} ({code})") for code, kind in SCHOOL_TYPES.items()],
        classes=list(MEMBERSHIP_CLASSES.items()),
        faults=faults,
    )
