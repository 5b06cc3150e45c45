"""A school's order form on the whole product: by keyboard alone, from a list, by two people, and a moment too late."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.alliance import PASSWORD, Alliance, School
from tests.e2e.hands import ApiHands
from tests.workbooks import workbook

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def hands(module_alliance: Alliance) -> ApiHands:
    """An open round with one offer; each test takes a school of its own."""
    hands = ApiHands(module_alliance)
    hands.open_round("The form", module_alliance.contract)
    return hands


@pytest.fixture
def open_form(hands: ApiHands, browser: Browser) -> Iterator[Open]:
    """`open_form(school)` is a new window of the school's buyer on the form; a second call is a second person."""
    contexts = []

    def opened(school: School, **options: bool) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        url = hands.alliance.stack.url
        page.goto(f"{url}/sign-in")
        page.get_by_label("E-mail address").fill(school.buyer)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        page.goto(f"{url}/school/rounds/{hands.round_id}/order")
        return page

    yield opened
    for context in contexts:
        context.close()


def quantity(page: Page, hands: ApiHands) -> str:
    (name,) = hands.alliance.offers
    return page.get_by_role("textbox", name=f"Quantity {name}").input_value()


def test_an_order_is_filled_in_and_sent_by_keyboard_alone(hands: ApiHands, open_form: Open) -> None:
    oak = hands.alliance.schools[0]
    page = open_form(oak)
    (name,) = hands.alliance.offers
    page.get_by_label("Find an offer").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("34")
    page.keyboard.press("+")
    page.keyboard.type("6")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    page.get_by_role("button", name="Check and send").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your order")
    expect(page.get_by_role("row", name=name)).to_contain_text("up to 6 more")
    page.get_by_role("button", name="Send for approval").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your order is with your approver")
    saved = hands.alliance.api(oak.buyer).get(f"/rounds/{hands.round_id}/orders/{oak.urn}")
    assert [(line["quantity"], line["flexible"]) for line in saved["lines"]] == [(34, 6)]


def test_300_pasted_rows_and_a_workbook_are_reported_before_they_are_ordered(hands: ApiHands, open_form: Open) -> None:
    elm = hands.alliance.schools[1]
    ((name, offer),) = hands.alliance.offers.items()
    page = open_form(elm)
    rows = [f"{offer['sku']}\t1"] * 200 + [f"UNKNOWN-{number}\t{number}" for number in range(1, 100)]
    page.get_by_role("link", name="Paste or upload a list").click()
    page.get_by_label("Cells copied from a spreadsheet").fill("\n".join(["Code\tQuantity", *rows]))
    page.get_by_role("button", name="See what it would order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 line can be ordered")
    expect(page.get_by_text("99 rows cannot, for the reasons below.")).to_be_visible()
    expect(page.get_by_role("row", name="UNKNOWN-99")).to_contain_text("This round offers nothing with this code")
    page.get_by_role("button", name="Put 1 line into the order").click()
    assert quantity(page, hands) == "200"
    page.get_by_role("button", name="Paste or upload a list").click()
    sheet = {"name": "order.xlsx", "mimeType": "application/octet-stream"}
    content = workbook({"Order": [["Item", "Qty"], [name, 12]]})
    page.get_by_label("Or a file").set_input_files({**sheet, "buffer": content})
    page.get_by_role("button", name="See what it would order").click()
    expect(page.get_by_role("row", name=name)).to_contain_text("200")
    page.get_by_role("button", name="Put 1 line into the order").click()
    assert quantity(page, hands) == "12"


def test_two_people_at_once_lose_nothing(hands: ApiHands, open_form: Open) -> None:
    ash = hands.alliance.schools[2]
    (name,) = hands.alliance.offers
    first, second = open_form(ash), open_form(ash)
    first.get_by_role("textbox", name=f"Quantity {name}").fill("18")
    expect(first.locator("#saved")).to_contain_text("Saved at")
    second.locator(".about summary").click()
    second.get_by_label("Paid from").select_option("pta")
    expect(second.locator("#saved")).to_contain_text("Somebody else changed this order")
    second.get_by_role("button", name="Save", exact=True).last.click()
    expect(second.get_by_role("heading", level=1)).to_have_text("This order has changed in another window")
    expect(second.get_by_role("radio", name=f"{name}, saved by you elsewhere: 18")).to_be_checked()
    expect(second.get_by_role("radio", name="Paid from, yours: Parents’ association (PTA)")).to_be_checked()
    second.get_by_role("button", name="Save as chosen").click()
    assert quantity(second, hands) == "18"
    saved = hands.alliance.api(ash.buyer).get(f"/rounds/{hands.round_id}/orders/{ash.urn}")
    assert (saved["fund"], saved["lines"][0]["quantity"]) == ("pta", 18)


def test_nothing_this_time_and_ordering_after_all_work_without_javascript(hands: ApiHands, open_form: Open) -> None:
    fir = hands.alliance.schools[3]
    page = open_form(fir, java_script_enabled=False)
    page.get_by_role("link", name="Nothing this time").click()
    page.get_by_role("button", name="Nothing this time").click()
    expect(page.get_by_text("Noted: nothing this time.")).to_be_visible()
    page.goto(f"{hands.alliance.stack.url}/school/orders/{hands.round_id}")
    page.get_by_role("link", name="Order after all").click()
    page.get_by_role("textbox").first.fill("9")
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your order")


def test_a_round_that_closes_while_the_form_is_open_keeps_what_was_typed(
    module_alliance: Alliance, hands: ApiHands, open_form: Open
) -> None:
    late = ApiHands(module_alliance)
    late.open_round("Closes early", module_alliance.contract)
    (name,) = module_alliance.offers
    page = open_form(module_alliance.schools[4])
    page.goto(page.url.replace(hands.round_id, late.round_id))
    late.manager.post(f"/rounds/{late.round_id}/close")
    field = page.get_by_role("textbox", name=f"Quantity {name}")
    field.fill("41")
    expect(page.get_by_role("alert")).to_contain_text("This round takes no more orders")
    expect(field).to_have_value("41")
    expect(page.get_by_role("button", name="Check and send")).to_be_hidden()
