"""Supplier invoices and their lines."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.billing.domain.invoice import SupplierInvoice, fold_number, vat_is_accepted
from services.billing.domain.match_facts import InvoicedLine, Touched
from services.billing.storage.bulk import as_array, as_json
from services.billing.storage.tables import supplier_invoice, supplier_invoice_line
from services.billing.storage.touched import TOUCHED, named

# A credit note has no matches of its own: it is matched once every line is shared over those that it gives back.
_LIST = """
    SELECT CAST(i.supplier_invoice_id AS text) AS supplier_invoice_id, our_number,
        CAST(i.supplier_id AS text) AS supplier_id, coalesce(s.name, '') AS supplier_name, i.number,
        issue_date, due_date,
        CAST(i.purchase_order_id AS text) AS purchase_order_id, o.number AS purchase_order_number, currency,
        net_pence, vat_pence, gross_pence, paid_pence, registered_by, registered_at, kind, credits, buyer_urn,
        original_type,
        encode(original_sha256, 'hex') AS original_sha256, coalesce((
            SELECT a.state FROM supplier_invoice_answer a WHERE a.supplier_invoice_id = i.supplier_invoice_id
            ORDER BY seq DESC LIMIT 1
        ), 'received') AS answer,
        CASE WHEN i.kind = 'credit_note' AND m.matches IS NULL THEN CASE WHEN EXISTS (
            SELECT line_no FROM supplier_invoice_line l WHERE l.supplier_invoice_id = i.supplier_invoice_id
            EXCEPT SELECT line_no FROM credit_share c WHERE c.supplier_invoice_id = i.supplier_invoice_id
        ) THEN 'held' ELSE 'matched' END
            WHEN m.matches IS NULL OR m.held > 0 THEN 'held' WHEN m.billed = m.matches THEN 'billed'
            ELSE 'matched' END AS state
    FROM supplier_invoice i
    JOIN purchase_order o ON o.purchase_order_id = i.purchase_order_id
    LEFT JOIN supplier s ON s.supplier_id = i.supplier_id
    LEFT JOIN LATERAL (
        SELECT count(*) AS matches, count(*) FILTER (WHERE state = 'held') AS held,
            count(*) FILTER (WHERE state = 'billed') AS billed
        FROM match_line WHERE match_line.supplier_invoice_id = i.supplier_invoice_id HAVING count(*) > 0
    ) m ON true
"""
_PAGE = text(f"{_LIST} WHERE our_number > :after ORDER BY our_number LIMIT :limit")
_ONE = text(f"{_LIST} WHERE i.supplier_invoice_id = :id")
_INVOICED = text(f"""
    SELECT CAST(supplier_invoice_id AS text) AS supplier_invoice_id, line_no, order_line_no, school_urn, quantity,
        unit_price, line.net_pence, line.vat_pence, vat_class, vat_rate, vat_accepted, issue_date,
        CASE kind WHEN 'invoice' THEN folded_number END AS folded_number, credits
    FROM supplier_invoice_line line JOIN supplier_invoice USING (supplier_invoice_id)
    WHERE line.purchase_order_id = :order AND {TOUCHED.format(line="order_line_no")} ORDER BY our_number, line_no
""")  # noqa: S608 - text of this module
_SAID: Final = (
    "order_number", "order_line_no", "name", "quantity", "unit_price", "net_pence", "vat_class", "vat_rate",
)  # fmt: skip
# A line for each school repeats the same few contents: each travels once, and the lines as columns of numbers.
_ADD_LINES = text("""
    INSERT INTO supplier_invoice_line (supplier_invoice_id, line_no, supplier_id, purchase_order_id, order_line_no,
        school_urn, name, quantity, unit_price, net_pence, vat_pence, vat_class, vat_rate)
    SELECT :invoice, line.line_no, :supplier, said.purchase_order_id, said.order_line_no, line.school_urn, said.name,
        said.quantity, said.unit_price, said.net_pence, line.vat_pence, said.vat_class, said.vat_rate
    FROM unnest(CAST(:numbers AS integer[]), CAST(:urns AS integer[]), CAST(:vats AS bigint[]),
        CAST(:said AS integer[])) AS line(line_no, school_urn, vat_pence, said)
    JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS said(said integer, purchase_order_id uuid, order_line_no integer,
        name text, quantity integer, unit_price numeric, net_pence bigint, vat_class text, vat_rate numeric)
        USING (said)
""")
_WITH_INVOICES = text("""
    SELECT DISTINCT CAST(o AS text) FROM unnest(CAST(:orders AS uuid[])) AS o
    WHERE EXISTS (SELECT FROM supplier_invoice_line l WHERE l.purchase_order_id = o) ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class Original:
    """The document as it came in, byte for byte, and its media type."""

    content: bytes
    media_type: str


def number_is_taken(connection: Connection, supplier_id: str, kind: str, number: str) -> bool:
    """Whether the supplier has sent a document of this kind whose number folds alike."""
    invoice = supplier_invoice.c
    return (
        connection.execute(
            select(invoice.supplier_invoice_id).where(
                invoice.supplier_id == supplier_id,
                invoice.kind == kind,
                invoice.folded_number == fold_number(number),
            )
        ).first()
        is not None
    )


def add_invoice(
    connection: Connection,
    invoice: SupplierInvoice,
    our_number: str,
    order: Row[Any],
    registered_by: str,
    original: Original,
) -> str | None:
    """Store an invoice with its original; returns its id, or None if its number was taken meanwhile."""
    row = {
        "supplier_invoice_id": str(uuid4()),
        "our_number": our_number,
        "supplier_id": order.supplier_id,
        "number": invoice.number,
        "folded_number": fold_number(invoice.number),
        "issue_date": invoice.issue_date,
        "due_date": invoice.due_date,
        "purchase_order_id": order.purchase_order_id,
        "currency": invoice.currency,
        "net_pence": invoice.net_pence,
        "vat_pence": invoice.vat_pence,
        "gross_pence": invoice.gross_pence,
        "vat_accepted": vat_is_accepted(invoice),
        "kind": invoice.kind,
        "buyer_urn": invoice.buyer_urn,
        "credits": list(invoice.credits),
        "settlement": order.settlement,
        "registered_by": registered_by,
        "original": original.content,
        "original_type": original.media_type,
        "original_sha256": hashlib.sha256(original.content).digest(),
    }
    stored = connection.execute(
        insert(supplier_invoice).values(row).on_conflict_do_nothing(constraint="supplier_invoice_once")
    )
    return str(row["supplier_invoice_id"]) if stored.rowcount else None


def add_lines(
    connection: Connection, invoice_id: str, invoice: SupplierInvoice, vat: Mapping[int, int], found: Sequence[Row[Any]]
) -> None:
    """Store the invoice's lines; `vat` is each line's part of the invoice's VAT in pence, `found` its orders."""
    orders = {order.number: order for order in found}
    contents: dict[tuple[Any, ...], int] = {}
    said = [contents.setdefault(content, len(contents)) for content in map(attrgetter(*_SAID), invoice.lines)]
    rows = [
        {
            **dict(zip(_SAID, content, strict=True)),
            "said": number,
            "purchase_order_id": orders.get(content[0] or "", found[0]).purchase_order_id,
        }
        for content, number in contents.items()
    ]
    connection.execute(
        _ADD_LINES,
        {
            "invoice": invoice_id,
            "supplier": found[0].supplier_id,
            "numbers": as_array(line.line_no for line in invoice.lines),
            "urns": as_array(line.school_urn for line in invoice.lines),
            "vats": as_array(vat[line.line_no] for line in invoice.lines),
            "said": as_array(said),
            "rows": as_json(rows),
        },
    )


def invoiced_lines(connection: Connection, order_id: str, touched: Touched) -> list[InvoicedLine]:
    """The invoiced lines of a purchase order that are touched, in the order of registration."""
    rows = connection.execute(_INVOICED, {"order": order_id, **named(touched)}).all()
    by_number = {row.folded_number: row.supplier_invoice_id for row in rows}
    return [
        InvoicedLine(*(*row[:-2], tuple(by_number.get(fold_number(number), "") for number in row.credits)))
        for row in rows
    ]


def orders_with_invoices(connection: Connection, order_ids: list[str]) -> list[str]:
    """Those of the purchase orders that have been invoiced."""
    return list(connection.execute(_WITH_INVOICES, {"orders": order_ids}).scalars())


def list_invoices(connection: Connection, after: str, limit: int) -> list[Row[Any]]:
    """Invoices that the actor may see, by our number, with their state."""
    return list(connection.execute(_PAGE, {"after": after, "limit": limit}))


def get_invoice(connection: Connection, invoice_id: str) -> Row[Any] | None:
    """One invoice with its state."""
    return connection.execute(_ONE, {"id": invoice_id}).one_or_none()


def get_original(connection: Connection, invoice_id: str) -> Row[str, bytes, str, bytes] | None:
    """The document as it came in (number, original, original_type, original_sha256), if the actor may see it."""
    invoice = supplier_invoice.c
    query = select(invoice.number, invoice.original, invoice.original_type, invoice.original_sha256)
    return connection.execute(query.where(invoice.supplier_invoice_id == invoice_id)).one_or_none()


def orders_of(connection: Connection, invoice_id: str) -> list[str]:
    """The purchase orders that a document's lines stand on."""
    line = supplier_invoice_line.c
    query = select(line.purchase_order_id).where(line.supplier_invoice_id == invoice_id).distinct()
    return list(connection.execute(query).scalars())


def set_rejected(connection: Connection, invoice_id: str, why: str | None) -> None:
    """Note why an invoice is rejected as a whole; None: it no longer is."""
    invoice = supplier_invoice.c
    connection.execute(
        update(supplier_invoice).where(invoice.supplier_invoice_id == invoice_id).values(rejected_why=why)
    )


def invoice_lines(
    connection: Connection,
    invoice_id: str,
    *,
    only: Sequence[int] | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Row[Any]]:
    """The lines of one invoice above the number `after`, by number; `only` those of these numbers."""
    line = supplier_invoice_line.c
    found = select(supplier_invoice_line).where(line.supplier_invoice_id == invoice_id, line.line_no > after)
    if only is not None:
        found = found.where(line.line_no.in_(only))
    return list(connection.execute(found.order_by(line.line_no).limit(limit)).all())


def count_lines(connection: Connection, invoice_id: str) -> int:
    """How many lines an invoice has."""
    line = supplier_invoice_line.c
    query = select(func.count()).select_from(supplier_invoice_line).where(line.supplier_invoice_id == invoice_id)
    return connection.execute(query).scalar_one()


def suppliers_of(connection: Connection, invoice_ids: list[str]) -> dict[str, str]:
    """The supplier's id of each of these invoices."""
    invoice = supplier_invoice.c
    rows = connection.execute(
        select(invoice.supplier_invoice_id, invoice.supplier_id).where(invoice.supplier_invoice_id.in_(invoice_ids))
    )
    return dict(rows.all())
