"""Setting a password from a link in the mail, and asking for such a link when the password is lost."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.request import current_database
from chassis.web import public
from gateway.domain.errors import InvitationUnusable, PasswordTooWeak, TooManyAttempts
from gateway.domain.invitations import Invitation
from gateway.domain.passwords import SHORTEST
from gateway.identity import caller_address
from gateway.pages.doors import entrance
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed
from gateway.usecases import invite as inviting


@entrance.get("/invitation/<token>")
@public
def invitation(token: str) -> str | tuple[str, int]:
    """The page of a link; looking at it, as mail filters do, uses nothing up."""
    try:
        return _page(inviting.open_invitation(current_database(), token), Faults())
    except InvitationUnusable as refusal:
        return render_template("invitation_ended.html", why=refusal.detail), 410


@entrance.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> Response | str | tuple[str, int]:
    """Use the link: set the password."""
    faults = Faults()
    password, again = request.form.get("password", ""), request.form.get("password_again", "")
    if not password:
        faults.add("Choose a password.", "password")
    elif password != again:
        faults.add("The two are not the same.", "password_again")
    try:
        if faults:
            return _page(inviting.open_invitation(current_database(), token), faults), faults.status
        accepted = inviting.accept_invitation(current_database(), token, password)
    except PasswordTooWeak as refusal:
        faults.add(refusal.detail, "password")
        return _page(inviting.open_invitation(current_database(), token), faults), faults.status
    except InvitationUnusable as refusal:
        return render_template("invitation_ended.html", why=refusal.detail), 410
    flash(f"Your password is set. Sign in as {accepted.email}.")
    return redirect(url_for("pages.sign_in"), 303)


@entrance.get("/forgot-password")
@public
def forgot_password() -> str:
    """The form that asks for a new password."""
    return render_template("forgot_password.html", email=request.args.get("email", ""), asked=False)


@entrance.post("/forgot-password")
@public
def ask_for_reset() -> str | tuple[str, int]:
    """Send the link, if somebody has the address. The answer is the same for everybody."""
    faults = Faults()
    email = Typed(request.form, faults).text("email", "your e-mail address")
    if not faults:
        try:
            inviting.ask_for_reset(current_database(), email, address=caller_address())
        except TooManyAttempts as refusal:
            faults.status = 429
            faults.add(refusal.detail)
    page = render_template("forgot_password.html", email=email, asked=not faults, faults=faults)
    return (page, faults.status) if faults else page


def _page(found: Invitation, faults: Faults) -> str:
    return render_template("invitation.html", invitation=found, shortest=SHORTEST, faults=faults)
