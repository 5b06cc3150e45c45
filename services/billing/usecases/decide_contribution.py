"""A governing body confirms or declines its school's contribution to the partnership fund.

Each governing body confirms its own, and only a school's own people commit its money (domain section 1): so it is done
by one of the school's governors, and by nobody at the alliance in their place.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import Forbidden, NotFound, VersionConflict
from contracts.london import london_day
from services.billing.domain.fund import Decision, check_decision
from services.billing.domain.fund_errors import ContributionBilled, ContributionNotAsked, FundYearNotProposed
from services.billing.storage import fund_contributions
from services.billing.usecases.read_fund import ContributionView, view_contribution


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who of the governors speaks for them, when they met, and where their minutes say so; why, if they declined."""

    governor: str
    decided_on: date
    minute_reference: str
    why: str = ""


def decide_contribution(
    database: Database,
    actor: Actor,
    contribution_id: str,
    decision: Decision,
    evidence: Evidence,
    version: int,
    now: datetime,
) -> ContributionView:
    """Keep the decision with its evidence; until the contribution is billed, a later one takes its place.

    Raises NotFound, Forbidden for somebody who stands in for a governor, VersionConflict, FundDecisionInvalid,
    ContributionNotAsked, ContributionBilled, and FundYearNotProposed once the year is closed or cancelled.
    """
    if actor.stands_in_for is not None:
        raise Forbidden("A governor answers for the governors, and nobody in their stead.")
    with database.transaction(actor) as connection:
        fund_contributions.lock_contribution(connection, contribution_id)
        found = fund_contributions.get_contribution(connection, contribution_id)
        if found is None or found.school_urn != actor.school_urn:
            raise NotFound("There is no such contribution.")
        if found.bill_id is not None:
            raise ContributionBilled(f"It is billed already, on {found.bill_number}.")
        if found.year_state != "proposed":
            raise FundYearNotProposed(f"{found.title} waits for no answers any more.")
        if found.state == "nothing":
            raise ContributionNotAsked(_why_nothing(found))
        if found.version != version:
            raise VersionConflict("Another governor answered meanwhile.")
        check_decision(
            decision,
            evidence.governor,
            evidence.decided_on,
            evidence.why,
            counted_on=found.pupils_on,
            today=london_day(now),
        )
        fund_contributions.add_decision(
            connection,
            found,
            decision,
            governor=evidence.governor,
            decided_on=evidence.decided_on,
            minute_reference=evidence.minute_reference,
            why=evidence.why,
            by=actor.name,
            person_id=actor.person_id,
        )
        return view_contribution(connection, contribution_id)


def _why_nothing(contribution: Row[Any]) -> str:
    """What a school reads whose membership ended before its governors answered, or whose share is nothing."""
    if contribution.amount_pence:
        return "The school has left the alliance, and nothing is asked of it any more."
    return "The school is asked for nothing in this year."
