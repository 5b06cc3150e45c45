"""The matching workbench: schools' lines of all invoices that wait for a decision, decided one by one or many at once.

With the keyboard alone: j and k walk, x chooses, a, d, c and u decide (bench.js); without it, boxes and buttons do.
"""

from itertools import groupby
from typing import Any, Final

from flask import render_template, request

from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader
from gateway.pages.faults import Faults
from gateway.pages.spreadsheets import is_asked
from gateway.pages.typed import sending_key
from gateway.upstream import upstream

# What can be decided of many lines: the button, its key, and what is said of so many lines once it is done.
BULK: Final = {
    "accept": ("Release", "a", "released: each school is billed for what it ordered and received"),
    "dispute": ("Dispute", "d", "disputed: they wait, and no other school’s line does"),
    "credit-request": ("Ask for a credit", "c", "noted: the supplier is asked for a credit"),
    "withdraw": ("Undo", "u", "taken back: they stand as the match says"),
}
SHOWN: Final = {"to_decide": "To decide", "awaiting": "Waiting for receipts", "decided": "Decided"}
_AT_ONCE: Final = 200


@alliance.get("/invoices/workbench")
@for_reader
def workbench() -> str:
    """Schools' lines to decide on, or those that wait for receipts, or were decided and can be taken back."""
    return workbench_page(Faults())


def workbench_page(faults: Faults) -> str:
    """The workbench as it is asked for, with what was wrong with the last choice."""
    show = request.values.get("show", "to_decide")
    show = show if show in SHOWN else "to_decide"
    after = request.values.get("after") or None
    params = {"show": show, "limit": _AT_ONCE, "after": after}
    found = upstream.get("billing", "/open-matches", params=params).json()
    whole = is_asked()  # a table for each invoice: a spreadsheet has those of all parts
    lines = ask.items("billing", "/open-matches", show=show) if whole else found["items"]
    return render_template(
        "alliance/workbench.html",
        show=show,
        after=after,
        shown=SHOWN,
        counts=found.get("counts", {}),
        following=None if whole else found.get("next"),
        invoices=[(head, list(rows)) for head, rows in _by_invoice(lines)],
        effects=effects_of_lines(lines),
        pays=school_pays,
        some_off=False,  # what is billed is on the page of its invoice alone
        bulk=BULK,
        chosen=set(request.form.getlist("line")),
        key=sending_key(request.form, faults),
        typed=request.form,
        faults=faults,
    )


def effects_of_lines(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the lines shown mean for each school, net pence: what it pays if they are released, what comes back."""
    effects: dict[int, dict[str, Any]] = {}
    for line in sorted(lines, key=lambda line: (line["school_name"], line["school_urn"])):
        empty = {"school_name": line["school_name"], "lines": 0, "invoiced": 0, "pays": 0, "claimed": 0}
        effect = effects.setdefault(line["school_urn"], empty)
        effect["lines"] += 1
        effect["invoiced"] += line["net_pence"]
        effect["claimed"] += line["claim_net_pence"]
        effect["pays"] += school_pays(line)
    return list(effects.values())


def school_pays(line: dict[str, Any]) -> int:
    """What the school pays of a line, without VAT, once nothing is in its way: what it ordered and received."""
    if line["state"] != "held":
        return int(line["billable_net_pence"] - line["returned_net_pence"] - line["due_net_pence"])
    if {"not_received", "wrong_buyer"}.intersection(line["reasons"]):
        return 0
    return int(line["net_pence"] - line["credited_net_pence"] - line["claim_net_pence"])


def _by_invoice(lines: list[dict[str, Any]]) -> Any:
    return groupby(
        lines,
        key=lambda line: {
            name: line[name] for name in ("supplier_invoice_id", "number", "our_number", "supplier_name", "issue_date")
        },
    )


@alliance.get("/invoices/awaited")
@for_reader
def awaited_receipts() -> str:
    """Invoices that wait for receipts, with the schools that are asked for them."""
    return render_template("alliance/awaited_receipts.html", awaited=ask.items("billing", "/awaited-receipts"))
