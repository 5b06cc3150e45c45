"""The manager's recurring services: offering them, billing their periods, and the proof of every charge."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from contracts.london import london_today
from contracts.vat import VAT_CLASSES
from gateway.identity import current_seat
from gateway.pages import ask
from gateway.pages.alliance_money import bill_sums, ready_to_bill, said_issued
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.service_form import entitlement_rows, filled, read_plan
from gateway.pages.service_words import BILLED, DRIVERS, PERIODS
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

Page = Response | tuple[str, int]


@alliance.get("/services")
@for_reader
def services() -> str:
    """Every recurring service, those that still run first."""
    plans = ask.items("orders", "/subscription-plans")
    now = london_today().isoformat()
    running = [plan for plan in plans if plan["ends_on"] >= now or plan["next_run_on"]]
    over = [plan for plan in plans if plan not in running]
    return render_template("alliance/services.html", running=running, over=over)


@alliance.get("/services/new")
@for_manager
def new_service() -> str:
    """The form for a service."""
    return _form_page(None, MultiDict(), Faults())


@alliance.post("/services/new")
@for_manager
def create_service() -> Page:
    """Offer the service to the schools."""
    faults = Faults()
    body = read_plan(request.form, faults)
    made: dict[str, Any] = {}
    if not faults:
        with faults.of_service():
            key = request.form.get("sending_key")
            made = upstream.post("orders", "/subscription-plans", json=body, key=key).json()
    if faults:
        return _form_page(None, request.form, faults), faults.status
    flash(f"{made['title']} is offered. Schools can ask for it from their page “Services”.")
    return redirect(url_for("alliance.service", plan_id=made["plan_id"]), 303)


@alliance.get("/services/<uuid:plan_id>/edit")
@for_manager
def edit_service(plan_id: Any) -> str:
    """The form with what the service is now."""
    plan = ask.one("orders", f"/subscription-plans/{plan_id}")
    return _form_page(plan, filled(plan), Faults())


@alliance.post("/services/<uuid:plan_id>/edit")
@for_manager
def change_service(plan_id: Any) -> Page:
    """Change the service as it was seen; what schools have joined for stands."""
    faults = Faults()
    body = read_plan(request.form, faults)
    if not faults:
        with faults.of_service():
            version = seen_version()
            upstream.put("orders", f"/subscription-plans/{plan_id}", json=body, etag=version)
    if faults:
        plan = ask.one("orders", f"/subscription-plans/{plan_id}")
        return _form_page(plan, request.form, faults), faults.status
    flash("Saved.")
    return redirect(url_for("alliance.service", plan_id=plan_id), 303)


@alliance.get("/services/<uuid:plan_id>")
@for_reader
def service(plan_id: Any) -> str:
    """One service: its schools, what is billed next and what was billed."""
    return _page(str(plan_id), Faults())


@alliance.post("/services/<uuid:plan_id>/run")
@for_manager
def run_service(plan_id: Any) -> Page:
    """Bill what the page showed; once, whoever does it at the same moment."""
    faults = Faults()
    with faults.of_service():
        body = {"period_from": request.form.get("period_from", "")}
        upstream.post("orders", f"/subscription-plans/{plan_id}/runs", json=body)
    if faults:
        return _page(str(plan_id), faults), faults.status
    flash("Billed. Its purchase order is on its way to the supplier.")
    return redirect(url_for("alliance.service", plan_id=plan_id), 303)


@alliance.get("/services/<uuid:plan_id>/schools/<int:urn>")
@for_reader
def service_school(plan_id: Any, urn: int) -> str:
    """One school's readings and charges, with the formula of each."""
    return _school_page(str(plan_id), urn, Faults())


@alliance.post("/services/<uuid:plan_id>/schools/<int:urn>")
@for_manager
def record_reading(plan_id: Any, urn: int) -> Page:
    """Record what the school's driver stands at."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "school_urn": urn,
        "read_on": typed.text("read_on", "from which day it holds"),
        "quantity": typed.units("reading", "the figure", needed=True),
        "source": typed.text("source", "where the figure comes from"),
    }
    if not faults:
        with faults.of_service({"quantity": "reading"}):
            path = f"/subscription-plans/{plan_id}/readings"
            upstream.post("orders", path, json=body, key=request.form.get("sending_key"))
    if faults:
        return _school_page(str(plan_id), urn, faults), faults.status
    flash("Recorded. The next charge goes by it.")
    return redirect(url_for("alliance.service_school", plan_id=plan_id, urn=urn), 303)


@alliance.get("/purchase-orders/<uuid:purchase_order_id>/bills")
@for_manager
def service_bills(purchase_order_id: Any) -> str:
    """The bills of a service's period, and the button that issues those still missing."""
    return _bills_page(str(purchase_order_id), Faults())


@alliance.post("/purchase-orders/<uuid:purchase_order_id>/bills")
@for_manager
def issue_service_bills(purchase_order_id: Any) -> Page:
    """Bill each school for what it has confirmed and an invoice agrees with."""
    faults = Faults()
    issued: dict[str, Any] = {"items": [], "credit_notes": []}
    with faults.of_service():
        body = {"purchase_order_id": str(purchase_order_id)}
        issued = upstream.post("billing", "/bills", json=body, key=request.form.get("sending_key")).json()
    if faults:
        return _bills_page(str(purchase_order_id), faults), faults.status
    flash(said_issued(issued))
    return redirect(url_for("alliance.service_bills", purchase_order_id=purchase_order_id), 303)


def _form_page(plan: dict[str, Any] | None, typed: MultiDict[str, str], faults: Faults) -> str:
    contracts = ask.items("catalogue", "/contracts")
    contracts.sort(key=lambda contract: (contract["title"], contract["reference"]))
    categories = ask.items("catalogue", "/categories")
    return render_template(
        "alliance/service_form.html",
        plan=plan,
        typed=typed,
        contracts=[(each["contract_id"], f"{each['title']} ({each['supplier_name']})") for each in contracts],
        categories=[(each["code"], each["name"]) for each in categories],
        drivers=[(code, names[0]) for code, names in DRIVERS.items()],
        billing_periods=list(PERIODS.items()),
        billed_when=list(BILLED.items()),
        vat_classes=list(VAT_CLASSES.items()),
        rows=entitlement_rows(typed),
        key=sending_key(typed, faults),
        faults=faults,
    )


def _page(plan_id: str, faults: Faults) -> str:
    plan, upcoming, subscriptions, readings = ask.together(
        lambda: ask.one("orders", f"/subscription-plans/{plan_id}"),
        lambda: _upcoming(plan_id),
        lambda: ask.items("orders", "/subscriptions", plan_id=plan_id),
        lambda: ask.items("orders", f"/subscription-plans/{plan_id}/readings"),
    )
    return render_template(
        "alliance/service.html",
        plan=plan,
        upcoming=upcoming,
        may_run=upcoming is not None and upcoming["from_on"] <= london_today().isoformat(),
        subscriptions=subscriptions,
        readings={each["school_urn"]: each for each in readings},
        key=sending_key({}, Faults()),
        faults=faults,
    )


def _upcoming(plan_id: str) -> dict[str, Any] | None:
    """What would be billed next; only the manager may look at it, and nothing may be left."""
    seat = current_seat()
    if seat is None or not seat.has_any("alliance_manager"):
        return None
    preview = ask.one("orders", f"/subscription-plans/{plan_id}/next-run")
    return preview if preview["kind"] else None


def _school_page(plan_id: str, urn: int, faults: Faults) -> str:
    plan, school, found, readings, charges = ask.together(
        lambda: ask.one("orders", f"/subscription-plans/{plan_id}"),
        lambda: ask.one("members", f"/schools/{urn}"),
        lambda: ask.items("orders", "/subscriptions", plan_id=plan_id),
        lambda: ask.items("orders", f"/subscription-plans/{plan_id}/readings"),
        lambda: ask.items("orders", f"/subscription-plans/{plan_id}/charges", school_urn=urn),
    )
    return render_template(
        "alliance/service_school.html",
        plan=plan,
        school=school,
        subscriptions=[each for each in found if each["school_urn"] == urn and each["state"] != "declined"],
        readings=[each for each in readings if each["school_urn"] == urn][::-1],
        charges=[each for each in charges if each["school_urn"] == urn][::-1],
        today=london_today().isoformat(),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _bills_page(purchase_order_id: str, faults: Faults) -> str:
    order, found, invoices, ready = ask.together(
        lambda: ask.one("orders", f"/purchase-orders/{purchase_order_id}"),
        lambda: ask.items("billing", "/bills", purchase_order_id=purchase_order_id),
        lambda: ask.items("billing", "/supplier-invoices"),
        lambda: ready_to_bill(purchase_order_id=purchase_order_id),
    )
    return render_template(
        "alliance/service_bills.html",
        order=order,
        bills=found,
        ready=ready,
        held=[each for each in invoices if each["state"] == "held" and each["purchase_order_id"] == purchase_order_id],
        **bill_sums(found),
        key=sending_key(request.form, faults),
        faults=faults,
    )
