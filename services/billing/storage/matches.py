"""The three-way match of every invoiced line and school."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text, update

from services.billing.domain.matching import Key, Match, Standing
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
    "state",
    "billable_quantity",
    "billable_net_pence",
    "billable_vat_pence",
)
_WRITE = text(f"""
    WITH sent AS (
        SELECT * FROM jsonb_populate_recordset(CAST(NULL AS match_line), CAST(:rows AS jsonb))
    ), gone AS (
        DELETE FROM match_line m WHERE m.purchase_order_id = :order AND m.bill_id IS NULL AND NOT EXISTS (
            SELECT FROM sent WHERE sent.supplier_invoice_id = m.supplier_invoice_id AND sent.line_no = m.line_no
                AND sent.school_urn = m.school_urn)
    )
    INSERT INTO match_line AS m (supplier_invoice_id, line_no, school_urn, supplier_id, purchase_order_id,
        order_line_no, {", ".join(_COMPUTED)})
    SELECT sent.supplier_invoice_id, sent.line_no, sent.school_urn, o.supplier_id, o.purchase_order_id,
        sent.order_line_no, {", ".join(f"sent.{name}" for name in _COMPUTED)}
    FROM sent JOIN purchase_order o ON o.purchase_order_id = :order
    ON CONFLICT (supplier_invoice_id, line_no, school_urn) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in _COMPUTED)}
    WHERE m.bill_id IS NULL
        AND ({", ".join(f"m.{name}" for name in _COMPUTED)})
            IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _COMPUTED)})
""")  # noqa: S608 - column names of this module
_OF_INVOICE = text("""
    SELECT m.*, coalesce(school.name, '') AS school_name, accepted.accepted_by, accepted.accepted_at,
        accepted.reasons AS accepted_for, accepted.why
    FROM match_line m
    LEFT JOIN school ON school.urn = m.school_urn
    LEFT JOIN LATERAL (
        SELECT * FROM match_acceptance a
        WHERE a.supplier_invoice_id = m.supplier_invoice_id AND a.line_no = m.line_no AND a.school_urn = m.school_urn
        ORDER BY accepted_at DESC LIMIT 1
    ) accepted ON true
    WHERE m.supplier_invoice_id = :invoice ORDER BY m.line_no, m.school_urn
""")
_ACCEPT = text("""
    INSERT INTO match_acceptance (supplier_invoice_id, line_no, school_urn, supplier_id, accepted_by, person_id,
        reasons, why)
    SELECT supplier_invoice_id, line_no, school_urn, supplier_id, :who, CAST(:person AS uuid), :reasons, :why
    FROM match_line WHERE supplier_invoice_id = :invoice AND line_no = :line_no AND school_urn = :urn
""")


def standing(connection: Connection, order_id: str) -> dict[Key, Standing]:
    """What was decided before about the matches of a purchase order."""
    match = match_line.c
    rows = connection.execute(
        select(
            match.supplier_invoice_id,
            match.line_no,
            match.school_urn,
            match.quantity_invoiced,
            match.bill_id.is_not(None),
            match.accepted_reasons,
        ).where(match.purchase_order_id == order_id)
    )
    return {
        (invoice, line_no, urn): Standing(quantity, billed, frozenset(accepted))
        for invoice, line_no, urn, quantity, billed, accepted in rows
    }


def write_matches(connection: Connection, order_id: str, matches: Iterable[Match]) -> None:
    """Replace the unbilled matches of a purchase order; what a person accepted stays noted on the same line."""
    rows = [
        {"supplier_invoice_id": fields.pop("invoice_id"), **fields} for fields in (asdict(match) for match in matches)
    ]
    connection.execute(_WRITE, {"order": order_id, "rows": json.dumps(rows, default=str)})


def matches_of_invoice(connection: Connection, invoice_id: str) -> list[Row[Any]]:
    """Every match of one invoice that the actor may see, with the school's name."""
    return list(connection.execute(_OF_INVOICE, {"invoice": invoice_id}))


def get_match(connection: Connection, key: Key) -> Row[Any] | None:
    """One match."""
    return connection.execute(select(match_line).where(*_is(key))).one_or_none()


def note_acceptance(
    connection: Connection, key: Key, reasons: list[str], *, who: str, person_id: str | None, why: str
) -> None:
    """Note for ever which reasons a person has accepted on a match, who and why."""
    names = {"invoice": key[0], "line_no": key[1], "urn": key[2]}
    connection.execute(_ACCEPT, {**names, "who": who, "person": person_id, "reasons": reasons, "why": why})
    connection.execute(update(match_line).where(*_is(key)).values(accepted_reasons=reasons))


def _is(key: Key) -> tuple[Any, ...]:
    match = match_line.c
    return match.supplier_invoice_id == key[0], match.line_no == key[1], match.school_urn == key[2]
