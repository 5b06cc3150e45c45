"""The bank workbench in a real browser, over a real billing service: a month by keyboard, undone and made again."""

import json
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import text

from bursar.verify.books import CHECKS
from gateway.upstream import EXTENSION, Answer, Problem
from tests import backends
from tests.backends import ServiceDatabase
from tests.billing.documents import camt, entry
from tests.billing.world import MANAGER, Line, Order, World, answered
from tests.clients import Clients
from tests.gateway_pages.fake import FakeServices, fake_gateway, served
from tests.gateway_pages.test_browser import FLAGS

pytestmark = pytest.mark.browser

WHOLE, CUT = 44, 8
FIRST_URN = 120_001
COLOURS = ("Amber", "Azure", "Coral", "Ebony", "Green", "Hazel", "Indigo", "Ivory", "Jade", "Lilac", "Olive", "Ruby")
PLACES = ("Bridge", "Castle", "Forest", "Harbour", "Meadow")


class Services(FakeServices):
    """Billing answers for itself; nothing else is asked."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def call(self, method: str, service: str, path: str, **options: Any) -> Answer:
        assert service == "billing"
        params = {name: value for name, value in (options.get("params") or {}).items() if value is not None}
        sent = {"json": options["json"]} if options.get("json") is not None else {}
        response = self.world.a(MANAGER).send(method, path, query_string=params, key=options.get("key"), **sent)
        if response.status_code >= 400:
            fault = json.loads(response.get_data())
            raise Problem(response.status_code, fault["code"], fault["detail"], fault["errors"])
        return Answer(response.status_code, response.get_data(), {})


@pytest.fixture
def month(module_databases: Callable[[str], ServiceDatabase], playwright: Playwright) -> Iterator[tuple[Page, World]]:
    """A manager's window on the workbench, at a statement of 60 lines."""
    world = World(Clients(module_databases))
    count = WHOLE + CUT + 1
    names = [f"{colour} {place} School" for colour in COLOURS for place in PLACES][:count]
    schools = {FIRST_URN + place: name for place, name in enumerate(names)}
    world.tell(
        *(
            ("SchoolRecorded", {"urn": urn, "name": name, "joined_on": "2024-09-01", "left_on": None})
            for urn, name in schools.items()
        )
    )
    world.invoiced(world.ordered(Order([Line({urn: place + 2 for place, urn in enumerate(schools)}, "7.3100")])))
    statement = world.upload(camt(*_entries(world.billed())))
    statement_id = answered(statement, 201)["bank_statement_id"]
    app, _ = fake_gateway(module_databases("gateway"))
    app.extensions[EXTENSION] = Services(world)
    with served(app) as url, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=backends.CHROMIUM, args=FLAGS, headless=True
        )
        context.add_cookies([{"name": "as", "value": "manager", "url": url}])
        page = context.new_page()
        page.goto(f"{url}/alliance/bank/workbench?statement={statement_id}")
        yield page, world
        context.close()


def _entries(bills: list[dict[str, Any]]) -> Iterator[str]:
    """Sixty lines: whole references, references cut short, one bill in two parts, a return, a charge and interest."""
    for place, bill in enumerate(bills[:-1]):
        said = bill["payment_reference"] if place < WHOLE else bill["payment_reference"][:10]
        yield entry(f"{bill['gross_pence'] / 100:.2f}", said, name=bill["school_name"].upper()[:18])
    last = bills[-1]
    for part in (1000, last["gross_pence"] - 1000):
        yield entry(f"{part / 100:.2f}", "instalment", name=last["school_name"])
    yield entry("12.34", "wrong account", name="A N OTHER")
    yield entry("12.34", "RETURNED UNPAID", sign="DBIT", name="A N OTHER")
    yield entry("8.50", "MONTHLY ACCOUNT FEE", sign="DBIT", name="")
    yield entry("0.41", "GROSS INTEREST", name="")
    yield entry("3.00", "COMMISSION", sign="DBIT", name="")
    yield entry("0.07", "INTEREST ADJUSTED", name="")


def breaches(world: World) -> list[str]:
    """What `bursar verify` finds in the books and at the bank."""
    with world.database.database.engine.connect() as connection:
        connection.execute(text("SELECT set_config('bursar.actor', 'service', false)"))
        return [
            f"{check.name}: {said}" for check in CHECKS for said in connection.execute(text(check.breaches)).scalars()
        ]


def test_a_month_of_60_lines_is_reconciled_undone_and_redone_by_keyboard_alone(month: tuple[Page, World]) -> None:
    page, world = month
    waiting = len(world.rows("SELECT 1 FROM bank_line WHERE state = 'new'"))
    assert (len(world.rows("SELECT 1 FROM bank_line")), waiting) == (60, 60 - WHOLE)
    presses = 0
    while int(page.locator(".bank-bar dd").last.inner_text().split()[0]):
        left = page.locator(".bank-bar dd").last.inner_text()
        _press(page, "Enter")
        presses += 1
        expect(page.locator(".bank-bar dd").last).not_to_have_text(left)
        if presses == 2:
            _undo_and_redo(page, world, left)
    assert presses <= 2 * waiting
    expect(page.locator("#difference")).to_have_text("£0.00")
    expect(page.get_by_role("button", name="Sign the statement off")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".bank-bar")).to_contain_text("Reconciled by")
    states = world.rows("SELECT DISTINCT state FROM bank_line")
    assert (states, len(world.rows("SELECT 1 FROM bill WHERE paid_pence < gross_pence"))) == ([("reconciled",)], 0)
    assert breaches(world) == []


def _undo_and_redo(page: Page, world: World, before: str) -> None:
    after, balances = page.locator(".bank-bar dd").last.inner_text(), world.balances()
    _press(page, "u")
    expect(page.locator(".bank-bar dd").last).to_have_text(before)
    assert breaches(world) == []
    _press(page, "r")
    expect(page.locator(".bank-bar dd").last).to_have_text(after)
    assert world.balances() == balances
    assert breaches(world) == []


def _press(page: Page, key: str) -> None:
    """One key, once the page has taken its place on the next line."""
    expect(page.locator("tr[data-bank][aria-current]")).to_have_count(1)
    page.keyboard.press(key)
