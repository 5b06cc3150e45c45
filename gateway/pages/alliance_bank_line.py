"""One bank line: matched to whatever is open, found by words, in whole or in part; set aside; or what it left used."""

from collections import Counter
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager
from gateway.pages.faults import Faults
from gateway.pages.show import money
from gateway.pages.typed import MOST_SOUGHT, Typed, sending_key, sought
from gateway.upstream import upstream

_NOMINAL: Final = {"5200": "Bank charges (5200)", "5300": "Interest received (5300)"}
_AT_ONCE: Final = 50
_MOST: Final = 1000
_ON_ACCOUNT: Final = ("school_account", "supplier_account")


@alliance.get("/bank/lines/<uuid:line_id>")
@for_manager
def bank_line(line_id: Any) -> str:
    """A line with everything that is open on its account, by words."""
    return _page(str(line_id), Faults())


@alliance.post("/bank/lines/<uuid:line_id>")
@for_manager
def match_bank_line(line_id: Any) -> Response | tuple[str, int] | str:
    """Match the line to the amounts that were typed beside documents and accounts, or use what it left on account.

    Looking for other documents keeps what is typed.
    """
    faults = Faults()
    if "look" in request.form:
        return _page(str(line_id), faults)
    items = _typed_items(faults)
    if not items and not faults:
        faults.add("Type an amount beside what the line settles.", "found")
    if not faults:
        what = "held-money" if "held" in request.form else "match"
        with faults.of_service(otherwise="found"):
            upstream.call(
                "POST",
                "billing",
                f"/bank-lines/{line_id}/{what}",
                json={"items": items},
                key=request.form.get("sending_key"),
            )
    if faults:
        return _page(str(line_id), faults), faults.status
    return redirect(url_for("alliance.bank_workbench", last=line_id, **where()), 303)


@alliance.post("/bank/lines/<uuid:line_id>/set-aside")
@for_manager
def set_bank_line_aside(line_id: Any) -> Response | tuple[str, int]:
    """Set a line of nothing, or in another currency, aside for a reason."""
    faults = Faults()
    why = Typed(request.form, faults).text("why", "why nothing settles the line")
    if not faults:
        with faults.of_service(otherwise="why"):
            key = request.form.get("sending_key")
            upstream.call("POST", "billing", f"/bank-lines/{line_id}/set-aside", json={"why": why}, key=key)
    if faults:
        return _page(str(line_id), faults), faults.status
    flash("Set aside. Undo it among the matched lines.")
    return redirect(url_for("alliance.bank_workbench", **where()), 303)


def where() -> dict[str, Any]:
    """The statement that the workbench showed, to come back to it."""
    return {name: request.values.get(name) or None for name in ("statement", "state")}


def held_of(line: dict[str, Any]) -> tuple[int, str]:
    """What a matched line left on account that nobody used since, in pence, and whose it is: a URN or supplier's id.

    Of several whose money it left, the first; billing uses one's money at a time.
    """
    left: Counter[tuple[str, str]] = Counter()
    for to in line["matched_to"]:
        if to["kind"] in _ON_ACCOUNT:
            left[to["kind"], str(to["school_urn"] or to["supplier_id"])] += to["amount_pence"]
    unused = ((pence, party) for (_, party), pence in left.items() if pence * line["amount_pence"] > 0)
    return next(unused, (0, ""))


def _typed_items(faults: Faults) -> list[dict[str, Any]]:
    typed = Typed(request.form, faults)
    items = []
    for field in _typed():
        kind, _, document_id = field.removeprefix("of.").partition(".")
        items.append({"kind": kind, "id": document_id, "amount_pence": typed.pence(field, "an amount")})
    if request.form.get("keep", "").strip():
        kind, _, party = request.form.get("keep_of", "").partition(".")
        if not party:
            faults.add("Say on whose account it stays.", "keep_of")
        items.append({"kind": kind, "id": party, "amount_pence": typed.pence("keep", "an amount")})
    return items


def _typed() -> dict[str, str]:
    return {field: value for field, value in request.form.items() if field.startswith("of.") and value.strip()}


def _page(line_id: str, faults: Faults) -> str:
    line = ask.one("billing", f"/bank-lines/{line_id}")
    held, party = held_of(line)
    words = sought("find")
    most = min(max(request.form.get("look", _AT_ONCE, type=int), _AT_ONCE), _MOST)
    typed = _typed() or _suggested(line, words)
    return render_template(
        "alliance/bank_line.html",
        line=line,
        held=held,
        **_open(line, f"{party} {words}".strip(), most, typed),
        find=words,
        longest=MOST_SOUGHT,
        most=most,
        more=_AT_ONCE,
        typed=typed | {name: value for name, value in request.form.items() if name in ("keep", "keep_of", "why")},
        keeps=_parties(line),
        nominal={} if held else _NOMINAL,
        where=where(),
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _suggested(line: dict[str, Any], words: str) -> dict[str, str]:
    items = line["suggestions"][0]["items"] if line["suggestions"] and not words else ()
    found: dict[str, str] = {}
    for item in items:
        pence = money(item["amount_pence"]).replace("£", "")
        if item["kind"] in _ON_ACCOUNT and item["open_pence"] is None:
            found |= {"keep_of": f"{item['kind']}.{item['id']}", "keep": pence}
        else:
            found[f"of.{item['kind']}.{item['id']}"] = pence
    return found


def _open(line: dict[str, Any], words: str, most: int, typed: dict[str, str]) -> dict[str, Any]:
    """What is found, after everything that has an amount beside it; `total` counts what the words find."""
    purpose = line["purpose"] or "general"
    query = {"purpose": purpose, "words": words or None, "limit": most}
    found = upstream.get("billing", "/open-items", params=query).json()
    ids = [name.split(".", 2)[2] for name in typed if name.startswith("of.") and not name.startswith("of.account.")]
    chosen = []
    if ids:
        these = {"purpose": purpose, "ids": ",".join(ids), "limit": _MOST}
        answer = upstream.get("billing", "/open-items", params=these).json()
        chosen = [item for item in answer["items"] if f"of.{item['kind']}.{item['id']}" in typed]
    first = {(item["kind"], item["id"]) for item in chosen}
    rest = [item for item in found["items"] if (item["kind"], item["id"]) not in first]
    return {"items": [*chosen, *rest], "total": found["total"], "shown": len(found["items"])}


def _parties(line: dict[str, Any]) -> list[tuple[str, str]]:
    """On whose account money can stay: any school's, and on the alliance's own accounts any supplier's."""
    if line["state"] != "new":
        return []
    schools, suppliers = ask.together(
        lambda: ask.items_or_none("members", "/schools") or [],
        lambda: ask.items_or_none("members", "/suppliers") or [],
    )
    kept = [(f"school_account.{each['urn']}", each["name"]) for each in schools]
    if line["purpose"] != "fund":
        kept += [(f"supplier_account.{each['supplier_id']}", each["name"]) for each in suppliers]
    return sorted(kept, key=lambda each: each[1])
