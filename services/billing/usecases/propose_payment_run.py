"""Propose what suppliers are paid, and choose from it until somebody else approves."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from chassis.numbers import next_number
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_today
from contracts.working_days import is_working_day
from services.billing.domain.bacs import first_pay_day, last_pay_day
from services.billing.domain.paying_errors import (
    NothingToPay,
    PayDayTooEarly,
    PayDayTooLate,
    RunOutdated,
    RunSettled,
    UnknownRunItem,
)
from services.billing.domain.payment_run import (
    BURSAR,
    Item,
    OpenInvoice,
    must_pay_something,
    payment_reference,
    propose,
)
from services.billing.storage import invoice_answers, originators, payable, payment_runs
from services.billing.usecases.read_payment_runs import RunView, view_run


def propose_run(database: Database, actor: Actor, pay_on: date, due_by: date | None = None) -> RunView:
    """Propose to pay everything due by a day (the day of payment unless told) that is accepted and not held, and tell
    the others who may approve it.

    `pay_on` is the day on which suppliers have the money. What is kept out is listed with its reason. Raises
    PayDayTooEarly, PayDayTooLate, NothingToPay.
    """
    must_be_pay_day(pay_on)
    with database.transaction(actor) as connection:
        originators.lock_originators(connection)
        items = _proposed(connection, pay_on, due_by or pay_on)
        if all(item.left_out_why for item in items):
            raise NothingToPay(_why_nothing(items))
        number = next_number(connection, "PR")
        paying = [each for each in originators.list_originators(connection) if each.version]
        run_id = payment_runs.add_run(
            connection,
            {
                "number": number,
                "bank_account_id": paying[0].bank_account_id if paying else None,
                "pay_on": pay_on,
                "due_by": due_by or pay_on,
                "total_pence": _total(items),
                "made_by": actor.name,
                "makers": [person_of(actor)],
            },
            _rows(number, items),
        )
        view = view_run(connection, run_id)
        _tell_proposed(connection, actor, view)
        return view


def choose_items(
    database: Database, actor: Actor, run_id: str, version: int, left_out: Collection[str], why: str
) -> RunView:
    """Leave out exactly these invoices beside what is kept out by rule, for a reason; take in all others.

    Raises NotFound, VersionConflict, RunSettled, UnknownRunItem, CreditsExceedInvoices, RunOutdated where an invoice
    that is taken in again is in another run by now.
    """
    with database.transaction(actor) as connection:
        originators.lock_originators(connection)
        run = changeable(connection, run_id, version)
        items = payment_runs.items_of(connection, run_id)
        free = {item.supplier_invoice_id: item for item in items if item.left_out_by != BURSAR}
        unknown = sorted(set(left_out) - free.keys())
        if unknown:
            raise UnknownRunItem("The run has no such invoice that could be left out.", fields={"left_out": unknown[0]})
        kept = [item for item in free.values() if item.supplier_invoice_id not in left_out]
        must_pay_something((item.supplier_id, item.supplier_name, item.amount_pence) for item in kept)
        _must_be_free(connection, run_id, [item for item in kept if item.left_out_why is not None])
        payment_runs.choose(
            connection,
            run_id,
            [
                _choice(item, actor.name, why, left_out=item.supplier_invoice_id in left_out)
                for item in free.values()
                if (item.supplier_invoice_id in left_out) != (item.left_out_why is not None)
            ],
        )
        payment_runs.count_again(connection, run.payment_run_id, person_of(actor))
        return view_run(connection, run_id)


def refresh_run(database: Database, actor: Actor, run_id: str, version: int) -> RunView:
    """Propose a run anew as things stand now; what a person left out stays out. Raises as `choose_items`."""
    with database.transaction(actor) as connection:
        originators.lock_originators(connection)
        run = changeable(connection, run_id, version)
        chosen = {
            item.supplier_invoice_id: item
            for item in payment_runs.items_of(connection, run_id)
            if item.left_out_by not in (None, BURSAR)
        }
        payment_runs.replace_items(connection, run_id, [])
        items = _proposed(connection, run.pay_on, run.due_by)
        payment_runs.replace_items(connection, run_id, _rows(run.number, items))
        payment_runs.choose(
            connection,
            run_id,
            [
                _choice(chosen[item.supplier_invoice_id], chosen[item.supplier_invoice_id].left_out_by, left_out=True)
                for item in items
                if item.supplier_invoice_id in chosen and item.left_out_why is None
            ],
        )
        kept = [item for item in payment_runs.items_of(connection, run_id) if item.left_out_why is None]
        must_pay_something((item.supplier_id, item.supplier_name, item.amount_pence) for item in kept)
        payment_runs.count_again(connection, run_id, person_of(actor))
        return view_run(connection, run_id)


def proposable(connection: Connection, invoice_ids: Sequence[str] | None = None) -> list[OpenInvoice]:
    """What is open of suppliers' invoices, or of these, each with what is in the way of paying it."""
    found = payable.open_invoices(connection, invoice_ids)
    facts = {
        row.supplier_invoice_id: row
        for row in invoice_answers.facts(connection, [invoice.supplier_invoice_id for invoice in found])
    }
    return [replace(invoice, hindrance=_hindrance(facts[invoice.supplier_invoice_id])) for invoice in found]


def changing_words(connection: Connection, supplier_ids: Sequence[str]) -> dict[str, str]:
    """By supplier why its bank details are in question."""
    return {row.supplier_id: _changing(row) for row in payable.changing_accounts(connection, supplier_ids)}


def changeable(connection: Connection, run_id: str, version: int) -> Row[Any]:
    """A run that is still proposed, locked. Raises NotFound, VersionConflict, RunSettled."""
    run = locked_run(connection, run_id, version)
    if run.state != "proposed":
        raise RunSettled("This payment run is approved or over: nothing of it changes any more.")
    return run


def locked_run(connection: Connection, run_id: str, version: int) -> Row[Any]:
    """A run in the version that its editor saw, locked. Raises NotFound, VersionConflict."""
    payment_runs.lock_run(connection, run_id)
    run = payment_runs.get_run(connection, run_id)
    if run is None:
        raise NotFound("There is no such payment run.")
    if run.version != version:
        raise VersionConflict("Somebody else changed this payment run meanwhile.")
    return run


def must_be_pay_day(pay_on: date) -> None:
    """Raise PayDayTooEarly unless banks work that day and a file can still reach them, PayDayTooLate where they would
    not take it yet."""
    first, last = first_pay_day(london_today()), last_pay_day(london_today())
    if not is_working_day(pay_on):
        fault = f"Banks do not work on {pay_on:%-d %B %Y}. Choose a working day."
    elif pay_on < first:
        fault = f"Bacs takes three working days: {first:%-d %B %Y} is the first day on which suppliers can be paid."
    elif pay_on > last:
        fault = f"Bacs takes no file so long before: {last:%-d %B %Y} is the last day that can be chosen now."
        raise PayDayTooLate(fault, fields={"pay_on": fault})
    else:
        return
    raise PayDayTooEarly(fault, fields={"pay_on": fault})


def person_of(actor: Actor) -> str:
    """Who acts; people pay, no program does. Raises RunSettled."""
    if actor.person_id is None:
        raise RunSettled("Payment runs are made by people, who are named.")
    return actor.person_id


def _tell_proposed(connection: Connection, actor: Actor, view: RunView) -> None:
    run = view.run
    body = {
        "payment_run_id": run.payment_run_id,
        "number": run.number,
        "pay_on": run.pay_on.isoformat(),
        "total_pence": run.total_pence,
        "supplier_count": len({item.supplier_id for item in view.items if item.left_out_why is None}),
        "proposed_by": run.made_by,
        "proposer_id": person_of(actor),
    }
    append(connection, "PaymentRunProposed", key=f"payment_run:{run.payment_run_id}", body=body)


def _proposed(connection: Connection, pay_on: date, due_by: date) -> list[Item]:
    found = proposable(connection)
    suppliers = sorted({invoice.supplier_id for invoice in found})
    accounts = payable.accounts_on(connection, suppliers, pay_on)
    return propose(found, accounts, changing_words(connection, suppliers), due_by)


def _must_be_free(connection: Connection, run_id: str, items: Sequence[Row[Any]]) -> None:
    taken = payment_runs.others_with(connection, run_id, [item.supplier_invoice_id for item in items])
    if taken:
        raise RunOutdated(
            "Another payment run has some of these invoices by now.",
            fields={
                f"items.{item.our_number}": f"{item.our_number} is in {taken[item.supplier_invoice_id]}."
                for item in items
                if item.supplier_invoice_id in taken
            },
        )


def _hindrance(facts: Row[Any]) -> str:
    if facts.rejected_why is not None:
        return "Rejected."
    if facts.held:
        return "Held: something of it is in question." if facts.queried else "Waits for schools’ receipts."
    if facts.matched:
        return ""
    return "Its credit waits to be placed." if facts.kind == "credit_note" else "Not matched yet."


def _changing(row: Row[Any]) -> str:
    where = f"to the account ending in {row.account_ending}"
    if row.step == "proposed" or row.effective_on is None:
        return f"A change of its bank details {where} waits to be confirmed."
    return f"A change of its bank details {where} counts from {row.effective_on:%-d %B %Y}."


def _choice(item: Row[Any], by: str, why: str = "", *, left_out: bool) -> dict[str, Any]:
    return {
        "supplier_invoice_id": item.supplier_invoice_id,
        "left_out_why": (why or item.left_out_why) if left_out else None,
        "left_out_by": by if left_out else None,
    }


def _rows(number: str, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Items as they are stored; each supplier has one reference."""
    places: dict[str, int] = {}
    return [
        {
            "supplier_invoice_id": item.supplier_invoice_id,
            "supplier_id": item.supplier_id,
            "amount_pence": item.amount_pence,
            "account_name": item.account.account_name if item.account else None,
            "sort_code": item.account.sort_code if item.account else None,
            "account_number": item.account.account_number if item.account else None,
            "reference": payment_reference(number, places.setdefault(item.supplier_id, len(places) + 1)),
            "left_out_why": item.left_out_why,
            "left_out_by": BURSAR if item.left_out_why else None,
            "live": item.left_out_why is None,
        }
        for item in items
    ]


def _total(items: Sequence[Item]) -> int:
    return sum(item.amount_pence for item in items if item.left_out_why is None)


def _why_nothing(items: Sequence[Item]) -> str:
    reasons = list(dict.fromkeys(item.left_out_why for item in items if item.left_out_why))
    return " ".join(["Nothing that is due can be paid.", *reasons[:5]])
