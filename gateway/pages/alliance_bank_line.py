"""One bank line: matched to whatever is open, found by words, in whole or in part."""

from typing import Any, Final

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager
from gateway.pages.faults import Faults
from gateway.pages.show import money
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

_NOMINAL: Final = {"5200": "Bank charges (5200)", "5300": "Interest received (5300)"}
_AT_ONCE: Final = 50


@alliance.get("/bank/lines/<uuid:line_id>")
@for_manager
def bank_line(line_id: Any) -> str:
    """A line with everything that is open on its account, by words."""
    return _page(str(line_id), Faults())


@alliance.post("/bank/lines/<uuid:line_id>")
@for_manager
def match_bank_line(line_id: Any) -> Response | tuple[str, int]:
    """Match the line to the amounts that were typed beside documents and accounts."""
    faults = Faults()
    typed = Typed(request.form, faults)
    items = []
    for field in request.form:
        kind, _, document_id = field.removeprefix("of.").partition(".")
        if field.startswith("of.") and request.form[field].strip():
            pence = typed.pence(field, "an amount")
            items.append({"kind": kind, "id": document_id, "amount_pence": pence})
    if not items and not faults:
        faults.add("Type an amount beside what the line settles.", "found")
    if not faults:
        with faults.of_service(otherwise="found"):
            upstream.call(
                "POST",
                "billing",
                f"/bank-lines/{line_id}/match",
                json={"items": items},
                key=request.form.get("sending_key"),
            )
    if faults:
        return _page(str(line_id), faults), faults.status
    return redirect(url_for("alliance.bank_workbench", last=line_id, **where()), 303)


def where() -> dict[str, Any]:
    """The statement that the workbench showed, to come back to it."""
    return {name: request.values.get(name) or None for name in ("statement", "state")}


def _page(line_id: str, faults: Faults) -> str:
    line = ask.one("billing", f"/bank-lines/{line_id}")
    words = request.values.get("find", "").strip()
    query = {"purpose": line["purpose"] or "general", "words": words or None, "limit": _AT_ONCE}
    found = upstream.get("billing", "/open-items", params=query).json()
    kept = {field: value for field, value in request.form.items() if field.startswith("of.") and value.strip()}
    suggested = {
        f"of.{item['kind']}.{item['id']}": money(item["amount_pence"]).replace("£", "")
        for item in (line["suggestions"][0]["items"] if line["suggestions"] and not words else ())
    }
    return render_template(
        "alliance/bank_line.html",
        line=line,
        items=found["items"],
        total=found["total"],
        find=words,
        typed=kept or suggested,
        nominal=_NOMINAL,
        where=where(),
        key=sending_key(request.form, faults),
        faults=faults,
    )
