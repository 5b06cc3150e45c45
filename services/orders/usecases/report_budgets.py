"""The report on budgets: a school's own against what is reserved, committed and spent; the alliance has no budgets."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from chassis.actor import Actor
from chassis.database import Database
from contracts.money import pounds
from contracts.report import Chart, Column, Report, Section, Value
from services.orders.domain.budget import Movement
from services.orders.storage import desk
from services.orders.usecases.read_budgets import BudgetView, get_budgets
from services.orders.usecases.read_rounds import get_board

_USED: Final = (
    Column("actual_pence", "Spent", "money", added=True),
    Column("committed_pence", "Committed", "money", added=True),
    Column("reserved_pence", "Reserved", "money", added=True),
)
_WORDS: Final = {"reserved": "Reserved", "committed": "Committed", "actual": "Spent"}
_NOTE: Final = (
    "Each amount stands in one place: an order in an open round is reserved, a purchase order and the rest of a"
    " recurring service are committed, a bill is spent. It belongs to the year in which its delivery begins."
)

_ALLIANCE_NOTE: Final = (
    "Orders sent in rounds that are still open, at the prices reached so far, without VAT. Budgets are each school’s"
    " own: the alliance sees none. What is ordered and billed stands in the reports on commitments and on spending."
)


def budgets_report(database: Database, actor: Actor, _: date, until: date) -> Report:
    """For a school its financial year of the day `until`; for the alliance what its open rounds would come to now."""
    if actor.school_urn is None:
        return _alliance_report(database, actor, until)
    view = get_budgets(database, actor, actor.school_urn, None, until)
    return Report("budgets", f"Budgets {view.financial_year}", _sentence(view), [_by_category(view), _documents(view)])


def _sentence(view: BudgetView) -> str:
    planned = sum(each.budget.amount_pence for each in view.positions if each.budget)
    used = sum(each.used_pence for each in view.positions)
    over = [_name(view, each.category_code) for each in view.positions if (each.left_pence or 0) < 0]
    vat = "with" if view.vat_counts else "without"
    said = f"£{pounds(used)} of £{pounds(planned)} budgeted are spent, committed or reserved, {vat} VAT"
    return f"{said}; more than budgeted in {', '.join(over)}." if over else f"{said}."


def _by_category(view: BudgetView) -> Section:
    rows: list[dict[str, Value]] = [
        {
            "category_name": _name(view, each.category_code),
            "budget_pence": each.budget.amount_pence if each.budget else None,
            "actual_pence": each.actual_pence,
            "committed_pence": each.committed_pence,
            "reserved_pence": each.reserved_pence,
            "left_pence": each.left_pence,
        }
        for each in view.positions
    ]
    columns = (
        Column("category_name", "Category"),
        Column("budget_pence", "Budget", "money", added=True),
        *_USED,
        Column("left_pence", "Left", "money", added=True),
    )
    chart = Chart(
        "category_name",
        "actual_pence",
        "Spent, committed and reserved by category, in pounds",
        ("committed_pence", "reserved_pence"),
    )
    return Section("By category", columns, rows, _NOTE, chart)


def _documents(view: BudgetView) -> Section:
    columns = (
        Column("number", "Document"),
        Column("title", "What for"),
        Column("category_name", "Category"),
        Column("on", "Delivery from", "date"),
        Column("kind", "Counts as"),
        Column("amount_pence", "Amount", "money", added=True),
    )
    rows = [_document(view, each) for each in view.movements]
    return Section("The documents behind the figures", columns, rows, why="document")


def _document(view: BudgetView, movement: Movement) -> dict[str, Value]:
    return {
        "number": movement.number,
        "title": movement.title,
        "category_name": _name(view, movement.category_code),
        "on": movement.on.isoformat(),
        "kind": _WORDS[movement.kind],
        "amount_pence": movement.counted(view.type_code),
        "why": _why(movement),
    }


def _why(movement: Movement) -> str | None:
    """Kind and id of the document, such as "bill:…"."""
    for kind, found in (
        ("bill", movement.bill_id),
        ("purchase_order", movement.purchase_order_id),
        ("subscription", movement.subscription_id),
        ("order", movement.round_id),
    ):
        if found:
            return f"{kind}:{found}"
    return None


def _name(view: BudgetView, code: str) -> str:
    return view.names.get(code) or code or "No category"


def _alliance_report(database: Database, actor: Actor, today: date) -> Report:
    """What submitted and approved orders of the open rounds would cost at the prices reached so far, by school."""
    with database.transaction(actor) as connection:
        rounds = desk.open_rounds(connection, today, 0)
    rows: list[dict[str, Value]] = [
        {"round": found.number, "school_name": school["school_name"], "net_pence": school["net_pence"], "why": why}
        for found in rounds
        for why in (found.round_id,)
        for school in get_board(database, actor, found.round_id, today)
        if school["net_pence"]
    ]
    columns = (
        Column("school_name", "School"),
        Column("round", "Round"),
        Column("net_pence", "Ordered so far", "money", added=True),
    )
    section = Section(
        "Open rounds by school",
        columns,
        rows,
        _ALLIANCE_NOTE,
        Chart("school_name", "net_pence", "Ordered so far in open rounds by school, in pounds"),
        why="open_round",
    )
    sentence = f"Schools have ordered for £{pounds(_sum(rows))} so far in {_counted(len(rounds))}."
    return Report("budgets", "Open rounds", sentence, [section])


def _sum(rows: Sequence[dict[str, Value]]) -> int:
    return sum(each for row in rows if isinstance(each := row["net_pence"], int))


def _counted(rounds: int) -> str:
    return "1 open round" if rounds == 1 else f"{rounds} open rounds"
