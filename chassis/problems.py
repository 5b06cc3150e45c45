"""Every error as RFC 9457 `application/problem+json` with a stable code."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from chassis.correlation import correlation_id
from chassis.tokens import TokenExpired, TokenInvalid
from contracts.errors import BrokenRule, Forbidden, NotFound, VersionConflict

CONTENT_TYPE = "application/problem+json"

COMMON_STATUSES: dict[type[BrokenRule], int] = {
    TokenInvalid: 401,
    TokenExpired: 401,
    Forbidden: 403,
    NotFound: 404,
    VersionConflict: 412,
}

_CODES = {
    400: "bad_request",
    401: "token_invalid",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    414: "too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    428: "precondition_required",
    429: "too_many_requests",
    503: "unavailable",
}


def problem(status: int, code: str, detail: str, fields: Mapping[str, str] | None = None, **more: Any) -> Response:
    """A problem response; `fields` maps request paths ("lines.3.quantity") onto what is wrong there."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": field, "message": message} for field, message in (fields or {}).items()],
        "correlation_id": correlation_id(),
        **more,
    }
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=CONTENT_TYPE)


def from_broken_rule(error: BrokenRule, statuses: Mapping[type[BrokenRule], int]) -> Response:
    """The response for a broken rule, by the nearest class in the table; unlisted rules answer 422."""
    for kind in type(error).__mro__:
        status = statuses.get(kind) or COMMON_STATUSES.get(kind)
        if status:
            return problem(status, error.code, error.detail, error.fields)
    return problem(422, error.code, error.detail, error.fields)


def from_http_exception(error: HTTPException) -> Response:
    """The response for what Flask, webargs or flask-smorest refuse."""
    status = error.code or 500
    fields = dict(_flatten(_messages(error)))
    if status == 400 and "Invalid JSON body." in fields.values():
        return problem(400, "malformed_json", "The request body is not valid JSON.")
    detail = error.description or HTTPStatus(status).phrase
    if fields:
        status, detail = 422, "Some fields need another look."
    response = problem(status, _CODES.get(status, "error"), detail, fields)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _messages(error: HTTPException) -> Any:
    data = getattr(error, "data", None) or {}
    messages = data.get("messages", {})
    return {key: value for group in messages.values() for key, value in _as_mapping(group).items()}


def _as_mapping(group: Any) -> dict[Any, Any]:
    return group if isinstance(group, dict) else {"_schema": group}


def _flatten(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, value in messages.items():
            step = path if key == "_schema" else f"{path}.{key}" if path else str(key)
            yield from _flatten(value, step)
    elif isinstance(messages, list):
        yield path, " ".join(str(message) for message in messages)
    else:
        yield path, str(messages)
