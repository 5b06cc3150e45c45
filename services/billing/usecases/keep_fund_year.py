"""Draft a year of the partnership fund, see what it would ask of each school, and ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import NewEvent, append_many
from contracts.errors import BrokenRule, NotFound, VersionConflict
from contracts.london import london_day
from services.billing.domain.fund import BudgetLine, Member, Plan, check_plan, share
from services.billing.domain.fund_errors import FundYearAnswered, FundYearInvalid, FundYearNotDraft, FundYearNotProposed
from services.billing.storage import directory, fund_contributions, fund_payments, fund_years
from services.billing.usecases.read_fund import YearView, view_year


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a draft would ask of each member, by URN; without amounts, and with the reason, where it can't be shared."""

    members: list[Member]
    caps: Mapping[int, int]
    shares: Mapping[int, int]
    fault: str


def draft_year(database: Database, actor: Actor, plan: Plan, now: datetime) -> YearView:
    """Store a new draft. Raises FundYearInvalid, FundYearsOverlap."""
    check_plan(plan, london_day(now))
    year_id = str(uuid4())
    with database.transaction(actor) as connection:
        _check_caps(connection, plan)
        fund_years.save_plan(connection, year_id, plan, actor.name, new=True)
        return view_year(connection, year_id)


def change_year(database: Database, actor: Actor, year_id: str, plan: Plan, version: int, now: datetime) -> YearView:
    """Replace a draft that the editor saw as `version`.

    Raises NotFound, VersionConflict, FundYearNotDraft, FundYearInvalid, FundYearsOverlap.
    """
    check_plan(plan, london_day(now))
    with database.transaction(actor) as connection:
        _locked_draft(connection, year_id, version)
        _check_caps(connection, plan)
        fund_years.save_plan(connection, year_id, plan, actor.name, new=False)
        return view_year(connection, year_id)


def preview_allocation(database: Database, actor: Actor, year_id: str) -> Allocation:
    """What the year as it is drafted would ask of each member. Raises NotFound, FundYearNotDraft."""
    with database.transaction(actor) as connection:
        found = fund_years.lock_year(connection, year_id)
        if found is None:
            raise NotFound("There is no such year of the fund.")
        if found.state != "draft":
            raise FundYearNotDraft("The schools were asked already; their contributions stand.")
        return _allocation(connection, year_id, found)


def propose_year(database: Database, actor: Actor, year_id: str, version: int, now: datetime) -> YearView:
    """Freeze each school's pupils, cap and share, and ask the governing bodies to confirm.

    Raises NotFound, VersionConflict, FundYearNotDraft, PupilsUnknown, FundCapsTooLow, FundYearInvalid.
    """
    with database.transaction(actor) as connection:
        found = _locked_draft(connection, year_id, version)
        if found.answer_by < london_day(now):
            raise FundYearInvalid("The answers would be late.", fields={"answer_by": "This day is past."})
        if found.from_balance_pence > fund_years.balance_now(connection):
            raise FundYearInvalid(
                "The fund does not have what the budget takes from it.",
                fields={"from_balance_pence": "More than is on the fund’s account."},
            )
        members, caps = _members(connection, found), fund_years.caps_of(connection, year_id)
        shares = share(_asked(connection, year_id, found), members, caps)
        rows = [_contribution(year_id, member, caps.get(member.urn), shares[member.urn]) for member in members]
        fund_contributions.add_contributions(connection, [row for row in rows if row["pupils_on"] is not None])
        fund_years.mark_proposed(connection, year_id, actor.name, now)
        ask_governors(connection, year_id, now, reminder=False)
        return view_year(connection, year_id)


def redraft_year(database: Database, actor: Actor, year_id: str, version: int, now: datetime) -> YearView:
    """Take a proposal that the editor saw as `version` back to a draft, so that its budget can be changed.

    Those who were asked are told.

    Raises NotFound, VersionConflict, FundYearNotProposed, FundYearAnswered.
    """
    with database.transaction(actor) as connection:
        found = fund_years.lock_year(connection, year_id)
        if found is None:
            raise NotFound("There is no such year of the fund.")
        if found.state != "proposed":
            raise FundYearNotProposed("Only a year that the governors are asked about is taken back to a draft.")
        if found.version != version:
            raise VersionConflict("Somebody else changed this year of the fund meanwhile.")
        asked, paid = (
            fund_contributions.contributions_of(connection, year_id),
            fund_payments.payments_of(connection, year_id),
        )
        if paid or not fund_contributions.ask_no_more(connection, year_id):
            raise FundYearAnswered("A governing body has answered already, or something was paid.")
        fund_years.mark_draft(connection, year_id)
        tell_withdrawn(connection, asked, actor.name, now)
        return view_year(connection, year_id)


def ask_governors(connection: Connection, year_id: str, at: datetime, *, reminder: bool) -> None:
    """Publish FundContributionAsked for every contribution of the year that awaits its governing body."""
    awaited = [row for row in fund_contributions.contributions_of(connection, year_id) if row.state == "awaiting"]
    append_many(connection, [_asked_event(row, at, reminder=reminder) for row in awaited])


def tell_withdrawn(
    connection: Connection, asked: Sequence[Row[Any]], by: str, at: datetime, *, cancelled: bool = False, why: str = ""
) -> None:
    """Publish FundContributionWithdrawn for every one of a year's contributions of which something was asked."""
    told = ("fund_contribution_id", "fund_year_id", "title", "school_urn", "amount_pence")
    ended = {"cancelled": cancelled, "why": why, "by": by, "withdrawn_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    events = [
        NewEvent(
            "FundContributionWithdrawn",
            f"fund_contribution:{row.fund_contribution_id}",
            {**{name: getattr(row, name) for name in told}, **ended},
        )
        for row in asked
        if row.amount_pence
    ]
    append_many(connection, events)


def _asked_event(row: Row[Any], at: datetime, *, reminder: bool) -> NewEvent:
    dates = {name: getattr(row, name).isoformat() for name in ("from_on", "to_on", "answer_by", "pupils_on")}
    told = ("fund_contribution_id", "fund_year_id", "title", "school_urn", "pupils", "amount_pence")
    body = {
        **{name: getattr(row, name) for name in told},
        **dates,
        "reminder": reminder,
        "asked_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return NewEvent("FundContributionAsked", f"fund_contribution:{row.fund_contribution_id}", body)


def _locked_draft(connection: Connection, year_id: str, version: int) -> Row[Any]:
    found = fund_years.lock_year(connection, year_id)
    if found is None:
        raise NotFound("There is no such year of the fund.")
    if found.state != "draft":
        raise FundYearNotDraft("The schools were asked already: what they were asked for is never changed.")
    if found.version != version:
        raise VersionConflict("Somebody else changed this year of the fund meanwhile.")
    return found


def _allocation(connection: Connection, year_id: str, found: Row[Any]) -> Allocation:
    members, caps = _members(connection, found), fund_years.caps_of(connection, year_id)
    try:
        shares, fault = share(_asked(connection, year_id, found), members, caps), ""
    except BrokenRule as broken:
        shares, fault = {}, broken.detail
    return Allocation(members, caps, shares, fault)


def _members(connection: Connection, found: Row[Any]) -> list[Member]:
    return fund_years.members_on(connection, found.from_on, found.basis_on)


def _asked(connection: Connection, year_id: str, found: Row[Any]) -> int:
    lines = [BudgetLine(row.name, row.amount_pence) for row in fund_years.lines_of(connection, year_id)]
    return sum(line.amount_pence for line in lines) - int(found.from_balance_pence)


def _check_caps(connection: Connection, plan: Plan) -> None:
    unknown = directory.unknown_schools(connection, list(plan.caps or {}))
    if unknown:
        raise FundYearInvalid(
            "A cap is for a school of the alliance.",
            fields={"caps": f"No school has the URN {', '.join(map(str, unknown))}."},
        )


def _contribution(year_id: str, member: Member, cap: int | None, pence: int) -> dict[str, Any]:
    return {
        "fund_contribution_id": str(uuid4()),
        "fund_year_id": year_id,
        "school_urn": member.urn,
        "pupils": member.pupils,
        "pupils_on": member.counted_on,
        "pupils_source": member.source,
        "cap_pence": cap,
        "amount_pence": pence,
        "state": "awaiting" if pence else "nothing",
        "version": 1,
    }
