"""What people decided of matches, kept for ever with who and why."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from services.billing.domain.deciding import Decision, Stand
from services.billing.domain.match_facts import Key
from services.billing.storage.bulk import as_json
from services.billing.storage.match_keys import KEYS, named, sent

STAYS_WHY: Final = """
    CASE WHEN m.state <> 'billed' THEN NULL WHEN bill.paid_pence > 0 THEN 'paid'
        WHEN m.credited_net_pence + m.credited_vat_pence + m.upheld_net_pence + m.upheld_vat_pence > 0 THEN 'credited'
        WHEN EXISTS (SELECT FROM bill_dispute x JOIN bill_line b USING (bill_id, line_no)
            WHERE x.bill_id = m.bill_id AND x.state = 'open' AND b.supplier_invoice_id = m.supplier_invoice_id
                AND b.supplier_invoice_line_no = m.line_no) THEN 'disputed' END
"""
"""Why the match `m` stays on its `bill` (`deciding.STAYS`); NULL: it can come off, or has none."""
_FIND = text(f"""
    SELECT CAST(m.supplier_invoice_id AS text) AS supplier_invoice_id, m.line_no, m.school_urn,
        CAST(m.purchase_order_id AS text) AS purchase_order_id, m.state, m.reasons, m.accepted_reasons, m.disputed,
        m.credit_requested, m.claim_net_pence, m.claim_vat_pence, bill.number AS bill_number,
        bill.issue_date AS billed_on, {STAYS_WHY} AS stays_why, i.rejected_why,
        CAST(last.decided_at AT TIME ZONE 'Europe/London' AS date) AS decided_on
    FROM {KEYS} JOIN match_line m USING (supplier_invoice_id, line_no, school_urn)
    JOIN supplier_invoice i ON i.supplier_invoice_id = m.supplier_invoice_id
    LEFT JOIN bill ON bill.bill_id = m.bill_id
    LEFT JOIN LATERAL (
        SELECT max(decided_at) AS decided_at FROM match_decision d
        WHERE d.supplier_invoice_id = m.supplier_invoice_id AND d.line_no = m.line_no AND d.school_urn = m.school_urn
    ) last ON true
""")  # noqa: S608 - text of this module
_ORDERS = text(f"""
    SELECT DISTINCT CAST(m.purchase_order_id AS text)
    FROM {KEYS} JOIN match_line m USING (supplier_invoice_id, line_no, school_urn)
""")  # noqa: S608 - text of this module
# Which lines of an invoice a decision is about, where the whole invoice is chosen.
_CONCERNED: Final[Mapping[Decision, str]] = {
    "accepted": "state = 'held' AND NOT reasons && ARRAY['not_received', 'wrong_buyer', 'awaiting_receipts']",
    "disputed": "state IN ('held', 'billable') AND NOT disputed",
    "credit_requested": "claim_net_pence + claim_vat_pence > 0 AND NOT credit_requested",
    "withdrawn": "state <> 'billed' AND (disputed OR accepted_reasons <> '{}') OR credit_requested",
}
_OF_INVOICES: Final = """
    SELECT CAST(supplier_invoice_id AS text), line_no, school_urn FROM match_line
    WHERE supplier_invoice_id = ANY(CAST(:invoices AS uuid[])) AND ({condition})
    ORDER BY 1, 2, 3
"""
_NOTE = text(f"""
    INSERT INTO match_decision (supplier_invoice_id, line_no, school_urn, supplier_id, decision, decided_by, person_id,
        reasons, why)
    SELECT m.supplier_invoice_id, m.line_no, m.school_urn, m.supplier_id, :decision, :who, CAST(:person AS uuid),
        m.reasons, :why
    FROM {KEYS} JOIN match_line m USING (supplier_invoice_id, line_no, school_urn)
""")  # noqa: S608 - text of this module
_STAND = text("""
    UPDATE match_line m SET accepted_reasons = sent.accepted_reasons, disputed = sent.disputed,
        credit_requested = sent.credit_requested
    FROM jsonb_populate_recordset(CAST(NULL AS match_line), CAST(:rows AS jsonb)) AS sent
    WHERE m.supplier_invoice_id = sent.supplier_invoice_id AND m.line_no = sent.line_no
        AND m.school_urn = sent.school_urn
""")
_HELD = text(f"""
    SELECT CAST(m.supplier_invoice_id AS text), m.line_no, m.school_urn
    FROM {KEYS} LEFT JOIN match_line m USING (supplier_invoice_id, line_no, school_urn)
    WHERE m.state IS NULL OR m.state = 'held'
""")  # noqa: S608 - text of this module
_DECIDE_ALL: Final = """
    WITH noted AS (
        INSERT INTO match_decision (supplier_invoice_id, line_no, school_urn, supplier_id, decision, decided_by,
            person_id, reasons, why)
        SELECT supplier_invoice_id, line_no, school_urn, supplier_id, :decision, :who, CAST(:person AS uuid), reasons,
            :why
        FROM match_line WHERE supplier_invoice_id = :invoice
    )
    UPDATE match_line SET disputed = :disputed, accepted_reasons = '{}',
        credit_requested = credit_requested AND :disputed
    WHERE supplier_invoice_id = :invoice
"""
_BILLED = text("""
    SELECT EXISTS (SELECT FROM match_line WHERE supplier_invoice_id = :invoice AND state IN ('billed', 'credited'))
""")
_LAST_DAY = text("""
    SELECT CAST(max(decided_at) AT TIME ZONE 'Europe/London' AS date) FROM match_decision
    WHERE supplier_invoice_id = :invoice
""")
_MADE_ON = text(f"""
    SELECT line_no, school_urn, decision, decided_by, decided_at, reasons, why
    FROM {KEYS} JOIN match_decision USING (supplier_invoice_id, line_no, school_urn) ORDER BY decided_at
""")  # noqa: S608 - text of this module


def matches_to_decide(connection: Connection, keys: Collection[Key]) -> dict[Key, Row[Any]]:
    """These matches as a decision looks at them, with `decided_on`, the day of the last one (None: none yet)."""
    rows = connection.execute(_FIND, {"rows": sent(keys)})
    return {(row.supplier_invoice_id, row.line_no, row.school_urn): row for row in rows}


def orders_of_matches(connection: Connection, keys: Collection[Key]) -> list[str]:
    """The purchase orders that these matches stand on."""
    return sorted(connection.execute(_ORDERS, {"rows": sent(keys)}).scalars())


def matches_concerned(connection: Connection, decision: Decision, invoice_ids: Collection[str]) -> list[Key]:
    """The matches of whole invoices that a decision can be about."""
    statement = text(_OF_INVOICES.format(condition=_CONCERNED[decision]))
    return [(row[0], row[1], row[2]) for row in connection.execute(statement, {"invoices": list(invoice_ids)})]


def note_decisions(
    connection: Connection, keys: Collection[Key], decision: Decision, *, who: str, person_id: str | None, why: str
) -> None:
    """Note for ever that a person has made this decision on each of these matches, with the reasons as they are."""
    names = {"rows": sent(keys), "decision": decision, "who": who, "person": person_id, "why": why}
    connection.execute(_NOTE, names)


def set_stands(connection: Connection, stands: Mapping[Key, Stand]) -> None:
    """What of the decisions counts from now on."""
    rows = [
        {
            **named(key),
            "accepted_reasons": list(stand.accepted),
            "disputed": stand.disputed,
            "credit_requested": stand.credit_requested,
        }
        for key, stand in stands.items()
    ]
    connection.execute(_STAND, {"rows": as_json(rows)})


def still_held(connection: Connection, keys: Collection[Key]) -> set[Key]:
    """Those of the matches that are held, or gone."""
    return {(row[0], row[1], row[2]) for row in connection.execute(_HELD, {"rows": sent(keys)})}


def dispute_all(connection: Connection, invoice_id: str, *, who: str, person_id: str | None, why: str) -> None:
    """Note for ever that a person disputes every match of an invoice, and let it count from now on."""
    names = {"invoice": invoice_id, "who": who, "person": person_id, "why": why}
    connection.execute(text(_DECIDE_ALL), {**names, "decision": "disputed", "disputed": True})


def withdraw_all(connection: Connection, invoice_id: str, *, who: str, person_id: str | None, why: str) -> None:
    """Note for ever that a person takes back what was decided of an invoice, and let nothing of it count."""
    names = {"invoice": invoice_id, "who": who, "person": person_id, "why": why}
    connection.execute(text(_DECIDE_ALL), {**names, "decision": "withdrawn", "disputed": False})


def anything_billed(connection: Connection, invoice_id: str) -> bool:
    """Whether a school was billed for, or the supplier has credited, anything of an invoice."""
    return bool(connection.execute(_BILLED, {"invoice": invoice_id}).scalar_one())


def last_decided_on(connection: Connection, invoice_id: str) -> date | None:
    """The day, in London, of the last decision on an invoice."""
    day: date | None = connection.execute(_LAST_DAY, {"invoice": invoice_id}).scalar_one()
    return day


def decisions_on(connection: Connection, keys: Collection[Key]) -> list[Row[Any]]:
    """Every decision on these matches that the actor may see, in the order in which they were made."""
    return list(connection.execute(_MADE_ON, {"rows": sent(keys)}))
