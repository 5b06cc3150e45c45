"""What the demo's schools decide for themselves: budgets, and up to which amount who approves."""

from datetime import datetime, timedelta
from typing import Final

from bursar.demo.alliance import APPROVED_BY_TWO, SCHOOLS, DemoSchool
from bursar.demo.people import Cast
from chassis.database import Database
from services.members.domain.approval_limits import ApprovalLimit, ApprovalLimits
from services.members.usecases.set_approval_limits import get_limits, put_limits
from services.orders.domain.budget import Budget
from services.orders.usecases.read_budgets import get_budgets
from services.orders.usecases.set_budgets import set_budgets

# A year's money for each pupil, in pence. Stationery is a little short, so that some orders go beyond it.
_PENCE_A_PUPIL: Final = {"cleaning-materials": 1200, "exercise-books": 500, "stationery": 700, "devices": 3000}
_STEP: Final = 50_00
_ROUNDS_REACH: Final = (timedelta(days=-90), timedelta(days=60))


def set_rules(members: Database, orders: Database, cast: Cast, now: datetime) -> None:
    """Set what is not set yet: every school's budgets of the years that the rounds touch, and its limits."""
    for school in SCHOOLS:
        approver = cast.approvers[school.urn]
        if get_limits(members, approver, school.urn).version == 0:
            put_limits(members, approver, _limits(school), 0)
        for day in (now.date() + reach for reach in _ROUNDS_REACH):
            found = get_budgets(orders, approver, school.urn, None, day)
            if found.version == 0:
                year = found.financial_year
                set_budgets(orders, approver, school.urn, year, _budgets(school), 0, now)


def _limits(school: DemoSchool) -> ApprovalLimits:
    """The headteacher's limit grows with the school; in one school a governor approves as well above £500."""
    head = ApprovalLimit("school_approver", None, school.pupils * 100_00)
    governor = ApprovalLimit("governor", None, 25_000_00)
    if school.urn != APPROVED_BY_TWO:
        return ApprovalLimits(school.urn, (head,))
    return ApprovalLimits(school.urn, (head, governor), second_above_pence=500_00)


def _budgets(school: DemoSchool) -> list[Budget]:
    return [
        Budget(code, -(-school.pupils * pence // _STEP) * _STEP, hard=code == "devices")
        for code, pence in _PENCE_A_PUPIL.items()
    ]
