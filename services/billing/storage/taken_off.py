"""Lines that are taken off bills: each is credited whole, and its match is open again and can be billed anew."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.match_facts import Key
from services.billing.storage.bulk import insert_rows
from services.billing.storage.match_keys import KEYS, sent

_LOCK = text(f"""
    SELECT bill_id FROM bill WHERE bill_id IN (
        SELECT m.bill_id FROM {KEYS} JOIN match_line m USING (supplier_invoice_id, line_no, school_urn))
    ORDER BY bill_id FOR UPDATE
""")  # noqa: S608 - text of this package
_BY_BILL = text(f"""
    SELECT CAST(bill_id AS text) AS bill_id, m.school_urn, bill.number AS bill_number, bill.title,
        CAST(bill.round_id AS text) AS round_id, CAST(sum(m.billable_net_pence) AS bigint) AS net_pence,
        CAST(sum(m.billable_vat_pence) AS bigint) AS vat_pence
    FROM {KEYS} JOIN match_line m USING (supplier_invoice_id, line_no, school_urn) JOIN bill USING (bill_id)
    GROUP BY bill_id, m.school_urn, bill.number, bill.title, bill.round_id
    HAVING sum(m.billable_net_pence + m.billable_vat_pence) > 0 ORDER BY bill.number
""")  # noqa: S608 - text of this package
_ADD_LINES = text(f"""
    INSERT INTO credit_note_line (credit_note_id, line_no, school_urn, bill_id, bill_line_no, quantity, net_pence,
        vat_pence)
    SELECT note.credit_note_id, row_number() OVER (PARTITION BY note.credit_note_id ORDER BY b.line_no), m.school_urn,
        b.bill_id, b.line_no, b.quantity, b.net_pence, b.vat_pence
    FROM {KEYS} JOIN match_line m USING (supplier_invoice_id, line_no, school_urn)
    JOIN credit_note note ON note.bill_id = m.bill_id AND note.credit_note_id = ANY(CAST(:notes AS uuid[]))
    JOIN bill_line b ON b.bill_id = m.bill_id AND b.supplier_invoice_id = m.supplier_invoice_id
        AND b.supplier_invoice_line_no = m.line_no
""")  # noqa: S608 - text of this package
_TAKE_OFF = text(f"""
    UPDATE bill_line b SET taken_off = true
    FROM {KEYS} JOIN match_line m USING (supplier_invoice_id, line_no, school_urn)
    WHERE b.bill_id = m.bill_id AND b.supplier_invoice_id = m.supplier_invoice_id
        AND b.supplier_invoice_line_no = m.line_no AND b.school_urn = m.school_urn
""")  # noqa: S608 - text of this package
_OPEN = text(f"""
    UPDATE match_line m SET state = 'billable', bill_id = NULL FROM {KEYS}
    WHERE m.supplier_invoice_id = sent.supplier_invoice_id AND m.line_no = sent.line_no
        AND m.school_urn = sent.school_urn
""")  # noqa: S608 - text of this package


def lock_bills(connection: Connection, keys: Collection[Key]) -> None:
    """Keep everybody from paying or crediting the bills of these matches until this transaction ends."""
    connection.execute(_LOCK, {"rows": sent(keys)})


def lines_by_bill(connection: Connection, keys: Collection[Key]) -> list[Row[Any]]:
    """(bill_id, school_urn, bill_number, title, round_id, net_pence, vat_pence) of what comes off each bill."""
    return list(connection.execute(_BY_BILL, {"rows": sent(keys)}))


def take_off(connection: Connection, notes: Sequence[dict[str, Any]], keys: Collection[Key]) -> None:
    """Store these credit notes with a line for each match that comes off its bill, and open the matches."""
    insert_rows(connection, "credit_note", notes)
    names = {"rows": sent(keys), "notes": [note["credit_note_id"] for note in notes]}
    for statement in (_ADD_LINES, _TAKE_OFF, _OPEN):
        connection.execute(statement, names)
