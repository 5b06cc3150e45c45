"""The books of the demo: its first month is closed, the next waits with its checklist."""

from bursar.demo.desk import Desk
from chassis.database import Database
from services.billing.domain.checklist import blocking
from services.billing.usecases.adjust_month import post_adjustments
from services.billing.usecases.close_period import close_period, get_month, list_months


def close_first_month(desk: Desk, billing: Database) -> None:
    """Close the first month of the books once it is over, its accruals posted, unless something keeps it open."""
    manager = desk.cast.manager
    months, _ = list_months(billing, manager)
    if any(month.state == "closed" for month in months):
        return
    found = get_month(billing, manager, months[-1].month)
    if not found.over:
        return
    if found.proposals:
        post_adjustments(billing, manager, found.month, [proposal.key for proposal in found.proposals])
        found = get_month(billing, manager, found.month)
    if not blocking(found.checklist):
        close_period(billing, manager, found.month, found.version, "Agreed with the treasurer.")
