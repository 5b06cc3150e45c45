"""Credit a billed contribution to the partnership fund, in whole or in part, with the reason."""

from typing import Any
from uuid import uuid4

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from chassis.numbers import next_number
from contracts.errors import NotFound
from contracts.london import london_today
from contracts.money import pounds
from services.billing.domain.fund_entries import contribution_credit_entry
from services.billing.domain.fund_errors import ContributionNotBilled, ContributionOvercredited, FundYearNotProposed
from services.billing.storage import fund_contributions, fund_years, ledger
from services.billing.usecases.read_fund import ContributionView, view_contribution


def credit_contribution(
    database: Database, actor: Actor, contribution_id: str, *, amount_pence: int, why: str
) -> ContributionView:
    """Give so much of a contribution's bill back by a credit note; what was paid of it is then owed to the school.

    Raises NotFound, ContributionNotBilled, ContributionOvercredited, and FundYearNotProposed once the year is closed:
    what it was given has been carried forward.
    """
    with database.transaction(actor) as connection:
        found = fund_contributions.get_contribution(connection, contribution_id)
        if found is None:
            raise NotFound("There is no such contribution.")
        year = fund_years.lock_year(connection, found.fund_year_id)
        if year is None or year.state != "proposed":
            raise FundYearNotProposed(f"{found.title} is over: what it was given has been carried forward.")
        if found.bill_id is None:
            raise ContributionNotBilled("Nothing is billed of this contribution.")
        left = fund_contributions.creditable_pence(connection, found.bill_id)
        if amount_pence > left:
            message = f"Only £{pounds(left)} of {found.bill_number} is not credited."
            raise ContributionOvercredited(message, fields={"amount_pence": message})
        row: dict[str, Any] = {
            "credit_note_id": str(uuid4()),
            "number": next_number(connection, "CN"),
            "bill_id": found.bill_id,
            "school_urn": found.school_urn,
            "title": f"{found.title}: {why}",
            "issue_date": london_today(),
            "net_pence": amount_pence,
            "vat_pence": 0,
            "gross_pence": amount_pence,
            "issued_by": actor.name,
        }
        fund_contributions.add_credit_note(connection, row)
        told = ("credit_note_id", "number", "bill_id", "school_urn", "net_pence", "vat_pence", "gross_pence")
        dated = {"issue_date": row["issue_date"].isoformat(), "bill_number": found.bill_number, "round_id": None}
        body = {**{name: row[name] for name in told}, **dated, "amounts": [], "purpose": "fund", "why": why}
        append(connection, "CreditNoteIssued", key=f"bill:{found.bill_id}", body=body, version=2)
        entry = contribution_credit_entry(
            row["credit_note_id"], row["number"], row["issue_date"], found.school_urn, amount_pence, row["title"]
        )
        ledger.post(connection, [entry], actor.name)
        return view_contribution(connection, contribution_id)
