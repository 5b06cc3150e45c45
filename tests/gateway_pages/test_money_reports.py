"""The alliance's home and its reports on money."""

from collections.abc import Callable
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.gateway_pages.conftest import Visitor, parsed, summary_links, text_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK, SUPPLIER_ID
from tests.gateway_pages.report_world import INTEREST, ORDERED
from tests.gateway_pages.world import CLOSED

Visit = Callable[[str], Visitor]


def test_home_leads_from_each_figure_to_the_page_where_it_is_dealt_with(visit: Visit) -> None:
    page = parsed(visit("board").get("/alliance"))
    lines = {" ".join(link.text_content().split()): link.get("href") for link in page.xpath("//tbody//th//a")}
    assert lines["2 bank lines not matched"] == "/alliance/bank"
    assert lines["1 line of an invoice to decide"] == "/alliance/invoices/workbench"
    assert lines["2 lines of invoices await receipts"] == "/alliance/invoices/workbench?show=awaiting"
    assert lines["1 line of an invoice disputed"] == "/alliance/invoices/workbench?show=decided"
    assert lines["1 credit asked for"] == "/alliance/invoices#claims"
    assert lines["1 journal by hand waits"] == "/alliance/ledger/journals"
    assert lines["4 open claims"] == "/alliance/claims"
    assert lines["1 answer to decide"] == "/alliance/purchase-orders?answer=waiting"
    assert lines["2 orders not answered"] == "/alliance/purchase-orders?answer=none"
    assert "0 changes with schools" not in lines
    text = text_of(visit("manager").get("/alliance"))
    assert "3 of 12 Fir Tree Infant School and Nursery, Hazel Bank Nursery and 1 more" in text
    assert "The books are closed up to Mon 31 Aug 2026" in text
    assert "£1,284.50 Say what each pays. £1,278.00 in and £6.50 out, added up." in text


def test_what_suppliers_have_to_credit_is_told_without_and_with_vat(visit: Visit) -> None:
    """The home counts it with VAT, as suppliers credit it."""
    (row,) = parsed(visit("board").get("/alliance/invoices")).xpath("//section[h2[@id='claims']]//tfoot/tr")
    assert [cell.text_content() for cell in row.xpath("./*")][:3] == ["1 claim", "£32.85", "£39.42"]


def test_the_workbench_adds_up_what_its_lines_mean_for_the_schools(visit: Visit) -> None:
    page = parsed(visit("board").get("/alliance/invoices/workbench"))
    rows = page.xpath("//section[h2[@id='effects']]//tr[td]")
    lines = [int(row.xpath("./td[@data-l='Lines']")[0].text_content()) for row in rows]
    assert sum(lines[:-1]) == lines[-1] > 0


def test_home_shows_what_it_can_while_a_service_is_away(visit: Visit, services: FakeServices) -> None:
    visitor = visit("manager")
    services.away = {"billing"}
    text = text_of(visitor.get("/alliance"))
    assert "We can’t look up the books just now" in text
    assert "4 open claims" in text


def test_the_boards_report_leads_from_its_figures_to_what_stands_behind(visit: Visit) -> None:
    page = parsed(visit("board").get("/alliance/packs/board"))
    links = set(page.xpath("//tbody//th//a/@href"))
    assert {"/alliance/bank", "/alliance/ledger/accounts/1100"} <= links
    behind = f"/alliance/reports/spending/behind?closed_from=2025-09-01&closed_to=2026-08-31&school_urn={OAK}"
    asked = "/alliance/packs/board?closed_from=2025-09-01&closed_to=2026-08-31"
    assert behind in parsed(visit("board").get(asked)).xpath("//tbody//th//a/@href"), "of the days of the report"
    assert any(link.startswith("/alliance/fund/") for link in links)
    assert "saved £645.00, 6.1 %, by ordering together" in text_of(visit("board").get("/alliance/packs/board"))
    assert "/alliance/reports/savings/charts/0" in page.xpath("//figure//img/@src")


def test_a_chart_keeps_its_size_in_a_box_of_its_own_that_keys_can_move(visit: Visit) -> None:
    (box,) = parsed(visit("board").get("/alliance/reports/savings")).xpath("//figure/div[@role='group']")[:1]
    assert (box.get("class"), box.get("tabindex")) == ("scroll", "0")
    assert box.xpath("img/@alt")[0].endswith(": the figures stand in the table below.")


def test_what_waits_leads_to_the_bills_and_accounts_that_it_counts(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    links = parsed(manager.get("/alliance/packs/board")).xpath("//tbody//th//a/@href")
    assert "/alliance/ledger/accounts/1100?school_urn=910002" in links, "of what schools owe"
    due = [
        bill | {"due_date": day} for bill, day in zip(services.table["billing", "/bills"]["items"], _DAYS, strict=False)
    ]
    services.table["billing", "/bills"]["items"] = due
    owed = [bill for bill in due if bill["settlement"] == "recharge" and bill["state"] not in ("paid", "credited")]
    for asked, bills in (("open", owed), ("overdue", [bill for bill in owed if bill["due_date"] < "2026"])):
        page = parsed(manager.get(f"/alliance/bills?owed={asked}"))
        assert [row.xpath("string(th)") for row in page.xpath("//tbody/tr")] == [bill["number"] for bill in bills]
        left = sum(bill["gross_pence"] - bill["paid_pence"] - bill["credited_pence"] for bill in bills)
        assert f"£{left / 100:,.2f}" == page.xpath("string(//tfoot//td[@data-l='Left to pay'])")
    assert parsed(manager.get("/alliance/bills?owed=nonsense")).xpath("//tbody/tr")


def test_a_report_as_at_a_day_leads_to_the_postings_up_to_it(visit: Visit) -> None:
    page = parsed(visit("manager").get("/alliance/ledger/aged-debt?as_at=2026-10-31"))
    assert page.xpath("//tbody//th//a/@href") == ["/alliance/ledger/accounts/1100?to_day=2026-10-31&school_urn=910002"]


_DAYS = ("2025-01-31", "2999-01-31", "2025-02-28", "2999-02-28", "2025-03-31")


@pytest.mark.parametrize(("pack", "calls"), [("board", 4), ("review", 2)])
def test_a_pack_asks_each_service_once_for_the_sections_that_it_shows(
    visit: Visit, services: FakeServices, pack: str, calls: int
) -> None:
    page = parsed(visit("manager").get(f"/alliance/packs/{pack}"))
    asked = {call.path: call.params["part"] for call in services.calls if "part" in call.params}
    assert len(services.calls) == calls
    assert sum(len(parts) for parts in asked.values()) == len(page.xpath("//main//section")) - (pack == "board")
    assert ("savings.1" in asked["/order-reports"]) == (pack == "review")


def test_a_figure_leads_to_the_documents_it_was_summed_from_page_by_page(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    report = parsed(manager.get("/alliance/reports/savings?closed_from=2026-09-01"))
    (link,) = set(report.xpath("//th//a[text()='Stationery']/@href"))
    assert link == "/alliance/reports/savings/behind?closed_from=2026-09-01&category=Stationery"
    page = parsed(manager.get(link))
    assert f"/alliance/purchase-orders/{ORDERED}" in page.xpath("//tbody//th//a/@href")
    assert "£525.00" in page.xpath("//tfoot")[0].text_content(), "the sums are those of every page"
    (following,) = page.xpath("//nav[@aria-label='More']//a/@href")
    assert following.startswith(f"{link.partition('?')[0]}?after=PO-000001.1.900002")
    assert "category=Stationery" in following
    (sheet,) = page.xpath("//a[text()='Spreadsheet']/@href")
    assert manager.get(sheet).data == b"PK"
    assert manager.get("/alliance/reports/gossip/behind").status_code == 404
    assert visit("supplier").get("/supplier/reports/savings/behind").status_code == 404


def test_a_figure_of_a_round_leads_back_to_that_rounds_report(visit: Visit) -> None:
    behind = "/alliance/reports/savings/behind"
    crumbs = "//nav[@aria-label='Breadcrumb']//a/@href"
    of_round = parsed(visit("manager").get(f"{behind}?round_id={CLOSED}")).xpath(crumbs)
    assert of_round == ["/alliance/reports", f"/alliance/rounds/{CLOSED}/report"]
    over_time = parsed(visit("manager").get(f"{behind}?closed_from=2026-09-01&category=Stationery")).xpath(crumbs)
    assert over_time == ["/alliance/reports", "/alliance/reports/savings?closed_from=2026-09-01"]


@pytest.mark.parametrize(
    ("days", "field", "told"),
    [
        ("closed_to=0001-06-01", "closed_to", "Enter the last day as a day of the years 1900 to 2999."),
        ("closed_to=9999-12-31", "closed_to", "Enter the last day as a day of the years 1900 to 2999."),
        ("closed_from=abc", "closed_from", "Enter the first day as a real day, such as 2026-11-24."),
        ("closed_from=2026-09-02&closed_to=2026-09-01", "closed_from", "The first day comes after the last."),
    ],
)
def test_days_that_no_report_can_be_about_are_said_at_their_field(
    visit: Visit, services: FakeServices, days: str, field: str, told: str
) -> None:
    for path in ("/alliance/packs/board", "/alliance/reports/savings"):
        page = visit("manager").get(f"{path}?{days}")
        assert page.status_code == 422
        assert summary_links(page) == {field: told}
        assert visit("manager").get(f"{path}.pdf?{days}").status_code == 404
    assert not any({"closed_from", "closed_to"} & set(call.params) for call in services.calls if "savings" in call.path)


@pytest.mark.parametrize("name", ["board", "review"])
def test_a_pack_is_a_tagged_document_and_a_spreadsheet_of_the_same_figures(visit: Visit, name: str) -> None:
    pdf = visit("manager").get(f"/alliance/packs/{name}.pdf")
    assert (pdf.mimetype, pdf.data[:5], b"StructTreeRoot" in pdf.data) == ("application/pdf", b"%PDF-", True)
    book = CalamineWorkbook.from_filelike(BytesIO(visit("manager").get(f"/alliance/packs/{name}.xlsx").data))
    saved = next(title for title in book.sheet_names if "Savings against" in title)
    assert book.get_sheet_by_name(saved).to_python()[-1][-1] == 645.00


def test_related_parties_are_summed_and_measured_against_the_handbook(visit: Visit) -> None:
    text = text_of(visit("manager").get("/alliance/interests?year=2026"))
    assert "£43,500.00" in text
    assert "£12,500.00" in text
    assert "Report it, and have it approved first" in text
    assert "exceed £40,000.00 in a financial year (Academy Trust Handbook 2023" in text
    assert "Nobody has declared an interest" in text_of(visit("manager").get("/alliance/interests?year=2023"))
    assert visit("board").get("/alliance/interests/new").status_code == 403


def test_an_interest_is_recorded_and_ended(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    sent = {"supplier_id": SUPPLIER_ID, "school_urn": str(OAK), "capacity": "governor", "person_name": "Gale Hughes"}
    assert "errors" in manager.post("/alliance/interests/new", sent).text
    days = {"nature": "Director", "starts_on": "2026-09-01", "declared_on": "2026-09-02", "sending_key": "k"}
    assert manager.post("/alliance/interests/new", sent | days).status_code == 303
    assert (services.changes[-1].path, services.changes[-1].sent["school_urn"]) == ("/interests", OAK)
    assert (
        manager.post(f"/alliance/interests/{INTEREST}/end", {"ends_on": "2027-03-31", "version": "1"}).status_code
        == 303
    )
    assert (services.changes[-1].sent["ends_on"], services.changes[-1].etag) == ("2027-03-31", '"1"')
