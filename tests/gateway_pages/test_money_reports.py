"""The alliance's home and its reports on money."""

from collections.abc import Callable

from tests.gateway_pages.conftest import Visitor, parsed, text_of
from tests.gateway_pages.fake import FakeServices

Visit = Callable[[str], Visitor]


def test_home_leads_from_each_figure_to_the_page_where_it_is_dealt_with(visit: Visit) -> None:
    page = parsed(visit("board").get("/alliance"))
    lines = {" ".join(link.text_content().split()): link.get("href") for link in page.xpath("//tbody//th//a")}
    assert lines["2 bank lines not matched"] == "/alliance/bank"
    assert lines["1 invoice held"].startswith("/alliance/invoices")
    assert lines["4 open claims"] == "/alliance/claims"
    assert "0 changes with schools" not in lines
    text = text_of(visit("manager").get("/alliance"))
    assert "3 of 12 Fir Tree Infant School and Nursery, Hazel Bank Nursery and 1 more" in text
    assert "The books are closed up to Mon 31 Aug 2026" in text


def test_home_shows_what_it_can_while_a_service_is_away(visit: Visit, services: FakeServices) -> None:
    visitor = visit("manager")
    services.away = {"billing"}
    text = text_of(visitor.get("/alliance"))
    assert "We can’t look up the books just now" in text
    assert "4 open claims" in text
