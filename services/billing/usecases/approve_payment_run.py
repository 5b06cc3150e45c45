"""Approve a payment run as the second person, or give it up."""

from collections import Counter

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import NewEvent, append_many
from contracts.money import pounds
from services.billing.domain.bacs import must_fit
from services.billing.domain.paying_errors import NothingToPay, RunOutdated, RunSettled
from services.billing.domain.payment_run import must_be_another
from services.billing.storage import bank, payable, payment_runs, remittance_advices
from services.billing.usecases.propose_payment_run import (
    changeable,
    changing_words,
    locked_run,
    must_be_pay_day,
    person_of,
    proposable,
)
from services.billing.usecases.read_payment_runs import RunView, view_run


def approve_run(database: Database, actor: Actor, run_id: str, version: int) -> RunView:
    """Approve exactly what was seen (`version`). Raises NotFound, VersionConflict, RunSettled, ApproverIsMaker,
    PayDayTooEarly, PayDayTooLate, NothingToPay, PaymentTooLarge, and RunOutdated where an invoice or a supplier's bank
    details changed meanwhile."""
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        run = changeable(connection, run_id, version)
        must_be_another(actor.person_id, run.makers)
        must_be_pay_day(run.pay_on)
        if not run.total_pence:
            raise NothingToPay("Everything of this run is left out.")
        _must_fit_bacs(connection, run_id)
        refuse_outdated(connection, run_id, "Bring it up to date, then ask again.")
        payment_runs.set_approved(connection, run_id, actor.name, person_of(actor))
        return view_run(connection, run_id)


def cancel_run(database: Database, actor: Actor, run_id: str, version: int, why: str) -> RunView:
    """Give a run up that no bank has paid anything of; suppliers that were told of it are told again.

    Raises NotFound, VersionConflict, RunSettled.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        run = locked_run(connection, run_id, version)
        items = payment_runs.items_of(connection, run_id)
        begun = any(item.paid_before_pence is not None and item.paid_before_pence != item.paid_pence for item in items)
        if run.state in ("paid", "cancelled") or begun:
            raise RunSettled("This payment run is over already, or the bank has paid some of it.")
        payment_runs.set_cancelled(connection, run_id, actor.name, why)
        remittance_advices.withdraw_advices(connection, run_id)
        tell_suppliers(connection, run_id)
        return view_run(connection, run_id)


def refuse_outdated(connection: Connection, run_id: str, what_to_do: str) -> None:
    """Raise RunOutdated where an invoice or an account of a run is no longer what the run would pay.

    The caller holds the bank's turn (storage.bank.take_turn), so that no bank line pays an invoice meanwhile.
    """
    faults = _what_changed(connection, view_run(connection, run_id))
    if faults:
        raise RunOutdated(
            f"What this run would pay has changed since it was proposed. {what_to_do}",
            fields=faults,
        )


def tell_suppliers(connection: Connection, run_id: str) -> None:
    """Tell each supplier of a run what it is paid, or that it is not after all."""
    append_many(
        connection,
        [
            NewEvent(
                "RemittanceAdvised",
                f"remittance_advice:{advice.remittance_advice_id}",
                {
                    "remittance_advice_id": advice.remittance_advice_id,
                    "supplier_id": advice.supplier_id,
                    "reference": advice.reference,
                    "pay_on": advice.pay_on.isoformat(),
                    "amount_pence": advice.amount_pence,
                    "account_ending": advice.account_ending,
                    "withdrawn": advice.withdrawn,
                    "invoices": [
                        {name: invoice[name] for name in ("our_number", "number", "kind", "amount_pence")}
                        for invoice in advice.invoices
                    ],
                },
            )
            for advice in remittance_advices.advices_of_run(connection, run_id)
        ],
    )


def _must_fit_bacs(connection: Connection, run_id: str) -> None:
    paid: Counter[str] = Counter()
    for item in payment_runs.items_of(connection, run_id):
        paid[item.supplier_id] += 0 if item.left_out_why else item.amount_pence
    must_fit(list(paid.values()))


def _what_changed(connection: Connection, view: RunView) -> dict[str, str]:
    """By invoice why it can no longer be paid as proposed."""
    items = [item for item in view.items if item.left_out_why is None]
    suppliers = sorted({item.supplier_id for item in items})
    accounts = payable.accounts_on(connection, suppliers, view.run.pay_on)
    changing = changing_words(connection, suppliers)
    now = {
        invoice.supplier_invoice_id: invoice
        for invoice in proposable(connection, [item.supplier_invoice_id for item in items])
    }
    faults: dict[str, str] = {}
    for item in items:
        account, invoice = accounts.get(item.supplier_id), now.get(item.supplier_invoice_id)
        frozen = (item.account_name, item.sort_code, item.account_number)
        if item.supplier_id in changing:
            fault = changing[item.supplier_id]
        elif account is None or (account.account_name, account.sort_code, account.account_number) != frozen:
            fault = "The supplier’s bank details have changed."
        elif invoice is None or invoice.open_pence != item.amount_pence:
            left = invoice.open_pence if invoice else 0
            fault = f"£{pounds(item.amount_pence)} was proposed, £{pounds(left)} is open."
        elif invoice.hindrance:
            fault = invoice.hindrance
        else:
            continue
        faults[f"items.{item.our_number}"] = f"{item.supplier_name}, {item.our_number}: {fault}"
    return faults
