"""A purchase order's documents: to download, by revision, with their progress while long ones are made.

The same pages for the supplier and for the alliance. Without JavaScript the page loads itself anew while it waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_supplier, supplier
from gateway.upstream import Problem, upstream

View = Callable[..., Any]

FORMS: Final = {
    "pdf": ("PDF", "to read and print: all schools together, where it goes, and each drop"),
    "xlsx": ("Spreadsheet", "a summary, the lines, the drops and a sheet for each school; it can also be your answer"),
    "xml": ("Peppol orders (UBL)", "for your own system: an order for each drop"),
}
PAPERS: Final = ("labels", "delivery-notes")
_KEPT: Final = ("content-type", "content-disposition", "x-content-type-options")


@dataclass(frozen=True, slots=True)
class Side:
    """Where one kind of seat finds the documents: its blueprint, the path and endpoint of its order, who may read."""

    name: str
    blueprint: Blueprint
    path: str
    order: str
    may_read: Callable[[View], View]


SIDES = (
    Side("supplier", supplier, "/orders", "order", for_supplier),
    Side("alliance", alliance, "/purchase-orders", "purchase_order", for_manager),
)


def _register(side: Side) -> None:
    def order_documents(purchase_order_id: Any) -> str:
        return _page(side, str(purchase_order_id))

    def order_documents_progress(purchase_order_id: Any) -> Response:
        told = ask.one("orders", f"/purchase-orders/{purchase_order_id}/documents")
        return jsonify(ready=told["ready"], progress=told["progress"])

    def make_order_documents(purchase_order_id: Any) -> AnyResponse:
        upstream.post("orders", f"/purchase-orders/{purchase_order_id}/documents")
        return redirect(_address(side, purchase_order_id), 303)

    def order_document(purchase_order_id: Any, form: str) -> AnyResponse:
        if form not in FORMS:
            abort(404)
        params = {name: request.args.get(name, type=int) for name in ("revision", "drop")}
        return _passed_on(side, purchase_order_id, f".{form}", params)

    def order_paper(purchase_order_id: Any, paper: str) -> AnyResponse:
        if paper not in PAPERS:
            abort(404)
        asked = {"by": request.args.get("by", "route"), "layout": request.args.get("layout", "sheet")}
        root = request.url_root.rstrip("/")
        return _passed_on(side, purchase_order_id, f"/{paper}.pdf", {**asked, "root": root})

    base = f"{side.path}/<uuid:purchase_order_id>/documents"
    for address, view, method in (
        (base, order_documents, "GET"),
        (f"{base}/progress", order_documents_progress, "GET"),
        (base, make_order_documents, "POST"),
        (f"{base}/order.<form>", order_document, "GET"),
        (f"{base}/<paper>.pdf", order_paper, "GET"),
    ):
        side.blueprint.route(address, endpoint=view.__name__, methods=[method])(side.may_read(view))


def _page(side: Side, purchase_order_id: str) -> str:
    told = ask.one("orders", f"/purchase-orders/{purchase_order_id}/documents")
    now = [item for item in told["items"] if item["revision"] == told["revision"]]
    before: dict[int, list[dict[str, Any]]] = {}
    for item in told["items"]:
        if item["revision"] != told["revision"] and item["state"] == "made":
            before.setdefault(item["revision"], []).append(item)
    return render_template(
        "order_documents.html",
        side=side,
        order=ask.one("orders", f"/purchase-orders/{purchase_order_id}"),
        told=told,
        now=sorted(now, key=lambda item: list(FORMS).index(item["form"])),
        before=before,
        forms=FORMS,
        waits=any(item["state"] in ("queued", "making") for item in now),
        retry=any(item["state"] in ("refused", "failed") for item in now),
    )


def _passed_on(side: Side, purchase_order_id: Any, what: str, params: dict[str, Any]) -> AnyResponse:
    """A document as the service made it; back to the page where it is still being made, or was refused."""
    try:
        answer = upstream.get("orders", f"/purchase-orders/{purchase_order_id}{what}", params=params)
    except Problem as problem:
        if problem.status != 409:
            raise
        flash(problem.detail)
        return redirect(_address(side, purchase_order_id), 303)
    if answer.status == 202:
        flash("It is being made. This takes up to a minute for a long order; take it from here when it is ready.")
        return redirect(_address(side, purchase_order_id), 303)
    return Response(answer.body, headers={name: answer.headers[name] for name in _KEPT if name in answer.headers})


def _address(side: Side, purchase_order_id: Any) -> str:
    return url_for(f"{side.name}.order_documents", purchase_order_id=purchase_order_id)


for _side in SIDES:
    _register(_side)
