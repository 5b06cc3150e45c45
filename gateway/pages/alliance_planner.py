"""The contract planner: days to decide by, what contracts are worth, terms to bring together, and its calendar."""

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from chassis.actor import Actor
from chassis.web import public
from contracts.money import pounds
from gateway.pages import ask, catalogue_words
from gateway.pages.doors import alliance, entrance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

_READER = Actor("alliance", name="Calendar")  # holds no role: the token in the address is what opens the calendar
_KEPT_SECONDS = 900
_SPARE_ROWS = 2
_MOST_ROWS = 100


@alliance.get("/planner")
@for_reader
def planner() -> str:
    """What must be decided by when, and what it is all worth."""
    return _page(Faults())


@alliance.post("/planner/calendar")
@for_manager
def open_calendar() -> Response | str | tuple[str, int]:
    """Make an address for the planner's calendar, and show it this once."""
    faults = Faults()
    with faults.of_service():
        made = upstream.post("catalogue", "/planner-feeds", key=request.form.get("sending_key")).json()
    if faults:
        return _page(faults), faults.status
    return _page(faults, address=url_for("pages.planner_calendar", token=made["token"], _external=True))


@alliance.post("/planner/calendar/<uuid:feed_id>/revoke")
@for_manager
def revoke_calendar(feed_id: Any) -> Response | tuple[str, int]:
    """Close an address for good."""
    faults = Faults()
    with faults.of_service():
        upstream.post("catalogue", f"/planner-feeds/{feed_id}/revoke", key=request.form.get("sending_key"))
    if faults:
        return _page(faults), faults.status
    flash("The address works no more. Calendars that read it get nothing new.")
    return redirect(url_for("alliance.planner"), 303)


@entrance.get("/calendar/contracts/<token>.ics")
@public
def planner_calendar(token: str) -> FlaskResponse:
    """The planner's calendar, for whoever has the address."""
    written = upstream.get("catalogue", f"/planner-feeds/{token}.ics", actor=_READER).body
    headers = {"Cache-Control": f"private, max-age={_KEPT_SECONDS}"}
    return FlaskResponse(written, content_type="text/calendar; charset=utf-8", headers=headers)


@alliance.get("/planner/thresholds")
@for_manager
def thresholds() -> str:
    """The form of thresholds and quote tiers."""
    answer = upstream.get("catalogue", "/procurement-thresholds")
    typed = _typed(answer.json())
    typed["version"] = (answer.etag or '"0"').strip('"')
    return _rules_page(typed, Faults())


@alliance.post("/planner/thresholds")
@for_manager
def save_thresholds() -> Response | tuple[str, int]:
    """Write thresholds and quote tiers as they were typed."""
    faults = Faults()
    body, fields = _read(request.form, faults)
    if not faults:
        with faults.of_service(fields):
            version = request.form.get("version", "0")
            upstream.put("catalogue", "/procurement-thresholds", json=body, etag=f'"{version}"')
    if faults:
        return _rules_page(request.form, faults), faults.status
    flash("The thresholds are saved.")
    return redirect(url_for("alliance.planner"), 303)


def _page(faults: Faults, address: str = "") -> str:
    return render_template(
        "alliance/planner.html",
        plan=ask.one("catalogue", "/planner"),
        feeds=ask.items("catalogue", "/planner-feeds"),
        address=address,
        words=catalogue_words,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _rules_page(typed: MultiDict[str, str], faults: Faults) -> str:
    return render_template(
        "alliance/planner_thresholds.html",
        typed=typed,
        threshold_rows=_rows(typed, "thresholds", "amount_pence"),
        tier_rows=_rows(typed, "quote_tiers", "requirement"),
        words=catalogue_words,
        faults=faults,
    )


def _typed(rules: dict[str, Any]) -> MultiDict[str, str]:
    typed: MultiDict[str, str] = MultiDict()
    for group in ("thresholds", "quote_tiers"):
        for row, each in enumerate(rules[group]):
            for name, value in each.items():
                typed[f"{group}.{row}.{name}"] = pounds(value) if name.endswith("_pence") else value
    return typed


def _used(sent: MultiDict[str, str], group: str, name: str) -> list[int]:
    return [row for row in range(_MOST_ROWS) if sent.get(f"{group}.{row}.{name}", "").strip()]


def _rows(typed: MultiDict[str, str], group: str, name: str) -> list[int]:
    used = _used(typed, group, name)
    return list(range(min((used[-1] + 1 if used else 0) + _SPARE_ROWS, _MOST_ROWS)))


def _read(sent: MultiDict[str, str], faults: Faults) -> tuple[dict[str, Any], dict[str, str]]:
    """The rules, and the request's paths by the inputs they came from: rows left empty are taken out."""
    typed = Typed(sent, faults)
    body: dict[str, Any] = {"thresholds": [], "quote_tiers": []}
    fields: dict[str, str] = {}
    for group, amount, word in (("thresholds", "amount_pence", "kind"), ("quote_tiers", "from_pence", "requirement")):
        for row in _used(sent, group, "amount_pence" if group == "thresholds" else "requirement"):
            at, to = f"{group}.{row}.", f"{group}.{len(body[group])}."
            day = typed.day(f"{at}commences_on", "the day on which it commences")
            each = {amount: typed.pence(f"{at}{amount}", "the amount"), word: typed.text(f"{at}{word}", "what it is")}
            body[group].append({**each, "commences_on": day.isoformat() if day else None})
            fields |= {f"{to}{name}": f"{at}{name}" for name in (amount, word, "commences_on")}
    return body, fields
