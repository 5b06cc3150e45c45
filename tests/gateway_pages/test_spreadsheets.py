"""Every table of the money pages as a spreadsheet: the screen's rows, its sums, and no formula."""

import io
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
from lxml import etree

from gateway.pages.spreadsheets import PartMissing
from gateway.upstream import ServiceUnavailable
from tests.gateway_pages.addresses import PAGES
from tests.gateway_pages.conftest import Visitor, parsed, text_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK

Visit = Callable[[str], Visitor]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets(content: bytes) -> list[list[dict[str, str]]]:
    """The rows of every sheet as {column letter: what it holds}; numbers as they are stored."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        assert not any(b"<f>" in book.read(name) for name in names)
        return [
            [
                {cell.get("r").rstrip("0123456789"): "".join(cell.itertext()) for cell in row.iter(f"{_MAIN}c")}
                for row in etree.fromstring(book.read(name)).iter(f"{_MAIN}row")
            ]
            for name in names
        ]


def test_the_bills_come_to_the_screens_total(visit: Visit) -> None:
    manager = visit("manager")
    page = parsed(manager.get("/alliance/bills"))
    link = page.xpath("//p[contains(@class, 'spreadsheet')]/a/@href")[0]
    assert link == "/alliance/bills?as=xlsx"
    answer = manager.get(link)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Bills.xlsx"'
    *_, rows = sheets(answer.get_data())
    *_, table = page.xpath("//main//table")
    bodies, sums = table.xpath("./tbody/tr"), table.xpath("./tfoot/tr")
    assert len(rows) == 1 + len(bodies) + len(sums)
    last = max(rows[1], key=lambda column: (len(column), column))
    shown = [row.xpath("string(./*[last()])").strip() for row in bodies]
    assert [Decimal(row[last]) for row in rows[1 : 1 + len(bodies)]] == [
        Decimal(each.replace("£", "").replace(",", "").replace("−", "-")) for each in shown
    ]


def test_what_a_page_shows_in_parts_comes_whole(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    run = {**services.table["billing", "/payment-runs"]["items"][0], "made_by": "=HYPERLINK(1)", "total_pence": -1250}
    services.table["billing", "/payment-runs"] = {"items": [run], "next": "PR-000002"}
    (rows,) = sheets(manager.get("/alliance/payments?as=xlsx").get_data())
    assert [row["A"] for row in rows[1:]] == ["PR-000002", "PR-000002"]
    assert (rows[2]["D"], rows[2]["G"]) == ("'=HYPERLINK(1)", "-12.50")


def test_only_the_table_in_parts_is_followed(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    lines = services.table["billing", "/bank-lines"]["items"]
    services.table["billing", "/bank-lines"] = {"items": lines, "next": None}
    once = [rows[1:] for rows in sheets(manager.get("/alliance/bank?as=xlsx").get_data())]
    services.table["billing", "/bank-lines"] = {"items": lines, "next": "more"}
    services.after["billing", "/bank-lines"] = {"items": lines, "next": None}
    statements, listed = (rows[1:] for rows in sheets(manager.get("/alliance/bank?as=xlsx").get_data()))
    assert (statements, listed) == (once[0], once[1] * 2)
    page = parsed(manager.get("/alliance/bank?state=all&after=x"))
    assert page.xpath("//p[contains(@class, 'spreadsheet')]/a/@href") == ["/alliance/bank?state=all&as=xlsx"]


def test_the_bank_comes_with_every_statement_and_every_line(visit: Visit, services: FakeServices) -> None:
    manager, statements = visit("manager"), "/bank-statements"
    services.table["billing", "/bank-lines"]["next"] = None
    once, lines = sheets(manager.get("/alliance/bank?as=xlsx").get_data())
    found = services.table["billing", statements]["items"]
    services.table["billing", statements] = {"items": found, "next": "2026-11-01T09:00:00+00:00"}
    services.after["billing", statements] = {"items": found * 2, "next": None}
    for address in ("/alliance/bank?as=xlsx", "/alliance/bank?before=2026-11-01T09:00:00%2B00:00&as=xlsx"):
        whole, also = sheets(manager.get(address).get_data())
        assert (whole, also) == ([once[0], *once[1:] * 3], lines)


def test_the_workbench_comes_whole_with_a_table_for_each_invoice(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    once = sheets(manager.get("/alliance/invoices/workbench?as=xlsx").get_data())
    found = services.table["billing", "/open-matches"]
    first, *others = found["items"]
    assert others
    services.table["billing", "/open-matches"] = {**found, "items": [first], "next": "more"}
    services.after["billing", "/open-matches"] = {**found, "items": others}
    assert sheets(manager.get("/alliance/invoices/workbench?as=xlsx").get_data()) == once


def test_a_part_that_fails_breaks_the_file_off(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    services.table["billing", "/bank-lines"]["next"] = "more"
    services.after["billing", "/bank-lines"] = ServiceUnavailable("billing")
    with pytest.raises(PartMissing, match="answered 50"):
        manager.get("/alliance/bank?as=xlsx").get_data()


@pytest.mark.parametrize(
    ("who", "path"),
    [(who, path) for who, _, path in PAGES if path.startswith(("/alliance/b", "/alliance/pay", "/school/acc"))],
)
def test_every_table_of_a_money_page_has_its_sheet(visit: Visit, who: str, path: str) -> None:
    person = visit(who)
    tables = parsed(person.get(path)).xpath("//main//table[not(.//*[contains(@class, 'form-control')])]")
    answer = person.get(f"{path}{'&' if '?' in path else '?'}as=xlsx")
    assert answer.status_code == 200
    if tables:
        assert len(sheets(answer.get_data())) == len(tables)


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, _, path in PAGES if who in ("manager", "buyer")])
def test_no_page_offers_two_spreadsheets_of_its_tables(visit: Visit, who: str, path: str) -> None:
    page = visit(who).get(path).text
    assert page.count(">Spreadsheet</a>") + page.count(">These tables as a spreadsheet</a>") <= 1


@pytest.mark.parametrize(
    ("who", "path"),
    [("board", "/alliance"), ("board", "/alliance/purchase-orders"), ("buyer", "/school/deliveries")],
)
def test_what_waits_and_what_is_ordered_come_as_spreadsheets_too(visit: Visit, who: str, path: str) -> None:
    page = parsed(visit(who).get(path))
    (link,) = page.xpath("//p[contains(@class, 'spreadsheet')]/a/@href")
    assert link == f"{path}?as=xlsx"
    shown = page.xpath("//main//table")
    rows = sheets(visit(who).get(link).get_data())
    assert [len(table) - 1 for table in rows] == [len(table.xpath("./tbody/tr | ./tfoot/tr")) for table in shown]


def test_a_statement_of_account_still_leads_to_the_exports(visit: Visit) -> None:
    (below,) = parsed(visit("buyer").get("/school/account")).xpath("//p[contains(@class, 'spreadsheet')]")
    assert below.text_content().strip() == "Export to your accounts program"


def test_money_paid_back_beyond_what_was_held_is_said_to_be_owed(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    assert "£20.00 beyond these bills is held on account." in text_of(buyer.get("/school/account"))
    services.table["billing", f"/accounts/{OAK}"]["on_account_pence"] = -2000
    text = text_of(buyer.get("/school/account"))
    assert "£20.00 was paid back beyond these bills, and is owed." in text
    assert "held on account" not in text


def test_a_report_has_one_spreadsheet_its_own(visit: Visit) -> None:
    for path in ("/alliance/reports/savings", "/alliance/reports/savings/behind?category=Stationery"):
        page = visit("manager").get(path).text
        assert "These tables as a spreadsheet" not in page
        assert page.count(">Spreadsheet</a>") == 1
