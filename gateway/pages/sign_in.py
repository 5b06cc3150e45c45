"""Signing in and out, choosing a seat, and getting back what was typed when a session ran out."""

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.request import current_database
from chassis.web import public
from gateway.domain.errors import NoSeat, SignInRefused, TooManyAttempts, UnknownSeat
from gateway.identity import (
    caller_address,
    current_session,
    drop_kept_form,
    forget_browser,
    form_kept_for_me,
    local_target,
    remember_browser,
)
from gateway.identity.cookies import browser_token
from gateway.pages.doors import entrance
from gateway.pages.faults import Faults
from gateway.pages.layout import home_of
from gateway.pages.typed import Typed
from gateway.usecases import choose_seat as seat_choice
from gateway.usecases import sign_in as signing_in
from gateway.usecases import sign_out as signing_out


@entrance.get("/")
@public
def start() -> Response:
    """The home of the current seat; signing in, or choosing a seat, comes first."""
    session = current_session()
    if session is None:
        return redirect(url_for("pages.sign_in"), 303)
    return redirect(home_of(session.seat) if session.seat else url_for("pages.seats"), 303)


@entrance.get("/sign-in")
@public
def sign_in() -> Response | str:
    """The sign-in form; `next` is where to go on, `kept` tells that a sent form is being kept."""
    if current_session() is not None:
        return redirect(local_target(request.args.get("next")), 303)
    return render_template("sign_in.html", after=request.args.get("next", ""), kept=request.args.get("kept", ""))


@entrance.post("/sign-in")
@public
def enter() -> Response | tuple[str, int]:
    """Begin a session, then go on to where the person was heading."""
    faults = Faults()
    typed = Typed(request.form, faults)
    email, password = typed.text("email", "your e-mail address"), request.form.get("password", "")
    if not password:
        faults.add("Enter your password.", "password")
    if not faults:
        try:
            entered = signing_in.sign_in(current_database(), email, password, address=caller_address())
            target = local_target(request.form.get("next"))
            target = url_for("pages.kept_form") if request.form.get("kept") else target
            return remember_browser(current_app.make_response(redirect(target, 303)), entered.token)
        except SignInRefused as refusal:
            faults.add(refusal.detail, "email")
        except (TooManyAttempts, NoSeat) as refusal:
            faults.status = 429 if isinstance(refusal, TooManyAttempts) else 403
            faults.add(refusal.detail)
    after, kept = request.form.get("next", ""), request.form.get("kept", "")
    return render_template("sign_in.html", after=after, kept=kept, email=email, faults=faults), faults.status


@entrance.post("/sign-out")
@public
def leave() -> Response:
    """End the session at once."""
    token = browser_token()
    if token is not None:
        signing_out.sign_out(current_database(), token)
    return forget_browser(current_app.make_response(redirect(url_for("pages.sign_in", left=1), 303)))


@entrance.get("/choose-seat")
@public
def seats() -> Response | str:
    """The places from which the person can act."""
    session = current_session()
    if session is None:
        return redirect(url_for("pages.sign_in"), 303)
    return render_template("seats.html", seats=session.seats, after=request.args.get("next", ""))


@entrance.post("/choose-seat")
@public
def choose_seat() -> Response | tuple[str, int]:
    """Act from the chosen seat from now on."""
    session = current_session()
    if session is None:
        return redirect(url_for("pages.sign_in"), 303)
    try:
        seat = seat_choice.choose_seat(current_database(), session, request.form.get("seat", ""))
    except UnknownSeat as refusal:
        faults = Faults()
        faults.add(refusal.detail)
        return render_template("seats.html", seats=session.seats, after="", faults=faults), 422
    return redirect(local_target(request.form.get("next"), home_of(seat)), 303)


@entrance.get("/what-you-typed")
@public
def kept_form() -> Response | str:
    """Offer back the form that was sent after its session had ended."""
    form = form_kept_for_me()
    if form is None:
        return redirect(url_for("pages.start"), 303)
    return render_template("kept_form.html", form=form)


@entrance.post("/what-you-typed")
@public
def send_kept_form() -> Response:
    """Send the kept form to where it was going; the browser repeats the sending itself."""
    form = form_kept_for_me()
    if form is None:
        return redirect(url_for("pages.start"), 303)
    drop_kept_form()
    return redirect(form.path, 307)


@entrance.post("/what-you-typed/discard")
@public
def discard_kept_form() -> Response:
    """Forget the kept form."""
    drop_kept_form()
    return redirect(url_for("pages.start"), 303)
