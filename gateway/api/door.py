"""The short way in for programs: a plain call to a resource is passed on before Flask has seen it.

Every order of an alliance that works through `/api/v1` comes this way, and Flask's part in it would cost more than
the gateway's own work (`make bench`). Only the plain case is taken: a bearer token of a living session with a seat, a
known resource, a body of known, moderate length. All else, errors included, goes on to Flask and is answered there.
"""

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response
from sqlalchemy.exc import SQLAlchemyError

from chassis.actor import Actor
from chassis.correlation import CORRELATION_HEADER, correlation_id
from chassis.database import Database
from chassis.metrics import REQUEST_SECONDS
from chassis.problems import problem
from gateway.api.errors import unavailable
from gateway.api.forwarding import BODILESS, METHODS, PREFIX, WHOLE, Passed, TokenRefused, pass_on
from gateway.api.resources import Resource, resource_of
from gateway.identity.current import actor_of
from gateway.upstream import ServiceUnavailable, Upstream
from gateway.usecases.resume_session import resume_session

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ENDPOINT = "api.forward"
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Door:
    """Wraps the application; to stand inside what sets the correlation id of each request."""

    def __init__(self, inner: "WSGIApplication", database: Database, upstream: Upstream) -> None:
        self._inner = inner
        self._database = database
        self._upstream = upstream

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = time.perf_counter()
        resource, length = _plain_resource(environ), _plain_length(environ)
        if resource is None or length is None or length > resource.largest_body:
            return self._inner(environ, start_response)
        actor = self._actor(environ, resource)
        if actor is None:
            return self._inner(environ, start_response)
        passed = self._pass_on(environ, resource, actor, length)
        REQUEST_SECONDS.labels("gateway", environ["REQUEST_METHOD"], _ENDPOINT, passed.status).observe(
            time.perf_counter() - began
        )
        headers = [*passed.headers, (CORRELATION_HEADER, correlation_id())]
        if passed.body and isinstance(passed.body, bytes):
            headers.append(("Content-Length", str(len(passed.body))))
        start_response(_STATUS_LINES.get(passed.status, f"{passed.status} Unknown"), headers)
        return [passed.body] if isinstance(passed.body, bytes) else passed.body

    def _actor(self, environ: "WSGIEnvironment", resource: Resource) -> Actor | None:
        token = environ["HTTP_AUTHORIZATION"][len("Bearer ") :].strip()
        try:
            session = resume_session(self._database, token)
        except SQLAlchemyError:
            return None
        if session is None or session.channel == "browser" or session.seat is None:
            return None
        if session.channel == "client" and not resource.for_programs:
            return None
        return actor_of(session, session.seat)

    def _pass_on(self, environ: "WSGIEnvironment", resource: Resource, actor: Actor, length: int) -> Passed:
        body = None if environ["REQUEST_METHOD"] in BODILESS else environ["wsgi.input"].read(length)
        try:
            if body is not None and len(body) < length:
                return _problem(problem(400, "bad_request", "The request broke off before its end."))
            return pass_on(self._upstream, environ, resource, actor, body, length)
        except ServiceUnavailable as fault:
            return _problem(unavailable(fault))
        except TokenRefused as fault:
            return _problem(problem(502, "bad_gateway", str(fault)))


def _problem(response: Response) -> Passed:
    response.headers.remove("Content-Length")
    return Passed(response.status_code, list(response.headers), response.get_data())


def _plain_resource(environ: "WSGIEnvironment") -> Resource | None:
    path = environ["PATH_INFO"]
    if not path.startswith(f"{PREFIX}/") or "//" in path or "/." in path or path.endswith("/"):
        return None
    if environ["REQUEST_METHOD"] not in METHODS or "HTTP_CONTENT_ENCODING" in environ:
        return None
    if not environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer "):
        return None
    return resource_of(path.split("/", 4)[3])


def _plain_length(environ: "WSGIEnvironment") -> int | None:
    """The length of a body to be read whole; 0 for none; None if it is unknown or too long for that."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    declared = environ.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isdecimal() and int(declared) <= WHOLE else None
