"""What the services would answer about a school's budgets, limits and stand-ins."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.gateway_pages.people import OAK

Json = dict[str, Any]

HEAD, OFFICE, DEPUTY = (str(UUID(int=(0xE5 << 96) + (4 << 76) + (8 << 60) + count)) for count in (1, 2, 3))
CATEGORIES = [("cleaning", "Cleaning"), ("exercise-books", "Exercise books"), ("stationery", "Stationery")]


def day_in(days: int) -> str:
    """A day so many days from today."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def a_position(code: str, name: str, amount: int | None, *used: int, hard: bool = False) -> Json:
    """Where a category stands; `used` is reserved, committed and actual, in pence."""
    reserved, committed, actual = used or (0, 0, 0)
    return {
        "category_code": code,
        "category_name": name,
        "amount_pence": amount,
        "hard": hard,
        "reserved_pence": reserved,
        "committed_pence": committed,
        "actual_pence": actual,
        "left_pence": None if amount is None else amount - reserved - committed - actual,
    }


def a_budget_line(code: str, name: str, amount: int | None, left: int | None, wanted: int, **more: Any) -> Json:
    """A category of an order beside its budget."""
    after = None if left is None else left - wanted
    return {
        **a_position(code, name, amount, **more),
        "left_pence": left,
        "wanted_pence": wanted,
        "after_pence": after,
        "beyond_pence": max(0, -after) if after is not None else 0,
    }


def a_review(**more: Any) -> Json:
    """What an approver goes by: within limits and budgets, two lines changed."""
    return {
        "state": "submitted",
        "version": 4,
        "worst_gross_pence": 171250,
        "second_above_pence": 150000,
        "needs_two": True,
        "first_approved_by": None,
        "first_approved_at": None,
        "exceeded": [],
        "refusal": None,
        "financial_year": "2026-27",
        "vat_counts": False,
        "budgets": [
            a_budget_line("stationery", "Stationery", 200000, 120000, 95000),
            a_budget_line("exercise-books", "Exercise books", None, None, 47700),
        ],
        "comparison": {
            "compared_with": "last_order",
            "title": "Back to school (R-0002)",
            "changes": [
                {"name": "Copier paper A4, 80 g", "unit": "XBX", "before": 34, "now": 41},
                {"name": "Ballpoint pens, black, medium", "unit": "XPK", "before": 3, "now": 0},
                {"name": "Glue sticks 40 g", "unit": "XPK", "before": 0, "now": 2},
            ],
        },
        "reminded_at": None,
    } | more


def a_review_above(**more: Any) -> Json:
    """The same above a limit and beyond a hard budget."""
    exceeded = {"category_code": None, "category_name": None, "limit_pence": 100000, "amount_pence": 171250}
    devices = {"category_code": "devices", "category_name": "Devices", "limit_pence": 50000, "amount_pence": 90000}
    lines = [a_budget_line("stationery", "Stationery", 100000, 20000, 95000, hard=True)]
    return a_review(exceeded=[exceeded, devices], budgets=lines, comparison=None, **more)


def some_budgets() -> Json:
    """A school's budgets in the middle of its year."""
    movements = [
        ("reserved", "stationery", 95000, "O-000012", "Autumn stationery", None, None),
        ("committed", "stationery", 20000, "PO-000001", "Back to school", "po", None),
        ("actual", "stationery", 37230, "B-000001", "Back to school", "po", "bill"),
        ("actual", "cleaning", 61500, "B-000002", "Summer term cleaning", None, "bill"),
    ]
    some_id = str(UUID(int=(0xA0 << 96) + (4 << 76) + (8 << 60) + 1))
    return {
        "school_urn": OAK,
        "financial_year": "2026-27",
        "first_day": "2026-04-01",
        "last_day": "2027-03-31",
        "vat_counts": False,
        "version": 2,
        "items": [
            a_position("cleaning", "Cleaning", 50000, 0, 0, 61500, hard=True),
            a_position("exercise-books", "Exercise books", 80000),
            a_position("stationery", "Stationery", 200000, 95000, 20000, 37230),
        ],
        "movements": [
            {
                "kind": kind,
                "category_code": code,
                "amount_pence": amount,
                "number": number,
                "title": title,
                "on": day_in(9),
                "round_id": some_id,
                "purchase_order_id": order and some_id,
                "bill_id": bill and some_id,
                "subscription_id": None,
            }
            for kind, code, amount, number, title, order, bill in movements
        ],
    }


def some_limits() -> Json:
    """A school's approval limits."""
    return {
        "school_urn": OAK,
        "limits": [
            {"role": "school_approver", "category_code": None, "amount_pence": 1000000},
            {"role": "school_approver", "category_code": "stationery", "amount_pence": 250000},
        ],
        "second_above_pence": 150000,
        "version": 3,
    }


def of_budgets(rounds: list[str], *, above: str) -> dict[tuple[str, str], Any]:
    """Everything about them, by service and path; the order in the round `above` is above limits and budgets."""
    stand_in = {
        "school_urn": OAK,
        "person_id": OFFICE,
        "person_name": "Olive Office",
        "delegated_from": HEAD,
        "starts_on": day_in(2),
        "ends_on": day_in(12),
    }
    reviews = {**{round_id: a_review() for round_id in rounds}, above: a_review_above()}
    return {
        ("orders", f"/budgets/{OAK}"): some_budgets(),
        ("members", f"/schools/{OAK}/approval-limits"): some_limits(),
        ("members", f"/schools/{OAK}/delegations"): {"items": [stand_in], "next": None},
        ("catalogue", "/categories"): {
            "items": [{"code": code, "name": name, "cpv": "", "ledger_code": "E19"} for code, name in CATEGORIES],
            "next": None,
        },
        **{("orders", f"/rounds/{each}/orders/{OAK}/approval"): review for each, review in reviews.items()},
    }
