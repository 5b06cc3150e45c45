"""What was typed into a form whose session had ended, between the sending and the signing in again."""

from flask import request
from flask import session as signed_cookie

from chassis.request import current_database
from gateway.domain.errors import FormTooLarge
from gateway.domain.sessions import KeptForm
from gateway.identity.cookies import browser_token
from gateway.identity.current import current_session
from gateway.usecases.keep_form import drop_form, keep_form, kept_form

_KEPT = "kept_form"


def keep_this_form() -> bool:
    """Keep the form in hand for the person whose session ended; whether it could be kept."""
    token = browser_token()
    if token is None:
        return False
    fields = list(request.form.items(multi=True))
    try:
        form_token = keep_form(current_database(), token, request.full_path.rstrip("?"), fields)
    except FormTooLarge:
        return False
    if form_token is not None:
        signed_cookie[_KEPT] = form_token
    return form_token is not None


def form_kept_for_me() -> KeptForm | None:
    """The form that the signed-in person sent when their session had ended, if it was kept in this browser."""
    session, form_token = current_session(), signed_cookie.get(_KEPT)
    if session is None or form_token is None:
        return None
    return kept_form(current_database(), form_token, session)


def drop_kept_form() -> None:
    """Forget the kept form: it was sent again, or is not wanted."""
    form_token = signed_cookie.pop(_KEPT, None)
    if form_token is not None:
        drop_form(current_database(), form_token)
