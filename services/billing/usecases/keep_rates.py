"""The reference rates by which late payment is told: the Bank of England's, one for each half-year."""

from datetime import date
from decimal import Decimal

from chassis.actor import Actor
from chassis.database import Database
from services.billing.domain.bill_errors import NoHalfYear
from services.billing.storage import accounts


def list_rates(database: Database, actor: Actor) -> dict[date, Decimal]:
    """The rates in per cent by the first day of the half-year from which each holds, the latest first."""
    with database.transaction(actor) as connection:
        found = accounts.reference_rates(connection)
    return dict(sorted(found.items(), reverse=True))


def record_rate(database: Database, actor: Actor, from_on: date, per_cent: Decimal) -> dict[date, Decimal]:
    """Record the rate that holds from a half-year on, or put it right. Raises NoHalfYear."""
    if from_on.day != 1 or from_on.month not in (1, 7):
        fault = "A reference rate holds from 1 January or 1 July."
        raise NoHalfYear(fault, fields={"from_on": fault})
    with database.transaction(actor) as connection:
        accounts.record_rate(connection, from_on, per_cent, actor.name)
    return list_rates(database, actor)
