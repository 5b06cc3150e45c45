"""Bills of the schools."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.show import plural
from gateway.pages.typed import sending_key
from gateway.upstream import upstream


@alliance.get("/bills")
@for_reader
def bills() -> str:
    """Every bill, or those of one round."""
    round_id = request.args.get("round_id")
    found = ask.items("billing", "/bills", round_id=round_id)
    rounds = ask.items_or_none("orders", "/rounds") or []
    closed = [each for each in rounds if each["state"] not in ("draft", "open", "cancelled")]
    return render_template("alliance/bills.html", bills=found, rounds=closed, round_id=round_id, **_sums(found))


@alliance.get("/bills/<uuid:bill_id>")
@for_reader
def bill(bill_id: Any) -> str:
    """One school's bill."""
    return render_template("alliance/bill.html", bill=ask.one("billing", f"/bills/{bill_id}"))


@alliance.get("/schools/<int:urn>/account")
@for_reader
def school_account(urn: int) -> str:
    """One school's statement of account."""
    return render_template("alliance/school_account.html", account=ask.one("billing", f"/accounts/{urn}"))


@alliance.get("/rounds/<uuid:round_id>/bills")
@for_manager
def round_bills(round_id: Any) -> str:
    """The bills of a round, and the button that issues those still missing."""
    return _round_page(str(round_id), Faults())


@alliance.post("/rounds/<uuid:round_id>/bills")
@for_manager
def issue_bills(round_id: Any) -> Response | tuple[str, int]:
    """Bill each school for all that is received, matched and not billed yet."""
    faults = Faults()
    issued: dict[str, Any] = {"items": [], "credit_notes": []}
    with faults.of_service():
        body = {"round_id": str(round_id)}
        issued = upstream.post("billing", "/bills", json=body, key=request.form.get("sending_key")).json()
    if faults:
        return _round_page(str(round_id), faults), faults.status
    flash(_said(issued))
    return redirect(url_for("alliance.round_bills", round_id=round_id), 303)


def _round_page(round_id: str, faults: Faults) -> str:
    this_round, ordered, found, invoices = ask.together(
        lambda: ask.one("orders", f"/rounds/{round_id}"),
        lambda: ask.items("orders", "/purchase-orders", round_id=round_id),
        lambda: ask.items("billing", "/bills", round_id=round_id),
        lambda: ask.items("billing", "/supplier-invoices"),
    )
    orders = {order["purchase_order_id"] for order in ordered}
    return render_template(
        "alliance/round_bills.html",
        round=this_round,
        bills=found,
        held=[each for each in invoices if each["state"] == "held" and each["purchase_order_id"] in orders],
        key=sending_key(request.form, faults),
        faults=faults,
        **_sums(found),
    )


def _said(issued: dict[str, Any]) -> str:
    counted = [
        plural(len(issued[name]), one)
        for name, one in (("items", "bill"), ("credit_notes", "credit note"))
        if issued[name]
    ]
    return f"{' and '.join(counted)} issued." if counted else "There is nothing new to bill."


def _sums(bills: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(bill[name] for bill in bills) for name in ("net_pence", "vat_pence", "gross_pence", "paid_pence")}
