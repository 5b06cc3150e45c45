"""What the gateway itself refuses, as problem responses; the services' own refusals pass through unchanged."""

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException, default_exceptions

from chassis.problems import from_broken_rule, from_http_exception, problem
from contracts.errors import BrokenRule
from gateway.domain.errors import (
    AlreadySignsIn,
    CsrfRequired,
    FormTooLarge,
    InvitationUnusable,
    NoSeat,
    ProgramUnknown,
    SeatRequired,
    SessionExpired,
    SignInRefused,
    TooManyAttempts,
)
from gateway.upstream import ServiceUnavailable

STATUSES: dict[type[BrokenRule], int] = {
    SignInRefused: 401,
    ProgramUnknown: 401,
    SessionExpired: 401,
    NoSeat: 403,
    CsrfRequired: 403,
    SeatRequired: 422,
    FormTooLarge: 413,
    AlreadySignsIn: 409,
    InvitationUnusable: 410,
    TooManyAttempts: 429,
}


def answer_as_problems(blueprint: Blueprint) -> None:
    """Answer every error under the blueprint as a problem, whatever the pages do with theirs.

    Flask prefers a handler for a status code to one for a class, so each code is named here.
    """
    for status in default_exceptions:
        blueprint.register_error_handler(status, from_http_exception)
    blueprint.register_error_handler(HTTPException, from_http_exception)
    blueprint.register_error_handler(BrokenRule, _broken_rule)
    blueprint.register_error_handler(ServiceUnavailable, unavailable)


def _broken_rule(error: BrokenRule) -> Response:
    response = from_broken_rule(error, STATUSES)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def unavailable(error: ServiceUnavailable) -> Response:
    """The problem that tells of a service without an answer."""
    response = problem(503, "service_unavailable", f"{error} Try again in a moment.")
    response.headers["Retry-After"] = "2"
    return response
