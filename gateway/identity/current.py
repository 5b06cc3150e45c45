"""The session, seat and actor of the request in hand, looked up once and only when asked for."""

from flask import g, request

from chassis.actor import Actor
from chassis.request import current_database
from gateway.domain.errors import SessionExpired
from gateway.domain.seats import Seat
from gateway.domain.sessions import Channel, Session
from gateway.identity.cookies import browser_token
from gateway.usecases.open_links import resume_link_session
from gateway.usecases.resume_session import resume_session


def presented_token() -> tuple[str, Channel] | None:
    """The session token that came with the request and how: a program's bearer token goes before a cookie."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip(), "program"
    remembered = browser_token()
    return (remembered, "browser") if remembered else None


def current_session() -> Session | None:
    """The living session of the request; None if there is none, or it is used in the other channel's place."""
    if "bursar_session" not in g:
        g.bursar_session = _find_session()
    session: Session | None = g.bursar_session
    return session


def current_seat() -> Seat | None:
    """The seat from which the person acts; None if signed out or no seat is chosen yet."""
    session = current_session()
    return session.seat if session else None


def acting() -> Actor:
    """The actor for whom services are called. Raises SessionExpired without a session or seat."""
    session = current_session()
    if session is None or session.seat is None:
        raise SessionExpired("Sign in first: there is no session, or it has ended.")
    return actor_of(session, session.seat)


def actor_of(session: Session, seat: Seat) -> Actor:
    """Who acts when the session's person acts from the seat."""
    return Actor(
        kind=seat.kind,
        person_id=session.person_id,
        name=session.name,
        roles=seat.roles,
        school_urn=seat.school_urn,
        supplier_id=seat.supplier_id,
        stands_in_for=seat.stands_in_for,
        limited_to=seat.limited_to,
    )


def caller_address() -> str:
    """The network address of the caller, as the trusted proxies tell it."""
    return request.remote_addr or "unknown"


def _find_session() -> Session | None:
    presented = presented_token()
    if presented is None:
        return None
    token, channel = presented
    session = resume_session(current_database(), token)
    if session is None and channel == "browser":
        session = resume_link_session(current_database(), token)
    return session if session and (session.channel == "browser") == (channel == "browser") else None
