"""What schools dispute of their bills, line by line, and what the manager answers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.match_facts import Amount

_DISPUTES = """
    SELECT CAST(x.dispute_id AS text) AS dispute_id, CAST(x.bill_id AS text) AS bill_id,
        coalesce(bill.number, d.number) AS bill_number, x.line_no, coalesce(b.name, l.name, '') AS line_name,
        x.school_urn, coalesce(school.name, '') AS school_name, x.state, x.why, x.raised_by, x.raised_at, x.net_pence,
        x.vat_pence, x.answer, x.answered_by, x.answered_at
    FROM bill_dispute x
    LEFT JOIN school ON school.urn = x.school_urn
    LEFT JOIN bill USING (bill_id) LEFT JOIN bill_line b ON b.bill_id = x.bill_id AND b.line_no = x.line_no
    LEFT JOIN direct_bill d ON d.supplier_invoice_id = x.bill_id
    LEFT JOIN supplier_invoice_line l ON l.supplier_invoice_id = x.bill_id AND l.line_no = x.line_no
"""
_OF_BILL = text(f"{_DISPUTES} WHERE x.bill_id = :bill ORDER BY x.raised_at, x.dispute_id")
_ONE = text(f"{_DISPUTES} WHERE x.dispute_id = :dispute")
_PAGE = text(f"""
    {_DISPUTES} WHERE x.state = coalesce(:state, x.state)
        AND x.school_urn = coalesce(CAST(:urn AS integer), x.school_urn)
        AND CAST(x.dispute_id AS text) > :after ORDER BY CAST(x.dispute_id AS text) LIMIT :limit
""")
_LOCK = text("SELECT state FROM bill_dispute WHERE dispute_id = :dispute FOR UPDATE")
_UPHELD_BESIDE = text("""
    SELECT other.net_pence, other.vat_pence FROM bill_dispute x JOIN bill_dispute other USING (bill_id, line_no)
    WHERE x.dispute_id = :dispute AND other.dispute_id <> x.dispute_id AND other.state = 'upheld'
    ORDER BY other.answered_at, other.dispute_id
""")
_ADD = text("""
    INSERT INTO bill_dispute (dispute_id, bill_id, line_no, school_urn, state, why, raised_by)
    VALUES (:dispute, :bill, :line_no, :urn, 'open', :why, :by)
    ON CONFLICT (bill_id, line_no) WHERE state = 'open' DO NOTHING
""")
_ANSWER = text("""
    UPDATE bill_dispute SET state = :state, answer = :answer, answered_by = :by, answered_at = clock_timestamp(),
        net_pence = :net_pence, vat_pence = :vat_pence
    WHERE dispute_id = :dispute
""")
_UPHOLD = text("""
    UPDATE match_line SET upheld_quantity = :quantity, upheld_net_pence = :net_pence, upheld_vat_pence = :vat_pence
    WHERE supplier_invoice_id = :invoice AND line_no = :line_no AND school_urn = :urn
""")
_MATCH = text("""
    SELECT CAST(m.supplier_invoice_id AS text) AS supplier_invoice_id, m.line_no, m.school_urn,
        CAST(m.purchase_order_id AS text) AS purchase_order_id, m.state, m.billable_quantity, m.billable_net_pence,
        m.billable_vat_pence, m.returned_quantity, m.returned_net_pence, m.returned_vat_pence, m.upheld_quantity,
        m.upheld_net_pence, m.upheld_vat_pence, m.disputed, m.credit_requested,
        m.credited_net_pence + m.credited_vat_pence AS credited_pence
    FROM (
        SELECT supplier_invoice_id, supplier_invoice_line_no AS line_no, school_urn FROM bill_line
        WHERE bill_id = :bill AND line_no = :line_no AND NOT taken_off
        UNION ALL SELECT supplier_invoice_id, :line_no, school_urn FROM direct_bill WHERE supplier_invoice_id = :bill
    ) line JOIN match_line m USING (supplier_invoice_id, line_no, school_urn)
""")


def disputes_of_bill(connection: Connection, bill_id: str) -> list[Row[Any]]:
    """Every dispute about a bill that the actor may see, in the order in which they were raised."""
    return list(connection.execute(_OF_BILL, {"bill": bill_id}))


def list_disputes(
    connection: Connection, *, state: str | None, school_urn: int | None, after: str, limit: int
) -> list[Row[Any]]:
    """Disputes that the actor may see, by their ids."""
    names = {"state": state, "urn": school_urn, "after": after, "limit": limit}
    return list(connection.execute(_PAGE, names))


def find_dispute(connection: Connection, dispute_id: str) -> Row[Any] | None:
    """One dispute, if the actor may see it."""
    return connection.execute(_ONE, {"dispute": dispute_id}).one_or_none()


def lock_state(connection: Connection, dispute_id: str) -> str | None:
    """The state of a dispute, which nobody else changes until this transaction ends."""
    return connection.execute(_LOCK, {"dispute": dispute_id}).scalar_one_or_none()


def add_dispute(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Add a dispute (dispute, bill, line_no, urn, why, by); False if the line is disputed already."""
    return connection.execute(_ADD, dict(row)).rowcount == 1


def answer_dispute(connection: Connection, row: Mapping[str, Any]) -> None:
    """Note the answer: dispute, state, answer, by, and the net_pence and vat_pence that are upheld."""
    connection.execute(_ANSWER, dict(row))


def match_of_line(connection: Connection, bill_id: str, line_no: int) -> Row[Any] | None:
    """The match behind a bill's line, billed or of a bill that is settled directly.

    None where no supplier invoiced, or the line was taken off the bill.
    """
    return connection.execute(_MATCH, {"bill": bill_id, "line_no": line_no}).one_or_none()


def upheld_beside(connection: Connection, dispute_id: str) -> list[Row[Any]]:
    """What the line's other disputes were upheld for, net_pence and vat_pence, in the order of their answers."""
    return list(connection.execute(_UPHELD_BESIDE, {"dispute": dispute_id}))


def set_upheld(connection: Connection, match: Row[Any], upheld: Amount) -> None:
    """Let a match count what disputes of its school were upheld for, all together."""
    amounts = {"quantity": upheld.quantity, "net_pence": upheld.net_pence, "vat_pence": upheld.vat_pence}
    key = {"invoice": match.supplier_invoice_id, "line_no": match.line_no, "urn": match.school_urn}
    connection.execute(_UPHOLD, {**key, **amounts})
