"""Who may see a page; everybody else is led to sign in, to choose a seat, or is refused."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from gateway.domain.seats import Seat
from gateway.identity.current import current_session
from gateway.identity.forms import keep_this_form

View = TypeVar("View", bound=Callable[..., Any])

SIGN_IN_PATH = "/sign-in"
SEAT_PATH = "/choose-seat"


def sign_in_required(*roles: str) -> Callable[[View], View]:
    """Let only people in a seat with one of the roles call the view; with no roles named, any seat will do.

    Without a session the browser goes to `/sign-in?next=…`; a form that was being sent is kept and offered back
    after it (`form_kept_for_me`). Without a seat it goes to `/choose-seat?next=…`; in the wrong seat it gets 403.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            session = current_session()
            if session is None:
                return _to_sign_in()
            if session.seat is None:
                return redirect(f"{SEAT_PATH}?{urlencode({'next': _here()})}", 303)
            if not _opens(session.seat, roles, kwargs):
                abort(403)
            return view(*args, **kwargs)

        guarded.bursar_seats = frozenset(roles)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def local_target(target: str | None, otherwise: str = "/") -> str:
    """The path to go on to after signing in: only one of our own pages, never another site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def _opens(seat: Seat, roles: tuple[str, ...], arguments: Mapping[str, Any]) -> bool:
    """Whether the seat may see a page: by role, and by link only pages about the one order that it opens."""
    if roles and not seat.has_any(*roles):
        return False
    return seat.limited_to is None or seat.limited_to == f"purchase_order:{arguments.get('purchase_order_id')}"


def _to_sign_in() -> Response:
    query = {"next": _here()}
    if request.method == "POST" and keep_this_form():
        query["kept"] = "1"
    return redirect(f"{SIGN_IN_PATH}?{urlencode(query)}", 303)


def _here() -> str:
    """Where to come back to: the page itself, or for a sent form the page it stands on."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    referrer = urlsplit(request.referrer or "")
    return local_target(referrer.path) if referrer.netloc == request.host else "/"
