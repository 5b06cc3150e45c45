"""The HTTP shell of a part: tokens, problems, health, metrics and correlation ids, the same everywhere."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, request
from flask_smorest import Api, Blueprint
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from chassis.access import by_link, is_public, may_pass, public, requires
from chassis.correlation import CORRELATION_HEADER, correlated, correlation_id
from chassis.database import Database
from chassis.feed import feed_blueprint
from chassis.health import Readiness
from chassis.idempotency import IdempotencyKeyReused
from chassis.metrics import REQUEST_SECONDS, metrics_view
from chassis.problems import from_broken_rule, from_http_exception, problem
from chassis.request import current_actor, current_database
from chassis.settings import Settings
from chassis.tokens import TokenInvalid, Verifier
from contracts.errors import BrokenRule, Forbidden

__all__ = [
    "by_link",
    "create_app",
    "current_actor",
    "current_database",
    "install_shell",
    "is_public",
    "public",
    "requires",
]

LARGEST_BODY = 8 * 1024 * 1024
_log = structlog.get_logger()


class _ProblemApi(Api):  # type: ignore[misc]
    """flask-smorest's Api, answering every HTTP error as a problem."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        return from_http_exception(error)


def create_app(
    name: str,
    settings: Settings,
    database: Database,
    blueprints: Iterable[Blueprint],
    statuses: Mapping[type[BrokenRule], int],
    *,
    title: str,
    largest_body: int = LARGEST_BODY,
) -> Flask:
    """A service's application. `statuses` maps its broken rules onto HTTP statuses (unlisted ones answer 422).

    A request of more than `largest_body` bytes is refused unread.
    """
    app = Flask(name)
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        MAX_CONTENT_LENGTH=largest_body,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    install_shell(app, name, database, {IdempotencyKeyReused: 422, **statuses})
    _require_tokens(app, Verifier(settings.token_public_key, name))
    api = _ProblemApi(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.register_blueprint(feed_blueprint(database, settings.feed_secret))
    return app


def install_shell(app: Flask, name: str, database: Database, statuses: Mapping[type[BrokenRule], int]) -> None:
    """What the gateway shares with the services: correlation, health, metrics and problem responses."""
    app.extensions["bursar_database"] = database
    app.wsgi_app = _Correlated(app.wsgi_app)  # type: ignore[method-assign]
    readiness = Readiness(name, database)

    @public
    def healthz() -> Response:
        return jsonify(status="ok")

    @public
    def readyz() -> tuple[Response, int]:
        ready, details = readiness.check()
        return jsonify(details), 200 if ready else 503

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", "metrics", public(metrics_view))
    _observe_requests(app, name)
    app.register_error_handler(BrokenRule, lambda error: from_broken_rule(error, statuses))
    app.register_error_handler(HTTPException, from_http_exception)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(UnicodeEncodeError, _unstorable)
    app.register_error_handler(Exception, _unexpected)


class _Correlated:
    """Runs each request under its correlation id and trace context."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        with correlated(environ.get("HTTP_X_CORRELATION_ID"), environ.get("HTTP_TRACEPARENT")):
            return self._inner(environ, start_response)


def _require_tokens(app: Flask, verifier: Verifier) -> None:
    @app.before_request
    def check_token() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None or is_public(request.endpoint or "", view):
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenInvalid("A service token is needed.")
        g.actor = verifier.verify(token)
        if not may_pass(g.actor, view, request.view_args or {}):
            raise Forbidden("Your role does not allow this.")


def _observe_requests(app: Flask, name: str) -> None:
    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def record(response: Response) -> Response:
        response.headers[CORRELATION_HEADER] = correlation_id()
        if "started" in g:
            REQUEST_SECONDS.labels(name, request.method, request.endpoint or "none", response.status_code).observe(
                time.perf_counter() - g.started
            )
        return response


def _busy(error: Exception) -> Response:
    _log.error("database_unavailable", error=str(error))
    response = problem(503, "unavailable", "The database does not answer just now. Nothing was changed.")
    response.headers["Retry-After"] = "2"
    return response


def _unstorable(error: Exception) -> Response:
    """Text that passed every field and that PostgreSQL does not hold: U+0000, or half a surrogate pair."""
    if isinstance(error, DataError) and "NUL" not in str(error.orig):
        return _unexpected(error)
    return problem(400, "bad_request", "The text holds characters that cannot be stored. Nothing was changed.")


def _unexpected(error: Exception) -> Response:
    _log.error("unexpected_error", path=request.path, exc_info=error)
    return problem(500, "internal_error", "Something went wrong on our side. Nothing was changed.")
