"""Pages for what went wrong: not found, not allowed, a service that does not answer, our own fault."""

from dataclasses import dataclass
from typing import Final

import structlog
from flask import Flask, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from chassis.correlation import correlation_id
from chassis.problems import from_http_exception
from gateway.pages.doors import BLUEPRINTS
from gateway.upstream import Problem, ServiceUnavailable

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error page says."""

    title: str
    text: str


_TROUBLES: Final = {
    400: Trouble("This form can’t be used any more", "Reload its page, then send it again. Nothing was changed."),
    403: Trouble(
        "Your role doesn’t open this page",
        "If you need it for your work, ask your business manager. If you hold several seats, change to the right one.",
    ),
    404: Trouble(
        "There is no such page",
        "The address may be mistyped, or it belongs to somebody else. Everything of yours can be reached from home.",
    ),
    405: Trouble("This page can’t be opened like that", "Go back and use the page’s own buttons. Nothing was changed."),
    413: Trouble(
        "That file is too large",
        "Bursar takes files of up to 8 MB, invoices of up to 32 MB, and eight photos of up to 5 MB each."
        " Nothing was changed.",
    ),
    500: Trouble(
        "Something went wrong on our side",
        "Nothing was changed. Try again; if it happens twice, tell your business manager the number below.",
    ),
    503: Trouble("Bursar can’t answer just now", "Nothing was changed. Wait a moment, then try again."),
}

_SERVICES: Final = {
    "members": "Schools, suppliers and people",
    "catalogue": "Contracts and offers",
    "orders": "Rounds and orders",
    "billing": "Invoices, bills and the bank",
}


def register(app: Flask) -> None:
    """Answer addresses that lead nowhere with a page; programs still get a problem."""
    app.register_error_handler(HTTPException, _http_anywhere)


def _page(status: int, trouble: Trouble) -> Response:
    fields = _typed() if status >= 500 else []
    page = render_template("problem.html", trouble=trouble, status=status, correlation=correlation_id(), fields=fields)
    return make_response(page, status)


def _typed() -> list[tuple[str, str]]:
    """What was sent, for the button that sends it once more: with its sending key, so that it takes effect once."""
    if request.method != "POST" or request.files:
        return []
    kept = request.form.items(multi=True)
    return [(name, text) for name, text in kept if name != "csrf_token" and not name.startswith("password")]


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, CSRFError):
        _log.info("form_token_refused", path=request.path, reason=error.description)
    return _page(error.code, _TROUBLES.get(error.code) or _TROUBLES[400 if error.code < 500 else 500])


def _http_anywhere(error: HTTPException) -> Response:
    wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
    if wants_page and not request.path.startswith("/api/"):
        return _http(error)
    return from_http_exception(error)


def _refused(problem: Problem) -> Response:
    if problem.status in (403, 404):
        return _page(problem.status, _TROUBLES[problem.status])
    if problem.status >= 500:
        _log.error("service_failed", code=problem.code, detail=problem.detail)
        return _page(problem.status, _TROUBLES[503 if problem.status == 503 else 500])
    return _page(problem.status, Trouble("That could not be done", problem.detail))


def _no_answer(fault: ServiceUnavailable) -> Response:
    _log.error("service_unavailable", service=fault.service)
    name = _SERVICES.get(fault.service, "One part of Bursar")
    text = "That part of Bursar doesn’t answer. Nothing was changed, and the other pages work. Try again in a moment."
    response = _page(503, Trouble(f"{name} can’t be reached just now", text))
    response.headers["Retry-After"] = "5"
    return response


def _busy(error: Exception) -> Response:
    _log.error("database_unavailable", error=str(error))
    response = _page(503, _TROUBLES[503])
    response.headers["Retry-After"] = "2"
    return response


def _unexpected(error: Exception) -> Response:
    _log.error("unexpected_error", path=request.path, exc_info=error)
    return _page(500, _TROUBLES[500])


for _door in BLUEPRINTS:
    _door.register_error_handler(HTTPException, _http)
    _door.register_error_handler(Problem, _refused)
    _door.register_error_handler(ServiceUnavailable, _no_answer)
    _door.register_error_handler(PoolTimeout, _busy)
    _door.register_error_handler(OperationalError, _busy)
    _door.register_error_handler(Exception, _unexpected)
