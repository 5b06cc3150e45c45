"""The story's acts by browser: every click and key that the people of the story would make."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Browser, expect

from tests.e2e.alliance import Alliance, School
from tests.e2e.hands import Hands, Quantities
from tests.e2e.patience import eventually
from tests.e2e.windows import Windows


class WebHands(Hands):
    """A browser window for each person, signed in once."""

    def __init__(self, alliance: Alliance, browser: Browser) -> None:
        super().__init__(alliance)
        self.windows = Windows(alliance, browser)

    def close(self) -> None:
        """Close every window."""
        self.windows.close()

    def open_round(self, title: str, contract: Mapping[str, Any]) -> None:
        page = self.windows.of(self.alliance.manager)
        # The offers reach the orders service a moment after the catalogue has published them.
        self.alliance.stack.caught_up()
        page.goto(self.windows.url("/alliance/rounds/new"))
        page.get_by_label("Title").fill(title)
        page.get_by_label("Day", exact=True).fill(_in_days(7))
        page.get_by_label("From", exact=True).fill(_in_days(14))
        page.get_by_label("To", exact=True).fill(_in_days(28))
        page.get_by_label(contract["title"]).check()
        page.get_by_role("button", name="Make the round").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")
        self.round_id = page.url.rsplit("/", 1)[1]
        page.get_by_role("button", name="Open the round").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Open")

    def order(self, school: School, quantities: Quantities) -> None:
        page = self.windows.of(school.buyer)
        page.goto(self.windows.url(f"/school/rounds/{self.round_id}/order"))
        for name, quantity in quantities.items():
            page.get_by_role("textbox", name=name).fill(str(quantity))
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your order")
        page.get_by_role("button", name="Send for approval").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your order is with your approver")
        expect(page.locator(".reference")).to_contain_text("O-")

    def approve(self, school: School) -> None:
        page = self.windows.of(school.approver)
        page.goto(self.windows.url(f"/school/rounds/{self.round_id}/approval"))
        page.get_by_role("button", name="Approve").click()
        page.wait_for_load_state()
        assert self.order_state(school) == "approved"

    def close_round(self) -> None:
        page = self.windows.of(self.alliance.manager)
        page.goto(self.windows.url(f"/alliance/rounds/{self.round_id}"))
        page.get_by_role("link", name="Preview the close").click()
        expect(page.get_by_text("No unit and no penny is lost")).to_be_visible()
        page.get_by_role("button", name="Close the round now").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Closed")

    def accept_purchase_order(self) -> None:
        page = self.windows.of(self.alliance.supplier_user)
        page.goto(self.windows.url(f"/supplier/orders/{self.purchase_order()['purchase_order_id']}"))
        page.get_by_role("button", name="Accept the order").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Accepted")

    def record_receipt(self, school: School, quantities: Quantities) -> None:
        page = self.windows.of(school.buyer)
        page.goto(self.windows.url(f"/school/deliveries/{self.purchase_order()['purchase_order_id']}"))
        for name, quantity in quantities.items():
            page.get_by_role("textbox", name=name).fill(str(quantity))
        page.get_by_role("button", name="Record what I entered").click()
        expect(page.get_by_role("status")).to_be_visible()

    def send_invoice(self, document: bytes) -> None:
        self.alliance.stack.caught_up()
        page = self.windows.of(self.alliance.supplier_user)
        page.goto(self.windows.url("/supplier/invoices/new"))
        page.get_by_label("Invoice file").set_input_files(_file("invoice.xml", document))
        page.get_by_role("button", name="Send the file").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("INV-0042")

    def issue_bills(self) -> None:
        self.alliance.stack.caught_up()
        page = self.windows.of(self.alliance.manager)
        page.goto(self.windows.url(f"/alliance/rounds/{self.round_id}/bills"))
        before = len(self._bills())
        page.get_by_role("button", name="Issue the bills").click()
        page.wait_for_load_state()
        assert eventually(lambda: len(self._bills()) > before)

    def import_statement(self, document: bytes) -> None:
        page = self.windows.of(self.alliance.manager)
        page.goto(self.windows.url("/alliance/bank"))
        page.get_by_label("Statement file").set_input_files(_file("statement.xml", document))
        page.get_by_role("button", name="Read it in").click()
        expect(page.get_by_role("status")).to_be_visible()

    def _bills(self) -> list[Any]:
        items: list[Any] = self.manager.get(f"/bills?round_id={self.round_id}")["items"]
        return items


def _in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - the day where the browser is


def _file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/xml", "buffer": content}
