"""Show the partnership fund: its years, one year with everything of it, and one school's contribution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.storage import fund_contributions, fund_payments, fund_years


@dataclass(frozen=True, slots=True)
class YearView:
    """A year of the fund: its totals, budget lines, caps, what moved on its account, contributions and payments.

    A school has its own contribution alone, and no caps of others.
    """

    head: Row[Any]
    lines: Sequence[Row[Any]]
    account: Row[Any]
    contributions: Sequence[Row[Any]]
    payments: Sequence[Row[Any]]
    caps: dict[int, int]


@dataclass(frozen=True, slots=True)
class ContributionView:
    """One school's contribution, and every decision of its governors."""

    head: Row[Any]
    decisions: Sequence[Row[Any]]


def list_years(database: Database, actor: Actor) -> list[Row[Any]]:
    """The years that the actor may see, the newest first; a school sees none that is a draft."""
    with database.transaction(actor) as connection:
        return fund_years.list_years(connection)


def get_year(database: Database, actor: Actor, year_id: str) -> YearView:
    """One year with everything of it that the actor may see. Raises NotFound."""
    with database.transaction(actor) as connection:
        return view_year(connection, year_id)


def get_contribution(database: Database, actor: Actor, contribution_id: str) -> ContributionView:
    """One contribution with its decisions: a school its own. Raises NotFound."""
    with database.transaction(actor) as connection:
        return view_contribution(connection, contribution_id)


def view_year(connection: Connection, year_id: str) -> YearView:
    """One year, read in this transaction. Raises NotFound."""
    head = fund_years.get_year(connection, year_id)
    if head is None:
        raise NotFound("There is no such year of the fund.")
    return YearView(
        head,
        fund_years.lines_of(connection, year_id),
        fund_years.account_between(connection, head.from_on, head.to_on),
        fund_contributions.contributions_of(connection, year_id),
        fund_payments.payments_of(connection, year_id),
        fund_years.caps_of(connection, year_id),
    )


def view_contribution(connection: Connection, contribution_id: str) -> ContributionView:
    """One contribution, read in this transaction. Raises NotFound."""
    head = fund_contributions.get_contribution(connection, contribution_id)
    if head is None:
        raise NotFound("There is no such contribution.")
    return ContributionView(head, fund_contributions.decisions_on(connection, contribution_id))
