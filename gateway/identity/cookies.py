"""The browser's cookies: our session token, and Flask's signed one with the CSRF secret."""

from flask import Flask, Request, Response, current_app, request
from flask import session as signed_cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from gateway.domain.sessions import ABSOLUTE

_NAME = "SIGN_IN_COOKIE"
_HOST_ONLY = "__Host-"  # browsers then insist on Secure, Path=/ and no Domain, so no sibling host can plant one


def configure_cookies(app: Flask, *, secure: bool) -> None:
    """Name and guard both cookies; `secure` where people come over TLS."""
    app.session_interface = _SignedCookie()
    prefix = _HOST_ONLY if secure else ""
    app.config.update(
        {
            _NAME: f"{prefix}bursar-session",
            "SESSION_COOKIE_NAME": f"{prefix}bursar-form",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": secure,
            "SESSION_COOKIE_PATH": "/",
        }
    )


class _SignedCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, without making its signer for programs that send no cookie at all."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)


def browser_token() -> str | None:
    """The session token in the request's cookie."""
    return request.cookies.get(current_app.config[_NAME]) or None


def remember_browser(response: Response, token: str) -> Response:
    """Give the browser its session token, out of reach of scripts."""
    response.set_cookie(
        current_app.config[_NAME],
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def forget_browser(response: Response) -> Response:
    """Take both cookies back after signing out, so that the next person at the machine starts anew."""
    response.delete_cookie(
        current_app.config[_NAME],
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    signed_cookie.clear()
    return response
