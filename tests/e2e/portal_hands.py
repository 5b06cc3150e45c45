"""What supplier, schools and manager do in their browsers between an order's mail and its payment."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.alliance import School
from tests.e2e.web_hands import WebHands
from tests.e2e.windows import PHONE


class PortalHands(WebHands):
    """The acts of those who take an order, deliver it and are paid for it."""

    def open_link(self, link: str, name: str) -> Page:
        """Somebody without an account looks at the link in a mail, twice, and then opens it under a name."""
        page = self.windows.of_nobody()
        for _ in range(2):
            page.goto(link)
            expect(page.get_by_role("button", name="Open the order")).to_be_visible()
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Open the order").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(self.purchase_order()["number"])
        return page

    def offer_fewer(self, page: Page, item: str, quantity: int, reason: str) -> None:
        """Whoever has the order open can deliver only so many of an item."""
        page.get_by_role("link", name="Offer changes").click()
        page.get_by_role("textbox", name=f"You can deliver {item}").fill(str(quantity))
        page.get_by_label("Why?").fill(reason)
        page.get_by_role("button", name="Send your changes").click()
        expect(page.get_by_role("status")).to_contain_text("Your changes are with the business manager")

    def effects_of_changes(self) -> dict[str, tuple[int, int]]:
        """The manager looks at what the supplier offers: what each school ordered and would get."""
        page = self.windows.of(self.alliance.manager)
        page.goto(self.windows.url(f"/alliance/purchase-orders/{self._order_id()}"))
        page.get_by_role("link", name="See what they mean for each school").click()
        rows = page.get_by_role("table", name="Schools, line").locator("tbody tr").all()
        return {_cell(row, "th"): (int(_cell(row, "Ordered")), int(_cell(row, "Gets"))) for row in rows}

    def take_changes(self) -> None:
        """The manager takes what is on the page."""
        page = self.windows.of(self.alliance.manager)
        page.get_by_role("button", name="Decide as chosen").click()
        expect(page.get_by_role("status")).to_contain_text("The order is amended and accepted")

    def download_documents(self) -> dict[str, bytes]:
        """The supplier's person takes the documents of the order as it stands, by form."""
        page = self._supplier(f"/orders/{self._order_id()}/documents")
        links = {"pdf": "the PDF", "xlsx": "the Spreadsheet", "xml": "the Peppol orders (UBL)"}
        found = {}
        for form, words in links.items():
            with page.expect_download() as coming:
                page.get_by_role("link", name=f"Download {words}").click()
            found[form] = coming.value.path().read_bytes()
        return found

    def despatch_everything(self, carrier: str) -> None:
        """The supplier's person records that all drops are on their way."""
        page = self._supplier(f"/orders/{self._order_id()}/despatches")
        page.get_by_label("Carrier").fill(carrier)
        page.get_by_role("button", name="Send all that is outstanding").click()
        expect(page.get_by_role("status")).to_contain_text("schools are told what is on its way")

    def record_all_arrived(self, school: School) -> None:
        """The school's office taps the one button."""
        page = self._delivery_on_phone(school)
        page.get_by_role("button", name="All of it arrived").click()
        expect(page.get_by_role("status")).to_contain_text("Recorded")

    def record_found(self, school: School, item: str, what: str, units: int, note: str, photo: bytes = b"") -> None:
        """The school's office records that so many of an item are "Missing" or "Damaged", and that the rest came."""
        page = self._delivery_on_phone(school)
        page.get_by_text(f"Missing, damaged or wrong? {item}").click()
        page.get_by_label(f"{what}: {item}").fill(str(units))
        page.get_by_label(f"What is wrong with {item}").fill(note)
        if photo:
            taken = {"name": "damage.png", "mimeType": "image/png", "buffer": photo}
            page.get_by_label(f"Take a photo of {item}").set_input_files(taken)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        page.get_by_role("button", name="Record what I entered").click()
        expect(page.get_by_role("status")).to_contain_text("Recorded")

    def claims(self) -> dict[str, str]:
        """What the supplier's person reads about each school's discrepancy, by school."""
        page = self._supplier("/claims")
        entries = page.locator(".plain-list > li").all()
        return {entry.locator("b").first.inner_text().split(":")[0]: entry.inner_text() for entry in entries}

    def shows_photo(self, school: School) -> bool:
        """Whether the school's photo of the damage appears on that page."""
        entry = self._supplier("/claims").locator(".plain-list > li").filter(has_text=school.name)
        photo = entry.get_by_role("img")
        photo.scroll_into_view_if_needed()
        return bool(photo.evaluate("image => image.decode().then(() => image.naturalWidth > 0)"))

    def give_credit(self, school: School, note: str) -> None:
        """The supplier's person promises a credit for what a school found."""
        page = self._supplier("/claims")
        entry = page.locator(".plain-list > li").filter(has_text=school.name)
        entry.locator("summary").click()
        entry.get_by_label("For the school").fill(note)
        entry.get_by_role("button", name="We give a credit instead").click()
        expect(page.get_by_role("status")).to_contain_text("Answered")

    def quantities_to_invoice(self) -> dict[str, int]:
        """The supplier's person makes the invoice from the order: how many of each item stand in the form."""
        page = self._supplier(f"/orders/{self._order_id()}/invoice")
        return {
            name: int(page.get_by_role("textbox", name=f"Quantity {name}").input_value())
            for name in self.alliance.offers
        }

    def type_invoice(self, number: str, quantities: Mapping[str, int]) -> None:
        """The supplier's person types a number and other quantities into that form, and sends it."""
        page = self.windows.of(self.alliance.supplier_user)
        for name, quantity in quantities.items():
            page.get_by_role("textbox", name=f"Quantity {name}").fill(str(quantity))
        page.get_by_role("button", name="Work the totals out again").click()
        page.get_by_label("Your invoice number").fill(number)
        page.get_by_role("button", name="Send the invoice").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(number)

    def held_in_portal(self) -> dict[str, str]:
        """The supplier's person opens the invoice: why it is held, by school."""
        page = self._supplier(f"/invoices/{self._invoice_id()}")
        rows = page.get_by_role("region", name="Held for now").locator("tbody tr").all()
        return {_cell(row, "th"): _cell(row, "Why") for row in rows}

    def answer_in_portal(self) -> str:
        """How the supplier's person sees the invoice stand."""
        page = self._supplier(f"/invoices/{self._invoice_id()}")
        return str(page.get_by_role("heading", level=1).locator(".tag").text_content()).strip()

    def match_on_workbench(self, school: School) -> tuple[int, int, int]:
        """The manager looks at the invoice: what of the differing line the school ordered, received, and is charged."""
        page = self.windows.of(self.alliance.manager)
        page.goto(self.windows.url(f"/alliance/invoices/{self._invoice_id()}"))
        row = page.locator("table.match tbody tr").filter(has_text=school.name).filter(has_text="Held")
        ordered, received, invoiced = (int(_cell(row, label)) for label in ("Ordered", "Received", "Invoiced"))
        return ordered, received, invoiced

    def ask_for_credit(self, school: School, why: str) -> None:
        """The manager decides on that line."""
        page = self.windows.of(self.alliance.manager)
        row = page.locator("table.match tbody tr").filter(has_text=school.name).filter(has_text="Held")
        row.locator("summary").click()
        row.get_by_label("Why?").fill(why)
        row.get_by_role("button", name="Ask for a credit").click()
        expect(page.get_by_role("status").filter(has_text="The supplier is asked to credit")).to_be_visible()

    def send_credit_note(self, number: str) -> None:
        """The supplier's person sends the credit note as the portal has filled it in."""
        page = self._supplier(f"/invoices/{self._invoice_id()}")
        page.get_by_role("link", name="Send a credit note for it").click()
        page.get_by_label("Your credit note number").fill(number)
        page.get_by_role("button", name="Send the credit note").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(number)

    def remittances(self) -> str:
        """What the supplier's person reads about payments."""
        return self._supplier("/remittances").get_by_role("main").inner_text()

    def _delivery_on_phone(self, school: School) -> Page:
        page = self.windows.of(school.buyer, PHONE)
        page.goto(self.windows.url("/school/deliveries"))
        page.get_by_role("link", name=f"Record {self.purchase_order()['number']}").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Delivery from")
        return page

    def _supplier(self, path: str) -> Page:
        page = self.windows.of(self.alliance.supplier_user)
        page.goto(self.windows.url(f"/supplier{path}"))
        return page

    def _order_id(self) -> str:
        return str(self.purchase_order()["purchase_order_id"])

    def _invoice_id(self) -> str:
        return str(self.invoice()["supplier_invoice_id"])


def _cell(row: Any, label: str) -> str:
    found = row.locator("th") if label == "th" else row.locator(f"td[data-l='{label}']")
    return str(found.inner_text()).strip()
