"""The part of a supplier's invoice that a page shows: all of it, or of a long one as much as a page holds."""

from dataclasses import dataclass
from typing import Any, Final

from flask import request

from gateway.pages import ask

_MATCHES_A_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class InvoicePart:
    """Lines and matches, and where the next page begins; `show` is "differing" or "all", "" where all are here."""

    lines: list[dict[str, Any]]
    matches: list[dict[str, Any]]
    following: str | None = None
    show: str = ""


def invoice_part(invoice: dict[str, Any]) -> InvoicePart:
    """What the address asks for of an invoice: `show` what differs or all, `after` from which place on."""
    show, after = request.args.get("show", ""), request.args.get("after") or None
    whole = len(invoice["lines"]) == invoice["line_count"] and len(invoice["matches"]) == invoice["match_count"]
    if show not in ("differing", "all"):
        if whole:
            return InvoicePart(invoice["lines"], invoice["matches"])
        show = "differing" if invoice["differing_line_count"] else "all"
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}"
    if not invoice["match_count"]:  # a credit note is matched to nothing
        lines, line_no = ask.part("billing", f"{path}/lines", after=after, limit=_MATCHES_A_PAGE)
        return InvoicePart(lines, [], str(line_no) if line_no else None, show)
    asked: dict[str, Any] = {"after": after, "limit": _MATCHES_A_PAGE, "differing": str(show == "differing").lower()}
    matches, following = ask.part("billing", f"{path}/matches", **asked)
    numbers = sorted({match["line_no"] for match in matches})
    lines = ask.part("billing", f"{path}/lines", numbers=numbers, limit=len(numbers))[0] if numbers else []
    return InvoicePart(lines, matches, following, show)
