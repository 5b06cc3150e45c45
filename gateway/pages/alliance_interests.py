"""Related parties: the register of who is connected with which supplier, and what that came to in a financial year."""

from datetime import date
from typing import Any, Final

from flask import Response as Sent
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.report_answers import report_answer
from chassis.report_documents import report_json
from contracts.digits import as_whole
from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.related_parties import CAPACITIES, academy_year, related_parties
from gateway.pages.reports import shown
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

_KEPT: Final = ("person_name", "capacity", "nature", "starts_on", "declared_on")


@alliance.get("/interests")
@for_reader
def interests() -> str:
    """The register, and what each connected supplier was ordered from, invoiced and paid in a financial year."""
    return _list_page(Faults())


@alliance.get("/interests.pdf")
@for_reader
def interests_document() -> Sent:
    """The same figures as a document; the page's tables, the register among them, come as a spreadsheet with it."""
    register, totals = _read(_year())
    return report_answer(related_parties(register, totals, _year())[0], "pdf", london_today())


@alliance.get("/interests/new")
@for_manager
def new_interest() -> str:
    """The form for an interest that somebody has declared."""
    return _new_page(Faults())


@alliance.post("/interests/new")
@for_manager
def add_interest() -> Response | tuple[str, int]:
    """Record the interest."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body: dict[str, Any] = {
        "supplier_id": typed.text("supplier_id", "the supplier"),
        "school_urn": typed.number("school_urn", "the school", needed=False),
        "capacity": typed.text("capacity", "as what"),
        "person_name": typed.text("person_name", "who"),
        "nature": typed.text("nature", "how they are connected"),
    }
    days = {name: typed.day(name, label, needed=name != "ends_on") for name, label in _DAYS.items()}
    if not faults:
        body |= {name: day.isoformat() if day else None for name, day in days.items()}
        with faults.of_service():
            upstream.post("members", "/interests", json=body, key=request.form.get("sending_key"))
    if faults:
        return _new_page(faults), faults.status
    flash("The interest is recorded.")
    return redirect(url_for("alliance.interests"), 303)


@alliance.post("/interests/<uuid:interest_id>/end")
@for_manager
def end_interest(interest_id: Any) -> Response | tuple[str, int]:
    """Give an interest its last day."""
    faults = Faults()
    last = Typed(request.form, faults).day("ends_on", "the last day")
    if not faults and last:
        path = f"/interests/{interest_id}"
        stands = ask.one("members", path)
        body = {name: stands[name] for name in _KEPT} | {"ends_on": last.isoformat()}
        with faults.of_service():
            upstream.put("members", path, json=body, etag=seen_version())
    if faults:
        return _list_page(faults), faults.status
    flash("The interest has its last day.")
    return redirect(url_for("alliance.interests"), 303)


_DAYS: Final = {"starts_on": "the first day", "ends_on": "the last day", "declared_on": "the day it was declared"}


def _year() -> tuple[date, date]:
    """The academies' financial year that the address asks for by its first calendar year, or the present one."""
    asked = as_whole(request.args.get("year", ""))
    return academy_year(date(asked, 9, 1) if asked and 2000 <= asked <= 2100 else london_today())


def _read(days: tuple[date, date]) -> tuple[dict[str, Any], dict[str, Any]]:
    register, totals = ask.together(
        lambda: ask.one("members", "/interests"),
        lambda: ask.one("billing", "/money-reports/supplier-totals", from_on=days[0], to_on=days[1]),
    )
    return register, totals


def _list_page(faults: Faults) -> str:
    days = _year()
    register, totals = _read(days)
    told = report_json(related_parties(register, totals, days)[0])
    return render_template(
        "alliance/interests.html",
        report=told,
        section=shown(told["sections"][0], "alliance"),
        register=register["items"],
        thresholds=register["thresholds"],
        capacities=CAPACITIES,
        year=days[0].year,
        today=london_today().isoformat(),
        faults=faults,
    )


def _new_page(faults: Faults) -> str:
    suppliers, schools = ask.together(
        lambda: ask.items("members", "/suppliers"), lambda: ask.items("members", "/schools")
    )
    return render_template(
        "alliance/interest_new.html",
        suppliers=sorted(((each["supplier_id"], each["name"]) for each in suppliers), key=lambda each: each[1]),
        schools=sorted(((each["urn"], each["name"]) for each in schools), key=lambda each: each[1]),
        capacities=CAPACITIES,
        typed=request.form,
        today=london_today().isoformat(),
        key=sending_key(request.form, faults),
        faults=faults,
    )
