"""Take a picture of every page of a running stack with the demo alliance: `make screenshots [BURSAR_URL=…]`.

Pictures go to `screenshots/`, three widths of each. Needs Chromium and a stack started with `make run`.
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bursar.demo.alliance import PASSWORD
from tests import backends

URL = os.environ.get("BURSAR_URL", "http://127.0.0.1:8000")
FOLDER = Path(__file__).parents[1] / "screenshots"
WIDTHS = (320, 768, 1280)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]

BUYER, APPROVER = "office@hopgarden.example", "head@stmildreds.example"
SUPPLIER, INVOICING_SUPPLIER = "orders@tidewell.example", "orders@kilnandcopper.example"
MANAGER = "manager@alliance.example"
FIRST = "main tbody th a"


@dataclass(frozen=True)
class Shot:
    """One page: where to begin, and which links to follow from there."""

    name: str
    path: str
    follow: tuple[str, ...] = ()


SHOTS: dict[str, tuple[Shot, ...]] = {
    "": (Shot("sign-in", "/sign-in"), Shot("dev-mails", "/dev/mail"), Shot("dev-mail", "/dev/mail", (FIRST,))),
    BUYER: (
        Shot("school-home", "/school"),
        Shot("school-order-form", "/school", (".agenda a[href$='/order']",)),
        Shot(
            "school-order-list", "/school", (".agenda a[href$='/order']", "a[href$='/order/list'], button[value=list]")
        ),
        Shot("school-order-decline", "/school", (".agenda a[href$='/decline']",)),
        Shot("school-order-check", "/school", (".agenda a[href$='/order']", ".bar .btn-primary")),
        Shot("school-orders", "/school/orders"),
        Shot("school-order", "/school/orders", (FIRST,)),
        Shot("school-proof", "/school/orders", ("tr:has-text('Settled') th a", "main a[href$='/proof']")),
        Shot("school-reports", "/school/reports"),
        Shot("school-report", "/school/reports/savings"),
        Shot("school-deliveries", "/school/deliveries"),
        Shot("school-delivery", "/school/deliveries", ("main tbody td a",)),
        Shot("school-services", "/school/services"),
        Shot("school-service", "/school/services", (FIRST,)),
        Shot("school-bills", "/school/bills"),
        Shot("school-bill", "/school/bills", (FIRST,)),
        Shot("school-vat-report", "/school/vat-report"),
        Shot("school-vat126", "/school/vat126"),
        Shot("school-account", "/school/account"),
        Shot("school-settings", "/school/settings"),
        Shot("school-sites", "/school/settings/sites"),
        Shot("school-people", "/school/people"),
        Shot("school-person-seen", "/school/people", (FIRST,)),
        Shot("school-calendar", "/school/calendar"),
        Shot("notifications", "/settings/notifications"),
    ),
    APPROVER: (
        Shot("school-approvals", "/school/approvals"),
        Shot("school-approval", "/school", (".agenda a[href$='/approval']",)),
        Shot("school-budgets", "/school/budgets"),
        Shot("school-budgets-set", "/school/budgets/set"),
        Shot("school-limits", "/school/settings/limits"),
        Shot("school-person", "/school/people", (FIRST,)),
        Shot("school-person-new", "/school/people/new"),
        Shot("school-leave", "/school/settings", ("a[href$='/settings/leave']",)),
        Shot("school-leave-check", "/school/settings/leave/check?left_on=2099-08-31"),
        Shot("school-service-join", "/school/services", ("a[href*='/services/join/']",)),
    ),
    SUPPLIER: (
        Shot("supplier-home", "/supplier"),
        Shot("supplier-orders", "/supplier/orders"),
        Shot("supplier-offers", "/supplier/offers"),
        Shot("supplier-order", "/supplier/orders", (FIRST,)),
        Shot("supplier-invoice-form", "/supplier", (".agenda a[href$='/invoice']",)),
    ),
    INVOICING_SUPPLIER: (
        Shot("supplier-invoices", "/supplier/invoices"),
        Shot("supplier-invoice", "/supplier/invoices", (FIRST,)),
        Shot("supplier-invoice-new", "/supplier/invoices/new"),
    ),
    MANAGER: (
        Shot("alliance-services", "/alliance/services"),
        Shot("alliance-service", "/alliance/services", (FIRST,)),
        Shot("alliance-home", "/alliance"),
        Shot("alliance-money", "/alliance/money"),
        Shot("alliance-rounds", "/alliance/rounds"),
        Shot("alliance-contracts", "/alliance/contracts"),
        Shot("alliance-contract", "/alliance/contracts", ("a:has-text('Cleaning materials')",)),
        Shot("alliance-contract-edit", "/alliance/contracts", ("a:has-text('Cleaning materials')", ".title-row .btn")),
        Shot("alliance-offers", "/alliance/offers"),
        Shot("alliance-offer", "/alliance/offers", (FIRST,)),
        Shot("alliance-planner", "/alliance/planner"),
        Shot("alliance-planner-thresholds", "/alliance/planner/thresholds"),
        Shot("alliance-vat-exceptions", "/alliance/vat-exceptions"),
        Shot("alliance-round-new", "/alliance/rounds/new"),
        Shot("alliance-round-open", "/alliance/rounds", ("tr:has(.tag.info) th a",)),
        Shot("alliance-round-close", "/alliance/rounds", ("tr:has(.tag.info) th a", "a[href$='/close']")),
        Shot(
            "alliance-round-bills",
            "/alliance/rounds",
            ("tr:has-text('Delivered') th a", "a[href$='/bills']:has-text('of')"),
        ),
        Shot("alliance-proof", "/alliance/rounds", ("tr:has-text('Settled') th a", "main a[href$='/proof']")),
        Shot(
            "alliance-proof-line", "/alliance/rounds", ("tr:has-text('Settled') th a", "main a[href$='/proof']", FIRST)
        ),
        Shot("alliance-round-report", "/alliance/rounds", ("tr:has-text('Settled') th a", "main a[href$='/report']")),
        Shot("alliance-reports", "/alliance/reports"),
        Shot("alliance-report", "/alliance/reports/savings"),
        Shot("alliance-report-spending", "/alliance/reports/spending"),
        Shot("alliance-board-report", "/alliance/packs/board"),
        Shot("alliance-annual-review", "/alliance/packs/review"),
        Shot("alliance-interests", "/alliance/interests"),
        Shot("alliance-purchase-orders", "/alliance/purchase-orders"),
        Shot("alliance-purchase-order", "/alliance/purchase-orders", (FIRST,)),
        Shot("alliance-invoices", "/alliance/invoices"),
        Shot("alliance-invoice", "/alliance/invoices", (FIRST,)),
        Shot("alliance-workbench", "/alliance/invoices/workbench"),
        Shot("alliance-awaited-receipts", "/alliance/invoices/awaited"),
        Shot("alliance-not-invoiced", "/alliance/invoices/not-invoiced"),
        Shot("alliance-vat-report", "/alliance/vat-report"),
        Shot("alliance-bills", "/alliance/bills"),
        Shot("alliance-bill", "/alliance/bills", (FIRST,)),
        Shot("alliance-bank", "/alliance/bank"),
        Shot("alliance-bank-all", "/alliance/bank?state=all"),
        Shot("alliance-bank-workbench", "/alliance/bank/workbench"),
        Shot("alliance-bank-accounts", "/alliance/bank/accounts"),
        Shot("alliance-trial-balance", "/alliance/trial-balance"),
        Shot("alliance-months", "/alliance/ledger/months"),
        Shot("alliance-aged-debt", "/alliance/ledger/aged-debt"),
        Shot("alliance-chart", "/alliance/ledger/chart"),
        Shot("alliance-schools", "/alliance/schools"),
        Shot("alliance-school", "/alliance/schools", (FIRST,)),
        Shot("alliance-school-edit", "/alliance/schools", (FIRST, ".title-row .btn-primary")),
        Shot("alliance-suppliers", "/alliance/suppliers"),
        Shot("alliance-supplier", "/alliance/suppliers", (FIRST,)),
        Shot("alliance-imports", "/alliance/imports"),
        Shot("alliance-people", "/alliance/people"),
        Shot("alliance-person", "/alliance/people", (FIRST,)),
        Shot("alliance-person-new", "/alliance/people/new"),
    ),
}


def main() -> int:
    """Take them all; 1 if a page could not be reached or is broken."""
    FOLDER.mkdir(exist_ok=True)
    missed = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=backends.CHROMIUM, args=FLAGS, headless=True
        )
        for person, shots in SHOTS.items():
            page = _enter(context, person)
            missed += [shot.name for shot in shots if not _take(page, shot)]
            page.close()
        context.close()
    print(f"{sum(map(len, SHOTS.values())) - len(missed)} pages in {FOLDER}")
    for name in missed:
        print(f"not reached: {name}")
    return 1 if missed else 0


def _enter(context: BrowserContext, person: str) -> Page:
    context.clear_cookies()
    page = context.new_page()
    page.set_default_timeout(20_000)
    if person:
        page.goto(f"{URL}/sign-in")
        page.get_by_label("E-mail address").fill(person)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
    return page


def _take(page: Page, shot: Shot) -> bool:
    page.set_viewport_size({"width": WIDTHS[-1], "height": 800})
    answer = page.goto(URL + shot.path)
    for link in shot.follow:
        if not page.locator(link).count():
            return False
        with page.expect_navigation() as going:
            page.locator(link).first.click()
        answer = going.value
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=FOLDER / f"{shot.name}-{width}.png", full_page=True)
    return answer is not None and answer.ok


if __name__ == "__main__":
    sys.exit(main())
