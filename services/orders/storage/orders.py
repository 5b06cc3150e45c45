"""Schools' orders: one row each, its lines, its history."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from chassis.database import ask
from services.orders.domain.order import HistoryEntry, Person, SchoolOrder
from services.orders.domain.round import Member, Round
from services.orders.domain.wanted import WantedLine
from services.orders.storage.rounds import COLUMNS, round_from

_SIGHT = """
    SELECT {columns}, s.urn, s.name, s.phase, s.joined_on, s.left_on, s.type_code, s.membership_class,
        o.state AS order_state, o.version AS order_version, o.reference, o.submitted_by_id, o.submitted_by,
        o.submitted_at, o.approved_by_id, o.approved_by, o.approved_at, o.return_reason, o.fund,
        o.site_id::text, o.note, o.changed_by, o.updated_at,
        EXISTS (SELECT FROM budget b WHERE b.school_urn = s.urn AND b.hard) AS hard_budgets
    FROM {round} r
    JOIN school s ON s.urn = :urn
    LEFT JOIN school_order o ON o.round_id = r.round_id AND o.school_urn = s.urn
    WHERE r.round_id = :round_id AND r.state <> 'draft'
"""
_READ = text(_SIGHT.format(columns=COLUMNS, round="round"))
_HOLD = text(_SIGHT.format(columns=COLUMNS, round="hold_round(:round_id)"))

_LOG = """
    logged AS (
        INSERT INTO order_history (round_id, school_urn, at, person_id, person, action, detail)
        SELECT :round_id, :urn, :now, e.person_id, e.person, e.action, e.detail
        FROM saved, jsonb_to_recordset(CAST(:entries AS jsonb))
            AS e(person_id text, person text, action text, detail text)
    )
"""
_SAID = "quantity, flexible, max_unit_price, min_schools, note"
_LINES = f"""
    wanted AS (
        SELECT w.offer_id, w.quantity, coalesce(e.flexible, 0) AS flexible, e.max_unit_price, e.min_schools,
            coalesce(e.note, '') AS note
        FROM saved, unnest(CAST(:offer_ids AS uuid[]), CAST(:quantities AS integer[])) AS w(offer_id, quantity)
        LEFT JOIN jsonb_to_recordset(CAST(:wishes AS jsonb)) AS e(
            offer_id uuid, flexible integer, max_unit_price numeric(12, 4), min_schools integer, note text)
            ON e.offer_id = w.offer_id
    ), gone AS (
        DELETE FROM order_line l USING saved
        WHERE l.round_id = :round_id AND l.school_urn = :urn
            AND l.offer_id <> ALL (CAST(:offer_ids AS uuid[]))
    ), kept AS (
        INSERT INTO order_line (round_id, school_urn, offer_id, {_SAID})
        SELECT :round_id, :urn, changed.*
        FROM (SELECT offer_id, {_SAID} FROM wanted EXCEPT
            SELECT offer_id, {_SAID} FROM order_line WHERE round_id = :round_id AND school_urn = :urn) changed
        ON CONFLICT (round_id, school_urn, offer_id) DO UPDATE
            SET ({_SAID}) = ({", ".join("excluded." + column for column in _SAID.split(", "))})
    ),
"""  # noqa: S608 -- column names of this module
_ORDER_FIELDS = (
    "state", "reference", "submitted_by_id", "submitted_by", "submitted_at", "approved_by_id", "approved_by",
    "approved_at", "return_reason", "fund", "site_id", "note", "changed_by",
)  # fmt: skip
_INSERT = f"""
    saved AS (
        INSERT INTO school_order (round_id, school_urn, version, updated_at, {", ".join(_ORDER_FIELDS)})
        VALUES (:round_id, :urn, 1, :now, {", ".join(":" + field for field in _ORDER_FIELDS)})
        ON CONFLICT DO NOTHING
        RETURNING 1
    ),
"""  # noqa: S608 -- column names of this module
_UPDATE = f"""
    saved AS (
        UPDATE school_order SET version = version + 1, updated_at = :now, approved_for_id = NULL,
            first_approved_by_id = NULL, first_approved_by = NULL, first_approved_for_id = NULL,
            first_approved_at = NULL, {", ".join(f"{field} = :{field}" for field in _ORDER_FIELDS)}
        WHERE round_id = :round_id AND school_urn = :urn AND version = :version
        RETURNING 1
    ),
"""  # noqa: S608 -- column names of this module
_DONE = "SELECT count(*) AS saved FROM saved"
_ADD = text(f"WITH {_INSERT} {_LINES} {_LOG} {_DONE}")
_REPLACE = text(f"WITH {_UPDATE} {_LINES} {_LOG} {_DONE}")
_MOVE = text(f"WITH {_UPDATE} {_LOG} {_DONE}")

_DETAILS = text("""
    SELECT
        (SELECT json_agg(json_build_array(coalesce(t.quantity, 0), l.offer_id, l.quantity, l.flexible,
                l.max_unit_price::text, l.min_schools, l.note))
            FROM order_line l
            LEFT JOIN offer_totals(:round_id, ARRAY(
                SELECT offer_id FROM order_line WHERE round_id = :round_id AND school_urn = :urn)) t USING (offer_id)
            WHERE l.round_id = :round_id AND l.school_urn = :urn) AS lines,
        (SELECT json_agg(json_build_object(
                'at', to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                'person', h.person, 'action', h.action, 'detail', h.detail) ORDER BY h.at, h.id)
            FROM (
                SELECT id, at, person, action, detail FROM order_history
                WHERE round_id = :round_id AND school_urn = :urn
                UNION ALL
                SELECT a.id, a.at, a.person, 'change ' || a.action,
                    concat_ws(': ', p.number || ' line ' || d.line_no, nullif(a.detail, ''))
                FROM amendment_step a JOIN amendment d USING (amendment_id)
                JOIN purchase_order p ON p.purchase_order_id = a.purchase_order_id
                WHERE p.round_id = :round_id AND a.school_urn = :urn
            ) h) AS history,
        (SELECT s.name FROM school_order o JOIN delivery_site s USING (site_id)
            WHERE o.round_id = :round_id AND o.school_urn = :urn) AS site_name
""")
_COUNT_LINES = text("SELECT count(*) FROM order_line WHERE round_id = :round_id AND school_urn = :urn")
_LOCKED = text("""
    SELECT l.offer_id::text, d.quantity, l.unit_price, d.net_pence, d.vat_class, d.vat_reduced, d.vat_certificate
    FROM drop_line d JOIN purchase_order_line l USING (purchase_order_id, line_no)
    WHERE l.round_id = :round_id AND d.school_urn = :urn
""")


@dataclass(frozen=True, slots=True)
class OrderInRound:
    """One school's order with its round and the school; `order` is silent before anything is saved.

    `hard_budgets`: whether the school keeps orders from being sent that go beyond a budget.
    """

    round: Round
    member: Member
    order: SchoolOrder
    hard_budgets: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """An order's lines, the units counted of all schools by offer, its history as it is shown, and its site's name."""

    lines: Sequence[WantedLine]
    counted: Mapping[str, int]
    history: Sequence[Mapping[str, Any]]
    site_name: str | None


def find_order(connection: Connection, round_id: str, urn: int, *, hold: bool = False) -> OrderInRound | None:
    """A school's order in a round that was opened; None where the actor may see neither.

    With `hold`, a close of the round waits until this transaction ends.
    """
    row = ask(connection, _HOLD if hold else _READ, {"round_id": round_id, "urn": urn})
    if row is None:
        return None
    member = Member(row.urn, row.name, row.phase, row.joined_on, row.left_on, row.type_code, row.membership_class)
    return OrderInRound(round_from(row), member, _order(row) if row.order_state else SchoolOrder(), row.hard_budgets)


def save_order(
    connection: Connection,
    found: OrderInRound,
    order: SchoolOrder,
    entries: Sequence[HistoryEntry],
    now: datetime,
    lines: Sequence[WantedLine] | None = None,
) -> bool:
    """Write an order over the version in `found`, its lines too if given; False if somebody else was faster.

    Whatever was approved of it before is void.
    """
    values = {
        "round_id": found.round.round_id,
        "urn": found.member.urn,
        "version": found.order.version,
        "now": now,
        "entries": json.dumps([_entry(entry) for entry in entries]),
        **_values(order),
    }
    statement = _MOVE
    if lines is not None:
        statement = _REPLACE if found.order.version else _ADD
        values |= {
            "offer_ids": _array(line.offer_id for line in lines),
            "quantities": _array(line.quantity for line in lines),
            "wishes": json.dumps([_wishes(line) for line in lines if not line.is_plain]),
        }
    return bool(ask(connection, statement, values).saved)


def order_details(connection: Connection, round_id: str, urn: int) -> Details:
    """The lines and history of a school's order."""
    row = connection.execute(_DETAILS, {"round_id": round_id, "urn": urn}).one()
    found = row.lines or ()
    return Details(
        [wanted_line(*line) for _, *line in found],
        {line[0]: counted for counted, *line in found},
        row.history or (),
        row.site_name,
    )


def wanted_line(
    offer_id: str, quantity: int, flexible: int, max_unit_price: str | None, min_schools: int | None, note: str
) -> WantedLine:
    """A line as the database's JSON has it."""
    limit = None if max_unit_price is None else Decimal(max_unit_price)
    return WantedLine(offer_id, quantity, flexible, limit, min_schools, note)


def count_lines(connection: Connection, round_id: str, urn: int) -> int:
    """How many lines a school's order has."""
    return int(connection.execute(_COUNT_LINES, {"round_id": round_id, "urn": urn}).scalar_one())


def locked_lines(connection: Connection, round_id: str, urn: int) -> Sequence[Row[Any]]:
    """What a closed round made of a school's order: offer_id, quantity, unit_price, net_pence and the line's VAT."""
    return connection.execute(_LOCKED, {"round_id": round_id, "urn": urn}).all()


def _order(row: Row[Any]) -> SchoolOrder:
    return SchoolOrder(
        state=row.order_state,
        version=row.order_version,
        reference=row.reference,
        submitted_by=Person(row.submitted_by_id, row.submitted_by) if row.submitted_by_id else None,
        submitted_at=row.submitted_at,
        approved_by=Person(row.approved_by_id, row.approved_by) if row.approved_by_id else None,
        approved_at=row.approved_at,
        return_reason=row.return_reason,
        fund=row.fund,
        site_id=row.site_id,
        note=row.note,
        changed_by=row.changed_by,
        changed_at=row.updated_at,
    )


def _values(order: SchoolOrder) -> dict[str, Any]:
    return {
        "state": order.state,
        "reference": order.reference,
        "submitted_by_id": order.submitted_by and order.submitted_by.person_id,
        "submitted_by": order.submitted_by and order.submitted_by.name,
        "submitted_at": order.submitted_at,
        "approved_by_id": order.approved_by and order.approved_by.person_id,
        "approved_by": order.approved_by and order.approved_by.name,
        "approved_at": order.approved_at,
        "return_reason": order.return_reason,
        "fund": order.fund,
        "site_id": order.site_id,
        "note": order.note,
        "changed_by": order.changed_by,
    }


def _wishes(line: WantedLine) -> dict[str, Any]:
    limit = None if line.max_unit_price is None else str(line.max_unit_price)
    return {
        "offer_id": line.offer_id,
        "flexible": line.flexible,
        "max_unit_price": limit,
        "min_schools": line.min_schools,
        "note": line.note,
    }


def _array(values: Iterable[str | int]) -> str:
    """An array of ids or whole numbers as PostgreSQL reads it: the driver would look at each for what to quote."""
    return f"{{{','.join(map(str, values))}}}"


def _entry(entry: HistoryEntry) -> dict[str, str | None]:
    who = asdict(entry.person) if entry.person else {"person_id": None, "name": None}
    return {"person_id": who["person_id"], "person": who["name"], "action": entry.action, "detail": entry.detail}
