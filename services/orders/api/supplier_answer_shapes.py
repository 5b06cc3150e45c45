"""What an answer's changes do, as it travels: computed while it is open, read from what was written afterwards."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from contracts.money import unit_price_text
from services.orders.api.shapes import Json
from services.orders.domain.answer import OrderedLine
from services.orders.domain.answer_effect import DropEffect, LineEffect
from services.orders.usecases.read_answers import AnswerView


def effects_json(view: AnswerView, line_no: int | None) -> list[Json]:
    """What the changes would do; drops of the line `line_no` only, or of all (None)."""
    agreed = {(each.line_no, each.urn): _agreed(each.state, said=each.agreed) for each in view.asked}
    return [
        {
            **_line_json(view.order.lines[number], effect),
            "touched_count": len(touched),
            "must_agree_count": sum(drop.must_agree for drop in touched),
            "drops": [
                {
                    "school_urn": drop.urn,
                    "school_name": view.names.get(drop.urn, ""),
                    "quantity_before": drop.quantity_before,
                    "quantity": drop.quantity,
                    "net_before_pence": drop.net_before_pence,
                    "net_pence": drop.net_pence,
                    "promised_on": drop.promised_on and drop.promised_on.isoformat(),
                    "why": drop.why,
                    "must_agree": drop.must_agree,
                    "agreed": agreed.get((number, drop.urn)),
                }
                for drop in sorted(_shown(effect), key=lambda drop: (view.names.get(drop.urn, ""), drop.urn))
                if line_no in (None, number)
            ],
        }
        for number, effect in sorted(view.effects.items())
        for touched in [effect.touched()]
    ]


def made_json(view: AnswerView, line_no: int | None) -> list[Json]:
    """What the changes did, in the same shape."""
    asked: dict[tuple[int, int], bool] = defaultdict(bool)
    for each in view.asked:
        asked[each.line_no, each.urn] = each.agreed
    found = []
    for number, group in groupby(view.made, key=lambda row: row.line_no):
        rows = list(group)
        line = view.order.lines[number]
        found.append(
            {
                **_made_line(line, rows),
                "touched_count": len(rows),
                "must_agree_count": sum((number, row.school_urn) in asked for row in rows),
                "drops": [
                    {
                        "school_urn": row.school_urn,
                        "school_name": row.school_name,
                        "quantity_before": row.quantity_before,
                        "quantity": row.quantity,
                        "net_before_pence": row.net_before_pence,
                        "net_pence": row.net_pence,
                        "promised_on": row.promised_on and row.promised_on.isoformat(),
                        "why": _why(row, refused=(number, row.school_urn) in asked and row.asked_net_pence is None),
                        "must_agree": (number, row.school_urn) in asked,
                        "agreed": asked.get((number, row.school_urn)),
                    }
                    for row in rows
                    if line_no in (None, number)
                ],
            }
        )
    return found


def _shown(effect: LineEffect) -> Sequence[DropEffect]:
    """The parts that change; of a shortage all, so that everybody's share of what there is can be compared."""
    shared = any(drop.why in ("shared", "cut_last_time") for drop in effect.drops)
    return effect.drops if shared else effect.touched()


def _agreed(state: str, *, said: bool) -> bool | None:
    return True if said else (None if state == "proposed" else False)


def _why(row: Row[Any], *, refused: bool) -> str:
    if refused:
        return "left_out"
    if row.shared:
        return "shared"
    return "named" if row.quantity != row.quantity_before else "as_ordered"


def _line_json(line: OrderedLine, effect: LineEffect) -> Json:
    return {
        "line_no": line.line_no,
        "sku": line.sku,
        "name": line.name,
        "unit": line.unit,
        "unit_price_before": unit_price_text(effect.unit_price_before),
        "unit_price": unit_price_text(effect.unit_price),
        "quantity_before": effect.quantity_before,
        "quantity": effect.quantity,
        "net_before_pence": effect.net_before_pence,
        "net_pence": effect.net_pence,
        "substitute": effect.substitute and {"sku": effect.substitute.sku, "name": effect.substitute.name},
    }


def _made_line(line: OrderedLine, rows: list[Row[Any]]) -> Json:
    """A line before and after one revision: what the schools that it left alone have stands in both."""
    untouched = [line.drops[urn] for urn in line.drops.keys() - {row.school_urn for row in rows}]
    units, pence = sum(part[0] for part in untouched), sum(part[1] for part in untouched)
    priced = next((row for row in rows if row.unit_price is not None), None)
    instead = next((row for row in rows if row.substitute_sku), None)
    return {
        "line_no": line.line_no,
        "sku": line.sku,
        "name": line.name,
        "unit": line.unit,
        "unit_price_before": unit_price_text(priced.unit_price_before if priced else line.unit_price),
        "unit_price": unit_price_text(priced.unit_price if priced else line.unit_price),
        "quantity_before": units + sum(row.quantity_before for row in rows),
        "quantity": units + sum(row.quantity for row in rows),
        "net_before_pence": pence + sum(row.net_before_pence for row in rows),
        "net_pence": pence + sum(row.net_pence for row in rows),
        "substitute": instead and {"sku": instead.substitute_sku, "name": instead.substitute_name},
    }
