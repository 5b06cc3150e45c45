"""A school's recurring services: joining with approval, what they grant, what they cost, leaving."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.identity import current_seat, current_session
from gateway.pages import ask
from gateway.pages.doors import for_approver, for_receiver, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

Page = Response | tuple[str, int]


@school.get("/services")
@for_school
def services() -> str:
    """The services that this school has or has asked for, and those that it could join."""
    plans = {plan["plan_id"]: plan for plan in ask.items("orders", "/subscription-plans")}
    mine = ask.items("orders", "/subscriptions")
    mine.sort(key=lambda each: (each["state"] not in ("requested", "approved"), each["plan_title"], each["starts_on"]))
    taken = {each["plan_id"] for each in mine if each["state"] in ("requested", "approved")}
    now = london_today().isoformat()
    offered = [plan for plan in plans.values() if plan["plan_id"] not in taken and plan["ends_on"] >= now]
    return render_template("school/services.html", mine=mine, plans=plans, offered=offered, today=now)


@school.get("/services/join/<uuid:plan_id>")
@for_receiver
def service_offer(plan_id: Any) -> str:
    """What a service is and costs, and the form to ask for it."""
    return _offer_page(str(plan_id), MultiDict(), Faults())


@school.post("/services/join/<uuid:plan_id>")
@for_receiver
def ask_for_service(plan_id: Any) -> Page:
    """Ask for the service; the school's approver decides."""
    faults = Faults()
    starts_on = Typed(request.form, faults).day("starts_on", "the first day")
    if faults or starts_on is None:
        return _offer_page(str(plan_id), request.form, faults), faults.status
    made: dict[str, Any] = {}
    with faults.of_service():
        body = {"plan_id": str(plan_id), "starts_on": starts_on.isoformat()}
        made = upstream.post("orders", "/subscriptions", json=body, key=request.form.get("sending_key")).json()
    if faults:
        return _offer_page(str(plan_id), request.form, faults), faults.status
    flash("You have asked for it. It begins once an approver of your school has agreed.")
    return redirect(url_for("school.service", subscription_id=made["subscription_id"]), 303)


@school.get("/services/<uuid:subscription_id>")
@for_school
def service(subscription_id: Any) -> str:
    """One service of this school: its entitlements, readings and charges."""
    return _page(str(subscription_id), Faults())


@school.post("/services/<uuid:subscription_id>/approve")
@for_approver
def approve_service(subscription_id: Any) -> Page:
    """Commit the school to the service."""
    return _act(subscription_id, "approve", {}, "Your approval is recorded.")


@school.post("/services/<uuid:subscription_id>/decline")
@for_receiver
def decline_service(subscription_id: Any) -> Page:
    """Refuse the request, or take it back."""
    faults = Faults()
    reason = Typed(request.form, faults).text("reason", "why not")
    if faults:
        return _page(str(subscription_id), faults), faults.status
    return _act(subscription_id, "decline", {"reason": reason}, "The request is closed. Nothing was committed.")


@school.post("/services/<uuid:subscription_id>/leave")
@for_approver
def leave_service(subscription_id: Any) -> Page:
    """Give notice."""
    faults = Faults()
    ends_on = Typed(request.form, faults).day("ends_on", "the last day")
    if faults or ends_on is None:
        return _page(str(subscription_id), faults), faults.status
    body = {"ends_on": ends_on.isoformat()}
    return _act(subscription_id, "leave", body, "Notice is given. You pay to the last day and not beyond.")


@school.post("/services/<uuid:subscription_id>/uses")
@for_receiver
def record_use(subscription_id: Any) -> Page:
    """Record what was drawn of an entitlement."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "code": typed.text("code", "what was used"),
        "used_on": typed.text("used_on", "the day"),
        "quantity": typed.text("quantity", "how much"),
        "note": typed.text("note", "a note", needed=False),
    }
    if faults:
        return _page(str(subscription_id), faults), faults.status
    return _act(subscription_id, "uses", body, "Recorded.")


@school.post("/services/<uuid:subscription_id>/uses/<uuid:use_id>/cancel")
@for_receiver
def cancel_use(subscription_id: Any, use_id: Any) -> Page:
    """Take back what was recorded by mistake."""
    return _act(subscription_id, f"uses/{use_id}/cancel", {}, "Taken back.")


@school.post("/services/<uuid:subscription_id>/readings")
@for_receiver
def record_own_reading(subscription_id: Any) -> Page:
    """Record what this school's driver stands at."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "school_urn": own_urn(),
        "read_on": typed.text("read_on", "from which day it holds"),
        "quantity": typed.units("reading", "the figure", needed=True),
        "source": typed.text("source", "where the figure comes from"),
    }
    found = ask.one("orders", f"/subscriptions/{subscription_id}")
    if not faults:
        with faults.of_service({"quantity": "reading"}):
            path = f"/subscription-plans/{found['plan_id']}/readings"
            upstream.post("orders", path, json=body, key=request.form.get("sending_key"))
    if faults:
        return _page(str(subscription_id), faults), faults.status
    flash("Recorded. The next charge goes by it.")
    return redirect(url_for("school.service", subscription_id=subscription_id), 303)


def _act(subscription_id: Any, action: str, body: dict[str, Any], done: str) -> Page:
    faults = Faults()
    with faults.of_service():
        upstream.post(
            "orders",
            f"/subscriptions/{subscription_id}/{action}",
            json=body,
            key=request.form.get("sending_key"),
            etag=seen_version(),
        )
    if faults:
        return _page(str(subscription_id), faults), faults.status
    flash(done)
    return redirect(url_for("school.service", subscription_id=subscription_id), 303)


def _offer_page(plan_id: str, typed: MultiDict[str, str], faults: Faults) -> str:
    plan = ask.one("orders", f"/subscription-plans/{plan_id}")
    readings = ask.items("orders", f"/subscription-plans/{plan_id}/readings")
    return render_template(
        "school/service_join.html",
        plan=plan,
        quantity=readings[-1]["quantity"] if readings else None,
        first_day=max(plan["starts_on"], london_today().isoformat()),
        typed=typed,
        key=sending_key(typed, faults),
        faults=faults,
    )


def _page(subscription_id: str, faults: Faults) -> str:
    session, seat = current_session(), current_seat()
    found = ask.one("orders", f"/subscriptions/{subscription_id}")
    return render_template(
        "school/service.html",
        found=found,
        plan=found["plan"],
        charges=found["charges"][::-1],
        entitlements={each["code"]: each for each in found["entitlements"]},
        names=[(each["code"], each["name"]) for each in found["entitlements"]],
        own=session is not None and found["requested_by"] == session.name,
        may_decide=seat is not None and seat.has_any("school_approver", "governor"),
        may_leave=seat is not None and seat.has_any("school_approver"),
        may_record=seat is not None and seat.has_any("school_buyer", "school_approver"),
        today=london_today().isoformat(),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
