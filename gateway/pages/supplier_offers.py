"""A supplier's own contracts and offers, to look at."""

from flask import render_template, request

from gateway.pages import ask, catalogue_words
from gateway.pages.doors import for_supplier, supplier

_PER_PAGE = 100


@supplier.get("/offers")
@for_supplier
def offers() -> str:
    """What this supplier offers, and the terms of its contracts."""
    wanted = request.args.get("q", "").strip()[:200]
    found, following = ask.part(
        "catalogue", "/offers", q=wanted or None, after=request.args.get("after"), limit=_PER_PAGE
    )
    return render_template(
        "supplier/offers.html",
        contracts=ask.items("catalogue", "/contracts"),
        offers=found,
        following=following,
        wanted=wanted,
        words=catalogue_words,
    )
