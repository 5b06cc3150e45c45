"""Paying the demo's suppliers: a run with the bank, another that waits for the second person."""

from datetime import timedelta
from typing import Final

from bursar.demo.desk import Desk
from bursar.demo.money import ACCOUNT
from chassis.actor import SERVICE
from chassis.database import Database
from contracts.working_days import add_working_days
from services.billing.domain.bacs import Originator, first_pay_day
from services.billing.domain.paying_errors import NothingToPay
from services.billing.usecases.approve_payment_run import approve_run
from services.billing.usecases.export_payment_run import export_run, put_originator
from services.billing.usecases.propose_payment_run import choose_items, propose_run
from services.billing.usecases.read_payment_runs import RunView, list_originators, list_runs

_DUE_WITHIN: Final = timedelta(days=60)
_SERVICE_USER_NUMBER: Final = "990001"


def pay_suppliers(desk: Desk, billing: Database) -> None:
    """Write the file of a run that two people made, and propose the rest, unless it is done."""
    if list_runs(billing, SERVICE, state=None, after="", limit=1)[0]:
        return
    _say_how_we_pay(desk, billing)
    first = _proposed(desk, billing)
    if first is None:
        return
    manager, second = desk.cast.manager, desk.cast.staff[1]
    paid = [item for item in first.items if item.left_out_why is None]
    last = paid[-1].supplier_id
    if last != paid[0].supplier_id:
        later = [item.supplier_invoice_id for item in paid if item.supplier_id == last]
        run_id = first.run.payment_run_id
        first = choose_items(billing, manager, run_id, first.run.version, later, "Paid with the next run.")
    approved = approve_run(billing, second, first.run.payment_run_id, first.run.version)
    export_run(billing, manager, approved.run.payment_run_id, approved.run.version, "bacs")
    _proposed(desk, billing)


def _say_how_we_pay(desk: Desk, billing: Database) -> None:
    sort_code, _, account_number = ACCOUNT.partition(" ")
    for account in list_originators(billing, SERVICE):
        if account.account == ACCOUNT and not account.version:
            payer = Originator(_SERVICE_USER_NUMBER, sort_code.replace("-", ""), account_number, "ORCHARD SCHOOLS")
            put_originator(billing, desk.cast.manager, account.bank_account_id, 0, payer)


def _proposed(desk: Desk, billing: Database) -> RunView | None:
    pay_on = add_working_days(first_pay_day(desk.today), 2)
    try:
        return propose_run(billing, desk.cast.manager, pay_on, pay_on + _DUE_WITHIN)
    except NothingToPay:
        return None
