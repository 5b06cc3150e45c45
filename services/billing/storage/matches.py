"""The three-way match of every invoiced line and school."""

from collections.abc import Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text

from services.billing.domain.match_facts import NOTHING, Amount, Key, Match, Standing
from services.billing.storage.bulk import as_json, load_rows
from services.billing.storage.tables import match_line

_COMPUTED: Final = (
    "quantity_ordered",
    "quantity_received",
    "quantity_invoiced",
    "unit_price_ordered",
    "unit_price_invoiced",
    "net_pence",
    "vat_pence",
    "reasons",
    "tolerated",
    "state",
    "billable_quantity",
    "billable_net_pence",
    "billable_vat_pence",
)
_AMOUNTS: Final = ("credited", "claim", "due")
_FIGURES: Final = ("quantity", "net_pence", "vat_pence")
_OPEN: Final = (*_COMPUTED, *(f"{amount}_{figure}" for amount in _AMOUNTS for figure in _FIGURES))
# What changes on a billed match: later receipts and credits, and what follows from them.
_ON_BILL: Final = ("quantity_received", "reasons", "tolerated", *_OPEN[len(_COMPUTED) :])
_KEY: Final = ("supplier_invoice_id", "line_no", "school_urn")
_COLUMNS: Final = (*_KEY, "order_line_no", *_OPEN)
_SENT = attrgetter(
    "invoice_id", "line_no", "school_urn", "order_line_no", *_COMPUTED,
    *(f"{amount}.{figure}" for amount in _AMOUNTS for figure in _FIGURES),
)  # fmt: skip
_KEPT = attrgetter(*_COLUMNS)
_LISTS: Final = tuple(_COLUMNS.index(name) for name in ("reasons", "tolerated"))
_STATE: Final = _COLUMNS.index("state")
_FOLLOWED: Final = itemgetter(*(_COLUMNS.index(name) for name in _ON_BILL))
_UPSERT = f"""
    INSERT INTO match_line AS m (supplier_id, purchase_order_id, {", ".join(_COLUMNS)})
    SELECT o.supplier_id, o.purchase_order_id, {", ".join(f"sent.{name}" for name in _COLUMNS)}
    FROM {{loaded}} AS sent JOIN purchase_order o ON o.purchase_order_id = :order
    ON CONFLICT (supplier_invoice_id, line_no, school_urn) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in _OPEN)}
    WHERE m.bill_id IS NULL
"""  # noqa: S608 - column names of this module
_FOLLOW_BILLED = f"""
    UPDATE match_line m SET {", ".join(f"{name} = sent.{name}" for name in _ON_BILL)} FROM {{loaded}} AS sent
    WHERE m.supplier_invoice_id = sent.supplier_invoice_id AND m.line_no = sent.line_no
        AND m.school_urn = sent.school_urn AND m.bill_id IS NOT NULL
"""  # noqa: S608 - column names of this module
_REMOVE = text("""
    DELETE FROM match_line m
    USING jsonb_populate_recordset(CAST(NULL AS match_line), CAST(:rows AS jsonb)) AS gone
    WHERE m.supplier_invoice_id = gone.supplier_invoice_id AND m.line_no = gone.line_no
        AND m.school_urn = gone.school_urn AND m.bill_id IS NULL
""")
_OF_INVOICE = text("""
    SELECT m.*, coalesce(school.name, '') AS school_name
    FROM match_line m LEFT JOIN school ON school.urn = m.school_urn
    WHERE m.supplier_invoice_id = :invoice ORDER BY m.line_no, m.school_urn
""")
_CLAIMS = text("""
    SELECT CAST(m.supplier_invoice_id AS text) AS supplier_invoice_id, i.our_number, i.number,
        CAST(m.supplier_id AS text) AS supplier_id, coalesce(supplier.name, '') AS supplier_name,
        CAST(m.purchase_order_id AS text) AS purchase_order_id, o.number AS purchase_order_number, m.line_no,
        m.order_line_no, line.name, m.school_urn, coalesce(school.name, '') AS school_name, m.state, m.reasons,
        m.claim_quantity AS quantity, m.claim_net_pence AS net_pence, m.claim_vat_pence AS vat_pence,
        requested.decided_by AS requested_by, requested.decided_at AS requested_at, requested.why
    FROM match_line m
    JOIN supplier_invoice i USING (supplier_invoice_id)
    JOIN purchase_order o ON o.purchase_order_id = m.purchase_order_id
    JOIN purchase_order_line line ON line.purchase_order_id = m.purchase_order_id AND line.line_no = m.order_line_no
    LEFT JOIN supplier ON supplier.supplier_id = m.supplier_id
    LEFT JOIN school ON school.urn = m.school_urn
    LEFT JOIN LATERAL (
        SELECT * FROM match_decision d WHERE m.credit_requested AND d.supplier_invoice_id = m.supplier_invoice_id
            AND d.line_no = m.line_no AND d.school_urn = m.school_urn AND d.decision = 'credit_requested'
        ORDER BY decided_at DESC LIMIT 1
    ) requested ON true
    WHERE m.claim_net_pence + m.claim_vat_pence > 0
        AND (i.our_number, m.line_no, m.school_urn) > (:number, :line_no, :urn)
    ORDER BY i.our_number, m.line_no, m.school_urn LIMIT :limit
""")


def matches_of_order(connection: Connection, order_id: str) -> dict[Key, Row[Any]]:
    """Every match of a purchase order by its key."""
    rows = connection.execute(select(match_line).where(match_line.c.purchase_order_id == order_id)).all()
    return {(row.supplier_invoice_id, row.line_no, row.school_urn): row for row in rows}


def standing(before: Mapping[Key, Row[Any]], credited: Mapping[Key, Amount]) -> dict[Key, Standing]:
    """What stands of earlier matches: what is billed and credited, and what people decided."""
    return {
        key: Standing(
            row.quantity_invoiced,
            row.bill_id is not None,
            frozenset(row.accepted_reasons),
            row.disputed,
            _amount(row, "billable") if row.bill_id is not None else NOTHING,
            credited.get(key, NOTHING),
            _amount(row, "returned") if row.bill_id is not None else NOTHING,
            _amount(row, "upheld") if row.bill_id is not None else NOTHING,
        )
        for key, row in before.items()
    }


def write_matches(
    connection: Connection, order_id: str, before: Mapping[Key, Row[Any]], matches: Iterable[Match]
) -> list[str]:
    """Write the matches of a purchase order that differ from those before; returns the invoices with a difference.

    Of billed ones only what receipts and credits say since is written. What a person decided stays noted.
    """
    after = {(match.invoice_id, match.line_no, match.school_urn): _sent(match) for match in matches}
    changed = [row for key, row in after.items() if key not in before or _differs(before[key], row)]
    for statement, rows in (
        (_UPSERT, [row for row in changed if row[_STATE] != "billed"]),
        (_FOLLOW_BILLED, [row for row in changed if row[_STATE] == "billed"]),
    ):
        if rows:
            loaded = load_rows(connection, "match_line", _COLUMNS, rows)
            connection.execute(text(statement.format(loaded=loaded)), {"order": order_id})
    gone = [
        dict(zip(_KEY, key, strict=True)) for key, row in before.items() if key not in after and row.bill_id is None
    ]
    if gone:
        connection.execute(_REMOVE, {"rows": as_json(gone)})
    return sorted({str(row[0]) for row in changed} | {str(row["supplier_invoice_id"]) for row in gone})


def matches_of_invoice(connection: Connection, invoice_id: str) -> list[Row[Any]]:
    """Every match of one invoice that the actor may see, with the school's name."""
    return list(connection.execute(_OF_INVOICE, {"invoice": invoice_id}).all())


def claims(connection: Connection, after: tuple[str, int, int], limit: int) -> list[Row[Any]]:
    """What suppliers have still to credit, by (our number, line, school), with the latest request for it."""
    names = dict(zip(("number", "line_no", "urn"), after, strict=True))
    return list(connection.execute(_CLAIMS, {**names, "limit": limit}))


def _sent(match: Match) -> list[Any]:
    """A match as it is written, in the order of the columns; lists where PostgreSQL has arrays."""
    values = list(_SENT(match))
    for index in _LISTS:
        values[index] = list(values[index])
    return values


def _differs(before: Row[Any], after: list[Any]) -> bool:
    kept = _KEPT(before)
    if after[_STATE] == "billed":
        return bool(_FOLLOWED(kept) != _FOLLOWED(after))
    return list(kept) != after


def _amount(row: Row[Any], name: str) -> Amount:
    return Amount(*(getattr(row, f"{name}_{figure}") for figure in _FIGURES))
