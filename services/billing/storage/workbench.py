"""What lies on the matching workbench: every school's line that waits for a decision, for receipts, or was decided."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, text

from services.billing.storage.decisions import STAYS_WHY

Shown = Literal["to_decide", "awaiting", "decided", "all"]

_WAITING: Final = "m.state = 'held' AND NOT m.disputed AND m.reasons <@ ARRAY['awaiting_receipts', 'not_received']"
_DECIDED: Final = (
    "m.state <> 'billed' AND (m.disputed OR m.accepted_reasons <> '{}' AND m.state <> 'held')"
    " OR m.credit_requested AND (m.state <> 'credited' OR m.claim_net_pence + m.claim_vat_pence > 0)"
)
_OPEN: Final = "(m.state = 'held' OR m.claim_net_pence + m.claim_vat_pence > 0 AND m.accepted_reasons = '{}')"
CONDITIONS: Final[Mapping[Shown, str]] = {
    "to_decide": f"{_OPEN} AND NOT ({_WAITING}) AND NOT m.disputed AND NOT m.credit_requested",
    "awaiting": _WAITING,
    "decided": _DECIDED,
    "all": f"{_OPEN} OR {_DECIDED}",
}
"""Which rows of `match_line` m the workbench lists, by what it is asked to show."""
# The names are those of a match (`MatchOut`), with the invoice, the order and the line beside it.
_LINES: Final = """
    SELECT m.*, CAST(m.supplier_invoice_id AS text) AS invoice_id, i.our_number, i.number, i.issue_date, i.settlement,
        CAST(m.supplier_id AS text) AS supplier, coalesce(supplier.name, '') AS supplier_name,
        o.number AS purchase_order_number, line.name, line.unit, coalesce(school.name, '') AS school_name,
        CAST(bill.bill_id AS text) AS on_bill_id, bill.number AS on_bill_number, {stays_why} AS stays_why,
        last.decision AS last_decision, last.decided_by, last.decided_at, last.why
    FROM match_line m
    JOIN supplier_invoice i USING (supplier_invoice_id)
    JOIN purchase_order o ON o.purchase_order_id = m.purchase_order_id
    JOIN purchase_order_line line ON line.purchase_order_id = m.purchase_order_id AND line.line_no = m.order_line_no
    LEFT JOIN supplier ON supplier.supplier_id = m.supplier_id
    LEFT JOIN school ON school.urn = m.school_urn
    LEFT JOIN bill ON bill.bill_id = m.bill_id
    LEFT JOIN LATERAL (
        SELECT decision, decided_by, decided_at, why FROM match_decision d
        WHERE d.supplier_invoice_id = m.supplier_invoice_id AND d.line_no = m.line_no AND d.school_urn = m.school_urn
        ORDER BY decided_at DESC LIMIT 1
    ) last ON true
    WHERE ({condition}) AND i.rejected_why IS NULL
        AND m.supplier_id = coalesce(CAST(:supplier AS uuid), m.supplier_id)
        AND (i.our_number, m.line_no, m.school_urn) > (:number, :line_no, :urn)
    ORDER BY i.our_number, m.line_no, m.school_urn LIMIT :limit
"""
_COUNTS = text(f"""
    SELECT count(*) FILTER (WHERE {CONDITIONS["to_decide"]}) AS to_decide,
        count(*) FILTER (WHERE {_WAITING}) AS awaiting, count(*) FILTER (WHERE {_DECIDED}) AS decided
    FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
    WHERE ({CONDITIONS["all"]}) AND i.rejected_why IS NULL
""")  # noqa: S608 - text of this module


def bench_lines(
    connection: Connection, show: Shown, *, supplier_id: str | None, after: tuple[str, int, int], limit: int
) -> list[Row[Any]]:
    """Schools' lines on the workbench, by (our number, line, school), each with the last decision on it."""
    number, line_no, urn = after
    names = {"supplier": supplier_id, "number": number, "line_no": line_no, "urn": urn, "limit": limit}
    return list(connection.execute(text(_LINES.format(condition=CONDITIONS[show], stays_why=STAYS_WHY)), names))


def bench_counts(connection: Connection) -> Mapping[str, int]:
    """How many lines there are to decide, awaiting receipts, and decided."""
    return dict(connection.execute(_COUNTS).mappings().one())
