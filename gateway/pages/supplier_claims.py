"""What schools found missing, damaged or wrong in a supplier's deliveries, and its answers."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

Json = dict[str, Any]


@supplier.get("/claims")
@for_supplier
def claims() -> str:
    """What is not settled yet, order by order; with `state=all` everything."""
    return _page(Faults())


@supplier.post("/claims/<uuid:receipt_id>/<int:line_no>")
@for_supplier
def answer_claim(receipt_id: Any, line_no: int) -> Response | tuple[str, int]:
    """Promise to deliver again by a day, or a credit."""
    faults, name = Faults(), f"{receipt_id}-{line_no}"
    credit = request.form.get("answer") == "credit"
    by = None
    if not credit:
        by = Typed(request.form, faults).day(f"by-{name}", "the day by which you deliver again")
    if not faults:
        with faults.of_service({"redeliver_by": f"by-{name}"}, otherwise=f"by-{name}"):
            upstream.post(
                "orders",
                f"/claims/{receipt_id}/{line_no}/answer",
                json={
                    "answer": "credit" if credit else "redeliver",
                    "redeliver_by": by and by.isoformat(),
                    "note": request.form.get(f"note-{name}", "").strip(),
                },
                key=request.form.get("sending_key") or None,
            )
    if faults:
        return _page(faults, answering=name), faults.status
    flash("Answered. The school and its business manager are told.")
    return redirect(url_for("supplier.claims"), 303)


def _page(faults: Faults, answering: str = "") -> str:
    state = "all" if request.args.get("state") == "all" else "open"
    found = ask.items("orders", "/claims", state=state)
    return render_template(
        "supplier/claims.html",
        orders=_by_order(found),
        state=state,
        answering=answering,
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _by_order(claims: list[Json]) -> list[Json]:
    """The orders with their claims, the latest claim first, each order's by school."""
    orders: dict[str, Json] = {}
    for claim in claims:
        head = {name: claim[name] for name in ("purchase_order_id", "number", "title")}
        orders.setdefault(claim["purchase_order_id"], {**head, "claims": []})["claims"].append(claim)
    for order in orders.values():
        order["claims"].sort(key=lambda claim: (claim["school_name"], claim["school_urn"], claim["line_no"]))
    return list(orders.values())
