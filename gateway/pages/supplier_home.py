"""What awaits a supplier: to answer, to send, to put right, to invoice; and how its invoices and changes stand."""

from datetime import timedelta
from typing import Any

from flask import render_template

from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.doors import for_supplier, own_supplier, supplier
from gateway.pages.held_words import by_invoice

_SOON_DAYS = 7


@supplier.get("")
@for_supplier
def home() -> str:
    """Everything that needs the supplier, by its urgency; a part of Bursar that is away leaves the rest."""
    orders = ask.items_or_none("orders", "/purchase-orders")
    drops = ask.items_or_none("orders", "/drops", to_come="true")
    claims = ask.items_or_none("orders", "/claims")
    invoices = ask.items_or_none("billing", "/supplier-invoices")
    accounts = ask.items_or_none("members", f"/suppliers/{own_supplier()}/bank-details")
    known = {order["purchase_order_id"]: order for order in orders or []}
    lists = ask.items_or_none("catalogue", "/price-lists")
    told = (("orders", orders), ("deliveries", drops), ("claims", claims), ("invoices", invoices))
    return render_template(
        "supplier/home.html",
        to_answer=[each for each in known.values() if each["state"] == "issued" and not each["answer_state"]],
        to_send=_to_send(known, drops or []),
        claims=[claim for claim in claims or [] if claim["state"] == "open"],
        held=[invoice for invoice in invoices or [] if invoice["state"] == "held"],
        why=by_invoice(ask.items_or_none("billing", "/held-invoices")),
        to_invoice=_to_invoice(known, invoices),
        change=next((each for each in accounts or [] if each["state"] in ("proposed", "waiting")), None),
        lists=[each for each in lists or [] if each["state"] == "declined"],
        away=[name for name, found in told if found is None],
    )


def _to_send(orders: dict[str, dict[str, Any]], drops: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accepted orders with drops that fall due within a week, the first due first, with how many they are."""
    until = (london_today() + timedelta(days=_SOON_DAYS)).isoformat()
    due: dict[str, list[str]] = {}
    for drop in drops:
        if drop["order_state"] == "accepted" and drop["due_on"] and drop["due_on"] <= until:
            due.setdefault(drop["purchase_order_id"], []).append(drop["due_on"])
    found = [
        {**orders[order_id], "due_on": min(days), "due_count": len(days)}
        for order_id, days in due.items()
        if order_id in orders
    ]
    return sorted(found, key=lambda order: (order["due_on"], order["number"]))


def _to_invoice(orders: dict[str, dict[str, Any]], invoices: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Accepted orders of which something was received and nothing is invoiced."""
    if invoices is None:
        return []
    invoiced = {invoice["purchase_order_id"] for invoice in invoices}
    return [
        order
        for order in orders.values()
        if order["state"] == "accepted" and order["received_count"] and order["purchase_order_id"] not in invoiced
    ]
