"""A school's approval limits, and who stands in for an approver who is away."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.identity import current_session
from gateway.pages import ask
from gateway.pages.doors import for_head, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.school_budgets import may_set
from gateway.pages.typed import Typed, seen_version
from gateway.upstream import upstream

APPROVER: Final = "school_approver"
ROLES: Final = {"approver": APPROVER, "governor": "governor"}
"""Whose limits the fields are, by the first word of their names; a category’s code may follow after a dot."""


@school.get("/settings/limits")
@for_school
def limits() -> str:
    """Who may approve how much, and who stands in for whom."""
    return _page(Faults())


@school.post("/settings/limits")
@for_head
def set_limits() -> Response | tuple[str, int]:
    """Write the limits as they were typed; an empty amount is no limit."""
    faults = Faults()
    typed = Typed(request.form, faults)
    filled = [
        (ROLES[name], code or None, field)
        for field, text in request.form.items()
        for name, _, code in [field.partition(".")]
        if name in ROLES and text.strip()
    ]
    wanted = [
        {"role": role, "category_code": code, "amount_pence": typed.pence(field, "the amount")}
        for role, code, field in filled
    ]
    second = typed.pence("second", "the amount") if request.form.get("second", "").strip() else None
    if not faults:
        fields = {f"limits.{index}.amount_pence": field for index, (_, _, field) in enumerate(filled)}
        with faults.of_service({**fields, "second_above_pence": "second"}):
            upstream.put(
                "members",
                f"/schools/{own_urn()}/approval-limits",
                json={"limits": wanted, "second_above_pence": second},
                etag=seen_version(),
            )
    if faults:
        return _page(faults), faults.status
    flash("The limits are saved.")
    return redirect(url_for("school.limits"), 303)


@school.post("/settings/limits/stand-in")
@for_head
def name_stand_in() -> Response | tuple[str, int]:
    """Let somebody approve in one's own name for some days."""
    faults = Faults()
    typed = Typed(request.form, faults)
    person_id = typed.text("person_id", "who stands in for you")
    starts_on, ends_on = typed.day("starts_on", "the first day"), typed.day("ends_on", "the last day")
    if not faults and starts_on and ends_on:
        with faults.of_service():
            sent = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
            upstream.put("members", f"/schools/{own_urn()}/delegations/{person_id}", json=sent)
    if faults:
        return _page(faults), faults.status
    flash(
        "From the first day on your stand-in approves in your name. What you send yourself is for your other approvers."
    )
    return redirect(url_for("school.limits"), 303)


@school.post("/settings/limits/stand-in/<uuid:person_id>/end")
@for_head
def end_stand_in(person_id: Any) -> Response | tuple[str, int]:
    """End it before its last day."""
    faults = Faults()
    with faults.of_service():
        upstream.call("DELETE", "members", f"/schools/{own_urn()}/delegations/{person_id}")
    if faults:
        return _page(faults), faults.status
    flash("Nobody stands in for you there any more.")
    return redirect(url_for("school.limits"), 303)


def _page(faults: Faults) -> str:
    session, sent = current_session(), request.form if request.method == "POST" else {}
    own_id = session.person_id if session else ""
    found = ask.one("members", f"/schools/{own_urn()}/approval-limits")
    people = sorted(ask.items("members", "/people"), key=lambda person: person["name"])
    names = {person["person_id"]: person["name"] for person in people}
    return render_template(
        "school/limits.html",
        limits=_amounts(found, sent if "version" in sent else None),
        version=sent.get("version", found["version"]),
        categories=_category_names(found),
        stand_ins=[
            {
                **each,
                "for_name": names.get(each["delegated_from"], "somebody else"),
                "own": each["delegated_from"] == own_id,
            }
            for each in ask.items("members", f"/schools/{own_urn()}/delegations")
            if each["ends_on"] >= london_today().isoformat()
        ],
        may_set=may_set(),
        choices=[(person["person_id"], person["name"]) for person in people if _may_stand_in(person, own_id)],
        typed=sent,
        today=london_today().isoformat(),
        faults=faults,
    )


def _amounts(found: dict[str, Any], sent: Any) -> dict[str, Any]:
    """What stands in each field, and the amounts in pence for reading, by field; whether any is of a category."""
    names = {role: name for name, role in ROLES.items()}
    pence = {
        names[limit["role"]] + (f".{limit['category_code']}" if limit["category_code"] else ""): limit["amount_pence"]
        for limit in found["limits"]
    }
    if found["second_above_pence"] is not None:
        pence["second"] = found["second_above_pence"]
    text = {field: f"{amount // 100}.{amount % 100:02d}" for field, amount in pence.items()}
    shown = text if sent is None else sent
    by_category = any(text for field, text in shown.items() if field.partition(".")[0] in ROLES and "." in field)
    return {"pence": pence, "text": shown, "by_category": by_category}


def _may_stand_in(person: dict[str, Any], own_id: str) -> bool:
    """Whether the person may be named: somebody else at the school who does not approve by right."""
    here = [role for role in person["roles"] if role["school_urn"] == own_urn()]
    approves = any(role["role"] == APPROVER and not role.get("delegated_from") for role in here)
    return person["person_id"] != own_id and bool(here) and not approves


def _category_names(found: dict[str, Any]) -> dict[str, str]:
    """Every category's name, by code, in the order of names.

    Those that have a limit are among them by their codes even while the catalogue is away, so that no limit is lost.
    """
    limited = {each["category_code"]: each["category_code"] for each in found["limits"] if each["category_code"]}
    known = {each["code"]: each["name"] for each in ask.items_or_none("catalogue", "/categories") or []}
    return dict(sorted((limited | known).items(), key=lambda each: each[1]))
