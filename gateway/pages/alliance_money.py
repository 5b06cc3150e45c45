"""Bills of the schools."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.show import plural
from gateway.pages.typed import sending_key
from gateway.upstream import upstream

OWING: Final = (("open", "Not paid yet"), ("overdue", "Overdue"))
"""Which bills can be asked for by what is left to pay of them."""


@alliance.get("/bills")
@for_reader
def bills() -> str:
    """Every bill, or those of one round; all of them, or what is still owed, or overdue."""
    round_id, owed = request.args.get("round_id"), request.args.get("owed", "")
    every, rounds, ready = ask.together(
        lambda: ask.items("billing", "/bills", round_id=round_id),
        lambda: ask.items_or_none("orders", "/rounds") or [],
        ready_to_bill,
    )
    found = [bill for bill in every if _is_asked_for(bill, owed)]
    closed = [each for each in rounds if each["state"] not in ("draft", "open", "cancelled")]
    asked = {"round_id": round_id, "owed": owed}
    return render_template(
        "alliance/bills.html", bills=found, rounds=closed, ready=ready, **asked, owing=OWING, **bill_sums(found)
    )


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
    flash(said_issued(issued))
    return redirect(url_for("alliance.round_bills", round_id=round_id), 303)


def _round_page(round_id: str, faults: Faults) -> str:
    this_round, ordered, found, invoices, ready = ask.together(
        lambda: ask.one("orders", f"/rounds/{round_id}"),
        lambda: ask.items("orders", "/purchase-orders", round_id=round_id),
        lambda: ask.items("billing", "/bills", round_id=round_id),
        lambda: ask.items("billing", "/supplier-invoices"),
        lambda: ready_to_bill(round_id=round_id),
    )
    orders = {order["purchase_order_id"] for order in ordered}
    return render_template(
        "alliance/round_bills.html",
        round=this_round,
        bills=found,
        ready=ready,
        held=[each for each in invoices if each["state"] == "held" and each["purchase_order_id"] in orders],
        key=sending_key(request.form, faults),
        faults=faults,
        **bill_sums(found),
    )


def ready_to_bill(**of: str) -> list[dict[str, Any]]:
    """What issuing would bill and give back now: all of it, or that of one `round_id` or `purchase_order_id`."""
    found = ask.items_or_none("billing", "/bills/ready") or []
    return [each for each in found if all(each[name] == value for name, value in of.items())]


def said_issued(issued: dict[str, Any]) -> str:
    """What was issued at once, in words."""
    counted = [
        plural(len(issued[name]), one)
        for name, one in (("items", "bill"), ("credit_notes", "credit note"))
        if issued[name]
    ]
    return f"{' and '.join(counted)} issued." if counted else "There is nothing new to bill."


def bill_sums(bills: list[dict[str, Any]]) -> dict[str, int]:
    """What bills come to, as the foot of their table shows it: pence net, of VAT, in all, paid and left to pay."""
    sums = {name: sum(bill[name] for bill in bills) for name in ("net_pence", "vat_pence", "gross_pence", "paid_pence")}
    return sums | {"left_pence": sum(_left(bill) for bill in bills)}


def _is_asked_for(bill: dict[str, Any], owed: str) -> bool:
    if owed not in dict(OWING):
        return True
    return _left(bill) > 0 and (owed == "open" or bill["due_date"] < london_today().isoformat())


def _left(bill: dict[str, Any]) -> int:
    """Pence that the school still owes the alliance of it; what it pays the supplier itself is none of that."""
    owed = bill["settlement"] == "recharge"
    return int(bill["gross_pence"] - bill["paid_pence"] - bill["credited_pence"]) if owed else 0
