"""Exports for accounts programs: a school's own documents, or the alliance's journal. The same pages for both."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader, for_receiver, for_school, school
from gateway.pages.faults import Faults
from gateway.pages.files import sent_on
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

View = Callable[..., Any]

PROGRAMS: Final = (("sage50", "Sage 50"), ("xero", "Xero"), ("arbor", "Arbor"), ("csv", "A table of our own"))
TAXES: Final = (
    ("S", "Standard rate"),
    ("S5", "Reduced rate"),
    ("Z", "Zero rate"),
    ("E", "Exempt"),
    ("AE", "Reverse charge"),
    ("O", "Outside the scope"),
)
KINDS: Final = {
    "bill": "Bills",
    "credit_note": "Credit notes",
    "direct_bill": "Suppliers’ invoices to you",
    "direct_credit_note": "Suppliers’ credit notes to you",
    "receipt": "Payments",
    "receipt_undone": "Payments undone",
    "journal": "Journal entries",
}


@dataclass(frozen=True, slots=True)
class Side:
    """Where one kind of seat finds its exports, who reads them and who makes them."""

    name: str
    blueprint: Blueprint
    may_read: Callable[[View], View]
    may_write: Callable[[View], View]
    writers: tuple[str, ...]


SIDES = (
    Side("school", school, for_school, for_receiver, ("school_buyer", "school_approver")),
    Side("alliance", alliance, for_reader, for_manager, ("alliance_manager",)),
)


def _register(side: Side) -> None:
    def exports() -> str | tuple[str, int]:
        faults = Faults()
        page = _page(side, faults)
        return (page, faults.status) if faults else page

    def write_export() -> AnyResponse | tuple[str, int]:
        faults = Faults()
        typed = Typed(request.form, faults)
        body = {
            "from_on": _iso(typed.day("from_on", "the first day")),
            "to_on": _iso(typed.day("to_on", "the last day")),
            "again": request.form.get("again") == "yes",
        }
        if not faults:
            with faults.of_service(otherwise="from_on"):
                # The form stays as it was once the file is there, so each of its two requests has a key of its own.
                key = f"{request.form['sending_key']}-{'again' if body['again'] else 'new'}"
                return sent_on(upstream.post("billing", "/ledger-exports", json=body, key=key))
        return _page(side, faults), faults.status

    def export_settings() -> str:
        return _settings(side, Faults())

    def save_export_settings() -> AnyResponse | tuple[str, int]:
        faults = Faults()
        profile = _profile(faults)
        if not faults:
            with faults.of_service():
                upstream.put("billing", "/export-profile", json=profile, etag=seen_version())
        if faults:
            return _settings(side, faults), faults.status
        flash("Saved. The next export is written like this.")
        return redirect(url_for(f"{side.name}.exports"), 303)

    for address, view, method, guard in (
        ("/exports", exports, "GET", side.may_read),
        ("/exports", write_export, "POST", side.may_write),
        ("/exports/settings", export_settings, "GET", side.may_write),
        ("/exports/settings", save_export_settings, "POST", side.may_write),
    ):
        side.blueprint.route(address, endpoint=view.__name__, methods=[method])(guard(view))


def _profile(faults: Faults) -> dict[str, Any]:
    """What was typed, as billing keeps it; a column without a place is left out."""
    sent = request.form
    typed = Typed(sent, faults)
    headings = {name: sent.get(f"heading.{name}", "").strip() or name for name in sent.getlist("field")}
    places = {name: typed.units(f"place.{name}", f"the place of {headings[name]}") or 0 for name in headings}
    columns = [
        {"field": name, "heading": headings[name]}
        for name in sorted(headings, key=lambda name: places[name])
        if places[name]
    ]
    return {
        "format": sent.get("format", ""),
        "account": sent.get("account", "").strip(),
        "bank_nominal": sent.get("bank_nominal", "").strip(),
        "department": sent.get("department", "").strip(),
        "nominals": _filled("nominal.", sent.getlist("code")),
        "suppliers": _filled("supplier.", sent.getlist("supplier")),
        "tax_codes": _filled("tax.", [key for key, _ in TAXES]),
        "columns": columns or None,
    }


def _filled(prefix: str, names: list[str]) -> dict[str, str]:
    return {name: value for name in names if (value := request.form.get(f"{prefix}{name}", "").strip())}


def _page(side: Side, faults: Faults) -> str:
    today = london_today()
    asked = Typed(request.form if faults else request.args, Faults() if faults else faults)
    month_before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    from_on = asked.day("from_on", "the first day", needed=False) or month_before
    to_on = asked.day("to_on", "the last day", needed=False) or today
    profile = ask.one("billing", "/export-profile")
    made, following = ask.part("billing", "/ledger-exports", after=request.args.get("after"))
    found: list[dict[str, Any]] = []
    if from_on <= to_on:
        with faults.of_service(otherwise="from_on"):
            days = {"from_on": from_on.isoformat(), "to_on": to_on.isoformat()}
            found = ask.items("billing", "/ledger-exports/preview", **days)
    elif not faults:
        faults.add("The first day comes after the last.", "from_on")
    return render_template(
        "ledger_exports.html",
        side=side,
        profile=profile,
        program=dict(PROGRAMS).get(profile["format"] or ""),
        from_on=from_on.isoformat(),
        to_on=to_on.isoformat(),
        preview=found,
        gross_pence=sum(each["gross_pence"] for each in found),
        kinds=KINDS,
        programs=dict(PROGRAMS),
        made=made,
        following=following,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _settings(side: Side, faults: Faults) -> str:
    profile = ask.one("billing", "/export-profile")
    values, sent = {**profile, **_profile(Faults())} if faults else profile, request.form
    places = {each["field"]: (str(place), each["heading"]) for place, each in enumerate(profile["columns"], 1)}
    if faults:
        fields = sent.getlist("field")
        places = {name: (sent.get(f"place.{name}", ""), sent.get(f"heading.{name}", "")) for name in fields}
    return render_template(
        "ledger_export_settings.html",
        side=side,
        profile=profile,
        values=values,
        places=places,
        programs=PROGRAMS,
        taxes=TAXES,
        faults=faults,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


for _side in SIDES:
    _register(_side)
