"""The gateway's pages over services that answer from a table: for fast tests, and for looking at pages."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

from flask import Flask, g, request
from werkzeug.serving import make_server

from chassis.actor import SERVICE
from chassis.tokens import new_key_pair
from contracts.topology import PRODUCERS
from gateway.app import build_app
from gateway.domain.invitations import Invitation
from gateway.domain.sessions import token_hash
from gateway.mail.message import Letter, Section, message_of
from gateway.mail.transport import Folder
from gateway.mail.unsubscribe import unsubscribe_token
from gateway.settings import read_gateway_settings
from gateway.storage.invitations import store_invitation
from gateway.storage.links import store_link
from gateway.upstream import EXTENSION, Answer, Problem, ServiceUnavailable
from tests.backends import ServiceDatabase
from tests.gateway_pages.answer_world import ANSWER
from tests.gateway_pages.bench_world import DECIDE
from tests.gateway_pages.payment_world import BANK_FILE, EXPORTED_RUN
from tests.gateway_pages.people import PEOPLE
from tests.gateway_pages.portal_world import a_stop_link, an_order_link
from tests.gateway_pages.world import (
    CLEANING_PO,
    DRAFT,
    HELD_INVOICE,
    IMPORT,
    OAK,
    OPEN,
    PERSON,
    WAITING,
    a_bill,
    a_lines_report,
    a_round,
    an_import,
    an_order,
    answers,
    headed,
)

Key = tuple[str, str]

SECRET_KEY = "a secret key that only the tests know"
INVITATION = "a-link-that-the-tests-know"
ORDER_LINK = "a-link-to-an-order-that-the-tests-know"
STOP_LINK = "a-link-against-a-change-that-the-tests-know"
MAIL = "00000000-0000-4000-8000-0000000000aa"
UNSUBSCRIBE = unsubscribe_token(SECRET_KEY, PEOPLE["buyer"].person_id)

A_PERSON: dict[str, Any] = {
    "person_id": PERSON,
    "name": "Beth Buyer",
    "email": "beth@example.org",
    "roles": [
        {"role": "school_buyer", "school_urn": OAK, "supplier_id": None, "starts_on": "2024-09-01", "ends_on": None}
    ],
    "version": 1,
}

# What creating and changing answer, by method, service and path.
DONE: dict[tuple[str, str, str], Any] = {
    ("PUT", "orders", f"/rounds/{OPEN}/orders/{OAK}"): an_order(version=5),
    ("POST", "orders", f"/rounds/{OPEN}/orders/{OAK}/lines-report"): a_lines_report(),
    ("POST", "orders", f"/rounds/{OPEN}/orders/{OAK}/approve"): an_order("approved"),
    ("POST", "orders", f"/rounds/{WAITING}/orders/{OAK}/approve"): an_order("approved", round_id=WAITING),
    ("POST", "orders", f"/rounds/{OPEN}/nudge"): {"school_urns": [OAK]},
    ("POST", "orders", f"/purchase-orders/{CLEANING_PO}/answers"): {"state": "waiting", "answer": "changes"},
    ("POST", "orders", f"/purchase-orders/{CLEANING_PO}/answers/{ANSWER}/decision"): {"state": "taken"},
    ("POST", "orders", f"/purchase-orders/{CLEANING_PO}/answers/{ANSWER}/completion"): {"state": "taken"},
    ("POST", "orders", "/rounds"): a_round(DRAFT, "R-0004", "Spring grounds and cleaning", "draft"),
    ("POST", "billing", "/bills"): {"items": [headed(a_bill())], "credit_notes": [], "next": None},
    ("POST", "billing", "/supplier-invoices"): {
        "supplier_invoice_id": HELD_INVOICE,
        "kind": "invoice",
        "number": "INV-0041",
        "our_number": "SI-000001",
    },
    **DECIDE,
    ("POST", "billing", "/bank-statements"): {
        "from_on": "2026-11-02",
        "to_on": "2026-11-20",
        "lines": 3,
        "new": 2,
        "repeated": 1,
        "posted": 1,
        "unmatched": 1,
        "warnings": [],
        "unknown_accounts": [],
    },
    ("POST", "billing", f"/payment-runs/{EXPORTED_RUN}/exports"): BANK_FILE,
    ("POST", "members", "/people"): A_PERSON,
    ("POST", "members", f"/schools/{OAK}/people"): A_PERSON | {"elsewhere": False},
    ("POST", "members", "/imports"): an_import(),
    ("POST", "members", f"/imports/{IMPORT}/apply"): an_import(applied_by="Morgan Manager", applied_at=None),
}


@dataclass(frozen=True)
class Call:
    """One call that a page made; `sent` is the JSON or the raw body."""

    method: str
    service: str
    path: str
    sent: Any
    key: str | None
    etag: str | None
    params: Mapping[str, Any]


@dataclass(frozen=True)
class FakeFile:
    """Stands in for an answer that is handed on block by block."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"content-type": "text/csv", "content-disposition": 'attachment; filename="a.csv"'}
    )

    def blocks(self) -> Iterator[bytes]:
        """The body in two blocks."""
        yield self.body[:2]
        yield self.body[2:]


@dataclass
class FakeServices:
    """Stands in for Upstream. `away` services do not answer; `refusals` go by method, service and path.

    `after` is what a list answers, or raises, once it is asked for what follows its first part, or stands before it.
    What answers by what it is asked for stands in the table as a function of the parameters.
    """

    table: dict[Key, Any] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    after: dict[Key, Any] = field(default_factory=dict)
    refusals: dict[tuple[str, str, str], Problem | ServiceUnavailable] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def get(self, service: str, path: str, **options: Any) -> Answer:
        return self.call("GET", service, path, **options)

    def post(self, service: str, path: str, **options: Any) -> Answer:
        return self.call("POST", service, path, **options)

    def put(self, service: str, path: str, **options: Any) -> Answer:
        return self.call("PUT", service, path, **options)

    def call(self, method: str, service: str, path: str, **options: Any) -> Answer:
        assert "?" not in path, "what is asked for goes by parameters: a path is quoted whole"
        sent = options.get("json", options.get("body"))
        params = options.get("params") or {}
        self.calls.append(Call(method, service, path, sent, options.get("key"), options.get("etag"), params))
        if service in self.away:
            raise ServiceUnavailable(service)
        if refusal := self.refusals.get((method, service, path)):
            raise refusal
        if method != "GET":
            return _answer(DONE.get((method, service, path), {}))
        if (service, path) not in self.table:
            raise Problem(404, "not_found", "There is no such thing.")
        found = self.after.get((service, path)) if params.get("after") or params.get("before") else None
        if isinstance(found, Exception):
            raise found
        found = found or self.table[service, path]
        return _answer(found(params) if callable(found) else found)

    def forward(self, method: str, service: str, path: str, **options: Any) -> "FakeFile":
        answer = self.call(method, service, path, **options)
        return FakeFile(answer.status, answer.body)

    @property
    def changes(self) -> list[Call]:
        """The calls that were to change something."""
        return [call for call in self.calls if call.method != "GET"]


def _answer(body: Any) -> Answer:
    if isinstance(body, Answer):
        return body
    if isinstance(body, bytes):  # a picture
        kind = "image/png" if body.startswith(b"\x89PNG") else "image/svg+xml"
        return Answer(200, body, {"content-type": kind})
    return Answer(200, json.dumps(body).encode(), {})


def fake_gateway(database: ServiceDatabase) -> tuple[Flask, FakeServices]:
    """The real gateway application; the header or cookie `as` names the person who is signed in."""
    app = build_app(read_gateway_settings(_environment()), database.database)
    app.config["WTF_CSRF_ENABLED"] = False
    services = FakeServices()
    app.extensions[EXTENSION] = services
    _keep_invitation(database)

    @app.before_request
    def seat_somebody() -> None:
        name = request.headers.get("As") or request.cookies.get("as", "")
        g.bursar_session = PEOPLE.get(name)
        if not services.table or request.cookies.get("as"):
            seat = g.bursar_session and g.bursar_session.seat
            services.table = answers(school=bool(seat and seat.kind == "school"))

    return app, services


def _keep_invitation(database: ServiceDatabase) -> None:
    """An invitation whose link the tests know."""
    now = datetime.now(UTC)
    record = Invitation(
        invitation_id=str(uuid4()),
        person_id=str(uuid4()),
        purpose="invitation",
        name="Nell New",
        email="nell@example.org",
        organisation="Oak Street Primary School",
        invited_by="Ada Approver",
        created_at=now,
        expires_at=now + timedelta(days=14),
        used_at=None,
        revoked_at=None,
    )
    with database.database.transaction(SERVICE) as connection:
        store_invitation(connection, record, token_hash(INVITATION), None)
        for token, link in ((ORDER_LINK, an_order_link(now)), (STOP_LINK, a_stop_link(now))):
            store_link(connection, link, token_hash(token))


def _whole(app: Flask, environ: Any, start_response: Any) -> list[bytes]:
    """The whole answer, closed before it is sent: werkzeug's server leaves files open where a browser breaks off."""
    with closing(app(environ, start_response)) as answer:
        return [b"".join(answer)]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application behind a real port, for a browser; gives its address."""
    server = make_server("127.0.0.1", 0, partial(_whole, app), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@cache
def _kept_mail() -> Path:
    """A folder with one mail in it."""
    folder = Path(tempfile.mkdtemp(prefix="bursar-mail-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    letter = Letter(
        message_id=MAIL,
        date=datetime(2026, 11, 20, 7, 35, tzinfo=UTC),
        address="beth@example.org",
        subject="2 notices from Bursar",
        sections=[
            Section("Order O-000001 is approved.", title="An order is approved", link="http://127.0.0.1/school"),
            Section("Nobody has said what arrived.", title="What has arrived?"),
        ],
        settings="http://127.0.0.1/settings/notifications",
        unsubscribe=f"http://127.0.0.1/unsubscribe/{UNSUBSCRIBE}",
    )
    with Folder(folder).opened() as line:
        line.send(message_of(letter, "Bursar <bursar@localhost>"))
    return folder


@cache
def _environment() -> dict[str, str]:
    private, public = new_key_pair()
    return {
        "BURSAR_ENV": "embedded",
        "GATEWAY_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "GATEWAY_MIGRATION_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "BROKER_URL": "pgmq://nobody@localhost/none",
        "SERVICE_TOKEN_PRIVATE_KEY": private,
        "SERVICE_TOKEN_PUBLIC_KEY": public,
        "SECRET_KEY": SECRET_KEY,
        "FEED_SECRET": "a feed secret that only the tests know",
        **{f"{name.upper()}_URL": "http://127.0.0.1:1" for name in PRODUCERS},
        "MAIL_DIR": str(_kept_mail()),
    }
