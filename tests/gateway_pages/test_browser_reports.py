"""A board member reads the report in a browser: the sentence, a chart, and down to what stands behind a figure."""

import re

import pytest
from playwright.sync_api import expect

from tests.gateway_pages.test_browser import Window, address, window

__all__ = ["address", "window"]

pytestmark = pytest.mark.browser


def test_a_board_member_reads_the_report_and_asks_why(window: Window) -> None:
    page = window.open("board", "/alliance")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").first.click()
    page.get_by_role("link", name="Board’s report").click()
    expect(page.locator(".lead")).to_contain_text("the schools saved £645.00, 6.1 %, by ordering together")
    chart = page.get_by_alt_text("Saved by category, in pounds")
    chart.first.scroll_into_view_if_needed()
    expect(chart.first).to_have_js_property("complete", True)
    assert page.evaluate("document.querySelector('figure img').naturalWidth") > 0
    with page.expect_download() as document:
        page.get_by_role("link", name="PDF").click()
    assert document.value.suggested_filename == "board.pdf"
    page.get_by_role("link", name="Bank lines not matched").press("Enter")
    expect(page).to_have_url(re.compile("/alliance/bank$"))
    page.go_back()
    page.get_by_role("link", name="1100").press("Enter")
    expect(page).to_have_url(re.compile("/alliance/ledger/accounts/1100$"))
    page.go_back()
    page.get_by_role("link", name="Stationery").first.press("Enter")
    expect(page).to_have_url(re.compile("/alliance/reports/savings/behind\\?.*category=Stationery"))
    expect(page.locator("tfoot")).to_contain_text("£525.00")
    assert window.complaints == []
