"""The three-way match of every invoiced line and school."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text, update

from services.billing.domain.matching import Key, Match, Standing
from services.billing.storage.bulk import as_json
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
_UPSERT = text(f"""
    INSERT INTO match_line AS m (supplier_invoice_id, line_no, school_urn, supplier_id, purchase_order_id,
        order_line_no, {", ".join(_COMPUTED)})
    SELECT sent.supplier_invoice_id, sent.line_no, sent.school_urn, o.supplier_id, o.purchase_order_id,
        sent.order_line_no, {", ".join(f"sent.{name}" for name in _COMPUTED)}
    FROM jsonb_populate_recordset(CAST(NULL AS match_line), CAST(:rows AS jsonb)) AS sent
    JOIN purchase_order o ON o.purchase_order_id = :order
    ON CONFLICT (supplier_invoice_id, line_no, school_urn) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in _COMPUTED)}
    WHERE m.bill_id IS NULL
""")  # noqa: S608 - column names of this module
_REMOVE = text("""
    DELETE FROM match_line m
    USING jsonb_populate_recordset(CAST(NULL AS match_line), CAST(:rows AS jsonb)) AS gone
    WHERE m.supplier_invoice_id = gone.supplier_invoice_id AND m.line_no = gone.line_no
        AND m.school_urn = gone.school_urn AND m.bill_id IS NULL
""")
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


def matches_of_order(connection: Connection, order_id: str) -> dict[Key, Row[Any]]:
    """Every match of a purchase order by its key."""
    rows = connection.execute(select(match_line).where(match_line.c.purchase_order_id == order_id))
    return {(row.supplier_invoice_id, row.line_no, row.school_urn): row for row in rows}


def standing(before: Mapping[Key, Row[Any]]) -> dict[Key, Standing]:
    """What stands of earlier matches: what is billed, and what a person accepted."""
    return {
        key: Standing(row.quantity_invoiced, row.bill_id is not None, frozenset(row.accepted_reasons))
        for key, row in before.items()
    }


def write_matches(
    connection: Connection, order_id: str, before: Mapping[Key, Row[Any]], matches: Iterable[Match]
) -> None:
    """Write the matches of a purchase order that differ from those before; billed ones stand.

    What a person accepted stays noted on the same line.
    """
    after = {(match.invoice_id, match.line_no, match.school_urn): match for match in matches}
    changed = [match for key, match in after.items() if key not in before or _differs(before[key], match)]
    if changed:
        connection.execute(_UPSERT, {"order": order_id, "rows": as_json([_row(match) for match in changed])})
    gone = [key for key, row in before.items() if key not in after and row.bill_id is None]
    if gone:
        rows = [dict(zip(("supplier_invoice_id", "line_no", "school_urn"), key, strict=True)) for key in gone]
        connection.execute(_REMOVE, {"rows": as_json(rows)})


def _row(match: Match) -> dict[str, Any]:
    key = {"supplier_invoice_id": match.invoice_id, "line_no": match.line_no, "school_urn": match.school_urn}
    return {**key, "order_line_no": match.order_line_no, **{name: getattr(match, name) for name in _COMPUTED}}


def _differs(row: Row[Any], match: Match) -> bool:
    return any(
        getattr(row, name) != (list(match.reasons) if name == "reasons" else getattr(match, name)) for name in _COMPUTED
    )


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
