"""How budgets look on the wire."""

from collections.abc import Mapping
from typing import Any

from services.orders.domain.budget import Position
from services.orders.usecases.review_order import BudgetLine

Json = dict[str, Any]


def position_json(position: Position, names: Mapping[str, str]) -> Json:
    """Where a category stands."""
    return {
        "category_code": position.category_code,
        "category_name": names.get(position.category_code),
        "amount_pence": position.budget and position.budget.amount_pence,
        "hard": position.budget is not None and position.budget.hard,
        "reserved_pence": position.reserved_pence,
        "committed_pence": position.committed_pence,
        "actual_pence": position.actual_pence,
        "left_pence": position.left_pence,
    }


def budget_line_json(line: BudgetLine, names: Mapping[str, str]) -> Json:
    """A category beside an order: where it stands without it, what the order takes at worst, what is then left."""
    return {
        **position_json(line.position, names),
        "wanted_pence": line.wanted_pence,
        "after_pence": line.after_pence,
        "beyond_pence": line.beyond_pence,
    }
