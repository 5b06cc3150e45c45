"""What billing tells of the matching workbench, of receipts that invoices wait for, and of VAT, for the pages."""

from typing import Any

from tests.gateway_pages.people import SUPPLIER_ID

Json = dict[str, Any]
INVOICE = "00000000-0000-4000-8000-000000000051"
ORDER = "00000000-0000-4000-8000-000000000052"
SUPPLIER = "Fenwright Paper"
DECIDE: dict[tuple[str, str, str], Any] = {
    ("POST", "billing", "/match-decisions"): {
        "done": 2,
        "refused": [
            {
                "supplier_invoice_id": INVOICE,
                "line_no": 2,
                "school_urn": 910002,
                "code": "match_billed",
                "detail": "The school has been billed for this line on B-000001.",
            }
        ],
    },
}


def a_bench_line(urn: int, school: str, reasons: list[str], **more: Any) -> Json:
    """One school's held line."""
    amounts = {
        f"{amount}_{figure}": 0
        for amount in ("billable", "credited", "claim", "due", "returned")
        for figure in ("quantity", "net_pence", "vat_pence")
    }
    return {
        "supplier_invoice_id": INVOICE,
        "our_number": "SI-000007",
        "number": "INV-0077",
        "issue_date": "2026-11-20",
        "settlement": "recharge",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "purchase_order_number": "PO-000007",
        "name": "Copier paper A4, 80 g",
        "unit": "XBX",
        "line_no": 1,
        "order_line_no": 1,
        "school_urn": urn,
        "school_name": school,
        "quantity_ordered": 40,
        "quantity_received": 38,
        "quantity_invoiced": 40,
        "unit_price_ordered": "10.9500",
        "unit_price_invoiced": "10.9500",
        "net_pence": 43800,
        "vat_pence": 8760,
        "state": "held",
        "reasons": reasons,
        "tolerated": [],
        "disputed": False,
        "credit_requested": False,
        "on_bill_id": None,
        "on_bill_number": None,
        "stays_why": None,
        **amounts,
        "last_decision": None,
        "decided_by": None,
        "decided_at": None,
        "why": None,
    } | more


def _sum(by: str, key: str, name: str) -> Json:
    return {
        "by": by,
        "key": key,
        "name": name,
        "lines": 2,
        "oldest_on": "2026-10-05",
        "net_pence": 50000,
        "up_to_30_pence": 20000,
        "up_to_60_pence": 30000,
        "up_to_90_pence": 0,
        "over_90_pence": 0,
    }


def _of_receipts() -> dict[tuple[str, str], Any]:
    line = {
        "purchase_order_id": ORDER,
        "purchase_order_number": "PO-000007",
        "line_no": 1,
        "name": "Copier paper A4, 80 g",
        "unit": "XBX",
        "unit_price": "10.0000",
        "ledger_code": "E19",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "contract_id": None,
        "contract_title": "Paper",
        "settlement": "recharge",
        "school_urn": 910001,
        "school_name": "Oak Street Primary School",
        "received": 50,
        "invoiced": 0,
        "quantity": 50,
        "received_on": "2026-10-05",
        "days": 48,
        "net_pence": 50000,
        "vat_pence": 10000,
    }
    awaited = {
        "supplier_invoice_id": INVOICE,
        "our_number": "SI-000007",
        "number": "INV-0077",
        "issue_date": "2026-11-18",
        "registered_at": "2026-11-18T10:00:00Z",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "school_urn": 910001,
        "school_name": "Oak Street Primary School",
        "net_pence": 43800,
        "orders": [{"purchase_order_id": ORDER, "number": "PO-000007", "title": "Autumn stationery"}],
        "chased_at": "2026-11-20T07:30:00Z",
        "times": 1,
    }
    sums = [
        _sum("all", "", ""),
        _sum("supplier", SUPPLIER_ID, SUPPLIER),
        _sum("contract", "", "Paper"),
        _sum("school", "910001", "Oak Street Primary School"),
    ]
    return {
        ("billing", "/received-not-invoiced"): {"on": "2026-11-22", "items": [line], "sums": sums, "next": None},
        ("billing", "/awaited-receipts"): {
            "items": [awaited, awaited | {"chased_at": None, "times": 0}],
            "next": None,
        },
    }


def a_vat_report(name: str) -> Json:
    """A VAT report, or the figures of form VAT126."""
    columns = [
        {"key": "month", "label": "Month", "kind": "text", "added": False},
        {"key": "net_pence", "label": "Without VAT", "kind": "money", "added": True},
    ]
    section: Json = {
        "title": "Input VAT on bills",
        "columns": columns,
        "rows": [{"month": "2026-11", "net_pence": 10000}],
        "sums": {"net_pence": 10000},
        "note": "Bills less credit notes.",
        "chart": None,
        "why": "",
    }
    empty = section | {"title": "Invoiced by suppliers directly", "rows": [], "sums": {"net_pence": 0}}
    return {"name": name, "title": "VAT of Oak", "sentence": "The bills carry £20.00.", "sections": [section, empty]}


def of_the_bench() -> dict[tuple[str, str], Any]:
    """The answers of billing."""
    short = {"claim_quantity": 2, "claim_net_pence": 2190, "claim_vat_pence": 438}
    dearer = {"unit_price_invoiced": "11.2000", "quantity_received": 40, "claim_net_pence": 1000}
    decided = {
        "last_decision": "withdrawn",
        "decided_by": "Morgan Manager",
        "decided_at": "2026-11-21T09:00:00Z",
        "why": "Asked for by mistake",
    }
    lines = [
        a_bench_line(910001, "Oak Street Primary School", ["quantity_short"], **short),
        a_bench_line(910002, "Elm Park School", ["price"], **dearer, **decided),
    ]
    counts = {"to_decide": 2, "awaiting": 1, "decided": 0}
    return {
        ("billing", "/open-matches"): {"items": lines, "counts": counts, "next": None},
        **{("billing", f"/reports/{name}"): a_vat_report(name) for name in ("vat", "vat126")},
        **_of_receipts(),
    }
