"""Every page of every role: with real-looking data, on the first day, and when a service is away."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from gateway.pages.doors import BLUEPRINTS
from tests.gateway_pages.addresses import PAGES
from tests.gateway_pages.conftest import Visitor, parsed, text_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.world import BILL, CLOSED, OPEN, a_report, an_id, emptied

Visit = Callable[[str], Visitor]
every_page = pytest.mark.parametrize(
    ("who", "path"), [(who, path) for who, _, path in PAGES], ids=[p[1] for p in PAGES]
)


@every_page
def test_a_page_has_the_same_frame_everywhere(visit: Visit, who: str, path: str) -> None:
    response = visit(who).get(path)
    assert response.status_code == 200
    page = parsed(response)
    assert len(page.findall(".//h1")) == 1
    assert re.fullmatch(r"[^·]+(· [^·]+)*· Bursar", page.findtext(".//title"))
    assert page.xpath("//body/a[1][@class='skip']/@href") == ["#main"]
    assert page.get("lang") == "en-GB"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert not page.xpath("//@style | //style | //script[not(@src)] | //@*[starts-with(name(), 'on')]")
    assert "{{" not in response.text
    assert "None" not in text_of(response)


@every_page
def test_every_field_has_a_name_people_can_hear(visit: Visit, who: str, path: str) -> None:
    page = parsed(visit(who).get(path))
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        named = field.get("aria-labelledby") or page.xpath("//label[@for=$id]", id=field.get("id"))
        assert named, field.get("name")


@every_page
def test_every_form_that_changes_something_proves_where_it_comes_from(visit: Visit, who: str, path: str) -> None:
    page = parsed(visit(who).get(path))
    for form in page.xpath("//form[@method='post']"):
        assert form.xpath(".//input[@name='csrf_token']"), form.get("action")


@every_page
def test_a_page_can_be_shown_on_the_first_day(visit: Visit, services: FakeServices, who: str, path: str) -> None:
    visitor = visit(who)
    services.table = emptied(services.table)
    assert visitor.get(path).status_code in (200, 303)


@every_page
@pytest.mark.parametrize("service", ["members", "catalogue", "orders", "billing"])
def test_a_service_that_is_away_gets_a_page_that_says_so(
    visit: Visit, services: FakeServices, who: str, path: str, service: str
) -> None:
    visitor = visit(who)
    services.away = {service}
    response = visitor.get(path)
    assert response.status_code in (200, 503)
    if response.status_code == 503:
        assert "can’t be reached just now" in text_of(response)
        assert parsed(response).findtext(".//title").endswith("· Bursar")


def test_home_shows_what_it_can_when_billing_is_away(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    services.away = {"billing"}
    text = text_of(buyer.get("/school"))
    assert "We can’t look up bills just now" in text
    assert "Order: Autumn stationery" in text


def test_signed_out_people_are_asked_to_sign_in_and_come_back(visit: Visit) -> None:
    response = visit("").get(f"/school/bills/{BILL}")
    assert response.status_code == 303
    assert response.location == f"/sign-in?next=%2Fschool%2Fbills%2F{BILL}"


def test_somebody_with_several_seats_chooses_one_first(visit: Visit) -> None:
    assert visit("undecided").get("/school").location.startswith("/choose-seat")
    page = parsed(visit("undecided").get("/choose-seat"))
    assert page.xpath("//button[@name='seat']/@value") == ["school:910001", "alliance"]
    assert "You hold no role" in text_of(visit("nobody").get("/choose-seat"))


def test_home_is_that_of_the_seat(visit: Visit) -> None:
    homes = {who: visit(who).get("/").location for who in ("buyer", "supplier", "manager", "administrator", "")}
    assert homes == {
        "buyer": "/school",
        "supplier": "/supplier",
        "manager": "/alliance",
        "administrator": "/alliance/schools",
        "": "/sign-in",
    }


@pytest.mark.parametrize("path", ["/alliance/contracts", "/alliance/offers", "/alliance/planner"])
def test_contracts_are_the_place_of_offers_and_the_planner(visit: Visit, path: str) -> None:
    page = parsed(visit("manager").get(path))
    assert page.xpath("//nav[@class='tabs']//a[@aria-current]/text()") == ["Contracts"]


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("supplier", "/school"),
        ("buyer", "/alliance"),
        ("buyer", f"/school/rounds/{OPEN}/approval"),
        ("approver", f"/school/rounds/{OPEN}/order"),
        ("manager", "/supplier"),
        ("board", f"/alliance/rounds/{OPEN}/close"),
        ("board", "/alliance/people"),
        ("administrator", "/alliance/bank"),
    ],
)
def test_the_wrong_seat_is_refused_with_a_page(visit: Visit, who: str, path: str) -> None:
    response = visit(who).get(path)
    assert response.status_code == 403
    assert "Your role doesn’t open this page" in text_of(response)


@pytest.mark.parametrize(
    "path", ["/no-such-page", f"/school/bills/{an_id(9, 9)}", "/school/bills/not-an-id", "/static/no.css"]
)
def test_an_address_that_leads_nowhere_gets_a_page(visit: Visit, path: str) -> None:
    response = visit("buyer").get(path, Accept="text/html,*/*")
    assert response.status_code == 404
    assert "There is no such page" in text_of(response)


def test_programs_get_a_problem_instead(visit: Visit) -> None:
    response = visit("buyer").get("/no-such-page", Accept="application/json")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_our_own_fault_gets_a_page_with_a_number(
    visit: Visit, services: FakeServices, gateway: tuple[Flask, FakeServices]
) -> None:
    buyer = visit("buyer")
    services.table["billing", "/bills"] = {"no": "items"}
    response = buyer.get("/school/bills")
    assert response.status_code == 500
    assert "Something went wrong on our side" in text_of(response)
    assert "Number of this request" in text_of(response)


def test_every_page_stands_behind_a_door_or_is_listed(gateway: tuple[Flask, FakeServices]) -> None:
    app = gateway[0]
    doors = {blueprint.name for blueprint in BLUEPRINTS}
    open_pages = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in doors and not hasattr(app.view_functions[rule.endpoint], "bursar_seats")
    }
    assert open_pages == {
        "/",
        "/sign-in",
        "/sign-out",
        "/choose-seat",
        "/what-you-typed",
        "/what-you-typed/discard",
        "/forgot-password",
        "/invitation/<token>",
        "/link/<token>",
        "/link/<token>/again",
        "/unsubscribe/<token>",
        "/calendar/<token>.ics",
        "/calendar/contracts/<token>.ics",
    }


def test_every_address_is_walked_through_or_is_no_page(gateway: tuple[Flask, FakeServices]) -> None:
    app = gateway[0]
    addresses = app.url_map.bind("")
    walked = {addresses.match(path.partition("?")[0])[0] for _, _, path in PAGES}
    doors = {blueprint.name for blueprint in BLUEPRINTS}
    left_out = {
        rule.endpoint.partition(".")[2]
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.split(".")[0] in doors and rule.endpoint not in walked
    }
    files = {name for name in left_out if re.search("(_file|_document|_sheet|_paper|_original|_chart|photo)$", name)}
    assert left_out - files == {
        "start",  # leads home
        "kept_form",  # only after a session has ended: test_browser_roles.py
        "planner_calendar",
        "download_price_list",
        "fund_report",
        "order_documents_progress",
        "remittance_advice",
    }


def test_pages_travel_compressed_to_browsers_that_want_it(visit: Visit) -> None:
    plain, packed = visit("buyer").get("/school"), visit("buyer").get("/school", **{"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2


def test_home_says_what_the_rounds_report_says_was_saved(visit: Visit, services: FakeServices) -> None:
    buyer, report = visit("buyer"), a_report("round", "R-0002")
    report["sections"][0]["sums"] = {"net_pence": 37230, "saved_pence": 5270}
    services.table["orders", f"/rounds/{CLOSED}/report"] = report
    home = buyer.get("/school")
    assert "You saved £52.70 in your last round, 12.4 %" in text_of(home)
    assert "goods of £372.30 without VAT together with the other schools, £425.00 alone" in text_of(home)
    assert parsed(home).xpath("//section[@aria-labelledby='saving']//a/@href") == [f"/school/rounds/{CLOSED}/report"]
    report["sections"][0]["sums"] = {"net_pence": 37230, "saved_pence": 0}
    assert "You saved" not in text_of(buyer.get("/school"))


def test_who_reads_bills_is_led_only_where_they_may_go(visit: Visit) -> None:
    assert "Electronic bills" in text_of(visit("buyer").get("/school/bills"))
    assert "Electronic bills" not in text_of(visit("governor").get("/school/bills"))
