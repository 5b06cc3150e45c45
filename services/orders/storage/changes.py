"""What an answer changes, written for all schools at once: one revision, however many drops it touches."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from contracts.money import unit_price_text
from services.orders.domain.answer_effect import LineEffect

_SENT = """
    jsonb_to_recordset(CAST(:drops AS jsonb)) AS sent(line_no integer, school_urn integer, quantity integer,
        net_pence bigint, promised_on date, shared boolean, unit_price_before numeric, unit_price numeric,
        substitute_sku text, substitute_name text, must_agree boolean, note text, asked boolean)
"""
_OF_ANSWER = """
    answer.answer_id = :answer_id AND before.purchase_order_id = answer.purchase_order_id
        AND before.school_urn = sent.school_urn AND before.line_no = sent.line_no
"""
_COLUMNS = """
    amendment_id, purchase_order_id, school_urn, supplier_id, line_no, quantity_before, quantity, net_before_pence,
    reason, proposed_by_id, proposed_by, proposed_for, proposed_at, supplier_agreed_by_id, supplier_agreed_by,
    supplier_agreed_at, alliance_agreed_by_id, alliance_agreed_by, alliance_agreed_at, answer_id, unit_price_before,
    unit_price, substitute_sku, substitute_name, promised_on, shared
"""
_VALUES = """
    gen_random_uuid(), before.purchase_order_id, before.school_urn, before.supplier_id, before.line_no,
    before.quantity, sent.quantity, before.net_pence,
    coalesce(nullif(sent.note, ''), nullif(answer.reason, ''), 'The supplier’s answer'),
    answer.person_id, answer.person, 'supplier', answer.answered_at, answer.person_id, answer.person,
    answer.answered_at, answer.decided_by_id, answer.decided_by, answer.decided_at, answer.answer_id,
    sent.unit_price_before, sent.unit_price, sent.substitute_sku, sent.substitute_name, sent.promised_on, sent.shared
"""
_ASK = text(f"""
    INSERT INTO amendment ({_COLUMNS}, asked_net_pence)
    SELECT {_VALUES}, sent.net_pence
    FROM {_SENT}, drop_line before, purchase_order_answer answer
    WHERE sent.must_agree AND {_OF_ANSWER}
""")  # noqa: S608 -- assembled from this module
_TELL_ASKED = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT 'ConsentWanted', 1, 'purchase_order:' || p.purchase_order_id, jsonb_build_object(
        'answer_id', a.answer_id, 'purchase_order_id', p.purchase_order_id, 'number', p.number,
        'title', coalesce(p.title, r.title), 'supplier_name', coalesce(s.name, ''), 'school_urn', a.school_urn,
        'school_name', coalesce(max(school.name), ''), 'more_pence', sum(a.asked_net_pence - a.net_before_pence),
        'lines', count(*))
    FROM amendment a JOIN purchase_order p USING (purchase_order_id)
    LEFT JOIN round r USING (round_id) LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    LEFT JOIN school ON school.urn = a.school_urn
    WHERE a.answer_id = :answer_id AND a.state = 'proposed'
    GROUP BY p.purchase_order_id, r.title, s.name, a.answer_id, a.school_urn ORDER BY a.school_urn
""")
_REVISE = text("""
    UPDATE purchase_order SET revision = revision + 1, version = version + 1, net_pence = net_pence + :more_pence
    WHERE purchase_order_id = :purchase_order_id RETURNING revision
""")
_APPLY_AGREED = text(f"""
    UPDATE amendment a SET state = 'applied', version = a.version + 1, revision = :revision,
        quantity = sent.quantity, net_pence = sent.net_pence
    FROM {_SENT}
    WHERE a.answer_id = :answer_id AND a.state = 'proposed' AND a.school_agreed_at IS NOT NULL
        AND a.school_urn = sent.school_urn AND a.line_no = sent.line_no
""")  # noqa: S608
_APPLY = text(f"""
    INSERT INTO amendment ({_COLUMNS}, state, revision, net_pence)
    SELECT {_VALUES}, 'applied', :revision, sent.net_pence
    FROM {_SENT}, drop_line before, purchase_order_answer answer
    WHERE {_OF_ANSWER} AND NOT sent.asked
""")  # noqa: S608
_STEPS = text("""
    INSERT INTO amendment_step (amendment_id, purchase_order_id, school_urn, supplier_id, at, party, person_id, person,
        action, detail)
    SELECT amendment_id, purchase_order_id, school_urn, supplier_id, :now,
        CASE :action WHEN 'asked' THEN proposed_for END, CASE :action WHEN 'asked' THEN proposed_by_id END,
        CASE :action WHEN 'asked' THEN proposed_by END, :action,
        :detail || concat_ws(', ', CASE WHEN quantity <> quantity_before THEN quantity_before || ' → ' || quantity END,
            CASE WHEN unit_price <> unit_price_before THEN '£' || unit_price_before || ' → £' || unit_price END,
            substitute_name, 'by ' || to_char(promised_on, 'DD Mon YYYY')) || '.'
    FROM amendment
    WHERE answer_id = :answer_id AND (state = 'proposed' AND CAST(:revision AS integer) IS NULL OR revision = :revision)
""")
_CHANGE_DROPS = text(f"""
    UPDATE drop_line d SET quantity = sent.quantity, net_pence = sent.net_pence,
        promised_on = coalesce(sent.promised_on, d.promised_on)
    FROM {_SENT}
    WHERE d.purchase_order_id = :purchase_order_id AND d.school_urn = sent.school_urn AND d.line_no = sent.line_no
""")  # noqa: S608
_CHANGE_LINES = text("""
    UPDATE purchase_order_line l SET quantity = sent.quantity, net_pence = sent.net_pence,
        unit_price = sent.unit_price, sku = coalesce(sent.sku, l.sku), name = coalesce(sent.name, l.name)
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS sent(line_no integer, quantity bigint, net_pence bigint,
        unit_price numeric, sku text, name text)
    WHERE l.purchase_order_id = :purchase_order_id AND l.line_no = sent.line_no
""")
_WITHDRAW = text("""
    UPDATE amendment SET state = 'withdrawn', decision = :reason, version = version + 1
    WHERE answer_id = :answer_id AND state = 'proposed' AND school_agreed_at IS NULL
""")
_ASKED = text("""
    SELECT school_urn, line_no, state, school_agreed_at IS NOT NULL AS agreed, asked_net_pence FROM amendment
    WHERE answer_id = :answer_id AND asked_net_pence IS NOT NULL ORDER BY line_no, school_urn
""")
_PRICES = text("""
    SELECT a.line_no, a.school_urn, coalesce(s.name, '') AS school_name, a.quantity_before, a.quantity,
        a.net_before_pence, a.net_pence, a.promised_on, a.shared, a.state, a.unit_price_before, a.unit_price,
        a.substitute_sku, a.substitute_name, a.asked_net_pence
    FROM amendment a LEFT JOIN school s ON s.urn = a.school_urn
    WHERE a.answer_id = :answer_id AND a.state = 'applied' ORDER BY a.line_no, s.name, a.school_urn
""")


_LAST_OF_DROP = text("""
    SELECT coalesce(max(revision), 1) FROM amendment
    WHERE purchase_order_id = :purchase_order_id AND school_urn = :urn AND state = 'applied'
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """A school's part of a line that it was asked to pay more for, and what it said so far."""

    urn: int
    line_no: int
    state: str
    agreed: bool
    net_pence: int


def ask_schools(connection: Connection, answer_id: str, effects: Sequence[LineEffect], now: datetime) -> None:
    """Ask each school's own approver for what would cost it more, and tell the schools."""
    connection.execute(_ASK, {"answer_id": answer_id, "drops": _drops(effects)})
    _add_steps(connection, answer_id, None, "asked", now)
    connection.execute(_TELL_ASKED, {"answer_id": answer_id})


def asked_schools(connection: Connection, answer_id: str) -> list[Asked]:
    """What schools were asked for this answer."""
    rows = connection.execute(_ASKED, {"answer_id": answer_id})
    return [Asked(row.school_urn, row.line_no, row.state, row.agreed, row.asked_net_pence) for row in rows]


def withdraw_questions(connection: Connection, answer_id: str, reason: str) -> None:
    """Ask no longer where a school has not agreed."""
    connection.execute(_WITHDRAW, {"answer_id": answer_id, "reason": reason})


def apply_changes(
    connection: Connection, purchase_order_id: str, answer_id: str, effects: Sequence[LineEffect], now: datetime
) -> int:
    """Make the order what the effects say, as one new revision, which is returned."""
    more_pence = sum(effect.net_pence - effect.net_before_pence for effect in effects)
    names = {"purchase_order_id": purchase_order_id, "answer_id": answer_id}
    revision = int(connection.execute(_REVISE, {**names, "more_pence": more_pence}).scalar_one())
    agreed = {(each.line_no, each.urn) for each in asked_schools(connection, answer_id) if each.agreed}
    sent = {**names, "revision": revision, "drops": _drops(effects, agreed), "lines": _lines(effects)}
    if agreed:
        connection.execute(_APPLY_AGREED, sent)
    connection.execute(_APPLY, sent)
    _add_steps(connection, answer_id, revision, "applied", now, f"Revision {revision} of the purchase order: ")
    connection.execute(_CHANGE_DROPS, sent)
    connection.execute(_CHANGE_LINES, sent)
    return revision


def changes_made(connection: Connection, answer_id: str) -> Sequence[Row[Any]]:
    """What an answer changed, by line and school."""
    return connection.execute(_PRICES, {"answer_id": answer_id}).all()


def last_revision_of(connection: Connection, purchase_order_id: str, urn: int) -> int:
    """The last revision of the order that changed a school's drop; 1 where none did."""
    names = {"purchase_order_id": purchase_order_id, "urn": urn}
    return int(connection.execute(_LAST_OF_DROP, names).scalar_one())


def _add_steps(
    connection: Connection, answer_id: str, revision: int | None, action: str, now: datetime, detail: str = ""
) -> None:
    values = {"answer_id": answer_id, "revision": revision, "action": action, "now": now, "detail": detail}
    connection.execute(_STEPS, values)


def _drops(effects: Sequence[LineEffect], asked: Collection[tuple[int, int]] = ()) -> str:
    return json.dumps(
        [
            {
                "line_no": effect.line_no,
                "school_urn": drop.urn,
                "quantity": drop.quantity,
                "net_pence": drop.net_pence,
                "promised_on": drop.promised_on and drop.promised_on.isoformat(),
                "shared": drop.why in ("shared", "cut_last_time"),
                "unit_price_before": _price(effect, drop.quantity, before=True),
                "unit_price": _price(effect, drop.quantity, before=False),
                "substitute_sku": (effect.substitute and drop.quantity and effect.substitute.sku) or None,
                "substitute_name": (effect.substitute and drop.quantity and effect.substitute.name) or None,
                "must_agree": drop.must_agree,
                "note": effect.note,
                "asked": (effect.line_no, drop.urn) in asked,
            }
            for effect in effects
            for drop in effect.touched()
        ]
    )


def _price(effect: LineEffect, quantity: int, *, before: bool) -> str | None:
    if not quantity or effect.unit_price == effect.unit_price_before:
        return None
    return unit_price_text(effect.unit_price_before if before else effect.unit_price)


def _lines(effects: Sequence[LineEffect]) -> str:
    return json.dumps(
        [
            {
                "line_no": effect.line_no,
                "quantity": effect.quantity,
                "net_pence": effect.net_pence,
                "unit_price": unit_price_text(effect.unit_price if effect.quantity else effect.unit_price_before),
                "sku": (effect.substitute and effect.quantity and effect.substitute.sku) or None,
                "name": (effect.substitute and effect.quantity and effect.substitute.name) or None,
            }
            for effect in effects
        ]
    )
