"""What the figures of the reports were summed from: lines of purchase orders, orders and drops, part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, TextClause, text

from services.orders.storage.performance import DROPS_OF_SUPPLIER
from services.orders.storage.reports import BOUGHT, PERIOD

_NARROWED = """
    (CAST(:school_urn AS integer) IS NULL OR b.school_urn = :school_urn)
    AND (CAST(:category AS text) IS NULL OR b.category_name = :category)
"""
# Of one round whenever it closed, or else of those that closed in the days asked for.
_SAVINGS = f"""
    SELECT b.number, b.line_no, b.school_urn, s.name AS school_name, b.name || ' (' || b.sku || ')' AS item, b.quantity,
        b.alone_price, b.unit_price, b.alone_pence, b.net_pence, b.alone_pence - b.net_pence AS saved_pence,
        b.purchase_order_id::text AS why
    FROM ({BOUGHT} AND CASE WHEN CAST(:round_id AS uuid) IS NULL THEN {PERIOD}
        ELSE p.round_id = CAST(:round_id AS uuid) END) b JOIN school s ON s.urn = b.school_urn
    WHERE {_NARROWED} AND (CAST(:offer_id AS uuid) IS NULL OR b.offer_id = CAST(:offer_id AS uuid))
"""  # noqa: S608 -- assembled from this module
_COMMITMENTS = f"""
    SELECT b.number, b.line_no, b.school_urn, s.name AS school_name, b.name || ' (' || b.sku || ')' AS item, b.quantity,
        b.received, b.net_pence AS ordered_pence, div(b.net_pence * b.received, b.quantity)::bigint AS received_pence,
        b.purchase_order_id::text AS why
    FROM ({BOUGHT} AND p.settled_at IS NULL AND d.quantity > 0) b JOIN school s ON s.urn = b.school_urn
    WHERE {_NARROWED}
"""  # noqa: S608 -- assembled from this module
# No lead named is a lead of 0.
_WORKLOAD = f"""
    SELECT p.number, 0 AS line_no, 0 AS school_urn, r.title AS round_title, coalesce(c.title, '') AS contract_title,
        1 AS purchase_orders, p.net_pence,
        (SELECT count(*) FROM school_drop d WHERE d.purchase_order_id = p.purchase_order_id) AS drops,
        p.purchase_order_id::text AS why
    FROM purchase_order p JOIN round r ON r.round_id = p.round_id LEFT JOIN contract c ON c.contract_id = p.contract_id
    WHERE p.state <> 'rejected' AND {PERIOD}
        AND coalesce(CAST(c.terms ->> 'lead_urn' AS integer), 0) = coalesce(CAST(:lead_urn AS integer), 0)
"""  # noqa: S608 -- assembled from this module


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines behind a report: `sql` by (number, line_no, school_urn), the columns that are added up, and what a
    figure of it may be narrowed to."""

    sql: str
    summed: tuple[str, ...]
    narrowed_by: frozenset[str]


LINES: Final[Mapping[str, Lines]] = {
    "savings": Lines(
        _SAVINGS,
        ("quantity", "alone_pence", "net_pence", "saved_pence"),
        frozenset({"school_urn", "category", "round_id", "offer_id"}),
    ),
    "commitments": Lines(
        _COMMITMENTS,
        ("quantity", "received", "ordered_pence", "received_pence"),
        frozenset({"school_urn", "category"}),
    ),
    "workload": Lines(_WORKLOAD, ("purchase_orders", "drops", "net_pence"), frozenset({"lead_urn"})),
    "suppliers": Lines(
        DROPS_OF_SUPPLIER,
        ("drops", "recorded", "on_time", "complete", "ordered", "claimed"),
        frozenset({"school_urn", "supplier_id"}),
    ),
}


def _queries(lines: Lines) -> tuple[TextClause, TextClause]:
    sums = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in lines.summed)
    return (
        text(f"SELECT count(*) AS lines, {sums} FROM ({lines.sql}) every"),  # noqa: S608 -- assembled from this module
        text(f"""
            SELECT * FROM ({lines.sql}) every WHERE (number, line_no, school_urn) > (:number, :line_no, :urn)
            ORDER BY number, line_no, school_urn LIMIT :limit
        """),  # noqa: S608 -- assembled from this module
    )


_QUERIES: Final = {report: _queries(lines) for report, lines in LINES.items()}
_NAMES: Final = (
    "closed_from", "closed_to", "due_from", "due_to", "school_urn", "category", "round_id", "offer_id", "lead_urn",
    "supplier_id",
)  # fmt: skip

Place = tuple[str, int, int]
"""Number, line and school of the last line of a part."""

START: Final[Place] = ("", -1, -1)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a report's lines, each with its order's id as `why`; how many there are in all, and their sums."""

    rows: Sequence[Row[Any]]
    count: int
    sums: Mapping[str, int]


def lines_behind(
    connection: Connection, report: str, asked: Mapping[str, Any], after: Place, limit: int | None
) -> Part:
    """The lines that a figure of a report was summed from, after a place; all of them without a limit.

    `asked` may name `closed_from` and `closed_to` (for suppliers `due_from` and `due_to`), and what the figure is
    narrowed to as LINES says; a lead_urn of 0 is where no lead is named.
    """
    values = dict.fromkeys(_NAMES) | dict(asked)
    sums, lines = _QUERIES[report]
    number, line_no, urn = after
    whole = connection.execute(sums, values).one()._mapping
    rows = connection.execute(lines, values | {"number": number, "line_no": line_no, "urn": urn, "limit": limit}).all()
    return Part(rows, whole["lines"], {name: whole[name] for name in LINES[report].summed})
