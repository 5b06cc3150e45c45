"""Purchase orders, their drops and receipts, as the orders service tells of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, text

from services.billing.domain.match_facts import DropLine, OrderLine, Tolerance, Touched
from services.billing.storage.bulk import as_json, insert_rows
from services.billing.storage.tables import drop_line, purchase_order, purchase_order_line
from services.billing.storage.touched import TOUCHED, named

Rows = Sequence[Mapping[str, Any]]

_ADD_DROPS = text("""
    INSERT INTO drop_line (purchase_order_id, line_no, school_urn, supplier_id, quantity, net_pence, vat_class,
        vat_rate)
    SELECT purchase_order_id, line_no, sent.school_urn, line.supplier_id, sent.quantity, sent.net_pence,
        coalesce(sent.vat_class, line.vat_class),
        coalesce(sent.vat_rate, CASE line.vat_class WHEN 'S' THEN sent.standard_rate ELSE 0 END)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent(
        purchase_order_id uuid, line_no integer, school_urn integer, quantity integer, net_pence bigint,
        vat_class text, vat_rate numeric, standard_rate numeric)
    JOIN purchase_order_line line USING (purchase_order_id, line_no)
    ON CONFLICT DO NOTHING
""")
# The line is what its drops come to: so the same amendment heard twice changes nothing.
_AMEND = text("""
    WITH amended AS (
        UPDATE drop_line d SET quantity = sent.quantity, net_pence = sent.net_pence
        FROM jsonb_populate_recordset(CAST(NULL AS drop_line), CAST(:rows AS jsonb)) AS sent
        WHERE d.purchase_order_id = sent.purchase_order_id AND d.line_no = sent.line_no
            AND d.school_urn = sent.school_urn
        RETURNING d.purchase_order_id, d.line_no, d.school_urn, d.quantity, d.net_pence
    ), together AS (
        SELECT d.purchase_order_id, d.line_no, sum(coalesce(amended.quantity, d.quantity)) AS quantity,
            sum(coalesce(amended.net_pence, d.net_pence)) AS net_pence
        FROM drop_line d LEFT JOIN amended USING (purchase_order_id, line_no, school_urn)
        WHERE (d.purchase_order_id, d.line_no) IN (SELECT purchase_order_id, line_no FROM amended)
        GROUP BY d.purchase_order_id, d.line_no
    )
    UPDATE purchase_order_line l SET quantity = together.quantity, net_pence = together.net_pence
    FROM together WHERE l.purchase_order_id = together.purchase_order_id AND l.line_no = together.line_no
""")
_DROPS = text(f"""
    SELECT d.line_no, d.school_urn,
        CASE l.kind WHEN 'charge' THEN 1 ELSE d.quantity END, CASE l.kind WHEN 'charge' THEN 1 ELSE d.received END,
        CASE l.kind WHEN 'charge' THEN d.net_pence END, d.vat_class, d.vat_rate,
        CASE l.kind WHEN 'charge' THEN NULL ELSE d.net_pence END
    FROM drop_line d JOIN purchase_order_line l USING (purchase_order_id, line_no)
    WHERE d.purchase_order_id = :order AND {TOUCHED.format(line="d.line_no")}
""")  # noqa: S608 - text of this module
_ADD_RECEIPTS = text("""
    INSERT INTO receipt_line (receipt_id, line_no, purchase_order_id, school_urn, supplier_id, quantity_received,
        recorded_at)
    SELECT sent.receipt_id, sent.line_no, sent.purchase_order_id, sent.school_urn, drop_line.supplier_id,
        sent.quantity_received, sent.recorded_at
    FROM jsonb_populate_recordset(CAST(NULL AS receipt_line), CAST(:rows AS jsonb)) AS sent
    JOIN drop_line USING (purchase_order_id, line_no, school_urn)
    ON CONFLICT DO NOTHING
""")
# Only the drops that the receipts tell of, each by its index: an order of thousands of drops hears of them one by one.
_SUM_RECEIPTS = text("""
    UPDATE drop_line SET received = (
        SELECT sum(quantity_received) FROM receipt_line
        WHERE receipt_line.purchase_order_id = drop_line.purchase_order_id
            AND receipt_line.line_no = drop_line.line_no AND receipt_line.school_urn = drop_line.school_urn
    )
    FROM (
        SELECT DISTINCT purchase_order_id, line_no, school_urn
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent (purchase_order_id uuid, line_no int, school_urn int)
    ) AS told
    WHERE drop_line.purchase_order_id = told.purchase_order_id AND drop_line.line_no = told.line_no
        AND drop_line.school_urn = told.school_urn
""")
# Settled directly, an order is settled once its invoices are found right; one that is rejected later is sent anew.
_BY_NUMBER = text("""
    SELECT CAST(purchase_order_id AS text) AS purchase_order_id, o.number, CAST(o.round_id AS text) AS round_id,
        coalesce(o.title, round.title, '') AS title, CAST(o.supplier_id AS text) AS supplier_id,
        coalesce(supplier.name, '') AS supplier_name, o.answer,
        CASE WHEN NOT EXISTS (
            SELECT FROM supplier_invoice_line l JOIN supplier_invoice i USING (supplier_invoice_id)
            WHERE l.purchase_order_id = o.purchase_order_id AND i.rejected_why IS NOT NULL) THEN o.settled_at
        END AS settled_at,
        coalesce(settlement, 'recharge') AS settlement
    FROM purchase_order o LEFT JOIN contract USING (contract_id) LEFT JOIN round USING (round_id)
    LEFT JOIN supplier ON supplier.supplier_id = o.supplier_id
    WHERE o.number = ANY(:numbers)
""")
_TOLERANCE = text("""
    SELECT tolerated_basis_points, tolerated_units, tolerated_pence
    FROM contract JOIN purchase_order USING (contract_id) WHERE purchase_order_id = :order
""")
_ANSWER = text("""
    UPDATE purchase_order SET answer = sent.answer
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent (purchase_order_id uuid, answer text)
    WHERE purchase_order.purchase_order_id = sent.purchase_order_id
""")


def record_orders(connection: Connection, orders: Rows, lines: Rows) -> None:
    """Add purchase orders with their lines; those known already stay as they are."""
    insert_rows(connection, "purchase_order", orders, "ON CONFLICT DO NOTHING")
    insert_rows(connection, "purchase_order_line", lines, "ON CONFLICT DO NOTHING")


def record_drops(connection: Connection, rows: Rows) -> None:
    """Add what each school ordered: purchase_order_id, line_no, school_urn, quantity, net_pence, and its VAT.

    Without vat_class and vat_rate (per cent) it is the line's class, which has the `standard_rate` if it is S.
    """
    connection.execute(_ADD_DROPS, {"rows": as_json(rows)})


def amend_drops(connection: Connection, rows: Rows) -> None:
    """Change what schools ordered, and the lines by it: purchase_order_id, line_no, school_urn, quantity, net_pence."""
    connection.execute(_AMEND, {"rows": as_json(rows)})


def record_receipts(connection: Connection, rows: Rows) -> None:
    """Add receipts, each counted once: receipt_id, line_no, purchase_order_id, school_urn, quantity_received …"""
    sent = {"rows": as_json(rows)}
    connection.execute(_ADD_RECEIPTS, sent)
    connection.execute(_SUM_RECEIPTS, sent)


def record_answers(connection: Connection, rows: Rows) -> None:
    """Note what suppliers answered: purchase_order_id, answer."""
    connection.execute(_ANSWER, {"rows": as_json(rows)})


def orders_by_number(connection: Connection, numbers: Collection[str]) -> dict[str, Row[Any]]:
    """The purchase orders that the actor may see, by their numbers in capitals, and how each is settled.

    `settled_at` is None also where an invoice of the order was rejected since: its units can be invoiced anew.
    """
    rows = connection.execute(_BY_NUMBER, {"numbers": [number.upper() for number in numbers]})
    return {row.number: row for row in rows}


def lock_orders(connection: Connection, order_ids: Collection[str]) -> None:
    """Hold these purchase orders until the transaction ends: whoever matches or bills them takes turns."""
    connection.execute(
        select(purchase_order.c.purchase_order_id)
        .where(purchase_order.c.purchase_order_id.in_(order_ids))
        .order_by(purchase_order.c.purchase_order_id)
        .with_for_update()
    )


def rechargeable_orders(connection: Connection, round_id: str) -> list[str]:
    """The purchase orders of a round whose contract is settled by recharge."""
    found = connection.execute(
        text(
            "SELECT CAST(purchase_order_id AS text) FROM purchase_order LEFT JOIN contract USING (contract_id)"
            " WHERE round_id = :round AND coalesce(settlement, 'recharge') = 'recharge'"
        ),
        {"round": round_id},
    )
    return list(found.scalars())


def service_order(connection: Connection, order_id: str) -> Row[Any] | None:
    """(title, rechargeable) of a purchase order for a recurring service; None for any other."""
    found = connection.execute(
        text(
            "SELECT o.title, coalesce(settlement, 'recharge') = 'recharge' AS rechargeable"
            " FROM purchase_order o LEFT JOIN contract USING (contract_id)"
            " WHERE purchase_order_id = :order AND plan_id IS NOT NULL"
        ),
        {"order": order_id},
    )
    return found.one_or_none()


def order_lines(connection: Connection, order_id: str) -> list[OrderLine]:
    """The lines of a purchase order."""
    line = purchase_order_line.c
    rows = connection.execute(
        select(line.line_no, line.unit_price, line.quantity, line.vat_class, line.kind == "charge").where(
            line.purchase_order_id == order_id
        )
    )
    return [OrderLine(*row) for row in rows]


def drops(connection: Connection, order_id: str, touched: Touched) -> list[DropLine]:
    """What schools ordered and received of a purchase order; of a charge their share, which nobody receives."""
    rows = connection.execute(_DROPS, {"order": order_id, **named(touched)})
    return [
        DropLine(line_no, urn, ordered, received, charge, (vat_class, rate), net)
        for line_no, urn, ordered, received, charge, vat_class, rate, net in rows
    ]


def tolerance(connection: Connection, order_id: str) -> Tolerance:
    """By how much the order's contract lets an invoice differ; by nothing while the contract is not known."""
    found = connection.execute(_TOLERANCE, {"order": order_id}).one_or_none()
    return Tolerance(*found) if found else Tolerance()


def supplier_of(connection: Connection, order_id: str) -> str:
    """The supplier of a purchase order."""
    order = purchase_order.c
    return str(connection.execute(select(order.supplier_id).where(order.purchase_order_id == order_id)).scalar_one())


def schools_of(connection: Connection, order_ids: Collection[str]) -> set[int]:
    """The schools that purchase orders deliver to."""
    drop = drop_line.c
    found = connection.execute(select(drop.school_urn).where(drop.purchase_order_id.in_(order_ids)).distinct())
    return set(found.scalars())
