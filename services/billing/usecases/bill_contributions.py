"""Bill the contributions to the partnership fund that governing bodies have confirmed, and no others."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import NewEvent, append_many
from chassis.numbers import next_numbers
from contracts.errors import NotFound
from contracts.london import london_today
from contracts.money import unit_price_text
from services.billing.domain.bill import due_on, payment_reference
from services.billing.domain.fund import LEDGER_CODE
from services.billing.domain.fund_entries import contribution_entry
from services.billing.domain.fund_errors import FundYearNotProposed
from services.billing.storage import bills, fund_contributions, fund_years, ledger

Json = dict[str, Any]


def bill_contributions(database: Database, actor: Actor, year_id: str) -> list[Row[Any]]:
    """One bill for each confirmed contribution that has none; returns them. They are paid into the fund's account.

    Raises NotFound, FundYearNotProposed.
    """
    with database.transaction(actor) as connection:
        year = fund_years.lock_year(connection, year_id)
        if year is None:
            raise NotFound("There is no such year of the fund.")
        if year.state != "proposed":
            raise FundYearNotProposed("Bills go out for a year that is proposed and neither closed nor cancelled.")
        due = fund_contributions.confirmed_unbilled(connection, year_id)
        numbers = next_numbers(connection, "FB", len(due))
        heads = [_bill(number, row, year.title, actor.name) for number, row in zip(numbers, due, strict=True)]
        lines = [_line(head, row) for head, row in zip(heads, due, strict=True)]
        fund_contributions.add_fund_bills(connection, heads, lines)
        _tell(connection, heads, actor.name)
        return bills.get_bills(connection, [head["bill_id"] for head in heads])


def _bill(number: str, row: Row[Any], title: str, issued_by: str) -> Json:
    today = london_today()
    return {
        "bill_id": str(uuid4()),
        "number": number,
        "payment_reference": payment_reference(number, row.school_urn),
        "school_urn": row.school_urn,
        "round_id": None,
        "purchase_order_id": None,
        "fund_contribution_id": row.fund_contribution_id,
        "purpose": "fund",
        "outside_scope": True,
        "title": title,
        "issue_date": today,
        "due_date": due_on(today),
        "net_pence": row.amount_pence,
        "vat_pence": 0,
        "gross_pence": row.amount_pence,
        "paid_pence": 0,
        "credited_pence": 0,
        "issued_by": issued_by,
    }


def _line(head: Json, row: Row[Any]) -> Json:
    """The one line of the bill; a contribution is no supply, so it is outside the scope of VAT."""
    return {
        "bill_id": head["bill_id"],
        "line_no": 1,
        "school_urn": head["school_urn"],
        "supplier_name": "",
        "sku": "",
        "name": f"Contribution: {head['title']}, by {row.pupils:,} pupils on {row.pupils_on:%-d %B %Y}",
        "unit": "C62",
        "ledger_code": LEDGER_CODE,
        "vat_class": "O",
        "vat_rate": "0.00",
        "quantity": 1,
        "unit_price": unit_price_text(Decimal(row.amount_pence) / 100),
        "net_pence": row.amount_pence,
        "vat_pence": 0,
    }


def _tell(connection: Connection, heads: list[Json], issued_by: str) -> None:
    """Post the bills to the ledger and publish them."""
    entries = [
        contribution_entry(
            head["bill_id"],
            head["number"],
            head["issue_date"],
            head["school_urn"],
            head["gross_pence"],
            head["title"],
        )
        for head in heads
    ]
    ledger.post(connection, entries, issued_by)
    append_many(connection, [_billed(head) for head in heads])


def _billed(head: Json) -> NewEvent:
    told = ("bill_id", "number", "school_urn", "fund_contribution_id", "title", "gross_pence", "payment_reference")
    dates = {name: head[name].isoformat() for name in ("issue_date", "due_date")}
    return NewEvent("FundContributionBilled", f"bill:{head['bill_id']}", {**{n: head[n] for n in told}, **dates})
