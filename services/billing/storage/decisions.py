"""What people decided of matches, kept for ever with who and why."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text, update

from services.billing.domain.match_facts import Key
from services.billing.storage.matches import is_match
from services.billing.storage.tables import match_line

_NOTE = text("""
    INSERT INTO match_decision (supplier_invoice_id, line_no, school_urn, supplier_id, decision, decided_by, person_id,
        reasons, why)
    SELECT supplier_invoice_id, line_no, school_urn, supplier_id, :decision, :who, CAST(:person AS uuid), :reasons, :why
    FROM match_line WHERE supplier_invoice_id = :invoice AND line_no = :line_no AND school_urn = :urn
""")
_DISPUTE_ALL = text("""
    WITH noted AS (
        INSERT INTO match_decision (supplier_invoice_id, line_no, school_urn, supplier_id, decision, decided_by,
            person_id, reasons, why)
        SELECT supplier_invoice_id, line_no, school_urn, supplier_id, 'disputed', :who, CAST(:person AS uuid), reasons,
            :why
        FROM match_line WHERE supplier_invoice_id = :invoice
    )
    UPDATE match_line SET disputed = true, accepted_reasons = '{}' WHERE supplier_invoice_id = :invoice
""")
_BILLED = text("""
    SELECT EXISTS (SELECT FROM match_line WHERE supplier_invoice_id = :invoice AND state IN ('billed', 'credited'))
""")
_OF_INVOICE = text("""
    SELECT line_no, school_urn, decision, decided_by, decided_at, reasons, why FROM match_decision
    WHERE supplier_invoice_id = :invoice ORDER BY decided_at
""")


def note_decision(
    connection: Connection,
    key: Key,
    decision: str,
    reasons: Sequence[str],
    *,
    who: str,
    person_id: str | None,
    why: str,
) -> None:
    """Note for ever that a person has accepted, disputed, asked credit for or taken back a decision on a match."""
    names = {"invoice": key[0], "line_no": key[1], "urn": key[2], "decision": decision, "reasons": list(reasons)}
    connection.execute(_NOTE, {**names, "who": who, "person": person_id, "why": why})


def set_standing(connection: Connection, key: Key, *, accepted: Sequence[str], disputed: bool) -> None:
    """What of the decisions counts from now on: the reasons that are accepted, and whether the line is disputed."""
    values = {"accepted_reasons": list(accepted), "disputed": disputed}
    connection.execute(update(match_line).where(*is_match(key)).values(values))


def dispute_all(connection: Connection, invoice_id: str, *, who: str, person_id: str | None, why: str) -> None:
    """Note for ever that a person disputes every match of an invoice, and let it count from now on."""
    connection.execute(_DISPUTE_ALL, {"invoice": invoice_id, "who": who, "person": person_id, "why": why})


def anything_billed(connection: Connection, invoice_id: str) -> bool:
    """Whether a school was billed for, or the supplier has credited, anything of an invoice."""
    return bool(connection.execute(_BILLED, {"invoice": invoice_id}).scalar_one())


def decisions_of_invoice(connection: Connection, invoice_id: str) -> list[Row[Any]]:
    """Every decision on the invoice's matches that the actor may see, in the order in which they were made."""
    return list(connection.execute(_OF_INVOICE, {"invoice": invoice_id}))
