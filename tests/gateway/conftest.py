"""The gateway over a real database, in front of a service that records what reaches it."""

import json
import socket
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from chassis.actor import SERVICE
from chassis.tokens import Verifier
from gateway.app import build_app
from gateway.settings import read_gateway_settings
from gateway.storage.people import upsert_people
from gateway.usecases.set_password import set_password
from tests.backends import ServiceDatabase
from tests.clients import environment_for, key_pair

PASSWORD = "three green apples"
PROBLEM = "application/problem+json"


def break_connection() -> None:
    """End the connection in hand after the request was read, without an answer."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


class Recorder:
    """A service of our own making: it notes each request and gives the answer that was prepared."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.answer: Callable[[], Response] = lambda: jsonify(ok=True)
        self.specs: dict[str, Any] = {}
        self.app = Flask("recorder")
        self.app.add_url_rule("/<service>/openapi.json", view_func=self._describe)
        self.app.add_url_rule(
            "/<service>/<path:rest>", view_func=self._note, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]
        )

    def _describe(self, service: str) -> Response:
        return jsonify(self.specs.get(service, {"paths": {}}))

    def _note(self, service: str, rest: str) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        self.seen.append(
            {
                "service": service,
                "path": f"/{rest}",
                "method": request.method,
                "query": request.query_string.decode(),
                "headers": dict(request.headers),
                "body": request.get_data(),
                "token": token,
                "actor": Verifier(key_pair()[1], service).verify(token) if scheme == "Bearer" else None,
            }
        )
        return self.answer()

    @property
    def last(self) -> dict[str, Any]:
        return self.seen[-1]


def problem(status: int, code: str, detail: str = "No.", errors: Any = ()) -> Response:
    told = {"status": status, "title": "x", "code": code, "detail": detail, "errors": list(errors)}
    return Response(json.dumps(told), status, content_type=PROBLEM)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    service = Recorder()
    server = make_server("127.0.0.1", 0, service.app, threaded=True)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield service
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(databases: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return databases("gateway")


@pytest.fixture
def app(store: ServiceDatabase, recorder: Recorder) -> Iterator[Flask]:
    environ = environment_for(store, "pgmq://nobody@localhost/none")
    environ |= {
        f"{name.upper()}_URL": f"{recorder.url}/{name}" for name in ("members", "catalogue", "orders", "billing")
    }
    application = build_app(read_gateway_settings(environ), store.database)
    yield application
    application.extensions["bursar.upstream"].close()


def role(
    name: str, *, urn: int | None = None, supplier: str | None = None, ends_on: str | None = None
) -> dict[str, Any]:
    organisation = f"School {urn}" if urn else "Paper & Co" if supplier else "The alliance"
    return {
        "role": name,
        "school_urn": urn,
        "supplier_id": supplier,
        "organisation": organisation,
        "starts_on": "2020-01-01",
        "ends_on": ends_on,
    }


@pytest.fixture
def known(store: ServiceDatabase) -> Callable[..., str]:
    """`known("a@b.example", role("governor", urn=1))`: a person with a password; gives the person's id."""

    def know(email: str, *roles: dict[str, Any], number: int = 1) -> str:
        person_id = f"00000000-0000-4000-8000-{number:012d}"
        with store.database.transaction(SERVICE) as connection:
            upsert_people(
                connection,
                [{"person_id": person_id, "name": f"Person {number}", "email": email, "roles": list(roles)}],
            )
        set_password(store.database, person_id, PASSWORD)
        return person_id

    return know
