"""A school's orders: all of them, and one with its history."""

from typing import Any

from flask import render_template

from gateway.pages import ask
from gateway.pages.doors import for_school, own_urn, school


@school.get("/orders")
@for_school
def orders() -> str:
    """Every round this school could take part in, with its order."""
    rounds = [found for found in ask.items("orders", "/rounds") if found["state"] != "draft"]
    return render_template("school/orders.html", rounds=rounds)


@school.get("/orders/<uuid:round_id>")
@for_school
def order(round_id: Any) -> str:
    """One order with its lines and what happened to it."""
    found = ask.one("orders", f"/rounds/{round_id}/orders/{own_urn()}")
    is_open = ask.one("orders", f"/rounds/{round_id}")["state"] == "open"
    return render_template("school/order.html", order=found, is_open=is_open)
