"""A school sets its own budgets of a financial year."""

from collections.abc import Sequence
from datetime import datetime

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import Forbidden, NotFound, VersionConflict
from contracts.london import london_day
from services.orders.domain.budget import Budget, check_budgets, days_of
from services.orders.storage import budgets
from services.orders.usecases.read_budgets import BudgetView, view_budgets


def set_budgets(
    database: Database, actor: Actor, urn: int, year: str, wanted: Sequence[Budget], version: int, now: datetime
) -> BudgetView:
    """Replace all budgets of a year; `version` is what the editor saw, 0 before any are set.

    Raises NotFound, Forbidden for somebody who only stands in for an approver, VersionConflict, BudgetInvalid.
    """
    if actor.stands_in_for is not None:
        raise Forbidden("Only an approver in their own right changes the budgets.")
    check_budgets(wanted)
    with database.transaction(actor) as connection:
        facts = budgets.school_facts(connection, urn) if actor.school_urn == urn else None
        if facts is None:
            raise NotFound(f"There are no budgets of school {urn} for you.")
        days_of(year, facts[1])
        if not budgets.save_budgets(connection, urn, year, wanted, version, actor.name, now):
            raise VersionConflict("Somebody else at your school changed the budgets meanwhile.")
        return view_budgets(connection, actor, urn, year, london_day(now))
