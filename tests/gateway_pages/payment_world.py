"""What billing would answer about payments to suppliers."""

from typing import Any
from uuid import UUID

from gateway.upstream import Answer
from tests.gateway_pages.people import SUPPLIER, SUPPLIER_ID

Json = dict[str, Any]


def _id(count: int) -> str:
    return str(UUID(int=(0xFA << 96) + (4 << 76) + (8 << 60) + count))


PROPOSED_RUN, EXPORTED_RUN, ACCOUNT, ADVICE, OTHER = (_id(count) for count in range(1, 6))

BANK_FILE = Answer(
    201,
    b"VOL1000001\r\n",
    {"content-type": "text/plain; charset=us-ascii", "content-disposition": 'attachment; filename="PR-000001.bacs"'},
)


def a_head(run_id: str, number: str, state: str, **more: Any) -> Json:
    """A payment run as a list shows it."""
    approved = state in ("approved", "exported", "paid")
    return {
        "payment_run_id": run_id,
        "number": number,
        "state": state,
        "pay_on": "2026-12-01",
        "due_by": "2026-12-01",
        "total_pence": 1_234_550,
        "suppliers": 1,
        "invoices": 2,
        "made_by": "Mags Field",
        "made_at": "2026-11-24T09:00:00Z",
        "approved_by": "Ada Second" if approved else None,
        "approved_at": "2026-11-24T10:00:00Z" if approved else None,
        "exported_at": "2026-11-24T11:00:00Z" if state == "exported" else None,
        "cancelled_by": None,
        "cancelled_at": None,
        "cancelled_why": None,
    } | more


def an_item(count: int, pence: int, **more: Any) -> Json:
    """An invoice of a run."""
    return {
        "supplier_invoice_id": _id(100 + count),
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "our_number": f"SI-{count:06d}",
        "number": f"INV-{count:04d}",
        "kind": "invoice" if pence > 0 else "credit_note",
        "due_on": "2026-11-30",
        "gross_pence": pence,
        "amount_pence": pence,
        "account_name": "Fenwright Paper Ltd",
        "account_ending": "9911",
        "came_back_on": None,
        "reference": "PR-000001/01",
        "left_out_why": None,
        "left_out_by": None,
    } | more


def an_advice() -> Json:
    """What a supplier is told."""
    names = ("supplier_invoice_id", "our_number", "number", "kind", "gross_pence", "amount_pence")
    item = an_item(1, 1_234_550)
    return {
        "remittance_advice_id": ADVICE,
        "payment_run_id": EXPORTED_RUN,
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "reference": "PR-000001/01",
        "pay_on": "2026-12-01",
        "amount_pence": 1_234_550,
        "account_ending": "9911",
        "withdrawn": False,
        "came_back_on": None,
        "invoices": [
            {"issue_date": "2026-11-01", "paid_before_pence": 0, "credits": []} | {name: item[name] for name in names}
        ],
    }


def of_payments() -> dict[tuple[str, str], Any]:
    """Answers by service and path."""
    proposed = a_head(PROPOSED_RUN, "PR-000002", "proposed")
    exported = a_head(EXPORTED_RUN, "PR-000001", "exported")
    waits = "A change of its bank details to the account ending in 4321 waits to be confirmed."
    items = [
        an_item(1, 1_244_550, came_back_on="2026-11-20"),
        an_item(2, -10_000),
        an_item(3, 5_000, left_out_why="Next month.", left_out_by="Mags Field"),
        an_item(4, 7_700, supplier_id=OTHER, supplier_name="Oakdale", left_out_why=waits, left_out_by="Bursar"),
    ]
    written = {
        "seq": 1,
        "format": "bacs",
        "exported_by": "Mags Field",
        "exported_at": "2026-11-24T11:00:00Z",
        "why": "",
        "sha256": "ab" * 32,
    }
    account = {
        "bank_account_id": ACCOUNT,
        "account": "204577 10203040",
        "name": "Current account",
        "service_user_number": "112233",
        "sort_code": "204577",
        "account_number": "10203040",
        "account_name": "BURSAR ALLIANCE",
        "version": 1,
    }
    return {
        ("billing", "/payment-runs"): {"items": [proposed, exported], "next": None},
        ("billing", f"/payment-runs/{PROPOSED_RUN}"): {
            **proposed,
            "items": items,
            "exports": [],
            "advices": [],
            "may_approve": True,
        },
        ("billing", f"/payment-runs/{EXPORTED_RUN}"): {
            **exported,
            "items": items[:1],
            "exports": [written],
            "advices": [an_advice()],
            "may_approve": False,
        },
        ("billing", "/payment-settings"): {"items": [account], "next": None},
        ("billing", "/remittance-advices"): {"items": [an_advice()], "next": None},
        ("billing", "/export-profile"): _PROFILE,
        ("billing", "/ledger-exports/preview"): {"items": _PREVIEW, "next": None},
        ("billing", "/ledger-exports"): {"items": [_MADE], "next": None},
    }


_KNOWN = [{"field": "type", "heading": "Type"}, {"field": "net", "heading": "Net"}]
_PROFILE: Json = {
    "format": "sage50",
    "account": "ALLIANCE",
    "bank_nominal": "1200",
    "department": "",
    "nominals": {"E19": "5001"},
    "tax_codes": {"S": "T1"},
    "suppliers": {SUPPLIER_ID: "FEN01"},
    "suppliers_known": [{"supplier_id": SUPPLIER_ID, "name": "Fenwright Paper"}],
    "columns": _KNOWN,
    "version": 2,
    "codes": ["E19", "E20D"],
    "fields_known": _KNOWN,
    "usual_tax_codes": {},
}


def _sum(kind: str, documents: int, fresh: int, net: int, vat: int) -> Json:
    gross = net + vat
    sums = {"net_pence": net, "vat_pence": vat, "gross_pence": gross}
    sides = {"debit_pence": max(gross, 0), "credit_pence": max(-gross, 0)}
    return {"kind": kind, "documents": documents, "fresh": fresh, **sums, **sides}


_PREVIEW: list[Json] = [
    _sum("bill", 3, 1, 10_000, 2_000),
    _sum("direct_bill", 1, 1, 5_000, 1_000),
    _sum("receipt", 1, 0, -12_000, 0),
]
_MADE: Json = {
    "ledger_export_id": _id(9),
    "format": "sage50",
    "from_on": "2026-11-01",
    "to_on": "2026-11-30",
    "again": True,
    "exported_by": "Beth Buyer",
    "exported_at": "2026-11-24T11:00:00Z",
    "documents": 4,
    "rows": 7,
    "net_pence": 10_000,
    "vat_pence": 2_000,
    "gross_pence": 12_000,
    "sha256": "ab" * 32,
}
