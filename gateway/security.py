"""Headers that every answer carries, and how far the proxies in front are believed."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_ONE_YEAR = 365 * 24 * 3600


def install_security(app: Flask, *, secure: bool, proxies: int) -> None:
    """Send the security headers with every answer; believe `proxies` proxies about address, scheme and host."""
    headers = dict(_HEADERS)
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}; includeSubDomains"
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )

    guarded = list(headers.items())

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.extend(guarded)
        if request.endpoint != "static" and not (request.endpoint or "").endswith(".static"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
