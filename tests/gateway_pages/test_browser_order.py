"""The order form in a real browser: by keyboard alone, with a long list, by two people at once, too late, without
JavaScript."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from gateway.upstream import Problem
from tests.gateway_pages.people import OAK
from tests.gateway_pages.test_browser import (
    FIRST,
    FORM,
    SECOND,
    THIRD,
    Window,
    _small_targets,
    _violations,
    address,
    plain_window,
    window,
)
from tests.gateway_pages.world import OPEN, a_form, a_lines_report, answers

__all__ = ["address", "plain_window", "window"]

pytestmark = pytest.mark.browser

ORDER = f"/rounds/{OPEN}/orders/{OAK}"


@pytest.fixture(autouse=True)
def nothing_refused(window: Window) -> Iterator[None]:
    window.services.refusals.clear()
    window.complaints.clear()
    window.page.set_viewport_size({"width": 1280, "height": 800})
    yield
    window.services.refusals.clear()
    window.page.set_extra_http_headers({})


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[id='{name}']")


def with_form(window: Window, form: Any) -> Page:
    """The form's page, with this answer of the orders service until it is given another."""
    page = window.open("", "/sign-in")
    page.set_extra_http_headers({"As": "buyer"})
    window.services.table = {**answers(school=True), ("orders", f"{ORDER}/form"): form}
    page.goto(page.url.removesuffix("/sign-in") + FORM)
    return page


def test_more_about_a_line_opens_by_keyboard_and_saves_itself(window: Window) -> None:
    page = window.open("buyer", FORM)
    flexible = f"x.{SECOND.removeprefix('q.')}"
    field(page, SECOND).focus()
    page.keyboard.press("+")
    expect(field(page, flexible)).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    expect(field(page, THIRD)).to_be_focused()
    expect(page.locator("#saved")).to_contain_text("Saved at")
    lines = {line["offer_id"]: line for line in window.services.changes[-1].sent["lines"]}
    assert lines[SECOND.removeprefix("q.")] == {
        "offer_id": SECOND.removeprefix("q."),
        "quantity": 13,
        "flexible": 5,
        "max_unit_price": "0.2500",
    }
    assert _violations(page) == []


def test_more_closes_again_while_it_is_empty(window: Window) -> None:
    page = window.open("buyer", FORM)
    more = page.locator("tr", has=field(page, FIRST)).get_by_role("button", name="More")
    more.click()
    expect(page.get_by_label("Flexible: up to so many more").first).to_be_focused()
    field(page, FIRST).focus()
    more.click()
    expect(field(page, f"x.{FIRST.removeprefix('q.')}")).to_have_count(0)


def test_what_stays_blank_does_not_travel(window: Window) -> None:
    page = window.open("buyer", FORM)
    field(page, FIRST).fill("")
    with page.expect_request(lambda sent: sent.method == "POST") as sending:
        page.locator("#note").evaluate("note => { note.closest('details').open = true; }")
        page.locator("#note").fill("Ring first")
    assert f"{FIRST}=" not in (sending.value.post_data or "")
    assert f"{SECOND}=13" in (sending.value.post_data or "")
    expect(page.locator("#saved")).to_contain_text("Saved at")


def test_300_pasted_rows_are_reported_and_put_into_the_order(window: Window) -> None:
    rows = "\n".join(f"PAP-{number:03}\tPaper {number}\t{number}" for number in range(1, 301))
    page = window.open("buyer", FORM)
    page.get_by_role("button", name="Paste or upload a list").click()
    page.get_by_label("Cells copied from a spreadsheet").fill(f"Code\tName\tQty\n{rows}")
    page.get_by_role("button", name="See what it would order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{len(a_lines_report()['lines'])} lines can be ordered")
    asked = next(call for call in window.services.changes if call.path.endswith("/lines-report"))
    assert len(asked.sent["rows"]) == 301
    assert asked.sent["rows"][300] == ["PAP-300", "Paper 300", "300"]
    assert _violations(page) == []
    for width in (1280, 768, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert _small_targets(page) == []
    page.get_by_role("button", name="Put 3 lines into the order").click()
    expect(page.get_by_text("3 lines are in your order now.")).to_be_visible()
    assert window.services.changes[-1].method == "PUT"
    assert window.complaints == []


def test_two_editors_at_once_choose_line_by_line(window: Window) -> None:
    page = with_form(window, a_form())
    window.services.refusals["PUT", "orders", ORDER] = Problem(412, "version_conflict", "Somebody was quicker.")
    field(page, FIRST).fill("99")
    expect(page.locator("#saved")).to_contain_text("Somebody else changed this order. Press Save to compare")
    other = a_form()
    other["lines"][1]["quantity"] = 50
    other["order"]["version"] = 9
    window.services.table["orders", f"{ORDER}/form"] = other
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two people have changed this order")
    mine = page.get_by_role("radio", name="Floor cleaner, neutral, 5 litres, yours: 99")
    theirs = page.get_by_role("radio", name="Exercise book 9 × 7 in, saved by Colin Clerk: 50")
    expect(mine).to_be_checked()
    expect(theirs).to_be_checked()
    assert _violations(page) == []
    for width in (768, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert _small_targets(page) == []
    window.services.refusals.clear()
    page.get_by_role("button", name="Save as chosen").click()
    expect(page.get_by_text("The order is saved as you chose.")).to_be_visible()
    call = window.services.changes[-1]
    quantities = {line["offer_id"]: line["quantity"] for line in call.sent["lines"]}
    assert call.etag == '"9"'
    assert (quantities[FIRST.removeprefix("q.")], quantities[SECOND.removeprefix("q.")]) == (99, 50)


def test_a_round_that_closes_meanwhile_says_so_and_keeps_what_was_typed(window: Window) -> None:
    page = window.open("buyer", FORM)
    late = Problem(409, "round_not_open", "The deadline of this round has passed.")
    window.services.refusals["PUT", "orders", ORDER] = late
    field(page, FIRST).fill("99")
    expect(page.get_by_role("alert")).to_contain_text("This round takes no more orders")
    expect(page.locator("#saved")).to_have_text("The round has closed")
    expect(page.get_by_role("button", name="Check and send")).to_be_hidden()
    expect(field(page, FIRST)).to_have_value("99")
    assert _violations(page) == []


def test_an_untouched_form_sums_last_time_s_quantities(window: Window) -> None:
    silent = a_form(state="silent")
    silent["order"] |= {"version": 0, "net_pence": 0, "vat_pence": 0, "gross_pence": 0}
    page = with_form(window, silent)
    expect(page.locator("#net")).to_have_text("£5,207.40")
    expect(page.locator("#saved")).to_have_text("Nothing saved yet")


def test_two_people_come_together_without_javascript(plain_window: Window) -> None:
    services = plain_window.services
    page = plain_window.open("buyer", FORM)
    services.refusals["PUT", "orders", ORDER] = Problem(412, "version_conflict", "Somebody was quicker.")
    field(page, FIRST).fill("99")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).last.click()
    services.refusals.clear()
    page.get_by_role("radio", name="Floor cleaner, neutral, 5 litres, saved by Colin Clerk: 12").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save as chosen").click()
    lines = {line["offer_id"]: line["quantity"] for line in services.changes[-1].sent["lines"]}
    assert lines[FIRST.removeprefix("q.")] == 12


def test_more_and_enter_work_without_javascript(plain_window: Window) -> None:
    page = plain_window.open("buyer", FORM)
    field(page, FIRST).fill("20")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your order is saved.")).to_be_visible()
    page.locator("tr", has=field(page, SECOND)).get_by_role("button", name="More").click()
    flexible = field(page, f"x.{SECOND.removeprefix('q.')}")
    flexible.fill("3")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Your order is saved.")).to_be_visible()
    sent = plain_window.services.changes[-1].sent
    assert {"offer_id": SECOND.removeprefix("q."), "quantity": 13, "flexible": 3} in sent["lines"]
    assert sent["fund"] == "delegated"
    assert json.loads(page.locator("[name=was]").input_value())["fund"] == "delegated"
