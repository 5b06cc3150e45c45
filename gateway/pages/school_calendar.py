"""A school's calendar: a feed that calendar programs read by its address, and single deadlines as files."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from chassis.actor import Actor
from chassis.request import current_database
from chassis.web import public
from gateway.identity import acting
from gateway.pages import ask
from gateway.pages.calendar_file import CONTENT_TYPE, calendar_of, deadline_of
from gateway.pages.doors import entrance, for_receiver, for_school, own_urn, school
from gateway.upstream import upstream
from gateway.usecases.share_calendar import calendar_feed, renew_calendar_feed, school_of_calendar

_KEPT_SECONDS = 900


@school.get("/calendar")
@for_school
def calendar() -> str:
    """The address of the school's feed, and the way to make it anew."""
    feed = calendar_feed(current_database(), _secret(), own_urn())
    address = url_for("pages.calendar_feed_file", token=feed.token, _external=True) if feed else None
    return render_template("school/calendar.html", feed=feed, address=address)


@school.post("/calendar")
@for_receiver
def renew_calendar() -> BaseResponse:
    """Make a new address; the one before it works no more."""
    renew_calendar_feed(current_database(), _secret(), own_urn(), acting().name)
    flash("The calendar has a new address. An address from before works no more.")
    return redirect(url_for("school.calendar"), 303)


@school.get("/rounds/<uuid:round_id>/deadline.ics")
@for_school
def deadline_file(round_id: Any) -> Response:
    """One round's deadline as a file."""
    found = ask.one("orders", f"/rounds/{round_id}")
    answer = Response(deadline_of(found, _address()), content_type=CONTENT_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{found["number"]}.ics"'
    return answer


@entrance.get("/calendar/<token>.ics")
@public
def calendar_feed_file(token: str) -> Response:
    """The feed: the school's deadlines and delivery windows, for whoever has the address."""
    urn = school_of_calendar(current_database(), token)
    if urn is None:
        raise NotFound
    reader = Actor("school", name="Calendar", roles=frozenset({"governor"}), school_urn=urn)
    rounds = upstream.get("orders", "/rounds", actor=reader).json()["items"]
    answer = Response(calendar_of("Bursar", rounds, _address()), content_type=CONTENT_TYPE)
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    return answer


def _address() -> str:
    return request.host_url.rstrip("/")


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
