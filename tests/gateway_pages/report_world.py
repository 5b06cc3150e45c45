"""What the services answer to the alliance's home and its reports on money."""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

WAITING = {
    "bank_lines_unmatched": (2, 128_450),
    "invoices_held": (1, 44_676),
    "received_not_invoiced": (3, 91_200),
    "ready_to_bill": (4, 250_000),
    "bills_open": (9, 612_340),
    "bills_overdue": (2, 80_112),
    "credit_claims": (1, 2_400),
    "supplier_invoices_open": (5, 734_001),
}

ORDERING = {
    "changes_to_decide": 1,
    "changes_with_schools": 0,
    "orders_unanswered": 2,
    "claims_open": 4,
    "claims_unanswered": 3,
    "services_requested": 0,
}
OPEN = "000000a0-0000-4000-8000-000000000001"


def of_reports() -> dict[tuple[str, str], Json]:
    """What waits in the books and in ordering."""
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
