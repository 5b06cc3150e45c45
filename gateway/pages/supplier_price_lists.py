"""A supplier's price lists: proposing one for its own contract, what it would do, and what became of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask, catalogue_words
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

_LINES_PER_PAGE = 200


@supplier.get("/price-lists")
@for_supplier
def price_lists() -> str:
    """Every list that the supplier proposed, and the form for another."""
    return _lists_page(Faults())


@supplier.post("/price-lists")
@for_supplier
def propose_price_list() -> Response | tuple[str, int]:
    """Propose a list: it is compared with the contract's offers, and waits for the manager."""
    faults = Faults()
    typed = Typed(request.form, faults)
    contract_id = typed.text("contract_id", "the contract")
    from_day = typed.day("from_day", "the day from which its prices hold", needed=False)
    sent = request.files.get("file")
    document = sent.read() if sent else b""
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
        return _lists_page(faults), faults.status
    flash("The business manager now sees your list. Nothing changes until it is taken over.")
    return redirect(url_for("supplier.price_list", price_list_id=made["price_list_id"]), 303)


@supplier.get("/price-lists/<uuid:price_list_id>")
@for_supplier
def price_list(price_list_id: Any) -> str:
    """What a list would do, line by line, or what became of it."""
    found = ask.one("catalogue", f"/price-lists/{price_list_id}")
    kinds = [kind for kind in catalogue_words.LIST_CHANGES if found["counts"][kind]]
    asked = request.args.get("change")
    chosen = asked if asked in kinds else next(iter(["refused"] if found["counts"]["refused"] else kinds), None)
    lines, following = ask.part(
        "catalogue",
        f"/price-lists/{price_list_id}/lines",
        change=chosen,
        after=request.args.get("after"),
        limit=_LINES_PER_PAGE,
    )
    return render_template(
        "supplier/price_list.html",
        list=found,
        kinds=kinds,
        chosen=chosen,
        lines=lines,
        following=following,
        page="supplier.price_list",
        words=catalogue_words,
    )


def _lists_page(faults: Faults) -> str:
    contracts = ask.items("catalogue", "/contracts")
    return render_template(
        "supplier/price_lists.html",
        lists=ask.items("catalogue", "/price-lists"),
        contracts=[(contract["contract_id"], contract["title"]) for contract in contracts],
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
