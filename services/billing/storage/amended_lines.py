"""Lines of purchase orders that an amendment gave another price or article."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from services.billing.storage.bulk import as_json

# The quantity and net of a line follow from its drops; see `orders.amend_drops`.
_AMEND = text("""
    UPDATE purchase_order_line l SET unit_price = sent.unit_price, sku = sent.sku, name = sent.name
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent(
        purchase_order_id uuid, line_no integer, unit_price numeric, sku text, name text)
    WHERE l.purchase_order_id = sent.purchase_order_id AND l.line_no = sent.line_no
""")


def amend_lines(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Take over purchase_order_id, line_no, unit_price, sku and name."""
    connection.execute(_AMEND, {"rows": as_json(rows)})
