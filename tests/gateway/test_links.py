"""Links that work without an account: they open one thing, once, for a while, and every change is told to all."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from chassis.actor import SERVICE
from contracts.events import samples
from gateway.domain.links import LASTS
from tests.backends import ServiceDatabase
from tests.clients import deliver
from tests.gateway.conftest import Recorder, problem, role

SUPPLIER = samples()["SupplierRecorded", 2]
ORDER = samples()["PurchaseOrderIssued", 2] | {"supplier_id": SUPPLIER["supplier_id"]}
CHANGING = samples()["BankDetailsChanging", 1]
ORDER_PATH = f"/supplier/orders/{ORDER['purchase_order_id']}"


class Mailbox:
    """What the gateway queues, and a browser that opens it."""

    def __init__(self, store: ServiceDatabase, app: Flask) -> None:
        self.store, self.app = store, app
        app.config["WTF_CSRF_ENABLED"] = False

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.store.database.transaction(SERVICE) as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def links(self, kind: str = "purchase_order_link") -> list[str]:
        return [row.link for row in self.sql("SELECT link FROM mail WHERE kind = :kind ORDER BY mail_id", kind=kind)]

    def browser(self) -> FlaskClient:
        return self.app.test_client()


@pytest.fixture
def mailbox(store: ServiceDatabase, app: Flask) -> Mailbox:
    deliver(store, "gateway", [("SupplierRecorded", SUPPLIER)])
    deliver(store, "gateway", [("PurchaseOrderIssued", ORDER), ("PurchaseOrderIssued", ORDER)])
    return Mailbox(store, app)


def test_the_order_goes_to_its_address_with_a_link_whose_secret_is_kept_nowhere(mailbox: Mailbox) -> None:
    (mail,) = mailbox.sql("SELECT * FROM mail WHERE kind = 'purchase_order_link'")
    assert mail.to_address == SUPPLIER["email"]
    token = mail.link.removeprefix("/link/")
    assert len(token) >= 43
    (row,) = mailbox.sql("SELECT access_link::text AS whole, expires_at - created_at AS lasts FROM access_link")
    assert token not in row.whole
    assert row.lasts == LASTS["purchase_order"] == timedelta(days=14)


def test_somebody_who_reads_that_address_gets_one_mail_and_colleagues_theirs(
    store: ServiceDatabase, app: Flask, known: Any
) -> None:
    own = role("supplier_user", supplier=SUPPLIER["supplier_id"])
    known(SUPPLIER["email"], own, number=1)
    known("sales@fenwright.example", own, number=2)
    deliver(store, "gateway", [("SupplierRecorded", SUPPLIER), ("PurchaseOrderIssued", ORDER)])
    told = Mailbox(store, app).sql(
        "SELECT kind, coalesce(to_address, email) AS address FROM mail LEFT JOIN person ON person_id = to_person_id"
    )
    assert sorted((row.kind, row.address) for row in told) == [
        ("purchase_order_issued", "sales@fenwright.example"),
        ("purchase_order_link", SUPPLIER["email"]),
    ]


def test_looking_changes_nothing_and_opening_uses_it_up(mailbox: Mailbox, recorder: Recorder) -> None:
    (link,) = mailbox.links()
    browser = mailbox.browser()
    for _ in range(3):
        page = browser.get(link)
        assert (page.status_code, ORDER["number"] in page.text) == (200, True)
    assert recorder.seen == []
    assert browser.post(link, data={"name": " "}).status_code == 422
    opened = browser.post(link, data={"name": "Petra Fenwright"})
    assert (opened.status_code, opened.location) == (303, ORDER_PATH)
    (row,) = mailbox.sql("SELECT used_by, used_from, used_at FROM access_link")
    assert (row.used_by, row.used_from) == ("Petra Fenwright", "127.0.0.1")

    again = mailbox.browser().get(link)
    assert (again.status_code, "used already" in again.text) == (410, True)
    assert mailbox.browser().post(link, data={"name": "X"}).status_code == 410


def test_the_session_reaches_this_order_alone(mailbox: Mailbox, recorder: Recorder) -> None:
    browser = mailbox.browser()
    browser.post(mailbox.links()[0], data={"name": "Petra"})
    recorder.answer = lambda: problem(404, "not_found")
    assert browser.get(ORDER_PATH).status_code == 404
    actor = recorder.last["actor"]
    assert actor.limited_to == f"purchase_order:{ORDER['purchase_order_id']}"
    assert (actor.supplier_id, actor.roles) == (SUPPLIER["supplier_id"], frozenset({"supplier_user"}))
    assert actor.name == "Petra (by link)"
    calls = len(recorder.seen)
    for path in ("/supplier", "/supplier/orders", f"/supplier/orders/{uuid4()}", "/supplier/company", "/school"):
        assert browser.get(path).status_code == 403, path
    assert browser.get("/settings/notifications").status_code == 403
    assert browser.get("/api/v1/purchase-orders").status_code == 403
    assert len(recorder.seen) == calls
    assert browser.get("/").location == ORDER_PATH
    browser.post("/sign-out")
    assert browser.get(ORDER_PATH).status_code == 303


def test_a_session_ends_and_links_are_taken_back(mailbox: Mailbox, recorder: Recorder) -> None:
    browser = mailbox.browser()
    browser.post(mailbox.links()[0], data={"name": "Petra"})
    mailbox.sql("UPDATE link_session SET last_seen_at = last_seen_at - interval '3 hours'")
    assert browser.get(ORDER_PATH).status_code == 303
    mailbox.sql("UPDATE link_session SET last_seen_at = now()")
    recorder.answer = lambda: problem(404, "not_found")
    assert browser.get(ORDER_PATH).status_code == 404
    assert browser.post(f"{ORDER_PATH}/links/revoke").status_code == 403
    from gateway.usecases.open_links import revoke_order_links

    revoke_order_links(mailbox.store.database, ORDER["purchase_order_id"], "Mara Quill")
    assert browser.get(ORDER_PATH).status_code == 303


def test_another_link_comes_to_the_same_address_only_and_not_too_often(mailbox: Mailbox) -> None:
    (first,) = mailbox.links()
    browser = mailbox.browser()
    assert browser.post(f"{first}/again").status_code == 410, "it can still be used"
    mailbox.sql("UPDATE access_link SET created_at = created_at - interval '15 days', expires_at = now()")
    assert "has expired" in browser.get(first).text
    assert browser.post(f"{first}/again").status_code == 200
    rows = mailbox.sql("SELECT to_address, link FROM mail WHERE kind = 'purchase_order_link' ORDER BY mail_id")
    assert [row.to_address for row in rows] == [SUPPLIER["email"]] * 2
    assert browser.post(rows[1].link, data={"name": "Petra"}).status_code == 303
    codes = [mailbox.browser().post(f"{first}/again").status_code for _ in range(6)]
    assert codes[-1] == 429


def test_guessing_is_counted(mailbox: Mailbox) -> None:
    codes = {mailbox.browser().get(f"/link/{uuid4()}").status_code for _ in range(70)}
    assert codes == {410, 429}


def test_everybody_ever_concerned_hears_of_new_bank_details_and_can_stop_them(
    mailbox: Mailbox, recorder: Recorder, known: Any
) -> None:
    known("mara@alliance.example", role("alliance_manager"), number=7)
    deliver(mailbox.store, "gateway", [("BankDetailsChanging", CHANGING), ("BankDetailsChanging", CHANGING)])
    mails = mailbox.sql("SELECT to_address, text, link FROM mail WHERE kind = 'bank_details_link' ORDER BY to_address")
    assert [mail.to_address for mail in mails] == CHANGING["addresses"]
    assert len({mail.link for mail in mails}) == 2
    assert "9911" in mails[0].text
    assert len(mailbox.sql("SELECT * FROM mail WHERE kind = 'bank_details_changing'")) == 1

    browser, link = mailbox.browser(), mails[0].link
    assert re.search(r"stop", browser.get(link).text, re.IGNORECASE)
    assert recorder.seen == []
    assert browser.post(link, data={"name": "Petra"}).status_code == 422
    done = browser.post(link, data={"name": "Petra", "reason": "Not ours"})
    assert done.status_code == 200
    sent = recorder.last
    assert sent["path"] == f"/suppliers/{CHANGING['supplier_id']}/bank-details/{CHANGING['bank_details_id']}/stop"
    assert sent["actor"].limited_to == f"bank_details:{CHANGING['bank_details_id']}"
    assert sent["actor"].roles == frozenset({"supplier_contact"})
    assert browser.post(link, data={"name": "Petra", "reason": "Not ours"}).status_code == 410
    assert browser.get(mails[1].link).status_code == 200

    stopped = CHANGING | {"step": "stopped", "reason": "Not ours"}
    deliver(mailbox.store, "gateway", [("BankDetailsChanging", stopped)])
    told = mailbox.sql("SELECT to_address, link FROM mail WHERE kind = 'bank_details_told' ORDER BY to_address")
    assert [(mail.to_address, mail.link) for mail in told] == [(address, None) for address in CHANGING["addresses"]]


def test_managers_hear_of_changes_that_fraud_begins_with(store: ServiceDatabase, app: Flask, known: Any) -> None:
    known("mara@alliance.example", role("alliance_manager"), number=7)
    told = samples()["SupplierDetailsChanged", 1]
    harmless = told | {"version": 4, "changes": [{"field": "company_number", "before": None, "after": "00999101"}]}
    deliver(store, "gateway", [("SupplierDetailsChanged", told), ("SupplierDetailsChanged", harmless)])
    (mail,) = Mailbox(store, app).sql("SELECT * FROM mail WHERE kind = 'supplier_details_changed'")
    assert "VAT number: GB123456782 is now GB999010001" in mail.text
    assert datetime.now(UTC) < mail.expires_at
