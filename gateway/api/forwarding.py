"""Passes a call on to the service that owns the resource, and its answer back, byte for byte."""

from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from flask import Response, abort, request
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from chassis.problems import problem
from gateway.api.credentials import required_actor
from gateway.api.resources import RESOURCES, Resource
from gateway.upstream import ServiceUnavailable, upstream

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PREFIX = "/api/v1"

# Named one by one: whatever else a caller sends (cookies, its own identity headers) stays outside.
_REQUEST_HEADERS = ("Content-Type", "Accept", "Accept-Language", "If-Match", "If-None-Match", "Idempotency-Key")
_ANSWER_HEADERS = (
    "Content-Type",
    "Content-Disposition",
    "ETag",
    "Link",
    "Allow",
    "Retry-After",
    "Idempotent-Replay",
)

_WHOLE = 256 * 1024  # a body up to this size is read and sent in one piece, a longer one block by block
_BLOCK = 64 * 1024
_PATH_SAFE = "/:@!$&'()*+,;=~"


def forward(name: str, rest: str = "") -> Response:
    """Answer `/api/v1/{name}/{rest}` with what the owning service answers."""
    resource = RESOURCES.get(name)
    if name == "sessions" and not rest:
        raise MethodNotAllowed(["POST"])
    if resource is None or not {".", ".."}.isdisjoint(rest.split("/")):
        abort(404, f"There is no resource /api/v1/{name}.")
    actor = required_actor()
    headers = {header: request.headers[header] for header in _REQUEST_HEADERS if header in request.headers}
    body = _body(resource, headers)
    answer = upstream.forward(
        request.method,
        resource.service,
        quote(request.path.removeprefix(PREFIX), safe=_PATH_SAFE),
        query=request.query_string.decode("latin-1"),
        body=body,
        headers=headers,
        actor=actor,
        streamed=True,
    )
    if answer.status == 401:
        answer.drain_conn()
        return problem(502, "bad_gateway", f"The {resource.service} service does not accept the gateway's tokens.")
    return _handed_on(answer, resource.service)


def _body(resource: Resource, headers: dict[str, str]) -> bytes | IO[bytes] | None:
    if request.method in ("GET", "HEAD"):
        return None
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")
    request.max_content_length = resource.largest_body
    length = request.content_length
    if length is not None and length > resource.largest_body:
        abort(413, f"The body may have at most {resource.largest_body} bytes.")
    if length is None or length <= _WHOLE:
        return request.get_data(cache=False)
    headers["Content-Length"] = str(length)
    return request.stream


def _handed_on(answer: BaseHTTPResponse, service: str) -> Response:
    length = answer.headers.get("Content-Length")
    if length is not None and int(length) > _WHOLE:
        response = Response(_blocks(answer), answer.status, headers={"Content-Length": length})
    else:
        try:
            response = Response(answer.data, answer.status)
        except HTTPError as fault:
            raise ServiceUnavailable(service) from fault
    response.headers.pop("Content-Type", None)
    for header in _ANSWER_HEADERS:
        if header in answer.headers:
            response.headers[header] = answer.headers[header]
    location = answer.headers.get("Location")
    if location and location.startswith("/"):
        response.headers["Location"] = PREFIX + location
    return response


def _blocks(answer: BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from answer.stream(_BLOCK)
    finally:
        answer.release_conn()
