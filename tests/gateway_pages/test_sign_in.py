"""Signing in through the pages, over a real gateway database."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from chassis.actor import SERVICE
from gateway.app import build_app
from gateway.settings import read_gateway_settings
from gateway.storage.people import upsert_people
from gateway.upstream import EXTENSION
from gateway.usecases.set_password import set_password
from tests.backends import ServiceDatabase
from tests.clients import environment_for
from tests.gateway_pages.conftest import parsed, summary_links, summary_text, text_of, value_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import OPEN, answers

PERSON_ID = "00000000-0000-4000-8000-000000000001"
EMAIL = "beth@oak.example"
PASSWORD = "three green apples"
FORM = f"/school/rounds/{OPEN}/order"


@pytest.fixture
def store(databases: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return databases("gateway")


@pytest.fixture
def services() -> FakeServices:
    return FakeServices(table=answers(school=True))


@pytest.fixture
def app(store: ServiceDatabase, services: FakeServices) -> Flask:
    application = build_app(
        read_gateway_settings(environment_for(store, "pgmq://nobody@localhost/none")), store.database
    )
    application.extensions[EXTENSION] = services
    return application


@pytest.fixture
def browser(app: Flask, store: ServiceDatabase) -> FlaskClient:
    """A browser of somebody who buys for a school and manages the alliance as well."""
    roles = [("school_buyer", OAK, "Oak Street Primary School"), ("alliance_manager", None, "The alliance")]
    person = {
        "person_id": PERSON_ID,
        "name": "Beth Buyer",
        "email": EMAIL,
        "roles": [
            {
                "role": role,
                "school_urn": urn,
                "supplier_id": None,
                "organisation": organisation,
                "starts_on": "2020-01-01",
                "ends_on": None,
            }
            for role, urn, organisation in roles
        ],
    }
    with store.database.transaction(SERVICE) as connection:
        upsert_people(connection, [person])
    set_password(store.database, PERSON_ID, PASSWORD)
    return app.test_client()


def send(browser: FlaskClient, page: str, path: str, **fields: str) -> TestResponse:
    """Send a form of a page, with the proof of where it comes from."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    return browser.post(path, data={"csrf_token": token[1] if token else "", **fields})


def enter(browser: FlaskClient, **more: str) -> TestResponse:
    return send(browser, "/sign-in", "/sign-in", **{"email": EMAIL, "password": PASSWORD, **more})


def take_school_seat(browser: FlaskClient) -> TestResponse:
    return send(browser, "/choose-seat", "/choose-seat", seat=f"school:{OAK}")


def test_signing_in_choosing_a_seat_changing_it_and_signing_out(browser: FlaskClient) -> None:
    assert enter(browser, next="/").location == "/"
    assert browser.get("/").location == "/choose-seat"
    assert take_school_seat(browser).location == "/school"
    assert "What needs you" in text_of(browser.get("/school"))
    assert "Change seat" in browser.get("/school").text
    assert send(browser, "/choose-seat", "/choose-seat", seat="alliance").location == "/alliance"
    left = send(browser, "/choose-seat", "/sign-out")
    assert left.location == "/sign-in?left=1"
    assert browser.get("/school").status_code == 303


def test_a_wrong_password_keeps_the_address_and_says_no_more_than_needed(browser: FlaskClient) -> None:
    response = enter(browser, password="a wrong password")
    assert response.status_code == 422
    assert summary_links(response) == {"email": "The e-mail address or the password is wrong."}
    assert value_of(response, "email") == EMAIL
    assert value_of(response, "password") == ""


def test_both_fields_are_needed(browser: FlaskClient) -> None:
    response = enter(browser, email="", password="")
    assert summary_links(response) == {"email": "Enter your e-mail address.", "password": "Enter your password."}


def test_guessing_is_stopped_with_a_page(browser: FlaskClient) -> None:
    for _ in range(10):
        enter(browser, password="a wrong password")
    response = enter(browser)
    assert response.status_code == 429
    assert "Too many attempts" in summary_text(response)


def test_signing_in_leads_back_and_never_to_another_site(browser: FlaskClient) -> None:
    assert enter(browser, next="/school/bills").location == "/school/bills"
    send(browser, "/choose-seat", "/sign-out")
    assert enter(browser, next="https://evil.example/").location == "/"


def test_a_seat_of_somebody_else_is_refused(browser: FlaskClient) -> None:
    enter(browser)
    response = send(browser, "/choose-seat", "/choose-seat", seat="school:123456")
    assert response.status_code == 422
    assert "not one of yours" in summary_text(response)


def test_a_form_from_elsewhere_is_refused_with_a_page(browser: FlaskClient) -> None:
    response = browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert response.status_code == 400
    assert "This form can’t be used any more" in text_of(response)


def test_what_was_typed_when_the_session_ended_is_offered_back_and_sent(
    browser: FlaskClient, store: ServiceDatabase, services: FakeServices
) -> None:
    enter(browser)
    take_school_seat(browser)
    page = browser.get(FORM)
    field = parsed(page).xpath("//table//input/@name")[0]
    with store.database.transaction(SERVICE) as connection:
        connection.execute(text("UPDATE session SET last_seen_at = last_seen_at - interval '3 hours'"))

    token = value_of(page, "csrf_token") or ""
    typed = {"csrf_token": token, "version": "4", field: "77", "action": "check"}
    sent = browser.post(FORM, data=typed, headers={"Referer": f"http://localhost{FORM}"})
    assert sent.status_code == 303
    assert "kept=1" in sent.location
    assert "What you typed is kept" in text_of(browser.get(sent.location))

    assert enter(browser, kept="1").location == "/what-you-typed"
    take_school_seat(browser)
    offered = browser.get("/what-you-typed")
    assert value_of(offered, field) == "77"
    token = value_of(offered, "csrf_token") or ""
    again = browser.post("/what-you-typed", data={"csrf_token": token, "version": "4", field: "77", "action": "check"})
    assert (again.status_code, again.location) == (307, FORM)
    done = browser.post(again.location, data={"csrf_token": token, "version": "4", field: "77", "action": "check"})
    assert done.location == f"{FORM}/check"
    assert services.changes[-1].sent["lines"][0]["quantity"] == 77
    assert browser.get("/what-you-typed").location == "/"
