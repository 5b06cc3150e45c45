"""What a close leaves behind: purchase orders with their drops, the proof, and orders that were no part of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from services.orders.storage.closing import Closing
from services.orders.storage.closing_wishes import MEMBER

_LEFT_OUT = f"""
    SELECT o.school_urn, s.name AS school_name, o.state,
        CASE WHEN NOT ({MEMBER}) THEN 'The school had left the alliance by the close.'
            WHEN o.state = 'submitted' THEN 'It was waiting for approval at the close.'
            WHEN o.state = 'returned' THEN 'It had been returned and was not sent again before the close.'
            ELSE 'It had not been sent by the close.' END AS reason
    FROM school_order o JOIN school s ON s.urn = o.school_urn
    WHERE o.round_id = :round_id AND o.state NOT IN ('dropped', 'declined')
        AND (o.state <> 'approved' OR NOT ({MEMBER}))
"""  # noqa: S608 -- assembled from these modules
_LIST_LEFT_OUT = text(f"{_LEFT_OUT} ORDER BY s.name, o.school_urn")
_DROP = text(f"""
    WITH left_out AS ({_LEFT_OUT}), dropped AS (
        UPDATE school_order o SET state = 'dropped', version = version + 1, updated_at = :now
        FROM left_out WHERE o.round_id = :round_id AND o.school_urn = left_out.school_urn
    )
    INSERT INTO order_history (round_id, school_urn, at, action, detail)
    SELECT :round_id, school_urn, :now, 'dropped', reason FROM left_out
""")  # noqa: S608

_ISSUE = text("""
    INSERT INTO purchase_order
        (purchase_order_id, number, round_id, contract_id, supplier_id, state, issued_at, net_pence, vat_pence)
    VALUES (:purchase_order_id, :number, :round_id, :contract_id, :supplier_id, 'issued', :now, :net_pence, :vat_pence)
""")
# Goods are described by the round's offer; a charge describes itself.
_ISSUE_LINES = text("""
    INSERT INTO purchase_order_line (purchase_order_id, line_no, round_id, supplier_id, kind, offer_id, unit_price,
        quantity, net_pence, sku, name, unit, category_code, ledger_code, vat_class)
    SELECT p.purchase_order_id, line.line_no, p.round_id, p.supplier_id, line.kind, line.offer_id, line.unit_price,
        line.quantity, line.net_pence, own.sku, own.name, own.unit, own.category_code, own.ledger_code, own.vat_class
    FROM closing_line line JOIN purchase_order p USING (contract_id, supplier_id)
    LEFT JOIN closing_line own ON own.position = line.position AND own.kind = 'charge'
    WHERE p.round_id = :round_id AND line.line_no IS NOT NULL
""")
_TELL_ORDERS = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT 'PurchaseOrderIssued', 2, 'purchase_order:' || p.purchase_order_id, jsonb_build_object(
        'purchase_order_id', p.purchase_order_id, 'number', p.number, 'round_id', r.round_id,
        'round_number', r.number, 'round_title', r.title, 'title', r.title, 'plan_id', NULL, 'service_from', NULL,
        'service_to', NULL, 'contract_id', p.contract_id, 'supplier_id', p.supplier_id,
        'issued_at', to_char(p.issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'lines', (
            SELECT jsonb_agg(jsonb_build_object(
                'line_no', line.line_no, 'kind', line.kind, 'offer_id', line.offer_id, 'sku', line.sku,
                'name', line.name, 'unit', line.unit, 'category_code', line.category_code,
                'ledger_code', line.ledger_code, 'vat_class', line.vat_class, 'unit_price', line.unit_price::text,
                'quantity', line.quantity, 'net_pence', line.net_pence
            ) ORDER BY line.line_no)
            FROM closing_line line
            WHERE line.contract_id = p.contract_id AND line.supplier_id = p.supplier_id
                AND line.line_no IS NOT NULL))
    FROM purchase_order p JOIN round r USING (round_id)
    WHERE p.round_id = :round_id
    ORDER BY p.number
""")
# The JSON is put together as text, which takes half the time of jsonb_build_object.
_ISSUE_DROPS = text("""
    WITH part AS MATERIALIZED (
        SELECT line.order_no, share.school_urn,
            string_agg('{"line_no":' || line.line_no || ',"quantity":' || share.granted || ',"net_pence":'
                || share.net_pence || CASE WHEN share.vat_class IS NULL THEN '' ELSE ',"vat":' || json_build_object(
                    'vat_class', share.vat_class, 'reduced', share.vat_reduced,
                    'certificate', share.vat_certificate) END || '}',
                ',' ORDER BY line.line_no) AS lines
        FROM closing_share share JOIN closing_line line USING (position)
        WHERE share.granted > 0 OR share.net_pence > 0
        GROUP BY share.school_urn, line.order_no
    ), ordered AS (
        SELECT DISTINCT line.order_no, p.purchase_order_id, p.supplier_id, p.number
        FROM closing_line line JOIN purchase_order p USING (contract_id, supplier_id) WHERE p.round_id = :round_id
    ), issued AS (
        INSERT INTO school_drop (purchase_order_id, school_urn, supplier_id, round_id)
        SELECT p.purchase_order_id, part.school_urn, p.supplier_id, :round_id FROM part JOIN ordered p USING (order_no)
    )
    INSERT INTO event_log (type, version, key, body)
    SELECT 'DropIssued', 2, 'purchase_order:' || p.purchase_order_id, ('{"purchase_order_id":"' || p.purchase_order_id
        || '","school_urn":' || part.school_urn || ',"tax_point":"' || r.delivery_from || '","lines":[' || part.lines
        || ']}')::jsonb
    FROM part JOIN ordered p USING (order_no) JOIN round r ON r.round_id = :round_id
    ORDER BY p.number, part.school_urn
""")
# What was written is held against the purchase orders at once; a charge is one unit there, and none in a drop. Lines of
# a drop stand together: URNs and numbers of lines have at most six digits, so that this is one number to sort by.
_ISSUE_DROP_LINES = text("""
    WITH written AS (
        INSERT INTO drop_line (purchase_order_id, school_urn, line_no, supplier_id, quantity, net_pence, vat_class,
            vat_reduced, vat_certificate)
        SELECT p.purchase_order_id, share.school_urn, line.line_no, p.supplier_id, share.granted, share.net_pence,
            coalesce(share.vat_class, line.vat_class), coalesce(share.vat_reduced, false),
            coalesce(share.vat_certificate, '')
        FROM closing_share share JOIN closing_line line USING (position)
        JOIN purchase_order p USING (contract_id, supplier_id)
        WHERE p.round_id = :round_id AND (share.granted > 0 OR share.net_pence > 0)
        ORDER BY (line.order_no * 1000000::bigint + share.school_urn) * 1000000 + line.line_no
        RETURNING purchase_order_id, line_no, quantity, net_pence
    ), shared AS (
        SELECT purchase_order_id, line_no, sum(net_pence) AS net_pence, sum(quantity) AS quantity
        FROM written GROUP BY purchase_order_id, line_no
    ), ordered AS (
        SELECT purchase_order_id, line_no, net_pence, CASE kind WHEN 'charge' THEN 0 ELSE quantity END AS quantity
        FROM purchase_order_line WHERE round_id = :round_id
    )
    SELECT count(*) FROM ordered FULL JOIN shared USING (purchase_order_id, line_no)
    WHERE (ordered.net_pence, ordered.quantity) IS DISTINCT FROM (shared.net_pence, shared.quantity)
""")
# In the order of its key, whose pages are then filled one after the other.
_PROVE = text("""
    WITH line AS (
        INSERT INTO close_line (round_id, contract_id, supplier_id, position, kind, offer_id, sku, name, unit,
            vat_class, line_no, share_by, reason, pack, schools, firm, flexible, denied, unit_price, quantity,
            net_pence, weight, left_over)
        SELECT :round_id, contract_id, supplier_id, position, kind, offer_id, sku, name, unit, vat_class, line_no,
            share_by, reason, pack, schools, firm, flexible, denied, unit_price, quantity, net_pence, weight, left_over
        FROM closing_line ORDER BY position
        RETURNING close_line_id, position
    )
    INSERT INTO close_share (close_line_id, school_urn, firm, flexible, granted, reason, denied_unit_price,
        denied_schools, max_unit_price, min_schools, weight, rank, net_pence)
    SELECT line.close_line_id, share.school_urn, share.firm, share.flexible, share.granted, share.reason,
        share.denied_unit_price, share.denied_schools, share.max_unit_price, share.min_schools, share.weight,
        share.rank, share.net_pence
    FROM closing_share share JOIN line USING (position)
    ORDER BY share.position * 1000000::bigint + share.school_urn
""")


class SharesDoNotAddUp(RuntimeError):
    """A fault of this software: drops and purchase orders differ, so the close must not stand."""


def left_out(closing: Closing) -> Sequence[Row[Any]]:
    """The orders that are not part of the round: school, state and reason."""
    return closing.connection.execute(_LIST_LEFT_OUT, closing.values).all()


def drop_left_out(closing: Closing, now: datetime) -> None:
    """Put those orders into the state `dropped`, with the reason in their history."""
    closing.connection.execute(_DROP, {**closing.values, "now": now})


def issue(closing: Closing, purchase_orders: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write the purchase orders, their lines and every school's drop, and tell the other parts.

    Raises SharesDoNotAddUp unless every unit and every penny of each line stands in exactly one drop.
    """
    connection, values = closing.connection, closing.values
    connection.execute(_ISSUE, [{**order, "now": now, **values} for order in purchase_orders])
    connection.execute(_ISSUE_LINES, values)
    connection.execute(_TELL_ORDERS, values)
    connection.execute(_ISSUE_DROPS, values)
    if faults := connection.execute(_ISSUE_DROP_LINES, values).scalar_one():
        raise SharesDoNotAddUp(f"{faults} lines of the round differ from their drops")


def prove(closing: Closing) -> None:
    """Keep the proof: every line with its totals, and each school's way from its wish to its penny."""
    closing.connection.execute(_PROVE, closing.values)
