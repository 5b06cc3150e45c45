"""What schools have received and no supplier has invoiced: what is still to come, by supplier, contract and school."""

from datetime import date
from typing import Any, Final

from flask import Response, render_template, request

from contracts.london import london_today
from gateway.pages.doors import alliance, for_reader
from gateway.pages.files import passed_on
from gateway.upstream import upstream

GROUPS: Final = (("supplier", "By supplier"), ("contract", "By contract"), ("school", "By school"))
_AT_ONCE: Final = 200


@alliance.get("/invoices/not-invoiced")
@for_reader
def not_invoiced() -> str:
    """What was received by the end of a day and not invoiced by then, with its age."""
    on = _on()
    params: dict[str, Any] = {"on": on, "limit": _AT_ONCE, "after": request.args.get("after") or None}
    found = upstream.get("billing", "/received-not-invoiced", params=params).json()
    sums = found.get("sums", [])
    total = next((row["net_pence"] for row in sums if row["by"] == "all"), 0)
    return render_template(
        "alliance/not_invoiced.html",
        on=on,
        total=total,
        groups=[(title, [row for row in sums if row["by"] == by]) for by, title in GROUPS],
        lines=found["items"],
        following=found.get("next"),
    )


@alliance.get("/invoices/not-invoiced.<any(xlsx, csv):suffix>")
@for_reader
def not_invoiced_file(suffix: str) -> Response:
    """The same as a spreadsheet or as CSV."""
    return passed_on("billing", f"/received-not-invoiced.{suffix}", {"on": _on()})


def _on() -> str:
    try:
        return date.fromisoformat(request.args.get("on", "")).isoformat()
    except ValueError:
        return london_today().isoformat()
