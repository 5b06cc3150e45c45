"""Suppliers' answers to purchase orders as they are kept, and the orders that they are held against."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from contracts.money import unit_price_text
from services.orders.domain.answer import (
    DropAnswer,
    LineAnswer,
    OrderedDocument,
    OrderedLine,
    Substitute,
    SupplierAnswer,
)
from services.orders.domain.order import Person
from services.orders.domain.packs import Fairness
from services.orders.domain.terms import read_terms

_HEAD = text("""
    SELECT p.number, p.revision, coalesce(p.service_from, r.delivery_from) AS delivery_from,
        coalesce(p.service_to, r.delivery_to) AS delivery_to
    FROM purchase_order p LEFT JOIN round r USING (round_id) WHERE p.purchase_order_id = :purchase_order_id
""")
_LINES = text("""
    SELECT l.line_no, l.kind, coalesce(l.sku, f.sku) AS sku, coalesce(l.name, f.name) AS name,
        coalesce(l.unit, f.unit) AS unit, coalesce(l.vat_class, f.vat_class) AS vat_class, l.unit_price,
        l.quantity, l.net_pence, drops.parts
    FROM purchase_order_line l LEFT JOIN round_offer f USING (round_id, offer_id)
    JOIN (
        SELECT line_no, json_agg(json_build_array(school_urn, quantity, net_pence)) AS parts
        FROM drop_line WHERE purchase_order_id = :purchase_order_id GROUP BY line_no
    ) drops USING (line_no)
    WHERE l.purchase_order_id = :purchase_order_id ORDER BY l.line_no
""")
_TERMS = text("""
    SELECT coalesce(c.terms, '{}') FROM purchase_order p
    LEFT JOIN round_contract c USING (round_id, contract_id) WHERE p.purchase_order_id = :purchase_order_id
""")
# Last time is the round before under the same contract; who was cut in this very round was cut later still.
_CUT_LAST_TIME = text("""
    WITH own AS (
        SELECT p.contract_id, r.round_id, r.closed_at FROM purchase_order p JOIN round r USING (round_id)
        WHERE p.purchase_order_id = :purchase_order_id
    ), rounds AS (
        SELECT round_id, contract_id FROM own
        UNION ALL
        (SELECT r.round_id, own.contract_id FROM own JOIN purchase_order p USING (contract_id)
            JOIN round r ON r.round_id = p.round_id AND r.closed_at < own.closed_at
            ORDER BY r.closed_at DESC LIMIT 1)
    )
    SELECT share.school_urn FROM rounds JOIN close_line line USING (round_id, contract_id)
        JOIN close_share share USING (close_line_id) WHERE share.reason IN ('pack_cut', 'condition_minimum')
    UNION
    SELECT a.school_urn FROM rounds JOIN purchase_order p USING (round_id, contract_id)
        JOIN amendment a USING (purchase_order_id)
        WHERE a.state = 'applied' AND a.shared AND a.quantity < a.quantity_before
""")
_COLUMNS = """
    a.answer_id::text, a.purchase_order_id::text, a.supplier_id::text, a.revision, a.answer, a.source, a.school_urn,
    a.reason, a.lines, a.person_id, a.person, a.answered_at, a.file_name, a.media_type, a.sha256, a.state,
    a.taken_lines, a.decision, a.decided_by_id, a.decided_by, a.decided_at, a.made_revision, a.version
"""
_LIST = text(f"""
    SELECT {_COLUMNS} FROM purchase_order_answer a WHERE a.purchase_order_id = :purchase_order_id
    ORDER BY a.answered_at DESC, a.answer_id
""")  # noqa: S608 -- column names of this module
_FIND = f"""
    SELECT {_COLUMNS} FROM purchase_order_answer a
    WHERE a.purchase_order_id = :purchase_order_id AND a.answer_id = :answer_id
"""  # noqa: S608
_OPEN = text(f"""
    SELECT {_COLUMNS} FROM purchase_order_answer a
    WHERE a.purchase_order_id = :purchase_order_id AND a.state IN ('waiting', 'with_schools') FOR UPDATE
""")  # noqa: S608
_PARTS = text(f"""
    SELECT {_COLUMNS} FROM purchase_order_answer a
    WHERE a.purchase_order_id = :purchase_order_id AND a.state = 'part' AND a.revision = :revision
    ORDER BY a.school_urn
""")  # noqa: S608
_ADD = text("""
    INSERT INTO purchase_order_answer (answer_id, purchase_order_id, supplier_id, revision, answer, source, school_urn,
        reason, lines, person_id, person, answered_at, file_name, media_type, document, sha256, state)
    SELECT :answer_id, purchase_order_id, supplier_id, revision, :answer, :source, :school_urn, :reason,
        CAST(:lines AS jsonb), :person_id, :person, :now, :file_name, :media_type, :document, :sha256, :state
    FROM purchase_order WHERE purchase_order_id = :purchase_order_id
""")
_REPLACE = text("""
    UPDATE purchase_order_answer SET state = 'replaced', version = version + 1
    WHERE purchase_order_id = :purchase_order_id AND (
        state = 'waiting' OR state = 'part' AND (CAST(:urn AS integer) IS NULL OR school_urn = CAST(:urn AS integer)))
""")
_DECIDE = text("""
    UPDATE purchase_order_answer SET state = :state, taken_lines = :taken_lines, decision = :decision,
        decided_by_id = :person_id, decided_by = :person, decided_at = :now, version = version + 1
    WHERE answer_id = :answer_id
""")
_FINISH = text("""
    UPDATE purchase_order_answer SET state = :state, made_revision = :revision, version = version + 1
    WHERE answer_id = :answer_id
""")
_DOCUMENT = text("""
    SELECT file_name, media_type, document, sha256 FROM purchase_order_answer
    WHERE purchase_order_id = :purchase_order_id AND answer_id = :answer_id AND document IS NOT NULL
""")
_BY_NUMBER = text("""
    SELECT purchase_order_id::text, purchase_order_exists(:number) AS known
    FROM (VALUES (1)) one LEFT JOIN purchase_order ON number = :number
""")
_NAMES = text("""
    SELECT d.school_urn, coalesce(s.name, '') AS name FROM school_drop d LEFT JOIN school s ON s.urn = d.school_urn
    WHERE d.purchase_order_id = :purchase_order_id
""")
_PROMISE = text("SELECT promise_days(CAST(:purchase_order_id AS uuid), CAST(:days AS jsonb))")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that an answer came in, byte for byte."""

    name: str
    media_type: str
    content: bytes


def ordered_document(connection: Connection, purchase_order_id: str) -> OrderedDocument:
    """The purchase order as it stands, with every drop that the actor may see."""
    names = {"purchase_order_id": purchase_order_id}
    head = connection.execute(_HEAD, names).one()
    lines = {row.line_no: _ordered_line(row) for row in connection.execute(_LINES, names)}
    return OrderedDocument(head.number, head.revision, head.delivery_from, head.delivery_to, lines)


def sharing_terms(connection: Connection, purchase_order_id: str) -> tuple[Fairness, set[int]]:
    """How a shortage of this order is shared, and the URNs of those who were cut last time."""
    names = {"purchase_order_id": purchase_order_id}
    terms = connection.execute(_TERMS, names).scalar_one()
    return read_terms(terms).fairness, set(connection.execute(_CUT_LAST_TIME, names).scalars())


def add_answer(
    connection: Connection,
    answer_id: str,
    purchase_order_id: str,
    said: SupplierAnswer,
    *,
    source: str,
    state: str,
    by: Person,
    now: datetime,
    file: SentFile | None = None,
    urn: int | None = None,
) -> None:
    """Keep an answer to the order's present revision, with the file it came in."""
    values = {
        "answer_id": answer_id,
        "purchase_order_id": purchase_order_id,
        "answer": said.answer,
        "source": source,
        "school_urn": urn,
        "reason": said.reason,
        "lines": json.dumps([line_json(line) for line in said.lines]),
        "person_id": by.person_id,
        "person": by.name,
        "now": now,
        "state": state,
        "file_name": file and file.name,
        "media_type": file and file.media_type,
        "document": file and file.content,
        "sha256": file and hashlib.sha256(file.content).hexdigest(),
    }
    connection.execute(_ADD, values)


def replace_answers(connection: Connection, purchase_order_id: str, urn: int | None = None) -> None:
    """Let what waits give way to a newer answer; of the parts with `urn` only that drop's."""
    connection.execute(_REPLACE, {"purchase_order_id": purchase_order_id, "urn": urn})


def answers_of(connection: Connection, purchase_order_id: str) -> Sequence[Row[Any]]:
    """Every answer to a purchase order that the actor may see, the newest first."""
    return connection.execute(_LIST, {"purchase_order_id": purchase_order_id}).all()


def find_answer(
    connection: Connection, purchase_order_id: str, answer_id: str, *, hold: bool = False
) -> Row[Any] | None:
    """One answer; with `hold` others wait until this transaction ends."""
    statement = text(f"{_FIND} FOR UPDATE" if hold else _FIND)
    return connection.execute(statement, {"purchase_order_id": purchase_order_id, "answer_id": answer_id}).one_or_none()


def open_answer(connection: Connection, purchase_order_id: str) -> Row[Any] | None:
    """The answer that waits for the manager or for schools, held; None if none does."""
    return connection.execute(_OPEN, {"purchase_order_id": purchase_order_id}).one_or_none()


def parts_of(connection: Connection, purchase_order_id: str, revision: int) -> Sequence[Row[Any]]:
    """The answers to single drops that wait for those to the others."""
    return connection.execute(_PARTS, {"purchase_order_id": purchase_order_id, "revision": revision}).all()


def write_decision(
    connection: Connection, answer_id: str, *, state: str, taken: Sequence[int], reason: str, by: Person, now: datetime
) -> None:
    """Keep what the manager decided."""
    values = {"state": state, "taken_lines": list(taken), "decision": reason or None, "now": now}
    connection.execute(_DECIDE, {**values, "answer_id": answer_id, "person_id": by.person_id, "person": by.name})


def finish_answer(connection: Connection, answer_id: str, state: str, revision: int | None) -> None:
    """Keep how an answer ended, and the revision that it made."""
    connection.execute(_FINISH, {"answer_id": answer_id, "state": state, "revision": revision})


def answer_file(connection: Connection, purchase_order_id: str, answer_id: str) -> Row[Any] | None:
    """The file that an answer came in: file_name, media_type, document, sha256."""
    names = {"purchase_order_id": purchase_order_id, "answer_id": answer_id}
    return connection.execute(_DOCUMENT, names).one_or_none()


def school_names(connection: Connection, purchase_order_id: str) -> dict[int, str]:
    """The names of the schools with a drop, by URN."""
    rows = connection.execute(_NAMES, {"purchase_order_id": purchase_order_id})
    return {row.school_urn: row.name for row in rows}


def order_by_number(connection: Connection, number: str) -> tuple[str | None, bool]:
    """The id of the actor's order of that number, and whether anybody has one."""
    row = connection.execute(_BY_NUMBER, {"number": number}).one()
    return row.purchase_order_id, row.known


def promise_days(connection: Connection, purchase_order_id: str, days: Sequence[tuple[int, int, date]]) -> None:
    """Keep (line, URN, day) that the supplier promises for its drops."""
    rows = [{"line_no": line_no, "school_urn": urn, "promised_on": day.isoformat()} for line_no, urn, day in days]
    if rows:
        connection.execute(_PROMISE, {"purchase_order_id": purchase_order_id, "days": json.dumps(rows)})


def line_json(line: LineAnswer) -> dict[str, Any]:
    """What is said of a line, as it is kept and as it travels; what is not said is null."""
    return {
        "line_no": line.line_no,
        "quantity": line.quantity,
        "unit_price": None if line.unit_price is None else unit_price_text(line.unit_price),
        "promised_on": line.promised_on and line.promised_on.isoformat(),
        "substitute": line.substitute and {"sku": line.substitute.sku, "name": line.substitute.name},
        "note": line.note,
        "drops": [
            {
                "school_urn": urn,
                "quantity": drop.quantity,
                "promised_on": drop.promised_on and drop.promised_on.isoformat(),
            }
            for urn, drop in sorted(line.drops.items())
        ],
    }


def line_from(kept: Mapping[str, Any]) -> LineAnswer:
    """The same read back."""
    return LineAnswer(
        line_no=kept["line_no"],
        quantity=kept["quantity"],
        unit_price=None if kept["unit_price"] is None else Decimal(kept["unit_price"]),
        promised_on=_day(kept["promised_on"]),
        substitute=kept["substitute"] and Substitute(**kept["substitute"]),
        note=kept["note"],
        drops={drop["school_urn"]: DropAnswer(drop["quantity"], _day(drop["promised_on"])) for drop in kept["drops"]},
    )


def said_in(row: Row[Any]) -> SupplierAnswer:
    """What an answer says, from its row."""
    return SupplierAnswer(row.answer, row.reason, [line_from(line) for line in row.lines], row.revision)


def _ordered_line(row: Row[Any]) -> OrderedLine:
    parts = {urn: (units, pence) for urn, units, pence in row.parts}
    return OrderedLine(**{name: value for name, value in row._mapping.items() if name != "parts"}, drops=parts)


def _day(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)
