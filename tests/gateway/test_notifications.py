"""Choosing which mail to get, stopping the digest from its link, and the mail that one machine keeps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.settings import SettingsError
from gateway.app import build_app
from gateway.mail.transport import Folder, Smtp
from gateway.mail.unsubscribe import unsubscribe_token
from gateway.settings import read_gateway_settings, read_worker_settings
from gateway.usecases.queue_mail import queue_mail
from gateway.usecases.send_mail import Letterhead, send_due_mail
from gateway.usecases.sign_in import sign_in
from tests.backends import ServiceDatabase
from tests.clients import environment_for
from tests.gateway.conftest import PASSWORD, role

Known = Callable[..., str]
SECRET = "a secret key that only the tests know"


@pytest.fixture
def signed_in(app: Flask, store: ServiceDatabase, known: Known) -> Callable[..., FlaskClient]:
    """`signed_in(role(…))`: the browser of somebody with these roles."""

    def browser(*roles: dict[str, Any]) -> FlaskClient:
        known("me@people.example", *roles)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        token = sign_in(store.database, "me@people.example", PASSWORD, address="127.0.0.1").token
        client.set_cookie("bursar-session", token)
        return client

    return browser


def choices(store: ServiceDatabase) -> dict[str, str]:
    with store.database.transaction(SERVICE) as connection:
        return {row.kind: row.delivery for row in connection.execute(text("SELECT kind, delivery FROM mail_choice"))}


def fields(page: str) -> dict[str, str]:
    """The selected delivery of each kind on the page."""
    return {
        field.get("name"): field.xpath("string(option[@selected]/@value)")
        for field in html.document_fromstring(page).xpath("//select")
    }


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        (
            role("supplier_user", supplier="00000000-0000-4000-8000-000000000001"),
            {
                "claim_recorded": "digest",
                "invoice_answered": "digest",
                "remittance_advised": "at_once",
                "answer_wanted": "at_once",
            },
        ),
        (
            role("alliance_manager"),
            {
                "claim_answered": "digest",
                "supplier_details_changed": "at_once",
                "round_closed": "digest",
                "bill_disputed": "digest",
                "payment_run_waiting": "at_once",
                "journal_waiting": "digest",
                "purchase_order_answered": "digest",
                "changes_offered": "at_once",
                "answer_overdue": "digest",
            },
        ),
        (
            role("school_buyer", urn=1),
            {
                "round_opened": "digest",
                "round_reminder": "at_once",
                "school_nudged": "at_once",
                "deadline_moved": "at_once",
                "order_waiting": "digest",
                "approval_wanted": "at_once",
                "order_approved": "digest",
                "order_placed": "digest",
                "despatched": "digest",
                "claim_answered": "digest",
                "drop_amended": "digest",
                "receipt_wanted": "digest",
                "bill_issued": "digest",
                "dispute_answered": "digest",
                "bill_reminder": "at_once",
                "contribution_asked": "at_once",
                "service_wanted": "digest",
                "service_decided": "digest",
            },
        ),
    ],
)
def test_everybody_chooses_about_the_mail_of_their_seats(
    signed_in: Callable[..., FlaskClient], store: ServiceDatabase, held: dict[str, Any], shown: dict[str, str]
) -> None:
    browser = signed_in(held)
    assert fields(browser.get("/settings/notifications").text) == shown
    kind = next(iter(shown))
    sent = {**shown, kind: "off", "order_returned": "off", "digest": "off"}
    assert browser.post("/settings/notifications", data=sent).status_code == 303
    assert fields(browser.get("/settings/notifications").text) == {**shown, kind: "off"}
    assert choices(store) == {**shown, kind: "off"}


def test_a_delivery_nobody_knows_changes_nothing(signed_in: Callable[..., FlaskClient], store: ServiceDatabase) -> None:
    browser = signed_in(role("alliance_manager"))
    assert browser.post("/settings/notifications", data={"round_closed": "by pigeon"}).status_code == 303
    assert choices(store) == {}


def test_the_page_is_for_people_who_are_signed_in(app: Flask) -> None:
    assert app.test_client().get("/settings/notifications").location.startswith("/sign-in")


def test_the_digest_stops_with_one_click_and_not_by_looking(app: Flask, store: ServiceDatabase, known: Known) -> None:
    """A mail program posts on its own: without our cookie, and without a token against forgery."""
    person_id = known("me@people.example", role("school_buyer", urn=1))
    for kind in ("round_opened", "order_returned"):
        with store.database.transaction(SERVICE) as connection:
            queue_mail(connection, kind=kind, key=kind, subject="s", text="t", to_person_id=person_id)
    address = f"/unsubscribe/{unsubscribe_token(SECRET, person_id)}"
    browser = app.test_client()
    assert "Stop the daily digest?" in browser.get(address).text
    assert choices(store) == {}
    for _ in range(2):
        answer = browser.post(address, data={"List-Unsubscribe": "One-Click"})
        assert "You get no daily digest any more" in answer.text
    assert choices(store)["round_opened"] == "off"
    assert "round_reminder" not in choices(store)
    with store.database.transaction(SERVICE) as connection:
        states = {row.kind: row.state for row in connection.execute(text("SELECT kind, state FROM mail"))}
    assert states == {"round_opened": "off", "order_returned": "queued"}


@pytest.mark.parametrize("token", ["nonsense", unsubscribe_token("another secret", "1")])
def test_nobody_stops_anothers_digest(app: Flask, store: ServiceDatabase, token: str) -> None:
    for method in ("GET", "POST"):
        assert app.test_client().open(f"/unsubscribe/{token}", method=method).status_code == 404
    assert choices(store) == {}


def gateway_over(store: ServiceDatabase, **settings: str) -> Flask:
    environ = environment_for(store, "pgmq://nobody@localhost/none") | settings
    return build_app(read_gateway_settings(environ), store.database)


def test_mail_kept_on_this_machine_can_be_read_there(store: ServiceDatabase, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    browser = gateway_over(store, MAIL_DIR=str(folder)).test_client()
    assert "No mail yet" in browser.get("/dev/mail").text
    with store.database.transaction(SERVICE) as connection:
        queue_mail(
            connection,
            kind="invitation",
            key="k",
            subject="Welcome to <Bursar>",
            text="Come in & sit.",
            link="/invitation/abc",
            to_address="head@oak.example",
        )
    head = Letterhead("Bursar <b@localhost>", "http://127.0.0.1:8000", SECRET)
    send_due_mail(store.database, Folder(folder), head, lambda: datetime.now(UTC))
    listed = browser.get("/dev/mail").text
    assert "Welcome to &lt;Bursar&gt;" in listed
    address = html.document_fromstring(listed).xpath("//th/a/@href")[0]
    shown = browser.get(address).text
    assert "Come in &amp; sit." in shown
    assert 'href="http://127.0.0.1:8000/invitation/abc"' in shown
    assert browser.get("/dev/mail/00000000-0000-4000-8000-000000000001").status_code == 404


@pytest.mark.parametrize("settings", [{}, {"SMTP_URL": "smtp://mail.example", "MAIL_DIR": "/somewhere"}])
def test_the_pages_of_kept_mail_exist_nowhere_else(store: ServiceDatabase, settings: dict[str, str]) -> None:
    assert gateway_over(store, **settings).test_client().get("/dev/mail").status_code == 404


def test_mail_settings_say_what_is_wrong_with_them(store: ServiceDatabase) -> None:
    environ = environment_for(store, "pgmq://nobody@localhost/none")
    good = {
        "SMTP_URL": "smtps://me:x@mail.example",
        "SMTP_FROM": "Bursar <b@a.example>",
        "PUBLIC_URL": "https://b.example/",
    }
    read = read_worker_settings(environ | good)
    assert isinstance(read.transport, Smtp)
    assert read.letterhead.public_url == "https://b.example"
    assert read_worker_settings(environ).transport is None
    with pytest.raises(SettingsError) as wrong:
        read_worker_settings(environ | {"SMTP_URL": "mail.example:25"})
    assert [fault.split()[0] for fault in wrong.value.faults] == ["SMTP_URL:", "SMTP_FROM", "PUBLIC_URL"]
    deployed = environ | {"BURSAR_ENV": "deployed", "MAIL_DIR": "/mail"}
    with pytest.raises(SettingsError, match="MAIL_DIR is for the embedded mode"):
        read_worker_settings(deployed)
