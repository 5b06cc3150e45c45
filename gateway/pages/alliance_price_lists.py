"""Suppliers' price lists: reading one in, looking at what it would do, and applying it; and taking one away as CSV."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask, catalogue_words
from gateway.pages.alliance_contracts import contract_page
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import Problem, upstream

_LINES_PER_PAGE = 200

View = Callable[..., Any]


def _while_it_stands(decide: View) -> View:
    """A comparison that a newer one has replaced is decided no more: say so, and where to go on."""

    @wraps(decide)
    def decided(*args: Any, **kwargs: Any) -> Any:
        try:
            return decide(*args, **kwargs)
        except Problem as problem:
            if problem.status != 404:
                raise
            flash("Nothing was changed: a newer comparison has replaced that price list. It stands with its contract.")
            return redirect(url_for("alliance.contracts"), 303)

    return decided


@alliance.post("/contracts/<uuid:contract_id>/price-list")
@for_manager
def send_price_list(contract_id: Any) -> Response | tuple[str, int]:
    """Compare a file with the contract's offers; nothing is changed yet."""
    faults = Faults()
    sent = request.files.get("file")
    document = sent.read() if sent else b""
    from_day = Typed(request.form, faults).day("from_day", "the day from which its prices hold", needed=False)
    if not document:
        faults.add("Choose the price list’s file.", "file")
    if not faults:
        with faults.of_service(otherwise="file"):
            made = upstream.call(
                "POST",
                "catalogue",
                f"/contracts/{contract_id}/price-lists",
                params={
                    "name": ((sent and sent.filename) or "Price list")[:200],
                    "whole": "true" if request.form.get("whole") else "false",
                    "from_day": from_day.isoformat() if from_day else None,
                },
                body=document,
                content_type="application/octet-stream",
                key=request.form.get("sending_key"),
            ).json()
    if faults:
        return contract_page(str(contract_id), faults), faults.status
    return redirect(url_for("alliance.price_list", price_list_id=made["price_list_id"]), 303)


@alliance.get("/price-lists/<uuid:price_list_id>")
@for_manager
def price_list(price_list_id: Any) -> str:
    """What a price list would do, or did."""
    return _page(str(price_list_id), Faults())


@alliance.post("/price-lists/<uuid:price_list_id>/apply")
@for_manager
@_while_it_stands
def apply_price_list(price_list_id: Any) -> Response | tuple[str, int]:
    """Apply it, whole or not at all."""
    faults = Faults()
    with faults.of_service():
        applied = upstream.post(
            "catalogue",
            f"/price-lists/{price_list_id}/apply",
            key=request.form.get("sending_key"),
            etag=seen_version(),
        ).json()
    if faults:
        return _page(str(price_list_id), faults), faults.status
    flash("The price list is applied. Rounds that are open keep the prices they opened with.")
    return redirect(url_for("alliance.contract", contract_id=applied["contract_id"]), 303)


@alliance.post("/price-lists/<uuid:price_list_id>/decline")
@for_manager
@_while_it_stands
def decline_price_list(price_list_id: Any) -> Response | tuple[str, int]:
    """Decline what a supplier proposed, and tell it why."""
    faults = Faults()
    reason = Typed(request.form, faults).text("reason", "why you decline it")
    if not faults:
        with faults.of_service(otherwise="reason"):
            declined = upstream.post(
                "catalogue",
                f"/price-lists/{price_list_id}/decline",
                json={"reason": reason},
                key=request.form.get("sending_key"),
                etag=seen_version(),
            ).json()
    if faults:
        return _page(str(price_list_id), faults), faults.status
    flash("The list is declined. The supplier sees your reason.")
    return redirect(url_for("alliance.contract", contract_id=declined["contract_id"]), 303)


@alliance.get("/contracts/<uuid:contract_id>/price-list.csv")
@for_reader
def download_price_list(contract_id: Any) -> FlaskResponse:
    """The contract's offers as a price list, in the columns that are read back."""
    written = upstream.get("catalogue", f"/contracts/{contract_id}/price-list.csv").body
    headers = {"Content-Disposition": 'attachment; filename="price-list.csv"'}
    return FlaskResponse(b"\xef\xbb\xbf" + written, content_type="text/csv; charset=utf-8", headers=headers)


def _page(price_list_id: str, faults: Faults) -> str:
    found = ask.one("catalogue", f"/price-lists/{price_list_id}")
    counts = found["counts"]
    kinds = [kind for kind in catalogue_words.LIST_CHANGES if counts[kind]]
    asked = request.args.get("change")
    chosen = asked if asked in kinds else next(iter(["refused"] if counts["refused"] else kinds), None)
    lines, following = ask.part(
        "catalogue",
        f"/price-lists/{price_list_id}/lines",
        change=chosen,
        after=request.args.get("after"),
        limit=_LINES_PER_PAGE,
    )
    return render_template(
        "alliance/price_list.html",
        list=found,
        kinds=kinds,
        chosen=chosen,
        lines=lines,
        following=following,
        changes=sum(counts[kind] for kind in ("added", "changed", "withdrawn")),
        words=catalogue_words,
        key=sending_key(request.form, faults),
        faults=faults,
    )
