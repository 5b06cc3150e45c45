"""What the services answer to the alliance's home and its reports on money."""

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


def of_reports() -> dict[tuple[str, str], Json]:
    """What waits in the books."""
    return {
        ("billing", "/reports/desk"): {
            "items": [{"name": name, "count": count, "pence": pence} for name, (count, pence) in WAITING.items()]
        }
    }
