"""A change that makes a school pay more is agreed to within the school's own limits and its hard budgets.

A limit means the same here as for an order: all that the school has of the round, with VAT, as a whole and by category.
What the school has agreed to and waits for others counts as if it had taken effect, so that several changes do not
pass one by one. Where the school wants two people above an amount, two agree.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.actor import Actor
from contracts.money import pounds
from services.orders.domain.amendment import Amendment
from services.orders.domain.approval import APPROVER, Exceeded, exceeded
from services.orders.domain.budget import beyond, vat_is_a_cost
from services.orders.domain.errors import AboveLimit, BudgetExceeded
from services.orders.domain.school_part import SchoolPart, more_pence
from services.orders.domain.worst_case import WorstPart
from services.orders.storage import approvals, budgets
from services.orders.storage.school_parts import school_parts
from services.orders.usecases.read_budgets import view_budgets
from services.orders.usecases.review_order import worst_case


def must_fit_school(connection: Connection, actor: Actor, asked: Amendment) -> bool:
    """Whether two people of the school have to agree to `asked`.

    An approver agrees freely to what costs the school no more; a governor, as with orders, only within their own limit.
    Raises AboveLimit or BudgetExceeded where the actor may not agree.
    """
    parts = school_parts(connection, asked)
    own = next((part for part in parts if part.amendment_id == asked.amendment_id), None)
    if own is None or (not own.dearer and APPROVER in actor.roles):
        return False
    limits = approvals.find_limits(connection, asked.school_urn)
    of_round = [part for part in parts if part.round_id == own.round_id]
    then = worst_case([WorstPart(part.category_code, part.vat_rate, part.net_after_pence) for part in of_round])
    _must_be_within(exceeded(limits, actor.roles, then))
    if own.dearer and own.delegated:
        _must_fit_hard_budget(connection, actor, own, parts)
    return own.dearer and limits.needs_two(then.gross_pence)


def _must_be_within(limits: Sequence[Exceeded]) -> None:
    if not limits:
        return
    first = limits[0]
    of = "" if first.category_code is None else f" of the category {first.category_code}"
    raise AboveLimit(
        f"With this change your school’s order comes to £{pounds(first.amount_pence)}{of} with VAT, and your school"
        f" lets you approve up to £{pounds(first.limit_pence)}. Somebody with a higher limit has to agree to it."
    )


def _must_fit_hard_budget(connection: Connection, actor: Actor, own: SchoolPart, parts: Sequence[SchoolPart]) -> None:
    """Orders and changes of one school wait for one another, so that they cannot both take the same money."""
    urn, code = actor.school_urn, own.category_code
    if urn is None or not budgets.lock_hard_budgets(connection, urn):
        return
    view = view_budgets(connection, actor, urn, None, own.on)
    first, last = view.days
    same = [part for part in parts if part.delegated and part.category_code == code and first <= part.on <= last]
    more = more_pence(same, with_vat=vat_is_a_cost(view.type_code))
    hard = [each for each in view.positions if each.budget and each.budget.hard]
    too_much = beyond(hard, {code: more}).get(code, 0)
    if more > 0 and too_much:
        raise BudgetExceeded(
            f"With this change your school goes £{pounds(too_much)} beyond its budget for {view.names.get(code, code)}"
            f" in {view.financial_year}, and it lets nobody go beyond it."
        )
