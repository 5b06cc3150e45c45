"""Every delivery a supplier still owes, order by order, on the way from school to school or by the day."""

from itertools import groupby
from typing import Any, Final

from flask import render_template, request

from contracts.digits import as_whole
from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier

BY: Final = {"route": "By route", "date": "By date", "order": "By order"}


@supplier.get("/drops")
@for_supplier
def drops() -> str:
    """The drops of all orders: by postcode as a driver goes, by the day they are due, or by order."""
    asked = request.args.get("by", "")
    by = asked if asked in BY else "route"
    whole = request.args.get("show") == "all"
    found = ask.items("orders", "/drops", to_come=None if whole else "true")
    found.sort(key=_order_of(by))
    groups = [(label, list(group)) for label, group in groupby(found, key=_label_of(by))]
    return render_template("supplier/drops.html", groups=groups, count=len(found), by=by, ways=BY, whole=whole)


def _order_of(by: str) -> Any:
    """Outward and inward code apart, the district as a number: M2 comes before M14."""
    if by == "date":
        return lambda drop: (drop["due_on"] or "9", _route(drop["postcode"]), drop["number"])
    if by == "order":
        return lambda drop: (drop["number"], _route(drop["postcode"]))
    return lambda drop: (_route(drop["postcode"]), drop["due_on"] or "9", drop["number"])


def _label_of(by: str) -> Any:
    if by == "date":
        return lambda drop: drop["due_on"]
    if by == "order":
        return lambda drop: drop["number"]
    return lambda drop: drop["postcode"].partition(" ")[0] or "No postcode"


def _route(postcode: str) -> tuple[str, int, str]:
    outward, _, inward = postcode.partition(" ")
    area = "".join(sign for sign in outward if sign.isalpha())
    district = "".join(sign for sign in outward if sign.isdigit())
    return area, as_whole(district) or 0, inward
