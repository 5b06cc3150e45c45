"""Suppliers' answers as the orders service tells of them, for pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

ANSWER = "00000000-0000-4000-8000-0000000000e1"
ASKING = "00000000-0000-4000-8000-0000000000e2"
TAKEN = "00000000-0000-4000-8000-0000000000e3"


def an_answer(answer_id: str, order: Json, state: str = "waiting", **more: Any) -> Json:
    """An answer with changes of two lines, of which one costs schools more."""
    first, second = order["lines"][0], order["lines"][1]
    decided = state != "waiting"
    return {
        "answer_id": answer_id,
        "purchase_order_id": order["purchase_order_id"],
        "number": order["number"],
        "revision": 1,
        "answer": "changes",
        "source": "ubl",
        "school_urn": None,
        "reason": "The mill is behind until February.",
        "person": "Sam Sales",
        "answered_at": _in_days(-2),
        "file": {"name": "response.xml", "media_type": "application/xml", "sha256": "ab" * 32},
        "state": state,
        "taken_lines": [1, 2] if decided else None,
        "decision": None,
        "decided_by": "Morgan Manager" if decided else None,
        "decided_at": _in_days(-1) if decided else None,
        "made_revision": 2 if state == "taken" else None,
        "version": 1,
        "lines": [
            _said(1, quantity=90, note="30 more in March"),
            _said(2, unit_price="11.5000", substitute={"sku": "RC-80", "name": "Recycled paper"}),
        ],
        "effects": [
            _effect(order, first, quantity=90, why="shared"),
            _effect(order, second, unit_price="11.5000", must_agree=True),
        ],
        "fairness": "pro_rata",
        "cut_last_time": [],
        "waits_for": [drop["school_urn"] for drop in order["drops"]] if state == "with_schools" else [],
    } | more


def of_answers(order: Json) -> dict[tuple[str, str], Any]:
    """What the service answers about the answers to an order."""
    path = f"/purchase-orders/{order['purchase_order_id']}/answers"
    every = [an_answer(ANSWER, order), an_answer(ASKING, order, "with_schools"), an_answer(TAKEN, order, "taken")]
    return {
        ("orders", path): {"items": every, "next": None},
        **{("orders", f"{path}/{answer['answer_id']}"): answer for answer in every},
        ("orders", f"{path}/{ANSWER}/file"): b"<OrderResponse/>",
    }


def _said(line_no: int, **said: Any) -> Json:
    nothing = {"quantity": None, "unit_price": None, "promised_on": None, "substitute": None, "note": "", "drops": []}
    return {"line_no": line_no, **nothing, **said}


def _effect(
    order: Json, line: Json, *, quantity: int | None = None, unit_price: str = "10.9500", why: str = "as_ordered",
    must_agree: bool = False,
) -> Json:  # fmt: skip
    drops = [
        {
            "school_urn": drop["school_urn"],
            "school_name": drop["school_name"],
            "quantity_before": drop["lines"][0]["quantity"],
            "quantity": drop["lines"][0]["quantity"] - (5 if quantity else 0),
            "net_before_pence": drop["lines"][0]["net_pence"],
            "net_pence": drop["lines"][0]["net_pence"] + (1870 if must_agree else -5475),
            "promised_on": None,
            "why": why,
            "must_agree": must_agree,
            "agreed": None,
        }
        for drop in order["drops"]
    ]
    return {
        **{name: line[name] for name in ("line_no", "sku", "name", "unit")},
        "unit_price_before": line["unit_price"],
        "unit_price": unit_price,
        "quantity_before": line["quantity"],
        "quantity": quantity or line["quantity"],
        "net_before_pence": line["net_pence"],
        "net_pence": sum(drop["net_pence"] for drop in drops),
        "substitute": {"sku": "RC-80", "name": "Recycled paper"} if must_agree else None,
        "touched_count": len(drops),
        "must_agree_count": len(drops) if must_agree else 0,
        "drops": drops,
    }


def _in_days(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
