"""Photos of damage, handed on from the service that keeps them."""

from typing import Any

from flask import Response

from gateway.upstream import upstream

_KEPT = ("content-type", "content-disposition")


def passed_on(purchase_order_id: Any, photo_id: Any) -> Response:
    """A photo as it was sent; browsers keep it for an hour, for their person alone."""
    answer = upstream.get("orders", f"/purchase-orders/{purchase_order_id}/photos/{photo_id}")
    response = Response(answer.body, headers={name: answer.headers[name] for name in _KEPT if name in answer.headers})
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
