"""The part of a supplier's invoice that a page shows: all of it, or of a long one as much as a page holds."""

from dataclasses import dataclass
from typing import Any, Final

from flask import request

from gateway.pages import ask
from gateway.pages.spreadsheets import is_asked

Rows = list[dict[str, Any]]

_A_PAGE: Final = 100
"""So many lines and so many matches at most."""

_LAST_SCHOOL: Final = 999_999
"""No URN is above it: "7.999999" is the place after all matches of line 7."""


@dataclass(frozen=True, slots=True)
class InvoicePart:
    """Lines and matches, and where the next page begins; `show` is "differing" or "all", "" where all are here."""

    lines: Rows
    matches: Rows
    following: str | None = None
    show: str = ""


def place() -> dict[str, Any]:
    """Which part the address or the sent form is of, as an address names it: `show` what, `after` which place."""
    return {name: request.values.get(name) or None for name in ("show", "after")}


def invoice_part(invoice: dict[str, Any]) -> InvoicePart:
    """What is asked for of an invoice: `show` what differs or all, `after` from which place on.

    A spreadsheet has all parts of it.
    """
    asked = place()
    show, after = asked["show"], asked["after"]
    whole = len(invoice["lines"]) == invoice["line_count"] and len(invoice["matches"]) == invoice["match_count"]
    if show not in ("differing", "all"):
        if whole:
            return InvoicePart(invoice["lines"], invoice["matches"])
        show = "differing" if invoice["differing_line_count"] else "all"
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}"
    if is_asked():
        return _whole(path, show, matched=bool(invoice["match_count"]))
    if not invoice["match_count"]:  # a credit note is matched to nothing
        lines, line_no = ask.part("billing", f"{path}/lines", after=after, limit=_A_PAGE)
        return InvoicePart(lines, [], str(line_no) if line_no else None, show)
    return _differing(path, after) if show == "differing" else _all(path, after)


def _whole(path: str, show: str, *, matched: bool) -> InvoicePart:
    lines = ask.items("billing", f"{path}/lines")
    differing = show == "differing"
    matches = ask.items("billing", f"{path}/matches", differing=str(differing).lower()) if matched else []
    numbers = {match["line_no"] for match in matches}
    return InvoicePart([line for line in lines if line["line_no"] in numbers or not differing], matches, None, show)


def _differing(path: str, after: str | None) -> InvoicePart:
    """A page of the matches that differ, with their lines."""
    matches, following = ask.part("billing", f"{path}/matches", after=after, limit=_A_PAGE, differing="true")
    numbers = sorted({match["line_no"] for match in matches})
    lines = ask.part("billing", f"{path}/lines", numbers=numbers, limit=len(numbers))[0] if numbers else []
    return InvoicePart(lines, matches, following, "differing")


def _all(path: str, after: str | None) -> InvoicePart:
    """A page of the lines with their matches, if they have any: what gives back is matched to nothing."""
    matches, following = ask.part("billing", f"{path}/matches", after=after, limit=_A_PAGE, differing="false")
    begun = int(after.partition(".")[0]) if after else 0
    lines, more = ask.part("billing", f"{path}/lines", after=max(begun - 1, 0), limit=_A_PAGE)
    if following and (not more or matches[-1]["line_no"] <= lines[-1]["line_no"]):
        last = matches[-1]["line_no"]
    elif more:
        last = lines[-1]["line_no"]
        following = f"{last}.{_LAST_SCHOOL}"
    else:
        return InvoicePart(_of(lines, matches, begun), matches, None, "all")
    shown = [match for match in matches if match["line_no"] <= last]
    return InvoicePart([line for line in _of(lines, shown, begun) if line["line_no"] <= last], shown, following, "all")


def _of(lines: Rows, matches: Rows, begun: int) -> Rows:
    """The lines of a page: the one in which the page before ended has its place here if some of its matches have."""
    numbers = {match["line_no"] for match in matches}
    return [line for line in lines if line["line_no"] != begun or begun in numbers]
