"""Deliveries as the alliance sees them: what was sent of an order, and what schools found missing, damaged or wrong."""

from typing import Any

from flask import Response, render_template, request

from gateway.pages import ask, photos
from gateway.pages.doors import alliance, for_reader
from gateway.upstream import upstream

_KEPT = ("content-type", "content-disposition")


@alliance.get("/claims")
@for_reader
def claims() -> str:
    """What is not settled yet at any school, the latest first; with `state=all` everything."""
    state = "all" if request.args.get("state") == "all" else "open"
    return render_template("alliance/claims.html", claims=ask.items("orders", "/claims", state=state), state=state)


@alliance.get("/purchase-orders/<uuid:purchase_order_id>/deliveries")
@for_reader
def order_deliveries(purchase_order_id: Any) -> str:
    """What was sent of one order, what schools recorded, and what they claim."""
    path = f"/purchase-orders/{purchase_order_id}"
    return render_template(
        "alliance/order_deliveries.html",
        order=ask.one("orders", path),
        sent=ask.one("orders", f"{path}/despatches")["items"],
        claims=ask.items("orders", "/claims", purchase_order_id=str(purchase_order_id), state="all"),
    )


@alliance.get("/purchase-orders/<uuid:purchase_order_id>/despatches/<uuid:despatch_id>/original")
@for_reader
def despatch_original(purchase_order_id: Any, despatch_id: Any) -> Response:
    """The document that a despatch was read from."""
    answer = upstream.get("orders", f"/purchase-orders/{purchase_order_id}/despatches/{despatch_id}/original")
    return Response(answer.body, headers={name: answer.headers[name] for name in _KEPT if name in answer.headers})


@alliance.get("/purchase-orders/<uuid:purchase_order_id>/photos/<uuid:photo_id>")
@for_reader
def photo(purchase_order_id: Any, photo_id: Any) -> Response:
    """A photo of what was damaged."""
    return photos.passed_on(purchase_order_id, photo_id)
