"""What members, orders and billing answer about suppliers' own affairs, and links that work without an account."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from gateway.domain.links import LASTS, Link
from tests.gateway_pages.people import SUPPLIER, SUPPLIER_ID

Json = dict[str, Any]

ORDER = str(UUID(int=(0xB0 << 96) + (4 << 76) + (8 << 60) + 1))
PROPOSED = "9a1c0001-0000-4000-8000-000000000001"
CONTRACT = str(UUID(int=(0xF0 << 96) + (4 << 76) + (8 << 60) + 1))
CHANGE = "ba4c0001-0000-4000-8000-000000000001"

ADDRESS: Json = {"lines": ["Unit 4, Paper Mill Lane"], "town": "Millhaven", "postcode": "ZZ10 4PM", "country": "GB"}
DETAILS: Json = {
    "address": ADDRESS,
    "endpoint": {"scheme": "0088", "id": "9520000000011"},
    "company_number": "00999101",
    "telephone": "01632 960101",
    "school_urn": None,
}
ALLIANCE: Json = {
    "name": "Northfield Schools Alliance",
    "legal_name": "Northfield Schools Alliance Limited",
    "address": {"lines": ["The Old Oast", "12 Cherry Lane"], "town": "Millhaven", "postcode": "ZZ1 1AA"},
    "endpoint": {"scheme": "9932", "id": "GB999999973"},
    "vat_number": "GB999999973",
    "email": "office@alliance.example",
    "telephone": "01632 960000",
    "version": 2,
}


def an_order_link(now: datetime) -> Link:
    """The link in the mail of an order, not opened yet."""
    return _link("purchase_order", ORDER, "PO-000001", now)


def a_stop_link(now: datetime) -> Link:
    """The link in the mail about a change of bank details."""
    return _link("bank_details", CHANGE, "the account ending in 4321", now)


def _link(purpose: Any, subject_id: str, label: str, now: datetime) -> Link:
    expires = now + LASTS[purpose]
    address = "sales@fenwright.example"
    return Link(str(uuid4()), purpose, subject_id, SUPPLIER_ID, SUPPLIER, label, address, now, expires)


def an_account(state: str = "in_force", **more: Any) -> Json:
    """A supplier's bank details as members shows them: of the number the last digits."""
    confirmed = state in ("in_force", "waiting", "replaced")
    return {
        "bank_details_id": str(uuid4()),
        "supplier_id": SUPPLIER_ID,
        "state": state,
        "account_name": "Fenwright Paper Ltd",
        "sort_code": "••-••-00",
        "account_ending": "9911",
        "proposed_by_id": str(uuid4()),
        "proposed_by": "Hedda Head",
        "proposed_at": "2026-09-01T09:12:00Z",
        "trusted_telephone": "01632 960101",
        "confirmed_by": "Morgan Manager" if confirmed else None,
        "confirmed_at": "2026-09-01T11:00:00Z" if confirmed else None,
        "called_number": "01632 960101" if confirmed else None,
        "spoke_to": "Petra Fenwright" if confirmed else None,
        "effective_on": "2026-09-04" if confirmed else None,
        "stopped_by": "Sam Sales" if state == "stopped" else None,
        "stopped_at": "2026-09-01T11:00:00Z" if state == "stopped" else None,
        "stop_reason": "Nobody here asked for it" if state == "stopped" else None,
        "version": 1,
    } | more


def _drop(urn: int, name: str, postcode: str, days: int, state: str, to_come: int) -> Json:
    return {
        "purchase_order_id": ORDER,
        "number": "PO-000001",
        "title": "Back to school",
        "order_state": "accepted",
        "school_urn": urn,
        "school_name": name,
        "site_name": "Main building",
        "address": "12 Oak Street\nNorthfield",
        "postcode": postcode,
        "instructions": "Report to the office.",
        "due_on": (datetime.now(UTC) + timedelta(days=days)).date().isoformat(),
        "state": state,
        "line_count": 3,
        "units": 41,
        "units_to_come": to_come,
    }


_HELD: Json = {
    "supplier_invoice_id": str(UUID(int=(0xC0 << 96) + (4 << 76) + (8 << 60) + 1)),
    "number": "INV-0041",
    "our_number": "SI-000001",
    "issue_date": "2026-11-12",
    "gross_pence": 98700,
    "purchase_order_number": "PO-000001",
    "lines": 7,
    "held": [
        {
            "school_urn": 910002,
            "school_name": "Elm Park Academy",
            "line_no": 1,
            "name": "Copier paper A4",
            "unit": "XBX",
            "reasons": ["quantity_short"],
            "quantity_ordered": 41,
            "quantity_received": 39,
            "quantity_invoiced": 41,
        }
    ],
}
_LINE: Json = {
    "position": 1,
    "change": "changed",
    "line": 2,
    "sku": "PAP-080",
    "name": "Copier paper A4, 80 g",
    "differences": [{"name": "tiers", "before": "£12.50", "after": "£11.90"}],
    "reasons": [],
}


def a_list(state: str) -> Json:
    """A price list that the supplier proposed."""
    return {
        "price_list_id": PROPOSED,
        "contract_id": CONTRACT,
        "contract_title": "Paper and stationery 2025–2028",
        "name": "spring.xlsx",
        "whole": False,
        "from_day": "2027-01-01",
        "ignored": [],
        "state": state,
        "stale": False,
        "counts": {"added": 0, "changed": 1, "withdrawn": 0, "unchanged": 3, "refused": 0},
        "compared_by": "Sam Sales",
        "compared_at": "2026-11-18T10:00:00Z",
        "applied_by": None,
        "applied_at": None,
        "proposed": True,
        "declined_by": "Morgan Manager" if state == "declined" else None,
        "declined_at": "2026-11-19T10:00:00Z" if state == "declined" else None,
        "reason": "Prices are fixed until April" if state == "declined" else None,
        "version": 1,
    }


def of_portal() -> dict[tuple[str, str], Any]:
    """The answers, by service and path."""
    path = f"/suppliers/{SUPPLIER_ID}"
    changes = {
        "version": 2,
        "field": "telephone",
        "value_before": "01632 960100",
        "value_after": "01632 960101",
        "changed_at": "2026-06-01T09:00:00Z",
        "changed_by": "Hedda Head",
        "by_supplier": True,
    }
    accounts = [
        an_account("proposed", account_ending="4321", bank_details_id=CHANGE),
        an_account("stopped", account_ending="7788"),
        an_account("in_force"),
        an_account("replaced", account_ending="1020"),
    ]
    drops = [
        _drop(910001, "Oak Street Primary School", "NF14 4QX", 3, "awaited", 41),
        _drop(910002, "Elm Park Academy", "NF2 4QX", 5, "part", 9),
        _drop(910003, "St Brigid’s Catholic Primary School", "NF2 1AA", 3, "received", 0),
    ]
    paid = {
        "number": "RA-000001",
        "paid_on": "2026-11-12",
        "amount_pence": 98700,
        "reference": "SI-000002",
        "invoices": [{"number": "INV-0040", "our_number": "SI-000002", "amount_pence": 98700}],
    }
    return {
        ("members", "/alliance"): ALLIANCE,
        ("members", "/alliance/bank-safeguards"): {"waiting_days": 3, "trusted_after_days": 30, "version": 0},
        ("members", f"{path}/changes"): {"items": [changes], "next": None},
        ("members", f"{path}/bank-details"): {"items": accounts, "next": None},
        ("orders", "/drops"): {"items": drops, "next": None},
        ("catalogue", "/price-lists"): {"items": [a_list("declined"), a_list("compared")], "next": None},
        ("catalogue", f"/price-lists/{PROPOSED}"): a_list("compared"),
        ("catalogue", f"/price-lists/{PROPOSED}/lines"): {"items": [_LINE], "next": None},
        ("billing", "/held-invoices"): {"items": [_HELD], "next": None},
        ("billing", "/remittances"): {"items": [paid], "next": None},
    }
