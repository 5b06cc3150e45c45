"""Reports: what a round came to, what it saved, who took part, and who led; each school sees its own part only."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from chassis.report_documents import report_xlsx
from contracts.london import london_today
from contracts.report import MOST_BARS, Chart, Column, Report, Section
from tests.orders.market import MANAGER, Market, approver, buyer, ok, refused, supplier_user

Closed = tuple[Market, str, int, int]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def closed(market: Market) -> Closed:
    """Oak and elm order 34 and 41 boxes, which together cost 11.80 each instead of 12.50 alone; ash stays silent."""
    paper = market.offer()
    oak, elm = market.school(name="Oak"), market.school(name="Elm")
    market.school(name="Ash")
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 34})
    market.order(round_id, elm, {paper: 41})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    ok(market.answer(order))
    return market, round_id, oak, elm


def rows(report: Any, section: int = 0) -> list[Any]:
    return list(report["sections"][section]["rows"])


def test_savings_are_what_each_school_would_have_paid_alone(closed: Closed) -> None:
    market, _, _, _ = closed
    report = ok(market.as_(MANAGER).get("/order-reports/savings"))
    assert report["sentence"] == "The schools saved £52.50, 5.6 % by ordering together."
    assert [{**row, "why": ""} for row in rows(report, 1)] == [
        {"school_name": "Elm", "category_name": "Stationery", **saved(41), "why": ""},
        {"school_name": "Oak", "category_name": "Stationery", **saved(34), "why": ""},
    ]
    assert report["sections"][0]["sums"] == saved(75)


def saved(units: int) -> dict[str, int]:
    return {"alone_pence": units * 1250, "net_pence": units * 1180, "saved_pence": units * 70}


def test_a_school_sees_its_own_savings_only(closed: Closed) -> None:
    market, _, oak, _ = closed
    report = ok(market.as_(buyer(oak)).get("/order-reports/savings"))
    assert [row["school_name"] for row in rows(report, 1)] == ["Oak"]
    assert report["sections"][0]["sums"] == saved(34)


def test_an_offers_own_alone_price_is_what_counts(market: Market) -> None:
    paper, oak = market.offer(alone_price="15.0000"), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 10})
    market.close(round_id)
    report = ok(market.as_(MANAGER).get("/order-reports/savings"))
    assert report["sections"][0]["sums"] == {"alone_pence": 15000, "net_pence": 12500, "saved_pence": 2500}


def test_take_up_counts_who_ordered_and_who_stayed_silent(closed: Closed) -> None:
    market, _, oak, _ = closed
    (row,) = rows(ok(market.as_(MANAGER).get("/order-reports/take-up")))
    assert (row["schools"], row["ordered"], row["silent"], row["declined"]) == (3, 2, 1, 0)
    (own,) = rows(ok(market.as_(buyer(oak)).get("/order-reports/take-up")))
    assert (own["schools"], own["ordered"]) == (1, 1)


def test_commitments_end_with_the_settlement_and_follow_what_arrives(closed: Closed) -> None:
    market, round_id, oak, _ = closed
    (order,) = market.purchase_orders(round_id)
    ok(market.receive(order, oak, {1: 17}), 201)
    report = ok(market.as_(MANAGER).get("/order-reports/commitments"))
    assert report["sections"][0]["sums"] == {"ordered_pence": 75 * 1180, "received_pence": 17 * 1180}
    market.hear(("PurchaseOrderSettled", {"purchase_order_id": order["purchase_order_id"]}))
    assert rows(ok(market.as_(MANAGER).get("/order-reports/commitments"))) == []


def test_every_member_sees_how_the_work_is_shared(closed: Closed) -> None:
    market, _, oak, _ = closed
    seen = [rows(ok(market.as_(actor).get("/order-reports/workload"))) for actor in (MANAGER, approver(oak))]
    assert seen == [[{**seen[1][0], "why": "workload?lead_urn=0"}], seen[1]]
    assert "why" not in seen[1][0], "the orders of others are not a school's to see"
    refused(market.as_(approver(oak)).get("/order-reports/workload/behind?lead_urn=0"), 403, "forbidden")
    (row,) = seen[0]
    assert (row["school_name"], row["contracts"], row["purchase_orders"], row["drops"]) == ("No lead named", 1, 1, 2)
    assert row["net_pence"] == 75 * 1180


@pytest.mark.parametrize("report", ["savings", "commitments", "workload", "suppliers"])
def test_the_lines_behind_every_row_of_a_report_add_up_to_its_figures(closed: Closed, report: str) -> None:
    market, round_id, oak, _ = closed
    pens = market.offer("Pens")
    another = market.open_round()
    market.order(another, oak, {pens: 5})
    market.close(another)
    (order,) = market.purchase_orders(round_id)
    ok(market.receive(order, oak, {1: 17}), 201)
    days = f"closed_to={london_today() + timedelta(days=90)}"
    for actor in (MANAGER, buyer(oak)):
        told = ok(market.as_(actor).get(f"/order-reports/{report}?{days}"))
        linked = [row for section in told["sections"] if section["why"] == "behind" for row in section["rows"]]
        assert linked
        for row in linked:
            if "why" not in row:
                continue
            name, _, narrowed = row["why"].partition("?")
            behind = ok(market.as_(actor).get(f"/order-reports/{name}/behind?{narrowed}&{days}"))
            (section,) = behind["sections"]
            assert all(line["why"] for line in section["rows"])
            for key, figure in section["sums"].items():
                assert figure == sum(line[key] for line in section["rows"])
                assert row.get(key, figure) == figure
            assert set(section["sums"]) & set(row)


def test_the_lines_behind_a_figure_come_in_parts_and_as_a_spreadsheet(closed: Closed) -> None:
    market, round_id, oak, _ = closed
    path = f"/order-reports/savings/behind?round_id={round_id}"
    first = ok(market.as_(MANAGER).get(f"{path}&limit=1"))
    second = ok(market.as_(MANAGER).get(f"{path}&limit=1&after={first['next']}"))
    assert [rows(part)[0]["school_name"] for part in (first, second)] == ["Oak", "Elm"]
    assert first["sections"][0]["sums"] == second["sections"][0]["sums"] == {"quantity": 75, **saved(75)}
    assert second["next"] is None
    assert first["sentence"] == "2 lines make up this figure."
    book = fetched(market, f"/order-reports/savings/behind.xlsx?round_id={round_id}&school_urn={oak}")
    table = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in table[4:6]] == ["Oak", ""]
    own = ok(market.as_(buyer(oak)).get(path))
    assert [row["school_name"] for row in rows(own)] == ["Oak"]
    refused(market.as_(MANAGER).get("/order-reports/take-up/behind"), 404, "not_found")


@pytest.mark.parametrize("parts", [["savings.0", "take-up.0"], ["savings.1", "workload.0", "savings.0"]])
def test_sections_asked_for_together_are_those_of_the_reports(closed: Closed, parts: list[str]) -> None:
    market, _, oak, _ = closed
    pens = market.offer("Pens", category_code="writing", category_name="Writing")
    another = market.open_round()
    market.order(another, oak, {pens: 5})
    market.close(another)
    for actor in (MANAGER, buyer(oak)):
        asked = "&".join(f"part={part}" for part in parts)
        found = ok(market.as_(actor).get(f"/order-reports?{asked}"))["sections"]
        alone = [part.split(".") for part in parts]
        assert found == [
            ok(market.as_(actor).get(f"/order-reports/{name}"))["sections"][int(place)] for name, place in alone
        ]


def test_sections_that_do_not_exist_or_are_not_ones_to_see_are_refused(closed: Closed) -> None:
    market, _, _, _ = closed
    for part in ("gossip.0", "workload.1", "savings.2"):
        refused(market.as_(MANAGER).get(f"/order-reports?part={part}"), 404, "not_found")
    for asked in ("", "?part=savings", "?part=savings.0&closed_to=0001-06-01"):
        refused(market.as_(MANAGER).get(f"/order-reports{asked}"), 422, "validation_failed")
    refused(market.as_(supplier_user(market.supplier_id)).get("/order-reports?part=suppliers.0"), 403, "forbidden")


def test_a_figure_is_narrowed_as_its_report_is_and_no_other_way(closed: Closed) -> None:
    market, round_id, oak, _ = closed
    days = f"closed_to={london_today() + timedelta(days=90)}"
    drops = ok(market.as_(MANAGER).get(f"/order-reports/suppliers/behind?school_urn={oak}&{days}"))
    assert [row["school_name"] for row in rows(drops)] == ["Oak"]
    assert drops["sentence"] == "1 line for Oak makes up this figure."
    for report, narrowed in (
        ("workload", f"school_urn={oak}"),
        ("workload", "category=Stationery"),
        ("suppliers", "category=Stationery"),
        ("commitments", f"round_id={round_id}"),
        ("savings", "lead_urn=0"),
    ):
        for suffix in ("", ".xlsx"):
            found = market.as_(MANAGER).get(f"/order-reports/{report}/behind{suffix}?{narrowed}&{days}")
            assert set(refused(found, 422, "not_narrowed")) == {narrowed.partition("=")[0]}


@pytest.mark.parametrize(
    "asked",
    ["school_urn=2147483648", "school_urn=-1", "lead_urn=99999999999", "category=a%00b", "closed_to=0001-06-01"],
)
def test_what_no_figure_can_be_narrowed_to_is_refused(market: Market, asked: str) -> None:
    for report in ("savings", "workload"):
        refused(market.as_(MANAGER).get(f"/order-reports/{report}/behind?{asked}"), 422, "validation_failed")


def test_a_report_of_days_beyond_all_calendars_is_refused(market: Market) -> None:
    for asked in ("closed_to=0001-06-01", "closed_from=1899-12-31", "closed_to=3000-01-01"):
        refused(market.as_(MANAGER).get(f"/order-reports/savings?{asked}"), 422, "validation_failed")


def test_a_round_says_what_stands_behind_each_item_and_school(closed: Closed) -> None:
    market, round_id, _, _ = closed
    report = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/report"))
    for place in (0, 1):
        for row in rows(report, place):
            behind = ok(market.as_(MANAGER).get(f"/order-reports/{row['why'].replace('?', '/behind?')}"))
            sums = behind["sections"][0]["sums"]
            assert (sums["net_pence"], sums["saved_pence"]) == (row["net_pence"], row["saved_pence"])


def test_a_rounds_report_tells_the_manager_all_and_a_school_its_part(closed: Closed) -> None:
    market, round_id, oak, _ = closed
    report = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/report"))
    assert [section["title"] for section in report["sections"]] == [
        "What was ordered",
        "School by school",
        "Purchase orders",
    ]
    assert report["sections"][0]["sums"]["net_pence"] == report["sections"][2]["sums"]["net_pence"] == 75 * 1180
    own = ok(market.as_(buyer(oak)).get(f"/rounds/{round_id}/report"))
    assert [section["sums"] for section in own["sections"]] == [{"net_pence": 34 * 1180, "saved_pence": 34 * 70}]
    assert "Elm" not in str(own)


def test_a_report_of_what_is_not_closed_or_unknown_is_not_found(market: Market) -> None:
    market.offer()
    round_id = market.open_round()
    for path in (f"/rounds/{round_id}/report", "/order-reports/gossip", f"/rounds/{round_id}/report.docx"):
        refused(market.as_(MANAGER).get(path), 404, "not_found")


def test_the_documents_carry_the_same_figures(closed: Closed) -> None:
    market, round_id, _, _ = closed
    book = CalamineWorkbook.from_filelike(BytesIO(fetched(market, f"/rounds/{round_id}/report.xlsx")))
    assert book.sheet_names == ["1 What was ordered", "2 School by school", "3 Purchase orders"]
    table = book.get_sheet_by_name("2 School by school").to_python()
    assert [row[0] for row in table[4:6]] == ["Elm", "Oak"]
    assert table[6][4:6] == [885.0, 52.5]
    pdf = fetched(market, f"/rounds/{round_id}/report.pdf")
    assert pdf.startswith(b"%PDF-")
    assert b"StructTreeRoot" in pdf
    drawing = etree.fromstring(fetched(market, "/order-reports/savings/charts/0"))
    assert drawing.tag == f"{SVG}svg"


def fetched(market: Market, path: str) -> bytes:
    answer: TestResponse = market.as_(MANAGER).get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data()


def test_cells_cannot_be_formulas() -> None:
    columns = (Column("name", "Name"), Column("pence", "Amount", "money", added=True))
    report = Report("x", "X", "Y", [Section("S", columns, [{"name": '=HYPERLINK("x")', "pence": -5}])])
    sheet = CalamineWorkbook.from_filelike(BytesIO(report_xlsx(report))).get_sheet_by_index(0).to_python()
    assert sheet[4] == ['\'=HYPERLINK("x")', -0.05]


@given(st.lists(st.tuples(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), st.integers(-50, 1000)), max_size=60))
def test_bars_add_up_by_name_and_begin_with_the_longest(sizes: list[tuple[str, int]]) -> None:
    columns = (Column("name", "Name"), Column("size", "Size", "number", added=True))
    chart = Chart("name", "size", "Sizes")
    section = Section("S", columns, [{"name": name, "size": size} for name, size in sizes], chart=chart)
    bars = section.bars()
    assert len(bars) <= MOST_BARS
    assert [bar.total for bar in bars] == sorted((bar.total for bar in bars), reverse=True)
    for bar in bars:
        assert bar.total == sum(other for key, other in sizes if key == bar.name) > 0
    assert section.sums() == {"size": sum(size for _, size in sizes)}


def test_a_schools_budget_stands_beside_what_is_spent_committed_and_reserved(closed: Closed) -> None:
    market, _, oak, _ = closed
    own = [{"category_code": "stationery", "amount_pence": 50_000, "hard": False}]
    found = ok(market.as_(buyer(oak)).get(f"/budgets/{oak}"))
    sent = {"financial_year": found["financial_year"], "budgets": own}
    ok(market.as_(approver(oak)).put(f"/budgets/{oak}", sent, version=0))
    report = ok(market.as_(buyer(oak)).get("/order-reports/budgets"))
    (row,) = rows(report)
    assert (row["budget_pence"], row["committed_pence"], row["actual_pence"]) == (50_000, 34 * 11_80, 0)
    assert row["left_pence"] == 50_000 - 34 * 11_80
    (document,) = rows(report, 1)
    assert document["why"].startswith("purchase_order:")
    assert report["sections"][0]["chart"]


def test_the_alliance_sees_no_budget_and_what_open_rounds_have_come_to(market: Market) -> None:
    paper = market.offer()
    oak = market.school(name="Oak")
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 34})
    report = ok(market.as_(MANAGER).get("/order-reports/budgets"))
    (row,) = rows(report)
    assert (row["school_name"], row["net_pence"], row["why"]) == ("Oak", 34 * 12_50, round_id)
    assert "budget_pence" not in row
