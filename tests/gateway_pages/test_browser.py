"""The pages in a real browser: accessible, narrow, by keyboard, and without JavaScript."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, expect

from tests import backends
from tests.backends import ServiceDatabase
from tests.gateway_pages.addresses import PAGES
from tests.gateway_pages.delivery_world import PHOTO, PICTURE
from tests.gateway_pages.fake import DONE, FakeServices, fake_gateway, served
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import OPEN, PAPER_PO, WAITING, form_offers

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
FORM = f"/school/rounds/{OPEN}/order"
FIRST, SECOND, THIRD, FOURTH = (f"q.{offer['offer_id']}" for offer in form_offers()[:4])


class Window:
    """A browser window in front of the pages, as somebody."""

    def __init__(self, context: BrowserContext, url: str, services: FakeServices) -> None:
        self.page: Page = context.new_page()
        self.services = services
        self.complaints: list[str] = []
        self._context, self._url = context, url
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def open(self, who: str, path: str) -> Page:
        """Open a page as that person."""
        self.services.table = {}
        self.services.calls.clear()
        self._context.clear_cookies()
        if who:
            self._context.add_cookies([{"name": "as", "value": who, "url": self._url}])
        self.page.goto(self._url + path)
        return self.page


@pytest.fixture(scope="module")
def address(module_databases: Callable[[str], ServiceDatabase]) -> Iterator[tuple[str, FakeServices]]:
    app, services = fake_gateway(module_databases("gateway"))
    with served(app) as url:
        yield url, services


@contextmanager
def _window(playwright: Playwright, address: tuple[str, FakeServices], **options: Any) -> Iterator[Window]:
    with tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=backends.CHROMIUM, args=FLAGS, headless=True, **options
        )
        yield Window(context, *address)
        context.close()


@pytest.fixture(scope="module")
def window(playwright: Playwright, address: tuple[str, FakeServices]) -> Iterator[Window]:
    with _window(playwright, address) as opened:
        yield opened


@pytest.fixture
def plain_window(playwright: Playwright, address: tuple[str, FakeServices]) -> Iterator[Window]:
    """A browser without JavaScript."""
    with _window(playwright, address, java_script_enabled=False) as opened:
        yield opened


@pytest.mark.parametrize(("who", "name", "path"), PAGES, ids=[name for _, name, _ in PAGES])
def test_a_page_is_accessible_and_fits(window: Window, who: str, name: str, path: str) -> None:
    window.page.set_viewport_size({"width": 1280, "height": 800})
    window.complaints.clear()
    page = window.open(who, path)
    assert _violations(page) == []
    for width in (1280, 768, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert _small_targets(page) == []
    assert window.complaints == []


@pytest.mark.parametrize(
    "name",
    ["school-home", "school-order-form", "school-approval", "school-budgets", "school-limits", "alliance-invoice"],
)
def test_a_page_is_accessible_on_a_phone_too(window: Window, name: str) -> None:
    who, path = next((who, path) for who, other, path in PAGES if other == name)
    window.page.set_viewport_size({"width": 320, "height": 640})
    assert _violations(window.open(who, path)) == []


def _violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["target"]) for each in found]


def _small_targets(page: Page) -> list[str]:
    """Buttons and fields below 24 px (WCAG 2.5.8; links within sentences are excepted there)."""
    return page.evaluate(
        """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, summary, textarea")]
            .filter((element) => element.ariaHidden !== "true")
            .map((element) => [element, element.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
            .map(([element]) => element.outerHTML.slice(0, 80))"""
    )


def test_an_order_is_approved_on_a_phone(window: Window) -> None:
    window.page.set_viewport_size({"width": 375, "height": 667})
    page = window.open("approver", f"/school/rounds/{WAITING}/approval")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve this order?")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    button = page.get_by_role("button", name="Approve up to £1,712.50")
    box = button.bounding_box()
    assert box
    assert box["y"] + box["height"] < 2 * 667, "one swipe away"
    assert box["height"] >= 44
    expect(page.locator("tr", has_text="Glue sticks 40 g").first).to_contain_text("New")
    button.click()
    (call,) = window.services.changes
    assert (call.method, call.path) == ("POST", f"/rounds/{WAITING}/orders/{OAK}/approve")


def test_the_keyboard_alone_fills_and_saves_the_form(window: Window) -> None:
    window.page.set_viewport_size({"width": 1280, "height": 800})
    page = window.open("buyer", FORM)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_label("Find an offer").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"[id='{FIRST}']")).to_be_focused()
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    expect(page.locator(f"[id='{SECOND}']")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(f"[id='{THIRD}']")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(f"[id='{SECOND}']")).to_be_focused()
    expect(page.locator("#saved")).to_contain_text("Saved at")
    (call,) = window.services.changes
    assert {"offer_id": FIRST.removeprefix("q."), "quantity": 20} in call.sent["lines"]
    assert page.locator("[name=version]").input_value() == "5"


def test_the_keyboard_alone_decides_on_the_matching_workbench(window: Window) -> None:
    window.page.set_viewport_size({"width": 1280, "height": 800})
    page = window.open("manager", "/alliance/invoices/workbench")
    for key in ("j", "x", "j", "k", "j", "x", "a"):
        page.keyboard.press(key)
    expect(page.get_by_label("Why?")).to_be_focused()
    expect(page.locator("#bench-said")).to_contain_text("Release: 2 chosen")
    page.keyboard.type("Agreed by telephone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Something needs another look")).to_be_visible()
    (call,) = window.services.changes
    assert (call.sent["decision"], call.sent["reason"]) == ("accept", "Agreed by telephone")
    assert [line["school_urn"] for line in call.sent["lines"]] == [910001, 910002]
    page.get_by_role("button", name="Keys are on").click()
    page.locator("h1").click()
    page.keyboard.press("d")
    expect(page.get_by_label("Why?")).not_to_be_focused()
    page.get_by_role("button", name="Keys are off").click()


def test_prices_and_sums_follow_what_is_typed(window: Window) -> None:
    page = window.open("buyer", FORM)
    field = page.locator(f"[id='{FIRST}']")
    row = page.locator("tr", has=field)
    expect(row.locator("td").nth(0)).to_have_text("£21.99")
    field.fill("50")
    expect(row.locator("td").nth(0)).to_have_text("£19.50")
    expect(row.locator("td").nth(3)).to_have_text("£975.00")
    field.fill("49")
    expect(row.locator("td").nth(1)).to_contain_text("49 so far, 1 to go1 more would save everyone £102.51")
    field.fill("44")
    expect(row.locator("td").nth(1)).to_contain_text("44 so far, 6 to go")
    expect(row.locator("td").nth(1)).not_to_contain_text("would save")
    expect(page.locator("#saved")).to_contain_text("Saved at")


def test_offers_are_found_as_one_types(window: Window) -> None:
    page = window.open("buyer", FORM)
    page.get_by_label("Find an offer").fill("paper copier")
    expect(page.locator("#offers [name^='q.']:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#offers [name^='q.']:visible")).to_be_focused()
    page.get_by_label("Find an offer").fill("no such thing")
    expect(page.get_by_text("No offer fits")).to_be_visible()
    page.get_by_label("Find an offer").fill("")
    page.get_by_label("Only what I order").check()
    expect(page.locator("#offers [name^='q.']:visible")).to_have_count(3)


def test_the_field_in_focus_is_never_hidden_by_the_bar(window: Window) -> None:
    window.page.set_viewport_size({"width": 1280, "height": 500})
    page = window.open("buyer", FORM)
    for offer in form_offers():
        page.locator(f"[id='q.{offer['offer_id']}']").focus()
        inside = page.evaluate(
            """() => {
                const field = document.activeElement.getBoundingClientRect();
                const bar = document.querySelector(".bar").getBoundingClientRect();
                return field.bottom <= bar.top && field.top >= 0;
            }"""
        )
        assert inside, offer["name"]


def test_faults_take_the_focus_and_lead_to_their_fields(window: Window) -> None:
    page = window.open("manager", "/alliance/rounds/new")
    page.get_by_label("Title").fill("Spring paper")
    page.get_by_role("button", name="Make the round").click()
    summary = page.locator("#errors")
    expect(summary).to_be_focused()
    summary.get_by_text("Enter the first day of delivery.").click()
    expect(page.locator("#delivery_from")).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("Spring paper")


def test_the_form_works_without_javascript(plain_window: Window) -> None:
    page = plain_window.open("buyer", FORM)
    expect(page.get_by_label("Find an offer")).to_be_hidden()
    page.locator(f"[id='{FOURTH}']").fill("6")
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your order")
    page.get_by_role("button", name="Send for approval").click()
    assert [call.method for call in plain_window.services.changes] == ["PUT", "POST"]


def test_a_bill_prints_as_a_table_without_the_frame(window: Window) -> None:
    path = next(path for _, name, path in PAGES if name == "school-bill")
    window.page.set_viewport_size({"width": 690, "height": 1000})  # A4 without its margins
    page = window.open("buyer", path)
    page.emulate_media(media="print")
    expect(page.locator("thead").first).to_be_visible()
    expect(page.locator(".head")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [320, 375])
def test_a_delivery_is_recorded_on_a_phone_without_javascript(
    playwright: Playwright, address: tuple[str, FakeServices], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setitem(DONE, ("POST", "orders", f"/purchase-orders/{PAPER_PO}/photos"), {"photo_id": PHOTO})
    with _window(
        playwright, address, java_script_enabled=False, viewport={"width": width, "height": 700}, has_touch=True
    ) as phone:
        page = phone.open("buyer", f"/school/deliveries/{PAPER_PO}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        everything = page.get_by_role("button", name="All of it arrived").bounding_box()
        assert everything is not None
        assert everything["height"] >= 44
        assert everything["y"] + everything["height"] <= 700, "the one button stands on the first screen"
        page.get_by_text("Missing, damaged or wrong?").first.tap()
        page.get_by_label("Damaged", exact=False).first.fill("2")
        page.get_by_label("Take a photo", exact=False).first.set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": PICTURE}
        )
        page.get_by_role("button", name="Record what I entered").tap()
        page.wait_for_url("**/school/deliveries")
        photo, receipt = phone.services.changes
        assert photo.sent == PICTURE
        line = receipt.sent["lines"][0]
        assert (line["quantity_received"], line["quantity_damaged"], line["photos"]) == (3, 2, [PHOTO])
