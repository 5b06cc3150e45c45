"""Passes a call on to the service that owns the resource, and its answer back, byte for byte."""

from typing import Final
from urllib.parse import quote

from flask import Response, abort, request
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from chassis.problems import problem
from gateway.api.credentials import required_actor
from gateway.api.resources import RESOURCES, Resource
from gateway.upstream import PATH_SAFE, ServiceUnavailable, upstream
from gateway.wire import Body, WireAnswer, WireFault

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PREFIX = "/api/v1"

# Named one by one: whatever else a caller sends (cookies, its own identity headers) stays outside.
_REQUEST_HEADERS: Final = {
    "CONTENT_TYPE": "Content-Type",
    "HTTP_ACCEPT": "Accept",
    "HTTP_ACCEPT_LANGUAGE": "Accept-Language",
    "HTTP_IF_MATCH": "If-Match",
    "HTTP_IF_NONE_MATCH": "If-None-Match",
    "HTTP_IDEMPOTENCY_KEY": "Idempotency-Key",
}
_ANSWER_HEADERS: Final = {
    "content-type": "Content-Type",
    "content-disposition": "Content-Disposition",
    "etag": "ETag",
    "link": "Link",
    "allow": "Allow",
    "retry-after": "Retry-After",
    "idempotent-replay": "Idempotent-Replay",
}

_WHOLE = 256 * 1024  # a body up to this size is read and sent in one piece, a longer one block by block


def forward(name: str, rest: str = "") -> Response:
    """Answer `/api/v1/{name}/{rest}` with what the owning service answers."""
    resource = RESOURCES.get(name)
    if name == "sessions" and not rest:
        raise MethodNotAllowed(["POST"])
    if resource is None or not {".", ".."}.isdisjoint(rest.split("/")):
        abort(404, f"There is no resource /api/v1/{name}.")
    actor = required_actor()
    environ = request.environ
    headers = {name: environ[key] for key, name in _REQUEST_HEADERS.items() if key in environ}
    body = _body(resource, headers)
    answer = upstream.forward(
        request.method,
        resource.service,
        quote(request.path.removeprefix(PREFIX), safe=PATH_SAFE),
        query=request.query_string.decode("latin-1"),
        body=body,
        headers=headers,
        actor=actor,
    )
    if answer.status == 401:
        answer.close()
        return problem(502, "bad_gateway", f"The {resource.service} service does not accept the gateway's tokens.")
    return _handed_on(answer, resource.service)


def _body(resource: Resource, headers: dict[str, str]) -> Body:
    if request.method in ("GET", "HEAD"):
        return None
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")
    request.max_content_length = resource.largest_body
    length = request.content_length
    if length is not None and length > resource.largest_body:
        abort(413, f"The body may have at most {resource.largest_body} bytes.")
    if length is None or length <= _WHOLE:
        return request.get_data(cache=False)
    headers["Content-Length"] = str(length)
    return request.stream


def _handed_on(answer: WireAnswer, service: str) -> Response:
    headers = [(name, answer.headers[key]) for key, name in _ANSWER_HEADERS.items() if key in answer.headers]
    location = answer.headers.get("location", "")
    if location.startswith("/"):
        headers.append(("Location", PREFIX + location))
    response = Response(status=answer.status)
    response.headers.clear()
    response.headers.extend(headers)
    if answer.length is not None and answer.length <= _WHOLE:
        try:
            response.data = answer.read()
        except WireFault as fault:
            raise ServiceUnavailable(service) from fault
    else:
        response.response = answer.blocks()
        response.call_on_close(answer.close)
        if answer.length is not None:
            response.headers["Content-Length"] = str(answer.length)
    return response
