"""Mail with a purchase order's documents: waits for them, carries what it can, says what it lacks."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from chassis.actor import SERVICE
from gateway.domain.mail import Enclosure
from gateway.inbox import on_purchase_order_amended, on_purchase_order_issued
from gateway.mail.enclosures import MOST_BYTES, Documents
from gateway.mail.transport import Smtp
from gateway.usecases.queue_mail import queue_mail
from gateway.usecases.send_mail import Letterhead, send_due_mail
from tests.backends import ServiceDatabase
from tests.clients import deliver
from tests.gateway.conftest import role
from tests.gateway.mail_sink import Sink, mail_sink

HEAD = Letterhead("Bursar <bursar@alliance.example>", "https://bursar.example", "a secret of the tests")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ORDER, SUPPLIER = "00000000-0000-4000-8000-000000000006", "00000000-0000-4000-8000-000000000001"


class Orders:
    """The orders service as the mail sees it."""

    def __init__(self, **states: tuple[str, int]) -> None:
        self.states = states

    def get(self, wanted: Enclosure, what: str) -> bytes | None:
        assert (wanted.purchase_order_id, wanted.supplier_id) == (ORDER, SUPPLIER)
        if what == "/documents":
            return json.dumps({"items": [self._item(form, *given) for form, given in self.states.items()]}).encode()
        form = what.removeprefix(".").partition("?")[0]
        assert what.endswith("?revision=1")
        return b"x" * self.states[form][1]

    @staticmethod
    def _item(form: str, state: str, size: int) -> dict[str, Any]:
        return {
            "form": form, "revision": 1, "state": state, "size": size, "media_type": f"application/{form}",
            "file_name": f"PO-000012.{form}", "reason": None if state == "made" else "Somebody has no address.",
        }  # fmt: skip


def queue(store: ServiceDatabase) -> None:
    mail = {"kind": "purchase_order_issued", "subject": "Purchase order PO-000012", "text": "Please look at it."}
    with store.database.transaction(SERVICE) as connection:
        queue_mail(
            connection, key="one", to_address="orders@fenwright.example", link="/supplier", now=NOW,
            encloses=Enclosure(ORDER, SUPPLIER), **mail,
        )  # fmt: skip


def send(store: ServiceDatabase, sink: Sink, orders: Orders, at: datetime = NOW) -> int:
    return send_due_mail(store.database, Smtp(sink.url), HEAD, lambda: at, Documents(orders.get))


def test_it_waits_for_its_documents_and_carries_them_once(store: ServiceDatabase) -> None:
    queue(store)
    orders = Orders(pdf=("making", 0), xlsx=("made", 4), xml=("queued", 0))
    with mail_sink() as sink:
        assert send(store, sink, orders) == 0
        assert send(store, sink, orders, NOW + timedelta(seconds=11)) == 0
        orders.states = {"pdf": ("made", 9), "xlsx": ("made", 4), "xml": ("made", 7)}
        assert send(store, sink, orders, NOW + timedelta(seconds=22)) == 1
        assert send(store, sink, orders, NOW + timedelta(hours=1)) == 0
    (message,) = sink.taken
    files = {part.get_filename(): len(part.get_content()) for part in message.iter_attachments()}
    assert files == {"PO-000012.xlsx": 4, "PO-000012.xml": 7, "PO-000012.pdf": 9}
    assert "Attached: PO-000012.xlsx, PO-000012.xml, PO-000012.pdf." in message.get_body(("plain",)).get_content()


def test_what_is_refused_or_too_large_is_told_and_the_rest_attached(store: ServiceDatabase) -> None:
    queue(store)
    with mail_sink() as sink:
        send(store, sink, Orders(pdf=("made", MOST_BYTES), xlsx=("made", 4), xml=("refused", 0)))
    (message,) = sink.taken
    assert [part.get_filename() for part in message.iter_attachments()] == ["PO-000012.xlsx"]
    words = message.get_body(("plain",)).get_content()
    assert "There is no Peppol order (UBL): Somebody has no address." in words
    assert "The PDF is too large for mail" in words


def test_it_does_not_wait_without_end(store: ServiceDatabase) -> None:
    queue(store)
    with mail_sink() as sink:
        assert send(store, sink, Orders(pdf=("failed", 0), xlsx=("making", 0)), NOW + timedelta(minutes=16)) == 1
    assert "Its documents were not ready" in sink.taken[0].get_body(("plain",)).get_content()


def test_people_and_the_address_for_orders_get_them_at_each_revision_once(
    store: ServiceDatabase, known: Callable[..., str]
) -> None:
    known("sales@fenwright.example", role("supplier_user", supplier=SUPPLIER))
    supplier = {"supplier_id": SUPPLIER, "name": "Fenwright Paper", "email": "orders@fenwright.example"}
    issued = {
        "purchase_order_id": ORDER, "number": "PO-000012", "round_title": "Autumn", "supplier_id": SUPPLIER,
    }  # fmt: skip
    amended = {
        **issued, "revision": 2, "reason": "Four fewer.", "drops": [{"school_urn": 900001}, {"school_urn": 900001}],
    }  # fmt: skip
    deliver(store, "gateway", [("SupplierRecorded", supplier)])
    for _ in range(2):
        deliver(store, "gateway", [(on_purchase_order_issued.EVENT_TYPE, issued)])
        deliver(store, "gateway", [(on_purchase_order_amended.EVENT_TYPE, amended)])
    with store.database.transaction(SERVICE) as connection:
        rows = connection.execute(text("SELECT kind, encloses ->> 'revision' FROM mail ORDER BY mail_id")).all()
    assert [tuple(row) for row in rows] == [
        ("purchase_order_issued", "1"),
        ("purchase_order_link", "1"),
        ("purchase_order_revised", "2"),
        ("purchase_order_link", "2"),
    ]
