"""What the services answer to the alliance's home and its reports on money."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.report_documents import report_json, section_json
from contracts.report import Chart, Column, Report, Section, behind
from tests.gateway_pages.fund_world import FUND
from tests.gateway_pages.people import OAK, SUPPLIER, SUPPLIER_ID

Json = dict[str, Any]

WAITING = {
    "bank_lines_unmatched": (2, 128_450),
    "bank_money_in": (1, 127_800),
    "bank_money_out": (1, 650),
    "invoices_held": (1, 44_676),
    "lines_to_decide": (1, 37_230),
    "lines_awaiting_receipts": (2, 21_900),
    "lines_disputed": (1, 10_950),
    "received_not_invoiced": (3, 91_200),
    "ready_to_bill": (4, 250_000),
    "ready_to_credit": (1, 5_256),
    "bills_open": (9, 612_340),
    "bills_overdue": (2, 80_112),
    "bills_disputed": (1, 5_256),
    "credit_claims": (1, 2_400),
    "supplier_invoices_open": (5, 734_001),
    "journals_waiting": (1, 1_250),
}

ORDERING = {
    "changes_to_decide": 1,
    "changes_with_schools": 0,
    "orders_unanswered": 2,
    "claims_open": 4,
    "claims_unanswered": 3,
    "services_requested": 0,
}
ORDERED = "000000b5-0000-4000-8000-000000000001"
OPEN = "000000a0-0000-4000-8000-000000000001"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="60" height="12"/></svg>'
INTEREST = "000000e8-0000-4000-8000-000000000001"


def of_reports() -> dict[tuple[str, str], Any]:
    """What waits in the books and in ordering, the reports on money, and who is connected with a supplier."""
    return _desks() | _money() | _interests() | _ordering()


def _ordering() -> dict[tuple[str, str], Any]:
    columns = (
        Column("category_name", "Category"),
        Column("alone_pence", "Alone", "money", added=True),
        Column("net_pence", "Together", "money", added=True),
        Column("saved_pence", "Saved", "money", added=True),
    )
    rows: list[Json] = [
        {"category_name": name, "alone_pence": alone, "net_pence": net, "saved_pence": alone - net, "why": why}
        for name, alone, net, why in (
            ("Cleaning", 120_000, 108_000, behind("savings", category="Cleaning")),
            ("Stationery", 937_500, 885_000, behind("savings", category="Stationery")),
        )
    ]
    chart = Chart("category_name", "saved_pence", "Saved by category, in pounds")
    saved = [Section(title, columns, rows, "Without VAT.", chart, "behind") for title in ("By category", "By school")]
    sentence = "The schools saved £645.00, 6.1 % by ordering together."
    plain = [Section("By round", (Column("title", "Round"),), [{"title": "Back to school"}])]
    return {
        ("orders", "/order-reports"): _sections(
            {"savings": saved} | dict.fromkeys(("take-up", "workload", "suppliers"), plain)
        ),
        ("orders", "/order-reports/savings"): report_json(Report("savings", "Savings", sentence, saved)),
        **{("orders", f"/order-reports/{name}/behind"): report_json(_behind()) for name in ("savings", "suppliers")},
        ("orders", "/order-reports/savings/behind.xlsx"): b"PK",
        ("orders", "/order-reports/take-up"): report_json(Report("take-up", "Take-up", "Many took part.", plain)),
        ("orders", "/order-reports/workload"): report_json(Report("workload", "Work", "It is shared.", plain)),
        ("orders", "/order-reports/budgets"): report_json(
            Report("budgets", "Budgets 2026-27", "£10.00 of £20.00.", saved)
        ),
        **{
            ("orders", f"/order-reports/{name}/charts/{place}"): SVG
            for name in ("savings", "budgets")
            for place in range(2)
        },
    }


def _behind() -> Report:
    columns = (
        Column("number", "Purchase order"),
        Column("school_name", "School"),
        Column("saved_pence", "Saved", "money", added=True),
    )
    rows: list[Json] = [
        {"number": "PO-000001", "school_name": "Elm Park Academy", "saved_pence": 28_700, "why": ORDERED},
        {"number": "PO-000001", "school_name": "Oak Street Primary School", "saved_pence": 22_800, "why": ORDERED},
    ]
    section = Section(
        "The documents behind the figure", columns, rows, "", why="purchase_order", whole={"saved_pence": 52_500}
    )
    return Report("savings", "Savings: line by line", "3 lines make up this figure.", [section], "PO-000001.1.900002")


def _money() -> dict[tuple[str, str], Any]:
    schools = [("Elm Park Academy", 812_300, 640_000), ("Oak Street Primary School", 301_250, 301_250)]
    by_school = [
        {
            "name": name,
            "ordered_pence": ordered,
            "billed_pence": billed,
            "committed_pence": ordered - billed,
            "why": behind("spending", school_urn=urn),
        }
        for (name, ordered, billed), urn in zip(schools, (910002, OAK), strict=True)
    ]
    figures = tuple(
        Column(f"{key}_pence", label, "money", added=True)
        for key, label in (("ordered", "Ordered"), ("billed", "Billed of it"), ("committed", "Still committed"))
    )
    chart = Chart("name", "billed_pence", "Billed and still committed, in pounds", ("committed_pence",))
    sections = [
        Section(title, (Column("name", head), *figures), by_school, "", chart, "behind")
        for title, head in (("By school", "School"), ("By category", "Category"), ("By supplier", "Supplier"))
    ]
    sentence = "Schools ordered for £11,135.50 without VAT."
    return {
        ("billing", "/money-reports"): _sections({"spending": sections} | _today()),
        ("billing", "/money-reports/spending"): report_json(Report("spending", "Spending", sentence, sections)),
        **{("billing", f"/money-reports/spending/charts/{place}"): SVG for place in range(3)},
        ("billing", "/money-reports/supplier-totals"): {
            "items": [
                {
                    "supplier_id": SUPPLIER_ID,
                    "supplier_name": SUPPLIER,
                    "school_urn": urn,
                    "school_name": "A school",
                    "ordered_pence": ordered,
                    "invoiced_pence": ordered - 500,
                }
                for urn, ordered in ((OAK, 1_250_000), (910002, 3_100_000))
            ],
            "paid": {SUPPLIER_ID: 2_000_000},
        },
    }


def _today() -> dict[str, list[Section]]:
    counted = (Column("what", "What waits"), Column("count", "How many", "number"), Column("pence", "Amount", "money"))
    waiting: list[Json] = [
        {"what": "Bank lines not matched", "count": 2, "pence": 128_450, "why": "bank_lines_unmatched"},
        {"what": "Invoices held", "count": 1, "pence": 44_676, "why": "invoices_held"},
    ]
    sides = tuple(Column(f"{side}_pence", side.title(), "money", added=True) for side in ("debit", "credit"))
    debtors: Json = {"account": "1100", "debit_pence": 692_452, "credit_pence": 0, "why": "1100"}
    year: Json = {"title": "Fund 2026-27", "budget_pence": 600_000, "why": FUND}
    owed: Json = {"party": "Elm Park Academy", "pence": 80_112, "why": "1100:910002"}
    told = {
        "position": (counted, waiting, "desk"),
        "ledger": ((Column("account", "Account"), *sides), [debtors], "account"),
        "fund": ((Column("title", "Year"), Column("budget_pence", "Budget", "money")), [year], "fund_year"),
        "aged-debt": ((Column("party", "School"), Column("pence", "Owed", "money", added=True)), [owed], "ledger"),
    }
    return {name: [Section(name, columns, rows, why=why)] for name, (columns, rows, why) in told.items()}


def _sections(reports: Mapping[str, Sequence[Section]]) -> Callable[[Mapping[str, Any]], Json]:
    """What a service answers that is asked for sections: each part is a report's name and the section's place."""

    def answer(asked: Mapping[str, Any]) -> Json:
        parts = [part.split(".") for part in asked["part"]]
        return {"sections": [section_json(reports[name][int(place)]) for name, place in parts]}

    return answer


def _interests() -> dict[tuple[str, str], Any]:
    interest = {
        "interest_id": INTEREST,
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "person_name": "Gale Hughes",
        "capacity": "governor",
        "nature": "Director",
        "starts_on": "2024-09-01",
        "ends_on": None,
        "declared_on": "2024-09-15",
        "version": 1,
    }
    threshold = {
        "from_on": "2023-09-01",
        "report_above_pence": 0,
        "approval_above_pence": 4_000_000,
        "source": "Academy Trust Handbook 2023, in force from 1 September 2023",
    }
    return {
        ("members", "/interests"): {"items": [interest], "thresholds": [threshold], "next": None},
        ("members", f"/interests/{INTEREST}"): interest,
    }


def _desks() -> dict[tuple[str, str], Any]:
    return {
        ("billing", "/reports/desk"): {
            "items": [{"name": name, "count": count, "pence": pence} for name, (count, pence) in WAITING.items()],
            "closed_to": "2026-08-31",
        },
        ("orders", "/order-reports/desk"): {
            "items": [{"name": name, "count": count} for name, count in ORDERING.items()],
            "rounds": [
                {
                    "round_id": OPEN,
                    "number": "R-0003",
                    "title": "Autumn stationery",
                    "closes_at": f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}",
                    "schools": 12,
                    "to_approve": 2,
                    "unfinished": 3,
                    "silent": 3,
                    "silent_names": ["Fir Tree Infant School and Nursery", "Hazel Bank Nursery"],
                }
            ],
        },
    }
