"""The gateway's pages over fake services, and readers of what they answer."""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from tests.backends import ServiceDatabase
from tests.gateway_pages.fake import FakeServices, fake_gateway
from tests.gateway_pages.people import PEOPLE
from tests.gateway_pages.world import answers


class Visitor:
    """Somebody in front of the pages."""

    def __init__(self, client: FlaskClient, who: str) -> None:
        self._client = client
        self._headers = {"As": who}

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self._client.get(path, headers={**self._headers, **headers})

    def post(self, path: str, sent: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        """Send a form."""
        return self._client.post(path, data=sent or {}, headers={**self._headers, **headers})


@pytest.fixture(scope="module")
def gateway(module_databases: Callable[[str], ServiceDatabase]) -> tuple[Flask, FakeServices]:
    return fake_gateway(module_databases("gateway"))


@pytest.fixture
def services(gateway: tuple[Flask, FakeServices]) -> FakeServices:
    """What the services answer, and what they were asked; the same for every test anew."""
    fake = gateway[1]
    fake.table, fake.after, fake.away, fake.refusals, fake.calls = {}, {}, set(), {}, []
    return fake


@pytest.fixture
def visit(gateway: tuple[Flask, FakeServices], services: FakeServices) -> Callable[[str], Visitor]:
    """`visit("buyer")` is that person, with the services answering as to them."""

    def as_person(who: str) -> Visitor:
        session = PEOPLE.get(who)
        services.table = answers(school=bool(session and session.seat and session.seat.kind == "school"))
        return Visitor(gateway[0].test_client(), who)

    return as_person


def parsed(response: TestResponse) -> html.HtmlElement:
    """The page as a tree."""
    return html.document_fromstring(response.get_data(as_text=True))


def text_of(response: TestResponse) -> str:
    """What the page says, with one blank between its pieces."""
    return " ".join(" ".join(parsed(response).find(".//main").itertext()).split())


def summary_links(response: TestResponse) -> dict[str, str]:
    """The error summary: what it says, by the id it links to."""
    links = parsed(response).xpath("//div[@id='errors']//li/a")
    return {link.get("href").removeprefix("#"): link.text_content() for link in links}


def summary_text(response: TestResponse) -> str:
    """What the error summary says."""
    return " ".join(parsed(response).xpath("string(//div[@id='errors'])").split())


def value_of(response: TestResponse, field: str) -> str | None:
    """What stands in a field."""
    element = parsed(response).xpath("//*[@name=$name]", name=field)[0]
    return element.text if element.tag == "textarea" else element.get("value", "")
