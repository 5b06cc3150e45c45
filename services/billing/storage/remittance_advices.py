"""Advices of what a payment run pays each supplier: told when its file is written, withdrawn when it is given up."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

_ADD = text("""
    INSERT INTO remittance_advice (remittance_advice_id, payment_run_id, supplier_id, reference, pay_on, amount_pence,
        account_ending)
    SELECT gen_random_uuid(), payment_run_id, supplier_id, min(reference), min(pay_on), sum(amount_pence),
        right(min(account_number), 4)
    FROM payment_run_item JOIN payment_run USING (payment_run_id)
    WHERE payment_run_id = :run AND left_out_why IS NULL GROUP BY payment_run_id, supplier_id
""")
_WITHDRAW = text("UPDATE remittance_advice SET withdrawn_at = now() WHERE payment_run_id = :run")
# The credits of an invoice that lower what the run pays of it: the first, as many as are missing to its total.
_ADVICES = """
    SELECT CAST(a.remittance_advice_id AS text) AS remittance_advice_id,
        CAST(a.payment_run_id AS text) AS payment_run_id, CAST(a.supplier_id AS text) AS supplier_id,
        coalesce(s.name, '') AS supplier_name, a.reference, a.pay_on, a.amount_pence, a.account_ending,
        a.withdrawn_at IS NOT NULL AS withdrawn, (
            SELECT max(l.booked_on) FROM payment_run_item p JOIN bank_match m ON m.undone_at IS NULL
                AND m.document_id = p.supplier_invoice_id AND m.payment_run_id = p.payment_run_id
                AND sign(m.amount_pence) = sign(p.amount_pence)
            JOIN bank_line l USING (bank_line_id)
            WHERE p.payment_run_id = a.payment_run_id AND p.supplier_id = a.supplier_id AND p.left_out_why IS NULL
        ) AS came_back_on, (
            SELECT json_agg(json_build_object('supplier_invoice_id', i.supplier_invoice_id, 'our_number', i.our_number,
                'number', i.number, 'kind', i.kind, 'issue_date', i.issue_date, 'gross_pence', i.gross_pence,
                'paid_before_pence', coalesce(p.paid_before_pence, 0), 'credits', coalesce(credited.notes, '[]'),
                'amount_pence', p.amount_pence) ORDER BY i.our_number)
            FROM payment_run_item p JOIN supplier_invoice i USING (supplier_invoice_id)
            LEFT JOIN LATERAL (
                SELECT json_agg(json_build_object('our_number', our_number, 'number', number,
                    'issue_date', issue_date, 'amount_pence', pence) ORDER BY our_number) AS notes
                FROM (
                    SELECT note.our_number, note.number, note.issue_date, sum(c.net_pence + c.vat_pence) AS pence,
                        sum(sum(c.net_pence + c.vat_pence)) OVER (ORDER BY note.our_number) AS so_far
                    FROM credit_share c JOIN supplier_invoice note USING (supplier_invoice_id)
                    WHERE c.of_invoice_id = i.supplier_invoice_id AND note.gross_pence < 0
                    GROUP BY note.our_number, note.number, note.issue_date
                ) given WHERE so_far <= i.gross_pence - coalesce(p.paid_before_pence, 0) - p.amount_pence
            ) credited ON true
            WHERE p.payment_run_id = a.payment_run_id AND p.supplier_id = a.supplier_id AND p.left_out_why IS NULL
        ) AS invoices
    FROM remittance_advice a LEFT JOIN supplier s ON s.supplier_id = a.supplier_id
"""
_CAME_BACK = text("""
    SELECT CAST(paid.supplier_id AS text), max(l.booked_on)
    FROM (SELECT DISTINCT supplier_id, sort_code, account_number FROM payment_run_item WHERE payment_run_id = :run) mine
    JOIN payment_run_item paid USING (supplier_id, sort_code, account_number)
    JOIN payment_run r ON r.payment_run_id = paid.payment_run_id AND r.pay_on > current_date - 60
    JOIN bank_match m ON m.undone_at IS NULL AND m.document_id = paid.supplier_invoice_id
        AND m.payment_run_id = paid.payment_run_id AND sign(m.amount_pence) = sign(paid.amount_pence)
    JOIN bank_line l USING (bank_line_id)
    WHERE paid.payment_run_id <> :run AND paid.left_out_why IS NULL GROUP BY paid.supplier_id
""")
_OF_RUN = text(f"{_ADVICES} WHERE a.payment_run_id = :run ORDER BY a.reference")
_ONE = text(f"{_ADVICES} WHERE a.remittance_advice_id = :advice")
_PAGE = text(f"""
    {_ADVICES} WHERE (:after = '' OR a.reference < :after)
        AND (CAST(:supplier AS uuid) IS NULL OR a.supplier_id = CAST(:supplier AS uuid))
    ORDER BY a.reference DESC LIMIT :limit
""")


def add_advices(connection: Connection, run_id: str) -> None:
    """Write an advice for each supplier of a run."""
    connection.execute(_ADD, {"run": run_id})


def withdraw_advices(connection: Connection, run_id: str) -> None:
    """The run is given up: nothing of it is paid."""
    connection.execute(_WITHDRAW, {"run": run_id})


def advices_of_run(connection: Connection, run_id: str) -> list[Row[Any]]:
    """The advices of a run, each with its invoices."""
    return list(connection.execute(_OF_RUN, {"run": run_id}))


def came_back_from(connection: Connection, run_id: str) -> dict[str, date]:
    """By supplier of a run when the bank last gave back what another run paid to the same account, in two months."""
    return {row[0]: row[1] for row in connection.execute(_CAME_BACK, {"run": run_id})}


def id_of(connection: Connection, run_id: str, supplier_id: str) -> str:
    """The id of the advice of a supplier's part of a run whose file is written."""
    of = text("""
        SELECT CAST(remittance_advice_id AS text) FROM remittance_advice
        WHERE payment_run_id = :run AND supplier_id = :supplier
    """)
    return str(connection.execute(of, {"run": run_id, "supplier": supplier_id}).scalar_one())


def get_advice(connection: Connection, advice_id: str) -> Row[Any] | None:
    """One advice that the actor may see, with its invoices."""
    return connection.execute(_ONE, {"advice": advice_id}).one_or_none()


def list_advices(connection: Connection, *, supplier_id: str | None, after: str, limit: int) -> list[Row[Any]]:
    """Advices that the actor may see, the newest first."""
    return list(connection.execute(_PAGE, {"supplier": supplier_id, "after": after, "limit": limit}))
