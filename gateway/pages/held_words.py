"""Why an invoice is held, in as few words as a list has room for: "Herne Bay Juniors: 2 boxes short"."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.units import quantity_words
from gateway.pages.show import REASONS


def why_held(line: Mapping[str, Any]) -> str:
    """One school's held part of an invoice's line, as the billing service gives it."""
    return f"{line['school_name']}: {_fault(line)}"


def by_invoice(found: Iterable[Mapping[str, Any]] | None) -> dict[str, list[str]]:
    """The reasons of held invoices, by their ids, lines that are held alike counted; a last one counts all others."""
    words = {}
    for invoice in found or ():
        alike = Counter(map(why_held, invoice["held"]))
        said = [why if count == 1 else f"{why} ({count} lines)" for why, count in alike.items()]
        rest = invoice["lines"] - alike.total()
        words[invoice["supplier_invoice_id"]] = [*said, f"and {rest:,} more"] if rest else said
    return words


def _fault(line: Mapping[str, Any]) -> str:
    reasons, unit = line["reasons"], line["unit"] or ""
    if "quantity_short" in reasons and line["quantity_received"] is not None:
        return f"{quantity_words(line['quantity_invoiced'] - line['quantity_received'], unit)} short"
    if "quantity_over" in reasons:
        return f"{quantity_words(line['quantity_invoiced'] - line['quantity_ordered'], unit)} more than ordered"
    first = REASONS.get(reasons[0], reasons[0].replace("_", " ")) if reasons else "queried by the alliance"
    return first[0].lower() + first[1:]
