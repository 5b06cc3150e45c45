"""A manager writes the file for the bank in a browser: it is kept, and the page says what has become of the run."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from gateway.upstream import Problem
from tests.gateway_pages.payment_world import EXPORTED_RUN
from tests.gateway_pages.test_browser import Window, address, plain_window, window

__all__ = ["address", "plain_window", "window"]

pytestmark = pytest.mark.browser

RUN = f"/alliance/payments/{EXPORTED_RUN}"
WHY = "Why the file is needed once more"


def test_once_the_file_has_come_the_page_is_opened_anew(window: Window) -> None:
    page = window.open("manager", RUN)
    page.get_by_label(WHY).fill("The bank lost it.")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Write the Bacs file again").click()
    assert kept.value.suggested_filename == "PR-000001.bacs"
    assert Path(kept.value.path()).read_bytes() == b"VOL1000001\r\n"
    expect(page.get_by_role("status").first).to_contain_text("The file is written")
    expect(page.get_by_label(WHY)).to_have_value("")
    (call,) = window.services.changes
    assert call.sent == {"format": "bacs", "why": "The bank lost it."}
    page.get_by_label(WHY).fill("In the other form.")
    with page.expect_download():
        page.get_by_role("button", name="Write a CSV file").click()
    expect(page.get_by_label(WHY)).to_have_value("")
    assert [each.sent["format"] for each in window.services.changes] == ["bacs", "csv"]
    assert window.complaints == []


def test_a_refusal_is_shown_and_what_was_typed_stays(window: Window) -> None:
    page = window.open("manager", RUN)
    refused = Problem(409, "payment_run_settled", "Only a payment run that is approved is written to a file.", [])
    window.services.refusals["POST", "billing", f"/payment-runs/{EXPORTED_RUN}/exports"] = refused
    try:
        page.get_by_label(WHY).fill("The bank lost it.")
        page.get_by_role("button", name="Write a CSV file").click()
        expect(page.locator("#errors")).to_contain_text(refused.detail)
        expect(page.get_by_label(WHY)).to_have_value("The bank lost it.")
        first, again = window.services.changes
        assert (first.sent, first.key) == (again.sent, again.key)
    finally:
        window.services.refusals.clear()
        window.complaints.clear()  # Chromium notes an answer of 409


def test_the_file_comes_without_javascript_too(plain_window: Window) -> None:
    page = plain_window.open("manager", RUN)
    page.get_by_label(WHY).fill("The bank lost it.")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Write the Bacs file again").click()
    assert kept.value.suggested_filename == "PR-000001.bacs"
