"""What billing would answer about the bank: accounts, statements, lines with suggestions, what is open."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.gateway_pages.people import SUPPLIER

Json = dict[str, Any]


def _id(count: int) -> str:
    return str(UUID(int=(0xBA << 96) + (4 << 76) + (8 << 60) + count))


STATEMENT, LINE, ACCOUNT, LAYOUT = _id(1), _id(2), _id(3), _id(4)
BILL, _INVOICE = _id(11), _id(12)
_TODAY = datetime.now(UTC).date()


def an_item(number: str, pence: int, *, open_pence: int | None = None, party: str = "Elm Park Academy") -> Json:
    """A document of a suggestion."""
    kind = "bill" if number.startswith("B-") else "account" if number.isdigit() else "supplier_invoice"
    return {
        "kind": kind,
        "id": number if kind == "account" else BILL,
        "number": number,
        "party": party,
        "open_pence": pence if open_pence is None else open_pence,
        "amount_pence": pence,
    }


def a_suggestion(rank: int, score: int, why: str, *items: Json) -> Json:
    """One suggestion of a line."""
    return {"rank": rank, "score": score, "why": why, "reasons": [why], "items": list(items)}


def a_line(count: int, pence: int, payer: str, reference: str, **more: Any) -> Json:
    """A bank line; nothing is matched to it unless `more` says so."""
    return {
        "bank_line_id": LINE if count == 2 else _id(100 + count),
        "bank_statement_id": STATEMENT,
        "account": "20-45-77 10203040",
        "account_name": "Main account",
        "purpose": "general",
        "booked_on": (_TODAY - timedelta(days=count)).isoformat(),
        "amount_pence": pence,
        "currency": "GBP",
        "counterparty": payer,
        "counterparty_account": "",
        "reference": reference,
        "state": "new",
        "undone": False,
        "matched_to": [],
        "suggestions": [],
        "explanation": "",
    } | more


def matched_to(kind: str, number: str, pence: int) -> Json:
    """What a line is matched to."""
    document = BILL if kind == "bill" else _INVOICE
    posted = {"posted_as": "RC-000001" if kind == "bill" else "PY-000001", "by": "Mags Field", "how": "exact"}
    whose = {"why": "", "school_urn": 910001 if kind != "supplier_invoice" else None, "supplier_id": None}
    return {"kind": kind, "id": document, "number": number, "amount_pence": pence, **posted, **whose}


LINES = [
    a_line(
        1,
        44676,
        "OAK STREET PRIMARY",
        "B-000001",
        state="matched",
        matched_to=[matched_to("bill", "B-000001", 44676)],
        explanation="Same amount and our reference B-000001/910001.",
    ),
    a_line(
        2,
        53873,
        "ELM PARK ACADEMY",
        "B-000003",
        undone=True,
        suggestions=[
            a_suggestion(
                1,
                91,
                "A penny less than is open; payer’s name is like this one.",
                an_item("B-000003", 53873, open_pence=53874),
            ),
            a_suggestion(2, 60, "A penny less than these.", an_item("B-000002", 50000), an_item("B-000005", 3873)),
        ],
        explanation="Names B-000003, of which £538.74 is open: the amount is £0.01 less.",
    ),
    a_line(
        3,
        -134028,
        SUPPLIER,
        "SI-000001",
        state="matched",
        matched_to=[matched_to("supplier_invoice", "SI-000001", -134028)],
        explanation="Same amount and our reference SI-000001.",
    ),
    a_line(
        4, 1200, "", "CHARITY BUCKET", explanation="Carries no reference of ours, and no open bill has this amount."
    ),
]
OVERPAID = a_line(
    5,
    50000,
    "OAK STREET PRIMARY",
    "B-000001",
    state="matched",
    matched_to=[matched_to("bill", "B-000001", 44676), matched_to("school_account", "on account", 5324)],
)
FOREIGN = a_line(6, 1200, "EURO SHOP", "x", currency="EUR", explanation="In EUR: the books are kept in pounds.")


def a_statement(**more: Any) -> Json:
    """An imported statement of which lines are left."""
    return {
        "bank_statement_id": STATEMENT,
        "account": "20-45-77 10203040",
        "account_name": "Main account",
        "purpose": "general",
        "from_on": (_TODAY - timedelta(days=30)).isoformat(),
        "to_on": _TODAY.isoformat(),
        "imported_by": "Mags Field",
        "imported_at": "2026-11-24T09:00:00Z",
        "lines": 4,
        "new": 2,
        "total_pence": -34279,
        "matched_pence": -89352,
        "difference_pence": 55073,
        "warnings": [],
        "reconciled_by": None,
        "reconciled_at": None,
        "taken_back_by": None,
        "taken_back_at": None,
        "taken_back_why": None,
    } | more


def an_account(**more: Any) -> Json:
    """A bank account."""
    return {
        "bank_account_id": ACCOUNT,
        "account": "20-45-77 10203040",
        "name": "Main account",
        "purpose": "general",
        "ledger_code": "1200",
        "iban": None,
        "sort_code": None,
        "account_number": None,
        "paid_into": False,
        "version": 1,
        "lines": 4,
        "new": 2,
        "first_on": "2026-11-01",
        "last_on": "2026-11-24",
        "bank_pence": -34279,
        "matched_pence": -89352,
        "difference_pence": 55073,
    } | more


def of_the_bank() -> dict[tuple[str, str], Any]:
    """Answers by service and path."""
    nobodys = {"bank_account_id": None, "account": "GB94BARC10201530093459", "name": None, "purpose": None}
    open_items = [
        {
            "kind": "bill",
            "id": BILL,
            "number": "B-000003",
            "reference": "B-000003/910002",
            "party": "Elm Park Academy",
            "school_urn": 910002,
            "supplier_id": None,
            "open_pence": 53874,
            "due_on": "2026-12-23",
            "their_number": "",
        }
    ]
    layout = {
        "bank_layout_id": LAYOUT,
        "header": ["Tag", "Betrag", "Zweck"],
        "columns": {"date": "Tag", "amount": "Betrag", "reference": "Zweck", "date_order": "dmy"},
        "kept_by": "Mags Field",
        "kept_at": "2026-11-24T09:00:00Z",
    }
    return {
        ("billing", "/bank-lines"): {"items": LINES, "next": 3},
        ("billing", f"/bank-lines/{LINE}"): LINES[1],
        ("billing", f"/bank-lines/{_id(101)}"): LINES[0],
        **{("billing", f"/bank-lines/{line['bank_line_id']}"): line for line in (OVERPAID, FOREIGN)},
        ("billing", "/bank-statements"): {"items": [a_statement()], "next": None},
        ("billing", f"/bank-statements/{STATEMENT}"): a_statement(),
        ("billing", "/bank-accounts"): {"items": [an_account(), an_account(**nobodys)], "next": None},
        ("billing", "/bank-layouts"): {"items": [layout], "next": None},
        ("billing", "/open-items"): {"items": open_items, "total": 1},
    }


MATCHED = _id(101)
