"""Which mail a person gets, and stopping the daily digest from the link in it."""

from typing import Final, cast

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.request import current_database
from chassis.web import public
from contracts.roles import SeatKind
from gateway.domain.mail import Delivery
from gateway.domain.sessions import Session
from gateway.identity import current_session, sign_in_required
from gateway.mail.unsubscribe import unsubscribing_person
from gateway.pages.doors import entrance
from gateway.usecases.choose_mail import choices_of, choose_mail, kinds_for, stop_digest

DELIVERIES: Final = (("at_once", "At once"), ("digest", "Once a day, at 07:30"), ("off", "Not at all"))


@entrance.get("/settings/notifications")
@sign_in_required()
def notifications() -> str:
    """Each kind of mail that this person gets, and how."""
    session, seats = _who()
    return render_template(
        "notifications.html",
        kinds=kinds_for(seats),
        always=kinds_for(seats, required=True),
        choices=choices_of(current_database(), session.person_id, seats),
        deliveries=DELIVERIES,
    )


@entrance.post("/settings/notifications")
@sign_in_required()
def save_notifications() -> Response:
    """Keep what was chosen."""
    session, seats = _who()
    allowed = dict(DELIVERIES)
    chosen = {name: request.form.get(name, "") for name in kinds_for(seats)}
    choose_mail(
        current_database(),
        session.person_id,
        {name: cast(Delivery, delivery) for name, delivery in chosen.items() if delivery in allowed},
    )
    flash("Your choice is kept.")
    return redirect(url_for("pages.notifications"), 303)


@entrance.get("/unsubscribe/<token>")
@public
def unsubscribe(token: str) -> str:
    """The page of the link in a digest; looking at it, as mail filters do, changes nothing."""
    _person(token)
    return render_template("unsubscribe.html", token=token, stopped=False)


@entrance.post("/unsubscribe/<token>")
@public
def stop(token: str) -> str:
    """Stop the digest: sent by the page's button, or by a mail program on its own (RFC 8058)."""
    stop_digest(current_database(), _person(token))
    return render_template("unsubscribe.html", token=token, stopped=True)


def _who() -> tuple[Session, set[SeatKind]]:
    session = current_session()
    if session is None:
        raise RuntimeError("This page stands behind a door.")
    return session, {seat.kind for seat in session.seats}


def _person(token: str) -> str:
    person_id = unsubscribing_person(current_app.config["SECRET_KEY"], token)
    if person_id is None:
        abort(404)
    return person_id
