"""Answers as plain JSON. An invoice can have ten thousand matches, too many to go through a schema one by one."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, Final

from marshmallow import Schema
from sqlalchemy import Row

from contracts.money import unit_price_text
from services.billing.api import match_schemas, schemas, workbench_schemas
from services.billing.usecases.read_invoices import InvoiceView

JsonObject = dict[str, Any]


def names_of(schema: type[Schema], *made: str) -> tuple[str, ...]:
    """The fields of a schema, but for those that are made."""
    return tuple(name for name in schema._declared_fields if name not in made)


_AS_THEY_ARE: Final = frozenset({int, str, bool, list, type(None)})

_INVOICE: Final = names_of(schemas.InvoiceHeadOut)
_INVOICE_LINE: Final = names_of(schemas.InvoiceLineOut, "vat_rate")
_MATCH: Final = names_of(match_schemas.MatchOut, "accepted", "decisions")
_BENCH_LINE: Final = names_of(
    workbench_schemas.BenchLineOut, "accepted", "decisions", "supplier_invoice_id", "supplier_id"
)
_TOTALS: Final = names_of(match_schemas.TotalsOut)
_SCHOOL: Final = names_of(match_schemas.SchoolOut)
_CLAIM: Final = names_of(match_schemas.ClaimOut)


def invoice_head(row: Row[Any]) -> JsonObject:
    """A registered invoice without its lines."""
    return plain(row, _INVOICE)


def invoice(view: InvoiceView) -> JsonObject:
    """A registered invoice with its lines and matches, what was decided of them, and what they come to."""
    place = f"/supplier-invoices/{view.head.supplier_invoice_id}"
    return {
        **invoice_head(view.head),
        **view.counts,
        "lines": [invoice_line(line) for line in view.lines],
        "matches": invoice_matches(view.matches, view.decisions),
        "lines_url": f"{place}/lines",
        "matches_url": f"{place}/matches",
        "totals": {name: getattr(view.totals, name) for name in _TOTALS},
        "schools": [plain(school, _SCHOOL) for school in view.schools],
    }


def invoice_line(row: Row[Any]) -> JsonObject:
    """One line of an invoice."""
    return {**plain(row, _INVOICE_LINE), "vat_rate": f"{row.vat_rate:.2f}"}


def invoice_matches(matches: Iterable[Row[Any]], decisions: Iterable[Row[Any]]) -> list[JsonObject]:
    """Matches of one invoice, each with the decisions on it."""
    decided: dict[tuple[int, int], list[JsonObject]] = defaultdict(list)
    for row in decisions:
        decided[row.line_no, row.school_urn].append(_decision(row))
    return [
        {**plain(match, _MATCH), **_decisions(decided.get((match.line_no, match.school_urn), []))} for match in matches
    ]


def claim(row: Row[Any]) -> JsonObject:
    """What a supplier has still to credit of one line for one school."""
    return plain(row, _CLAIM)


def bench_line(row: Row[Any]) -> JsonObject:
    """One school's line on the matching workbench."""
    return {**plain(row, _BENCH_LINE), "supplier_invoice_id": row.invoice_id, "supplier_id": row.supplier}


def remittance(row: Row[Any]) -> JsonObject:
    """One payment to a supplier, with the invoices it settles."""
    return plain(row, ("number", "paid_on", "amount_pence", "supplier_id", "supplier_name", "invoices"))


def _decision(row: Row[Any]) -> JsonObject:
    return {
        "decision": row.decision,
        "by": row.decided_by,
        "at": wire(row.decided_at),
        "reasons": list(row.reasons),
        "why": row.why,
    }


def _decisions(made: list[JsonObject]) -> JsonObject:
    """What was decided of a match, and the acceptance that nothing has overturned since."""
    standing = [each for each in made if each["decision"] != "credit_requested"]
    accepted = standing[-1] if standing and standing[-1]["decision"] == "accepted" else None
    return {"accepted": accepted, "decisions": made}


def plain(row: object, names: tuple[str, ...]) -> JsonObject:
    """Attributes of a row by their names, as they travel."""
    return {name: wire(value) for name, value in zip(names, _values(names)(row), strict=True)}


@cache
def _values(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    """What reads these attributes of a row, one or several, in one go."""
    read = attrgetter(*names)
    return read if len(names) > 1 else lambda row: (read(row),)


def wire(value: Any) -> Any:
    """One value as it travels: prices, instants and days as text."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Decimal):
        return unit_price_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
