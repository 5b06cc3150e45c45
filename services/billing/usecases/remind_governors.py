"""Remind the governing bodies of contributions to the partnership fund that await them."""

from datetime import datetime

from chassis.actor import SERVICE
from chassis.database import Database
from services.billing.domain.fund_reminders import latest_reminder
from services.billing.storage import fund_contributions
from services.billing.usecases.keep_fund_year import ask_governors


def remind_governors(database: Database, now: datetime) -> list[str]:
    """Ask again for what is due to be asked again by now; returns the ids of those years."""
    reminded = []
    with database.transaction(SERVICE) as connection:
        for year in fund_contributions.awaited_years(connection):
            due = latest_reminder(year.proposed_at, year.answer_by, now)
            if due is not None and fund_contributions.claim_reminder(connection, year.fund_year_id, due, now):
                ask_governors(connection, year.fund_year_id, due, reminder=True)
                reminded.append(year.fund_year_id)
    return reminded
