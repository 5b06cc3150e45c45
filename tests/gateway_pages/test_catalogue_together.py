"""The catalogue's pages over the real catalogue: what is typed is kept, shown and told again."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from icalendar import Calendar

from chassis.actor import SERVICE
from contracts.london import london_today
from gateway.pages import contract_form, offer_form
from gateway.upstream import EXTENSION, Answer, Problem
from services.catalogue.storage.suppliers import save_suppliers
from tests.catalogue.actors import MANAGER
from tests.catalogue.records import STATIONERY
from tests.clients import Clients
from tests.gateway_pages.catalogue_world import a_contract, an_offer
from tests.gateway_pages.conftest import Visitor, summary_links, text_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import SUPPLIER, SUPPLIER_ID

CSV = b"sku,name,unit,vat,price,price from 50\nPAP-080,,,,12.00,11.00\nGLU-1,Glue,each,20%,0.99,\n"


@dataclass
class Bridge(FakeServices):
    """The real catalogue; the other services answer from the table."""

    clients: Clients | None = None

    def call(self, method: str, service: str, path: str, **options: Any) -> Answer:
        if service != "catalogue" or self.clients is None:
            return super().call(method, service, path, **options)
        headers = {"If-Match": options["etag"]} if options.get("etag") else {}
        query = {name: value for name, value in (options.get("params") or {}).items() if value is not None}
        sent = {"json": options["json"]} if "json" in options else {"data": options.get("body")}
        client = self.clients("catalogue", options.get("actor") or MANAGER)
        answer = client.send(method, path, key=options.get("key"), headers=headers, query_string=query, **sent)
        if answer.status_code >= 400:
            told = answer.get_json()
            raise Problem(answer.status_code, told["code"], told["detail"], told.get("errors"))
        return Answer(answer.status_code, answer.data, {name.lower(): value for name, value in answer.headers.items()})


@pytest.fixture
def manager(gateway: tuple[Flask, FakeServices], visit: Callable[[str], Visitor], service_client: Clients) -> Any:
    app, fake = gateway
    visitor = visit("manager")
    app.extensions[EXTENSION] = Bridge(table=fake.table, clients=service_client)
    with service_client.database("catalogue").database.transaction(SERVICE) as connection:
        save_suppliers(connection, [{"supplier_id": SUPPLIER_ID, "name": SUPPLIER, "school_urn": None}])
    assert service_client("catalogue", MANAGER).post("/categories", STATIONERY).status_code == 201
    yield visitor
    app.extensions[EXTENSION] = fake


def key(number: int) -> dict[str, str]:
    return {"sending_key": f"a-key-of-form-{number}"}


def test_a_contract_lives_on_its_pages(manager: Visitor) -> None:
    starts = london_today() - timedelta(days=30)
    typed = contract_form.typed_contract(a_contract(starts_on=starts.isoformat()))

    made = manager.post("/alliance/contracts/new", {**typed, **key(1)})
    assert made.status_code == 303, summary_links(made)
    contract = urlsplit(made.location).path
    text = text_of(manager.get(contract))
    assert "£250.00, or a fee of £15.00 by value" in text
    assert "0.5 % of a price, 1 unit, £1.00 in total" in text

    assert manager.post(f"{contract}/edit", {**typed, "version": "1", "claim_days": "9"}).status_code == 303
    assert "Claims within 9 days" in text_of(manager.get(contract))
    stale = manager.post(f"{contract}/edit", {**typed, "version": "1", "title": "Other"})
    assert stale.status_code == 412

    offered = offer_form.typed_offer(an_offer())
    form = {**{name: offered.getlist(name) for name in offered}, **key(2)}
    published = manager.post(f"{contract}/offers/new", form)
    assert published.status_code == 303, summary_links(published)
    offer = urlsplit(published.location).path
    assert "To come any quantity £12.95" in text_of(manager.get(offer))
    risen = manager.post(f"{offer}/edit", {**form, "version": "1", "tiers.1.unit_price": "14"})
    assert summary_links(risen) == {"tiers.1.unit_price": "Each price is lower than the one before."}

    sent = manager.post(f"{contract}/price-list", {"file": (io.BytesIO(CSV), "spring.csv"), **key(3)})
    assert sent.status_code == 303, summary_links(sent)
    listed = urlsplit(sent.location).path
    assert "Apply 2 changes" in text_of(manager.get(listed))
    assert manager.post(f"{listed}/apply", {"version": "1", **key(4)}).status_code == 303
    assert "Glue" in text_of(manager.get(contract))
    taken = manager.get(f"{contract}/price-list.csv")
    assert taken.data.startswith(b"\xef\xbb\xbfsku,name")
    again = manager.post(f"{contract}/price-list", {"file": (io.BytesIO(taken.data), "same.csv"), **key(5)})
    assert "Everything on the list is as it was before." in text_of(manager.get(urlsplit(again.location).path))

    assert manager.post(f"{offer}/withdraw", key(6)).status_code == 303
    assert "This offer is withdrawn" in text_of(manager.get(offer))
    assert "Glue" in text_of(manager.get("/alliance/offers?q=glue&state=published"))


def test_the_planner_and_its_calendar_are_those_of_the_contracts(manager: Visitor) -> None:
    ends = london_today() + timedelta(days=300)
    dates = {"starts_on": (ends - timedelta(days=1460)).isoformat(), "ends_on": ends.isoformat()}
    typed = contract_form.typed_contract(a_contract(**dates, procurement_began_on=None))
    assert manager.post("/alliance/contracts/new", {**typed, **key(7)}).status_code == 303

    assert "Paper and stationery" in text_of(manager.get("/alliance/planner"))
    shown = text_of(manager.post("/alliance/planner/calendar", key(8)))
    address = next(word for word in shown.split() if word.endswith(".ics"))
    read = manager.get(urlsplit(address).path, As="")
    assert read.mimetype == "text/calendar", (address, text_of(read))
    calendar = Calendar.from_ical(read.data)
    days: list[date] = [event.decoded("dtstart") for event in calendar.walk("VEVENT")]
    assert ends in days

    form = manager.get("/alliance/planner/thresholds")
    fields = {field.get("name"): field for field in _inputs(form)}
    typed_rules = {name: field.get("value") or "" for name, field in fields.items() if name}
    typed_rules |= {name: _chosen(field) for name, field in fields.items() if name and field.tag == "select"}
    saved = manager.post("/alliance/planner/thresholds", typed_rules | {"quote_tiers.0.requirement": "Good value"})
    assert saved.status_code == 303, summary_links(saved)
    assert b"Good value" in manager.get("/alliance/planner/thresholds").data


def _inputs(response: Any) -> Any:
    from tests.gateway_pages.conftest import parsed

    return parsed(response).xpath("//main//input | //main//select")


def _chosen(select: Any) -> str:
    return str(select.xpath("string(option[@selected]/@value)") or select.xpath("string(option[1]/@value)"))


def test_a_certificate_lives_on_its_pages(manager: Visitor) -> None:
    new = "/alliance/vat-exceptions/new"
    typed = {"category_code": "stationery", "school_urn": "910001", "vat": "S-reduced", "valid_from": "2026-09-01"}
    missing = manager.post(new, {**typed, **key(9)})
    assert set(summary_links(missing)) == {"certificate"}
    assert manager.post(new, {**typed, "certificate": "VAT 7", **key(10)}).status_code == 303
    assert "Stationery the whole category" in text_of(manager.get("/alliance/vat-exceptions"))
    assert summary_links(manager.post(new, {**typed, "certificate": "VAT 8", **key(11)})) == {
        "valid_from": "Another exception holds on some of these days."
    }
