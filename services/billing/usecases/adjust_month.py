"""Accruals and prepayments at the end of a month: proposed by what is known, posted by a person, released by itself."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.numbers import next_numbers
from contracts.errors import NotFound
from contracts.london import london_today
from contracts.money import line_net_pence
from services.billing.domain.adjustments import (
    Proposal,
    adjustment_entries,
    elapsed,
    ends_a_year,
    over_two_years,
)
from services.billing.domain.period_errors import AdjustmentUndone, MonthNotOver, UnknownProposal
from services.billing.domain.periods import last_of
from services.billing.storage import adjustments, ledger, periods
from services.billing.usecases.reverse_entries import reverse_entries


def proposals(connection: Connection, month: date) -> tuple[list[Proposal], list[Row[Any]]]:
    """(what is to be posted at the end of a month and is not, what is posted and no longer comes to the same)."""
    day = last_of(month)
    found = _accruals(month, adjustments.uninvoiced(connection, day))
    year_begins_in, _ = periods.financial_year(connection)
    if ends_a_year(month, year_begins_in):
        found += _over_the_year(month, adjustments.over_the_year(connection, day))
    standing = [row for row in adjustments.of_month(connection, month) if row.undone_at is None]
    posted = {(row.kind, row.document_id) for row in standing}
    right = {(proposal.kind, proposal.document_id, proposal.pence) for proposal in found}
    return (
        [proposal for proposal in found if (proposal.kind, proposal.document_id) not in posted],
        [row for row in standing if (row.kind, row.document_id, row.pence) not in right],
    )


def post_adjustments(database: Database, actor: Actor, month: date, keys: Collection[str]) -> None:
    """Post those proposals of the month whose keys are given, and their releases on the first of the next month.

    Raises MonthNotOver, PeriodClosed, UnknownProposal.
    """
    with database.transaction(actor) as connection:
        if last_of(month) >= london_today():
            raise MonthNotOver(f"{month:%B %Y} is not over yet.")
        periods.refuse_closed(connection, month)
        by_key = {proposal.key: proposal for proposal in proposals(connection, month)[0]}
        if unknown := sorted(set(keys) - set(by_key)):
            raise UnknownProposal(
                "Nothing like this is to be posted, or it is posted already.",
                fields={"keys": f"Not proposed: {', '.join(unknown)}."},
            )
        _post(connection, [by_key[key] for key in dict.fromkeys(keys)], actor.name)


def undo_adjustment(database: Database, actor: Actor, adjustment_id: str) -> date:
    """Take an accrual or prepayment and its release back; returns the month at whose end it stood.

    Raises NotFound, AdjustmentUndone, and PeriodClosed if its month or the next is closed.
    """
    with database.transaction(actor) as connection:
        found = adjustments.locked(connection, adjustment_id)
        if found is None:
            raise NotFound("There is no such accrual or prepayment.")
        if found.undone_at is not None:
            raise AdjustmentUndone("It was taken back before.")
        reverse_entries(connection, [adjustment_id], actor.name, "taken back")
        adjustments.undo(connection, adjustment_id, actor.name)
        month: date = found.month
        return month


def _post(connection: Connection, chosen: list[Proposal], posted_by: str) -> None:
    numbers = next_numbers(connection, "AD", len(chosen))
    rows = [(str(uuid4()), number, proposal) for number, proposal in zip(numbers, chosen, strict=True)]
    adjustments.add(connection, rows, posted_by)
    entries = [
        entry
        for adjustment_id, number, proposal in rows
        for entry in adjustment_entries(proposal, adjustment_id, number)
    ]
    ledger.post(connection, entries, posted_by)


def _accruals(month: date, lines: Iterable[Row[Any]]) -> list[Proposal]:
    """One accrual for each purchase order: the net of its lines that were received and not invoiced."""
    day, pence, orders = last_of(month), dict[str, int](), dict[str, Row[Any]]()
    for line in lines:
        units = int(line.received - line.invoiced)
        whole = units == line.ordered
        net = line.net_pence if whole else line_net_pence(units, line.unit_price)
        if line.service_from is not None:
            net = elapsed(net, line.service_from, line.service_to, day)
        pence[line.purchase_order_id] = pence.get(line.purchase_order_id, 0) + net
        orders[line.purchase_order_id] = line
    return [
        Proposal(
            "accrual",
            month,
            order_id,
            orders[order_id].number,
            orders[order_id].supplier_id,
            f"Received on {orders[order_id].number} by {day:%-d %B %Y} and not invoiced",
            net,
        )
        for order_id, net in pence.items()
        if net > 0
    ]


def _over_the_year(month: date, rows: Iterable[Row[Any]]) -> list[Proposal]:
    """One prepayment for each invoice, one deferred income for each bill: what falls into the next year by days."""
    day, pence, documents = last_of(month), dict[tuple[str, str], int](), dict[tuple[str, str], Row[Any]]()
    for row in rows:
        key = (row.kind, row.document_id)
        later = over_two_years(row.net_pence, row.service_from, row.service_to, day)[1]
        pence[key] = pence.get(key, 0) + later
        documents[key] = row
    return [
        Proposal(
            kind,  # type: ignore[arg-type]  # the query names no other
            month,
            document_id,
            documents[kind, document_id].number,
            documents[kind, document_id].supplier_id,
            f"{documents[kind, document_id].number} for the year after {day:%-d %B %Y}",
            later,
        )
        for (kind, document_id), later in pence.items()
        if later > 0
    ]
