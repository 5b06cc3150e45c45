"""Changes of committed lines: what was asked for, who has agreed, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from services.orders.domain.amendment import PARTIES, Agreement, Amendment, CommittedLine, Party
from services.orders.domain.order import Person

FIRST_OF_TWO = "first agreement"

_AGREED_COLUMNS = [f"{party}_agreed_{part}" for party in PARTIES for part in ("by_id", "by", "at")]
_READ = f"""
    SELECT a.amendment_id::text, a.purchase_order_id::text, a.school_urn, coalesce(s.name, '') AS school_name,
        a.line_no, f.name, f.sku, f.unit, coalesce(a.unit_price_before, l.unit_price) AS unit_price,
        a.unit_price AS new_unit_price, a.substitute_sku, a.substitute_name, a.promised_on, a.asked_net_pence,
        a.answer_id::text, a.quantity_before, a.quantity, a.net_before_pence,
        a.net_pence, a.reason, a.proposed_by_id, a.proposed_by, a.proposed_for, a.proposed_at, a.state, a.decision,
        a.revision, a.version, {", ".join("a." + column for column in _AGREED_COLUMNS)}
    FROM amendment a
    JOIN purchase_order_line l USING (purchase_order_id, line_no)
    JOIN round_offer f ON f.round_id = l.round_id AND f.offer_id = l.offer_id
    LEFT JOIN school s ON s.urn = a.school_urn
"""  # noqa: S608 -- column names of this module
_LIST = text(f"""
    {_READ} WHERE a.purchase_order_id = :purchase_order_id AND (a.answer_id IS NULL OR :of_answers)
    ORDER BY a.proposed_at, a.line_no, a.amendment_id
""")
_FIND = text(f"{_READ} WHERE a.purchase_order_id = :purchase_order_id AND a.amendment_id = :amendment_id")
_HOLD = text("SELECT 1 FROM amendment WHERE amendment_id = :amendment_id FOR UPDATE")
_STEPS = text("""
    SELECT s.amendment_id::text, s.at, s.party, s.person, s.action, s.detail
    FROM amendment_step s JOIN amendment a USING (amendment_id)
    WHERE s.purchase_order_id = :purchase_order_id AND (a.answer_id IS NULL OR :of_answers) ORDER BY s.id
""")
_LINE = text("""
    SELECT p.state AS order_state, p.settled_at IS NOT NULL AS settled, l.unit_price, d.quantity,
        coalesce(d.quantity_received, 0) AS received, d.net_pence, l.quantity AS line_quantity,
        l.net_pence AS line_net_pence, d.supplier_id::text, p.round_id::text
    FROM drop_line d
    JOIN purchase_order_line l USING (purchase_order_id, line_no)
    JOIN purchase_order p USING (purchase_order_id)
    WHERE d.purchase_order_id = :purchase_order_id AND d.school_urn = :urn AND d.line_no = :line_no
        AND l.offer_id IS NOT NULL
""")
_LOCK_DROP = text("""
    SELECT 1 FROM school_drop WHERE purchase_order_id = :purchase_order_id AND school_urn = :urn FOR UPDATE
""")
_ADD = text(f"""
    INSERT INTO amendment (amendment_id, purchase_order_id, school_urn, supplier_id, line_no, quantity_before, quantity,
        net_before_pence, reason, proposed_by_id, proposed_by, proposed_for, proposed_at,
        {", ".join(_AGREED_COLUMNS)})
    VALUES (:amendment_id, :purchase_order_id, :urn, :supplier_id, :line_no, :quantity_before, :quantity,
        :net_before_pence, :reason, :person_id, :person, :party, :now,
        {", ".join(":" + column for column in _AGREED_COLUMNS)})
    ON CONFLICT DO NOTHING
    RETURNING 1
""")  # noqa: S608 -- column names of this module
_WRITE = text(f"""
    UPDATE amendment SET state = :state, decision = :decision, version = version + 1,
        {", ".join(f"{column} = :{column}" for column in _AGREED_COLUMNS)}
    WHERE amendment_id = :amendment_id
""")  # noqa: S608 -- column names of this module
_STEP = text("""
    INSERT INTO amendment_step (amendment_id, purchase_order_id, school_urn, supplier_id, at, party, person_id, person,
        action, detail, authority_id)
    SELECT amendment_id, purchase_order_id, school_urn, supplier_id, :now, :party, :person_id, :person, :action,
        :detail, :authority_id
    FROM amendment WHERE amendment_id = :amendment_id
""")
_FIRST = text("""
    SELECT person_id, authority_id FROM amendment_step
    WHERE amendment_id = :amendment_id AND action = :action ORDER BY id LIMIT 1
""")
_APPLY = text("""
    WITH applied AS (
        UPDATE amendment a SET state = 'applied', version = a.version + 1, net_pence = :net_pence,
            revision = p.revision + 1
        FROM purchase_order p
        WHERE a.amendment_id = :amendment_id AND p.purchase_order_id = a.purchase_order_id
        RETURNING a.*
    ), share AS (
        UPDATE drop_line d SET quantity = a.quantity, net_pence = a.net_pence
        FROM applied a
        WHERE d.purchase_order_id = a.purchase_order_id AND d.school_urn = a.school_urn AND d.line_no = a.line_no
    ), line AS (
        UPDATE purchase_order_line l SET quantity = l.quantity - a.quantity_before + a.quantity,
            net_pence = l.net_pence - a.net_before_pence + a.net_pence
        FROM applied a
        WHERE l.purchase_order_id = a.purchase_order_id AND l.line_no = a.line_no
    )
    UPDATE purchase_order p SET revision = a.revision, version = p.version + 1,
        net_pence = p.net_pence - a.net_before_pence + a.net_pence
    FROM applied a WHERE p.purchase_order_id = a.purchase_order_id
    RETURNING p.revision
""")
_CLASS_NETS = text("""
    SELECT vat_class, vat_reduced, sum(net_pence)::bigint AS net_pence
    FROM drop_line WHERE purchase_order_id = :purchase_order_id GROUP BY 1, 2
""")
_SET_VAT = text("UPDATE purchase_order SET vat_pence = :vat_pence WHERE purchase_order_id = :purchase_order_id")
_DROP_STATE = text("""
    UPDATE school_drop d SET state = lines.state
    FROM (
        SELECT CASE WHEN bool_and(quantity_received IS NULL) THEN 'awaited'
            WHEN bool_and(coalesce(quantity_received, 0) = quantity) THEN 'received' ELSE 'part' END AS state
        FROM drop_line WHERE purchase_order_id = :purchase_order_id AND school_urn = :urn
    ) lines
    WHERE d.purchase_order_id = :purchase_order_id AND d.school_urn = :urn
""")


def amendment_rows(
    connection: Connection, purchase_order_id: str, *, of_answers: bool
) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """The changes asked for in a purchase order that the actor may see, the oldest first, and what was done to them.

    Those that came of an answer to the order are there only with `of_answers`.
    """
    names = {"purchase_order_id": purchase_order_id, "of_answers": of_answers}
    return connection.execute(_LIST, names).all(), connection.execute(_STEPS, names).all()


def find_amendment(
    connection: Connection, purchase_order_id: str, amendment_id: str, *, hold: bool = False
) -> Amendment | None:
    """One change; None where the actor may not see it. With `hold` others wait until this transaction ends."""
    names = {"purchase_order_id": purchase_order_id, "amendment_id": amendment_id}
    if hold:
        connection.execute(_HOLD, names)
    row = connection.execute(_FIND, names).one_or_none()
    return None if row is None else _amendment(row)


def hold_drop(connection: Connection, purchase_order_id: str, urn: int) -> None:
    """Let receipts and other changes of a school's drop wait until this transaction ends."""
    connection.execute(_LOCK_DROP, {"purchase_order_id": purchase_order_id, "urn": urn})


def committed_line(
    connection: Connection, purchase_order_id: str, urn: int, line_no: int
) -> tuple[CommittedLine, str, str] | None:
    """A school's part of a line of goods, with the supplier's id and the round's; None where there is none to see."""
    names = {"purchase_order_id": purchase_order_id, "urn": urn, "line_no": line_no}
    row = connection.execute(_LINE, names).one_or_none()
    return None if row is None else (CommittedLine(*row[:-2]), row.supplier_id, row.round_id)


def add_amendment(
    connection: Connection, asked: Amendment, line: CommittedLine, supplier_id: str, now: datetime
) -> bool:
    """Keep what was asked for; False where a change of the same line is waiting already."""
    values = {
        **_agreements(asked),
        "amendment_id": asked.amendment_id,
        "purchase_order_id": asked.purchase_order_id,
        "urn": asked.school_urn,
        "supplier_id": supplier_id,
        "line_no": asked.line_no,
        "quantity_before": asked.quantity_before,
        "quantity": asked.quantity,
        "net_before_pence": line.net_pence,
        "reason": asked.reason,
        "person_id": asked.proposed_by.person_id,
        "person": asked.proposed_by.name,
        "party": asked.proposed_for,
        "now": now,
    }
    return connection.execute(_ADD, values).one_or_none() is not None


def write_amendment(connection: Connection, amendment: Amendment, decision: str | None = None) -> None:
    """Keep its state and agreements; `decision` is the reason given with a refusal."""
    values = {"amendment_id": amendment.amendment_id, "state": amendment.state, "decision": decision}
    connection.execute(_WRITE, {**values, **_agreements(amendment)})


def add_step(
    connection: Connection, amendment: Amendment, party: Party | None, by: Person | None, action: str, now: datetime,
    detail: str = "", *, authority_id: str | None = None,
) -> None:  # fmt: skip
    """Add to the history of a change; `party` and `by` are None for what the software did by itself.

    `authority_id` is the person in whose name the first of two agrees.
    """
    values = {"party": party, "person_id": by and by.person_id, "person": by and by.name, "authority_id": authority_id}
    connection.execute(
        _STEP,
        {"amendment_id": amendment.amendment_id, "now": now, "action": action, "detail": detail, **values},
    )


def first_agreement(connection: Connection, amendment_id: str) -> tuple[str, str] | None:
    """Who agreed as the first of a school's two people, and in whose name, both by their ids."""
    row = connection.execute(_FIRST, {"amendment_id": amendment_id, "action": FIRST_OF_TWO}).one_or_none()
    return None if row is None else (row.person_id, row.authority_id)


def apply_amendment(connection: Connection, amendment: Amendment, net_pence: int) -> int:
    """Change the school's drop and the line by what was agreed; returns the purchase order's new revision."""
    values = {"amendment_id": amendment.amendment_id, "net_pence": net_pence}
    revision = int(connection.execute(_APPLY, values).scalar_one())
    connection.execute(_DROP_STATE, {"purchase_order_id": amendment.purchase_order_id, "urn": amendment.school_urn})
    return revision


def class_nets(connection: Connection, purchase_order_id: str) -> Sequence[tuple[str, bool, int]]:
    """(VAT class, whether reduced, net in pence) of a purchase order as its schools' lines stand."""
    rows = connection.execute(_CLASS_NETS, {"purchase_order_id": purchase_order_id})
    return [(row.vat_class, row.vat_reduced, row.net_pence) for row in rows]


def set_vat(connection: Connection, purchase_order_id: str, vat_pence: int) -> None:
    """Keep the purchase order's VAT."""
    connection.execute(_SET_VAT, {"purchase_order_id": purchase_order_id, "vat_pence": vat_pence})


def _amendment(row: Row[Any]) -> Amendment:
    fields = row._mapping
    agreements = {
        party: Agreement(Person(fields[f"{party}_agreed_by_id"], fields[f"{party}_agreed_by"]), at)
        for party in PARTIES
        if (at := fields[f"{party}_agreed_at"]) is not None
    }
    return Amendment(
        amendment_id=row.amendment_id,
        purchase_order_id=row.purchase_order_id,
        school_urn=row.school_urn,
        line_no=row.line_no,
        quantity_before=row.quantity_before,
        quantity=row.quantity,
        reason=row.reason,
        proposed_by=Person(row.proposed_by_id, row.proposed_by),
        proposed_for=row.proposed_for,
        agreements=agreements,
        state=row.state,
        version=row.version,
        answer_id=row.answer_id,
    )


def _agreements(amendment: Amendment) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for party in PARTIES:
        agreed = amendment.agreements.get(party)
        values[f"{party}_agreed_by_id"] = agreed and agreed.by.person_id
        values[f"{party}_agreed_by"] = agreed and agreed.by.name
        values[f"{party}_agreed_at"] = agreed and agreed.at
    return values
