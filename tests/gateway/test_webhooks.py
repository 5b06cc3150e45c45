"""Webhooks: signed, sent once for each event, tried again, and never to an address inside."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.event import Event
from gateway.domain.errors import WebhookRefused
from gateway.domain.webhooks import checked_url, is_public, next_try
from gateway.usecases import run_webhooks
from gateway.webhooks.transport import Outcome, post

FENWRIGHT, OTHER = str(uuid4()), str(uuid4())
NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "ftp://hooks.example.com",
        "https://",
        "https://localhost/x",
        "https://bursar.internal/x",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com/" + "x" * 500,
        "https://hooks.example.com/\nHost: inside",
    ],
)
def test_addresses_that_are_never_called(url: str) -> None:
    with pytest.raises(WebhookRefused):
        checked_url(url)


def test_a_public_https_address_may_be_called() -> None:
    assert checked_url(" https://hooks.example.com:8443/in?a=1 ") == "https://hooks.example.com:8443/in?a=1"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


class Receiver:
    """Somebody's HTTPS server: it notes what comes and answers as told."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.location = 204, ""
        certificate, key = _certificate(folder)
        self.trust = ssl.create_default_context(cafile=str(certificate))
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Stay quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://hooks.example.com:{self.server.server_port}/in?from=bursar"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        return post(url, headers, body, resolve=lambda *_: ["127.0.0.1"], may_reach=lambda _: True, trust=self.trust)


@pytest.fixture(scope="module")
def shared_receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path_factory.mktemp("tls"))
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
    receiver.thread.join()


@pytest.fixture
def receiver(shared_receiver: Receiver) -> Receiver:
    shared_receiver.seen.clear()
    shared_receiver.status, shared_receiver.location = 204, ""
    return shared_receiver


def happened(supplier_id: str = FENWRIGHT, at: datetime = NOW, **body: Any) -> Event:
    told = {"supplier_id": supplier_id, "purchase_order_id": "po-1", "number": "PO-0001", "lines": [1], **body}
    return Event(str(uuid4()), "PurchaseOrderIssued", 2, "purchase_order:po-1", at, None, None, 1, "orders", told)


def queue(store: Any, *events: Event, kind: str = "purchase_order.issued") -> None:
    with store.database.transaction(SERVICE) as connection:
        run_webhooks.queue_webhooks(connection, kind, events)


def made(
    store: Any, url: str, *, supplier_id: str = FENWRIGHT, events: tuple[str, ...] = ("purchase_order.issued",)
) -> str:
    secret = run_webhooks.make_webhook(store.database, supplier_id, str(uuid4()), url, list(events), "Sam Sales")
    assert secret is not None
    return secret


def deliveries(store: Any) -> list[Any]:
    with store.database.transaction(SERVICE) as connection:
        return list(connection.execute(text("SELECT * FROM webhook_delivery ORDER BY happened_at, delivery_id")))


def due_now(store: Any) -> None:
    with store.database.transaction(SERVICE) as connection:
        connection.execute(text("UPDATE webhook_delivery SET next_try_at = now() WHERE state = 'waiting'"))


def test_what_happens_is_sent_once_and_signed(store: Any, receiver: Receiver) -> None:
    secret = made(store, receiver.url)
    made(store, receiver.url, supplier_id=OTHER)
    made(store, receiver.url, events=("receipt.recorded",))
    event = happened()
    queue(store, event)
    queue(store, event)
    assert run_webhooks.send_due_webhooks(store.database, receiver.send) == 1
    ((path, headers, body),) = receiver.seen
    assert path == "/in?from=bursar"
    assert headers["host"].startswith("hooks.example.com:")
    assert json.loads(body) == {
        "type": "purchase_order.issued",
        "timestamp": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {"purchase_order_id": "po-1", "number": "PO-0001"},
    }
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert run_webhooks.send_due_webhooks(store.database, receiver.send) == 0
    assert [row.state for row in deliveries(store)] == ["delivered"]


def test_old_news_and_others_news_are_not_told(store: Any, receiver: Receiver) -> None:
    made(store, receiver.url)
    queue(store, happened(at=NOW - timedelta(days=8)), happened(OTHER), happened(supplier_id=""))
    assert deliveries(store) == []


def test_a_refused_call_is_tried_again_under_the_same_id_and_at_last_given_up(store: Any, receiver: Receiver) -> None:
    made(store, receiver.url)
    queue(store, happened())
    receiver.status = 500
    for tries in range(1, 10):
        assert run_webhooks.send_due_webhooks(store.database, receiver.send) == 1
        (row,) = deliveries(store)
        assert row.tries == tries
        assert (row.state == "failed") is (tries == 9)
        assert run_webhooks.send_due_webhooks(store.database, receiver.send) == 0
        due_now(store)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.seen}) == 1
    receiver.status = 200
    with pytest.raises(Exception, match="no failed delivery"):
        run_webhooks.send_again(store.database, OTHER, str(row.delivery_id))
    run_webhooks.send_again(store.database, FENWRIGHT, str(row.delivery_id))
    run_webhooks.send_due_webhooks(store.database, receiver.send)
    assert deliveries(store)[0].state == "delivered"


def test_a_redirect_is_not_followed_and_410_ends_the_address(store: Any, receiver: Receiver) -> None:
    made(store, receiver.url)
    queue(store, happened())
    receiver.status, receiver.location = 302, "https://169.254.169.254/latest"
    run_webhooks.send_due_webhooks(store.database, receiver.send)
    assert (len(receiver.seen), deliveries(store)[0].answer) == (1, "It answered 302.")
    receiver.status, receiver.location = 410, ""
    due_now(store)
    run_webhooks.send_due_webhooks(store.database, receiver.send)
    assert deliveries(store)[0].state == "failed"
    queue(store, happened())
    assert len(deliveries(store)) == 1


def test_a_name_that_leads_inside_is_not_called(store: Any, receiver: Receiver) -> None:
    assert post("https://inside.example.com/", {}, b"", resolve=lambda *_: ["93.184.216.34", "10.0.0.1"]).status == 0
    assert post("https://inside.example.com/", {}, b"", resolve=lambda *_: ["127.0.0.1"]).status == 0
    other = post(
        receiver.url.replace("hooks", "other"),
        {},
        b"",
        resolve=lambda *_: ["127.0.0.1"],
        may_reach=lambda _: True,
        trust=receiver.trust,
    )
    assert (other.status, receiver.seen) == (0, []), "its certificate names another host"


def test_a_worker_that_dies_over_a_call_leaves_it_to_the_next(store: Any, receiver: Receiver) -> None:
    made(store, receiver.url)
    queue(store, happened())

    def dies(*_: Any) -> Outcome:
        raise SystemExit

    with pytest.raises(SystemExit):
        run_webhooks.send_due_webhooks(store.database, dies)
    assert run_webhooks.send_due_webhooks(store.database, receiver.send) == 0, "claimed until its lease is over"
    due_now(store)
    assert run_webhooks.send_due_webhooks(store.database, receiver.send) == 1


def test_an_ended_webhook_is_called_no_more(store: Any, receiver: Receiver) -> None:
    webhook_id = str(uuid4())
    url, kinds = receiver.url, ["purchase_order.issued"]
    run_webhooks.make_webhook(store.database, FENWRIGHT, webhook_id, url, kinds, "Sam Sales")
    queue(store, happened())
    with pytest.raises(Exception, match="no such webhook"):
        run_webhooks.end_webhook(store.database, OTHER, webhook_id, "Somebody else")
    run_webhooks.end_webhook(store.database, FENWRIGHT, webhook_id, "Sam Sales")
    run_webhooks.send_due_webhooks(store.database, receiver.send)
    assert (receiver.seen, deliveries(store)[0].state) == ([], "failed")


def test_the_waits_grow_and_end_within_three_days() -> None:
    waits = [next_try(tries, NOW) for tries in range(1, 10)]
    assert waits[-1] is None
    steps = [each - NOW for each in waits if each]
    assert steps == sorted(steps)
    assert timedelta(days=2) < sum(steps, timedelta()) < timedelta(days=3)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of hooks.example.com that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example.com")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private
