"""The invoiced lines of a purchase order that stand alone at their place, put together where they say the same.

An invoice with a line for each article in each school has tens of thousands of lines, of which few differ in anything
that a match depends on. The database puts these together, so that each different case is judged once.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.match_facts import NOTHING, Alike, Amount, DropLine, InvoicedLine, Standing, Touched
from services.billing.storage.bulk import as_array, planned_for_many
from services.billing.storage.touched import TOUCHED, named

_CLOSE = text("""
    SELECT order_line_no, bool_or(school_urn IS NULL) FROM (
        SELECT order_line_no, school_urn, count(*) > 1 OR bool_or(quantity < 0 OR net_pence < 0) AS more
        FROM supplier_invoice_line
        WHERE purchase_order_id = :order
            AND (CAST(:order_lines AS integer[]) IS NULL OR order_line_no = ANY(CAST(:order_lines AS integer[])))
            AND (CAST(:schools AS integer[]) IS NULL OR school_urn IS NULL
                OR school_urn = ANY(CAST(:schools AS integer[])))
        GROUP BY order_line_no, school_urn
    ) AS place
    WHERE more OR school_urn IS NULL GROUP BY order_line_no
""")
_ALIKE = text(f"""
    SELECT CAST(same.supplier_invoice_id AS text) AS supplier_invoice_id, same.order_line_no, same.quantity,
        same.unit_price, same.net_pence, same.vat_pence, same.vat_class, same.vat_rate, i.vat_accepted, i.issue_date,
        quantity_ordered, received, ordered_net_pence, ordered_vat_class, ordered_vat_rate, quantity_invoiced, billed,
        accepted_reasons, disputed, billable_quantity, billable_net_pence, billable_vat_pence, returned_quantity,
        returned_net_pence, returned_vat_pence, upheld_quantity, upheld_net_pence, upheld_vat_pence, line_nos, urns
    FROM (
        SELECT l.supplier_invoice_id, l.order_line_no, l.quantity, l.unit_price, l.net_pence, l.vat_pence,
            l.vat_class, l.vat_rate, d.quantity AS quantity_ordered, d.received, d.net_pence AS ordered_net_pence,
            d.vat_class AS ordered_vat_class, d.vat_rate AS ordered_vat_rate, m.quantity_invoiced,
            m.bill_id IS NOT NULL AS billed, m.accepted_reasons, m.disputed, m.billable_quantity, m.billable_net_pence,
            m.billable_vat_pence, m.returned_quantity, m.returned_net_pence, m.returned_vat_pence, m.upheld_quantity,
            m.upheld_net_pence, m.upheld_vat_pence, array_agg(l.line_no) AS line_nos, array_agg(l.school_urn) AS urns
        FROM (
            SELECT * FROM supplier_invoice_line
            WHERE purchase_order_id = :order AND order_line_no <> ALL(CAST(:close AS integer[]))
                AND {TOUCHED.format(line="order_line_no")}
        ) AS l
        LEFT JOIN drop_line d ON d.purchase_order_id = l.purchase_order_id AND d.line_no = l.order_line_no
            AND d.school_urn = l.school_urn
        LEFT JOIN match_line m ON m.purchase_order_id = l.purchase_order_id AND m.order_line_no = l.order_line_no
            AND m.school_urn = l.school_urn AND m.supplier_invoice_id = l.supplier_invoice_id AND m.line_no = l.line_no
        GROUP BY {", ".join(map(str, range(1, 27)))}
    ) AS same
    JOIN supplier_invoice i USING (supplier_invoice_id)
""")  # noqa: S608 - text of this module


def close_lines(connection: Connection, order_id: str, touched: Touched) -> dict[int, bool]:
    """The order lines of which not every touched place has one line of its own that charges, and whether it is shared.

    A place is a school and an order line; a shared line of an invoice names no school.
    """
    found = connection.execute(_CLOSE, {"order": order_id, **named(touched)})
    return {row[0]: row[1] for row in found}


def alike_lines(
    connection: Connection, order_id: str, touched: Touched, close: dict[int, bool], charges: Collection[int]
) -> list[Alike]:
    """What is touched of a purchase order but for the `close` lines, together where nothing tells two lines apart.

    `charges` are the lines of the order that are charges, which nobody receives.
    """
    names = {"order": order_id, **named(touched), "close": as_array(close)}
    with planned_for_many(connection, touched.places):
        return [_alike(row, charges) for row in connection.execute(_ALIKE, names)]


def _alike(row: Row[Any], charges: Collection[int]) -> Alike:
    return Alike(
        item=InvoicedLine(
            row.supplier_invoice_id, row.line_nos[0], row.order_line_no, row.urns[0], row.quantity, row.unit_price,
            row.net_pence, row.vat_pence, row.vat_class, row.vat_rate, row.vat_accepted, row.issue_date,
        ),
        drop=None if row.quantity_ordered is None else _drop(row, charges),
        before=None if row.quantity_invoiced is None else _standing(row),
        places=tuple(zip(row.line_nos, row.urns, strict=True)),
    )  # fmt: skip


def _drop(row: Row[Any], charges: Collection[int]) -> DropLine:
    vat = (row.ordered_vat_class, row.ordered_vat_rate)
    if row.order_line_no in charges:
        return DropLine(row.order_line_no, row.urns[0], 1, 1, row.ordered_net_pence, vat)
    return DropLine(
        row.order_line_no, row.urns[0], row.quantity_ordered, row.received, None, vat, row.ordered_net_pence
    )


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        row.quantity_invoiced,
        row.billed,
        frozenset(row.accepted_reasons),
        row.disputed,
        _amount(row, "billable"),
        NOTHING,  # what is credited of has more lines than its own
        _amount(row, "returned"),
        _amount(row, "upheld"),
    )


def _amount(row: Row[Any], name: str) -> Amount:
    if not row.billed:
        return NOTHING
    return Amount(*(getattr(row, f"{name}_{figure}") for figure in ("quantity", "net_pence", "vat_pence")))
