"""Close a month, and reopen the latest closed one: both kept, with who, when and why."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_today
from services.billing.domain.adjustments import Proposal
from services.billing.domain.checklist import Point, blocking, points
from services.billing.domain.period_errors import (
    EarlierMonthOpen,
    LaterMonthClosed,
    MonthNotOver,
    PeriodClosed,
    PeriodNotClosable,
    PeriodNotClosed,
)
from services.billing.domain.periods import last_of, month_after
from services.billing.storage import adjustments, balances, checklist, control_accounts, periods
from services.billing.usecases.adjust_month import proposals


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month with what is asked before it closes, what is to be posted and was, and every change of it."""

    month: date
    state: str
    version: int
    over: bool
    latest_closed: bool
    checklist: list[Point]
    proposals: list[Proposal]
    stale: list[Row[Any]]
    adjustments: list[Row[Any]]
    changes: list[Row[Any]]


def list_months(database: Database, actor: Actor) -> tuple[list[Row[Any]], tuple[int, int]]:
    """Every month of the books, the latest first, and (first month of the alliance's year, version of that)."""
    with database.transaction(actor) as connection:
        return periods.months(connection, london_today()), periods.financial_year(connection)


def get_month(database: Database, actor: Actor, month: date) -> MonthView:
    """One month. Raises NotFound for one that is yet to come."""
    with database.transaction(actor) as connection:
        return _view(connection, month)


def set_financial_year(database: Database, actor: Actor, begins_in: int, version: int) -> tuple[int, int]:
    """Let the alliance's own year begin in another month (1 to 12). Raises VersionConflict."""
    with database.transaction(actor) as connection:
        changed = periods.set_financial_year(connection, begins_in, version)
    if changed is None:
        raise VersionConflict("Somebody else changed the financial year. Look at it again.")
    return begins_in, changed


def close_period(database: Database, actor: Actor, month: date, version: int, why: str) -> MonthView:
    """Close a month at the version that was seen; nothing is posted in it, or before it, from then on.

    What is open and does not block is kept with the change, and `why` is what the person says of it. Raises
    VersionConflict, MonthNotOver, PeriodClosed, EarlierMonthOpen, PeriodNotClosable.
    """
    with database.transaction(actor) as connection:
        periods.hold_months(connection)
        view = _view(connection, month)
        _refuse_stale(view, version)
        if view.state == "closed":
            raise PeriodClosed(f"{month:%B %Y} is closed already.")
        if not view.over:
            raise MonthNotOver(f"{month:%B %Y} is not over yet.")
        if earlier := periods.earlier_open(connection, month):
            raise EarlierMonthOpen(f"Close {earlier:%B %Y} first.")
        if held_by := blocking(view.checklist):
            message = f"{month:%B %Y} has open differences: look at its checklist."
            fields = {point.name: f"{point.says}: {point.count}" for point in held_by}
            raise PeriodNotClosable(message, fields=fields)
        still_open = [
            {"name": point.name, "count": point.count, "pence": point.pence} for point in view.checklist if point.open
        ]
        kept = balances.summed_to(connection, last_of(month))
        periods.change(connection, month, "closed", actor, why, open_points=still_open, balances=kept)
        return _changed(connection, view, "closed")


def reopen_period(database: Database, actor: Actor, month: date, version: int, why: str) -> MonthView:
    """Reopen the latest closed month, at the version that was seen, for a reason that is kept.

    Raises VersionConflict, PeriodNotClosed, LaterMonthClosed.
    """
    with database.transaction(actor) as connection:
        periods.hold_months(connection)
        view = _view(connection, month)
        _refuse_stale(view, version)
        if view.state != "closed":
            raise PeriodNotClosed(f"{month:%B %Y} is open.")
        if not view.latest_closed:
            raise LaterMonthClosed("Only the latest closed month can be reopened. Reopen the later ones first.")
        periods.change(connection, month, "open", actor, why)
        return _changed(connection, view, "open")


def _refuse_stale(view: MonthView, version: int) -> None:
    if view.version != version:
        raise VersionConflict(f"Somebody else changed {view.month:%B %Y}. Look at it again.")


def _changed(connection: Connection, view: MonthView, state: str) -> MonthView:
    """The month after its change: nothing else of it differs, and everybody who posts waits meanwhile."""
    _, version = periods.state_of(connection, view.month)
    changes = periods.changes(connection, view.month)
    return replace(view, state=state, version=version, latest_closed=state == "closed", changes=changes)


def _view(connection: Connection, month: date) -> MonthView:
    today = london_today()
    if month > today:
        raise NotFound("That month is yet to come.")
    state, version = periods.state_of(connection, month)
    first_open = periods.open_from(connection)
    proposed, stale = proposals(connection, month)
    controls = control_accounts.control_accounts(connection)
    differing = [row for row in controls if row.ledger_pence != row.documents_pence]
    asked = {
        **checklist.open_points(connection, last_of(month)),
        "adjustments_unposted": (len(proposed), sum(proposal.pence for proposal in proposed)),
        "adjustments_stale": (len(stale), sum(row.pence for row in stale)),
        "control_accounts_differ": (
            len(differing),
            sum(abs(row.ledger_pence - row.documents_pence) for row in differing),
        ),
    }
    return MonthView(
        month=month,
        state="closed" if first_open is not None and month < first_open else state,
        version=version,
        over=last_of(month) < today,
        latest_closed=first_open == month_after(month),
        checklist=points(asked),
        proposals=proposed,
        stale=stale,
        adjustments=adjustments.of_month(connection, month),
        changes=periods.changes(connection, month),
    )
