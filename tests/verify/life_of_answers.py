"""In the clean life, a round whose suppliers answer with changes: one is short, one asks more and a school agrees."""

from collections.abc import Callable, Mapping
from typing import Any

from chassis.actor import Actor

Do = Callable[..., Any]


def answer_with_changes(
    do: Do, manager: Actor, seller: Callable[[str], Actor], approvers: Mapping[int, Actor], round_id: str
) -> None:
    """Each order of a closed round is answered, the manager takes it, and who would pay more agrees."""
    offered = {
        "Paper": [{"line_no": 1, "quantity": 15, "note": "The mill is behind"}],
        "Cleaning": [{"line_no": 1, "unit_price": "19.9900"}],
    }
    for order in do("orders", manager, "GET", f"/purchase-orders?round_id={round_id}")["items"]:
        path = f"/purchase-orders/{order['purchase_order_id']}"
        sent = {"answer": "changes", "lines": offered[order["contract_title"]]}
        do("orders", seller(order["supplier_id"]), "POST", f"{path}/acknowledgement", sent)
        (answer,) = do("orders", manager, "GET", f"{path}/answers")["items"]
        decision = f"{path}/answers/{answer['answer_id']}/decision"
        do("orders", manager, "POST", decision, {"taken_lines": None}, version=answer["version"])
        for approver in approvers.values():
            for asked in _asked(do, approver, path):
                agreement = f"{path}/amendments/{asked['amendment_id']}/agreement"
                do("orders", approver, "POST", agreement, version=asked["version"])


def _asked(do: Do, approver: Actor, path: str) -> list[Any]:
    listed = do("orders", approver, "GET", "/purchase-orders")["items"]
    if path.rpartition("/")[2] not in {order["purchase_order_id"] for order in listed}:
        return []
    items = do("orders", approver, "GET", f"{path}/amendments")["items"]
    return [item for item in items if item["state"] == "proposed"]
