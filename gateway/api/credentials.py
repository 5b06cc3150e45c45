"""Who may call the API: a program with its bearer token, or a page of ours with the browser's cookie."""

from flask import request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from chassis.actor import Actor
from contracts.errors import Forbidden
from gateway.domain.errors import CsrfRequired, SeatRequired, SessionExpired
from gateway.domain.sessions import Session
from gateway.identity.current import acting, current_session

_READING = frozenset({"GET", "HEAD"})


def required_session() -> Session:
    """The session of the call. Raises SessionExpired, and CsrfRequired for a cookie's unproved change."""
    session = current_session()
    if session is None:
        raise SessionExpired("There is no session, or it has ended. Sign in with POST /api/v1/sessions.")
    if session.channel == "browser" and request.method not in _READING:
        try:
            validate_csrf(request.headers.get("X-CSRFToken"))
        except ValidationError as fault:
            raise CsrfRequired("Changes made with the browser's cookie need the X-CSRFToken header.") from fault
    return session


def required_actor(*, for_programs: bool = False) -> Actor:
    """The actor of the call. Raises as `required_session` does, and SeatRequired before a seat is chosen.

    `for_programs`: whether a supplier's own program may come here. Raises Forbidden to those that may not.
    """
    session = required_session()
    if session.channel == "client" and not for_programs:
        raise Forbidden("This is for people. A supplier's program reaches orders, despatches, invoices and offers.")
    if session.seat is not None and session.seat.limited_to is not None:
        raise Forbidden("A link opens its own pages only. Programs sign in.")
    if session.seat is None:
        raise SeatRequired("Choose a seat first: sign in again and name it.")
    return acting()
