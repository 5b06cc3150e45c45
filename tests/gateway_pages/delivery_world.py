"""Despatches, receipts and claims as the orders service gives them, in the middle of a delivery."""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

RECEIPT = "0000007a-0000-4000-8000-000000000001"
PHOTO = "0000007a-0000-4000-8000-000000000002"
DESPATCH = "0000007a-0000-4000-8000-000000000003"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63606060000000040001"
    "27349c0a0000000049454e44ae426082"
)


def _moment(days: float) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def a_claim(order: Json, **more: Any) -> Json:
    """Two damaged and one missing of a line's units, which the supplier has not answered for."""
    line, drop = order["lines"][0], order["drops"][0]
    return {
        "receipt_id": RECEIPT,
        "line_no": line["line_no"],
        "purchase_order_id": order["purchase_order_id"],
        "number": order["number"],
        "title": order["title"],
        "school_urn": drop["school_urn"],
        "school_name": drop["school_name"],
        "supplier_id": order["supplier_id"],
        "supplier_name": order["supplier_name"],
        "name": line["name"],
        "sku": line["sku"],
        "unit": line["unit"],
        "quantity_ordered": 34,
        "outstanding": 3,
        "late": False,
        "quantity_short": 1,
        "quantity_damaged": 2,
        "quantity_wrong": 0,
        "note": "Two boxes are crushed at the corner.",
        "receipt_note": "Left at the kitchen door",
        "recorded_at": _moment(-1),
        "photos": [PHOTO],
        "state": "open",
        "answer": None,
        "redeliver_by": None,
        "answer_note": None,
        "answered_at": None,
    } | more


def of_deliveries(order: Json) -> dict[tuple[str, str], Any]:
    """What the orders service answers about the deliveries of an order."""
    path = f"/purchase-orders/{order['purchase_order_id']}"
    answered = {
        "state": "redeliver",
        "answer": "redeliver",
        "redeliver_by": _moment(5)[:10],
        "answer_note": "With the next van.",
        "answered_at": _moment(-0.5),
    }
    claims = [a_claim(order), a_claim(order, line_no=2, name=order["lines"][1]["name"], late=True, **answered)]
    return {
        ("orders", f"{path}/outstanding"): {"items": [_outstanding(order, drop, line) for drop, line in _parts(order)]},
        ("orders", f"{path}/despatches"): {"items": [_despatch(order)]},
        ("orders", f"{path}/receipts"): {"items": [_receipt(order)]},
        ("orders", f"{path}/photos/{PHOTO}"): PICTURE,
        ("orders", f"{path}/despatches/{DESPATCH}/original"): b"<DespatchAdvice/>",
        ("orders", "/claims"): {"items": claims, "next": None},
    }


def _parts(order: Json) -> list[tuple[Json, Json]]:
    return [(drop, line) for drop in order["drops"] for line in drop["lines"]]


def _outstanding(order: Json, drop: Json, part: Json) -> Json:
    line = next(each for each in order["lines"] if each["line_no"] == part["line_no"])
    on_the_way = 5 if (drop is order["drops"][0] and part["line_no"] == 1) else 0
    return {
        "school_urn": drop["school_urn"],
        "line_no": part["line_no"],
        "name": line["name"],
        "sku": line["sku"],
        "unit": line["unit"],
        "quantity": part["quantity"],
        "received": part["quantity_received"],
        "on_the_way": on_the_way,
        "to_send": max(0, part["quantity"] - part["quantity_received"] - on_the_way),
    }


def _despatch(order: Json) -> Json:
    drop = order["drops"][0]
    return {
        "despatch_id": DESPATCH,
        "number": "DN-000001",
        "despatched_on": _moment(-1)[:10],
        "expected_on": _moment(1)[:10],
        "carrier": "Marlow Vans",
        "tracking": None,
        "reference": "LS 4471",
        "note": "",
        "recorded_at": _moment(-1),
        "sha256": "ab" * 32,
        "drops": [
            {
                "school_urn": drop["school_urn"],
                "school_name": drop["school_name"],
                "lines": [
                    {"line_no": 1, "quantity": 5, "on_the_way": True},
                    {"line_no": 3, "quantity": 7, "on_the_way": False},
                ],
            }
        ],
    }


def _receipt(order: Json) -> Json:
    drop = order["drops"][0]
    line = {
        "line_no": 3,
        "quantity_received": 7,
        "quantity_short": 0,
        "quantity_damaged": 0,
        "quantity_wrong": 0,
        "note": "",
        "photos": [],
    }
    return {
        "receipt_id": RECEIPT,
        "school_urn": drop["school_urn"],
        "school_name": drop["school_name"],
        "recorded_at": _moment(-1),
        "recorded_by": "Beth Buyer",
        "arrived_on": _moment(-1)[:10],
        "despatch_id": None,
        "note": "Left at the kitchen door",
        "lines": [line],
    }
