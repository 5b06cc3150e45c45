"""Passes a call on to the service that owns the resource, and its answer back, byte for byte."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from flask import Response, abort, request
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from chassis.actor import Actor
from chassis.problems import problem
from gateway.api.credentials import required_actor
from gateway.api.resources import Resource, resource_of
from gateway.upstream import PATH_SAFE, ServiceUnavailable, Upstream, upstream
from gateway.wire import Body, WireFault

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
BODILESS: Final = frozenset({"GET", "HEAD"})
PREFIX: Final = "/api/v1"
WHOLE: Final = 256 * 1024  # a body up to this size is read and sent in one piece, a longer one block by block

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


@dataclass(frozen=True, slots=True)
class Passed:
    """A service's answer as it goes out: `body` is read already, or is being read block by block."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | Iterable[bytes]


class TokenRefused(Exception):
    """A service does not accept our own tokens: a fault of the installation, and none of the caller's."""

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} service does not accept the gateway's tokens.")


def forward(name: str, rest: str = "") -> Response:
    """Answer `/api/v1/{name}/{rest}` with what the owning service answers."""
    if name == "sessions" and not rest:
        raise MethodNotAllowed(["POST"])
    resource = resource_of(name)
    if resource is None or not {".", ".."}.isdisjoint(rest.split("/")):
        abort(404, f"There is no resource /api/v1/{name}.")
    actor = required_actor(for_programs=resource.for_programs)
    length = request.content_length
    try:
        passed = pass_on(upstream, request.environ, resource, actor, _body(resource, length), length)
    except TokenRefused as fault:
        return problem(502, "bad_gateway", str(fault))
    response = Response(passed.body, passed.status)
    if not isinstance(passed.body, bytes):
        response.headers.remove("Content-Length")
    response.headers.remove("Content-Type")
    response.headers.extend(passed.headers)
    return response


def pass_on(
    services: Upstream,
    environ: Mapping[str, Any],
    resource: Resource,
    actor: Actor,
    body: Body,
    length: int | None,
) -> Passed:
    """Call the resource's service with what `environ` asks for; `length` is that of a body still to be read.

    Raises ServiceUnavailable and TokenRefused.
    """
    headers = {name: environ[key] for key, name in _REQUEST_HEADERS.items() if key in environ}
    if body is not None and not isinstance(body, bytes):
        headers["Content-Length"] = str(length)
    path = quote(environ["PATH_INFO"].encode("latin-1")[len(PREFIX) :], safe=PATH_SAFE)
    query, method = environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"]
    answer = services.forward(method, resource.service, path, query=query, body=body, headers=headers, actor=actor)
    if answer.status == 401:
        answer.close()
        raise TokenRefused(resource.service)
    kept = [(name, answer.headers[key]) for key, name in _ANSWER_HEADERS.items() if key in answer.headers]
    location = answer.headers.get("location", "")
    if location.startswith("/"):
        kept.append(("Location", PREFIX + location))
    if answer.length is None or answer.length > WHOLE:
        if answer.length is not None:
            kept.append(("Content-Length", str(answer.length)))
        return Passed(answer.status, kept, answer.blocks())
    try:
        return Passed(answer.status, kept, answer.read())
    except WireFault as fault:
        raise ServiceUnavailable(resource.service) from fault


def _body(resource: Resource, length: int | None) -> Body:
    if request.method in BODILESS:
        return None
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")
    # A body in chunks is read to one byte more than it may have: werkzeug would cut it off there and say nothing.
    request.max_content_length = resource.largest_body + 1
    body = request.get_data(cache=False) if length is None or length <= WHOLE else None
    if max(length or 0, len(body or b"")) > resource.largest_body:
        abort(413, f"The body may have at most {resource.largest_body} bytes.")
    return request.stream if body is None else body
