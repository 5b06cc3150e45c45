"""A school leaves the alliance: its last day, a page that says what will happen then, and the step itself."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_day, london_today
from gateway.domain.london import day
from gateway.identity import current_seat
from gateway.pages import ask
from gateway.pages.doors import for_head, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream


@dataclass(frozen=True, slots=True)
class Consequences:
    """What becomes of what the school has under way when its membership ends on a day.

    Orders in rounds that close later drop and those that close by then take part; `committed` purchase orders stand;
    of `services` each has its last day, `None` where it never begins.
    """

    dropped: list[dict[str, Any]]
    kept: list[dict[str, Any]]
    committed: list[dict[str, Any]]
    services: list[tuple[dict[str, Any], str | None]]


@school.get("/settings/leave")
@for_head
def leaving() -> str:
    """The form for the last day."""
    _must_decide()
    return _day_page(Faults())


@school.get("/settings/leave/check")
@for_head
def check_leaving() -> str | tuple[str, int]:
    """What will happen, before it is done."""
    _must_decide()
    faults = Faults()
    left_on = Typed(request.args, faults).day("left_on", "the last day")
    if left_on is not None and left_on < london_today():
        faults.add("Choose today or a later day.", "left_on")
    if faults or left_on is None:
        return _day_page(faults), faults.status
    return _check_page(left_on, faults)


@school.post("/settings/leave")
@for_head
def leave_alliance() -> Response | tuple[str, int]:
    """Record the last day of the school's membership."""
    _must_decide()
    faults = Faults()
    left_on = Typed(request.form, faults).day("left_on", "the last day")
    if faults or left_on is None:
        return _day_page(faults), faults.status
    with faults.of_service():
        upstream.post(
            "members",
            f"/schools/{own_urn()}/leave",
            json={"left_on": left_on.isoformat()},
            key=request.form.get("sending_key"),
            etag=seen_version(),
        )
    if faults:
        return _check_page(left_on, faults), faults.status
    flash(f"{day(left_on)} is recorded as your school’s last day in the alliance, and the alliance is told by mail.")
    return redirect(url_for("school.settings"), 303)


def _must_decide() -> None:
    """Whoever stands in for an approver does not decide this."""
    seat = current_seat()
    if seat is None or seat.stands_in_for is not None:
        abort(403)


def _consequences(left_on: date) -> Consequences:
    ordering = [
        found
        for found in ask.items("orders", "/rounds")
        if found["state"] == "open" and found["my_order"] and found["my_order"]["state"] not in ("declined", "dropped")
    ]
    in_time = [london_day(datetime.fromisoformat(found["closes_at"])) <= left_on for found in ordering]
    ends = {plan["plan_id"]: plan["ends_on"] for plan in ask.items("orders", "/subscription-plans")}
    services = [
        (each, _last_day(each, left_on.isoformat()))
        for each in ask.items("orders", "/subscriptions")
        if each["state"] in ("requested", "approved", "ended")
        and (each["ends_on"] or ends[each["plan_id"]]) > left_on.isoformat()
    ]
    return Consequences(
        dropped=[found for found, takes_part in zip(ordering, in_time, strict=True) if not takes_part],
        kept=[found for found, takes_part in zip(ordering, in_time, strict=True) if takes_part],
        committed=[
            order
            for order in ask.items("orders", "/purchase-orders")
            if order["state"] in ("issued", "accepted") and order["received_count"] < order["drop_count"]
        ],
        services=services,
    )


def _last_day(subscription: dict[str, Any], left_on: str) -> str | None:
    """A request falls away, as does what would begin later."""
    begins = subscription["state"] != "requested" and subscription["starts_on"] <= left_on
    return left_on if begins else None


def _day_page(faults: Faults) -> str:
    return render_template(
        "school/leave.html",
        school=ask.one("members", f"/schools/{own_urn()}"),
        typed=request.values,
        faults=faults,
    )


def _check_page(left_on: date, faults: Faults) -> str:
    return render_template(
        "school/leave_check.html",
        school=ask.one("members", f"/schools/{own_urn()}"),
        left_on=left_on.isoformat(),
        what=_consequences(left_on),
        key=sending_key(request.form, faults),
        faults=faults,
    )
