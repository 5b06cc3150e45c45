"""Write an approved payment run to a file: once, and again only for a reason that is kept."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.workbooks import harmless
from contracts.errors import VersionConflict
from contracts.london import london_day, london_today
from services.billing.domain.bacs import Credit, Originator, last_submission, standard_18
from services.billing.domain.paying_errors import AlreadyExported, OriginatorMissing, PayDayTooEarly, RunSettled
from services.billing.storage import bank, originators, payment_runs, remittance_advices
from services.billing.usecases.approve_payment_run import refuse_outdated, tell_suppliers
from services.billing.usecases.propose_payment_run import locked_run

Format = Literal["bacs", "csv"]


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file for the bank."""

    name: str
    content: bytes


def export_run(database: Database, actor: Actor, run_id: str, version: int, form: Format, why: str = "") -> PaymentFile:
    """Write the file. The first time tells suppliers; every further time needs a reason. Both are kept with a digest.

    Raises NotFound, VersionConflict, RunSettled unless approved, OriginatorMissing, AlreadyExported, PayDayTooEarly
    when the bank cannot have the file in time any more; the first time RunOutdated where an invoice was paid, held or
    credited, or a supplier's bank details changed, since the run was approved.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        run = locked_run(connection, run_id, version)
        if run.state not in ("approved", "exported"):
            raise RunSettled("Only a payment run that is approved, and not paid yet, is written to a file.")
        again = run.state == "exported"
        if again and not why.strip():
            fault = "The file was written before. Say why it is needed again, and make sure the bank takes one of them."
            raise AlreadyExported(fault, fields={"why": fault})
        if not again:
            _must_be_in_time(run.pay_on, form)
            refuse_outdated(connection, run_id, "Give it up and propose it anew.")
        if not again:
            payer = _payer(connection, run.bank_account_id)
            payment_runs.set_exported(connection, run_id, payer.bank_account_id, _originator(payer))
            remittance_advices.add_advices(connection, run_id)
            tell_suppliers(connection, run_id)
        file = _file(payment_runs.get_run(connection, run_id), payment_runs.items_of(connection, run_id), form)
        payment_runs.add_export(
            connection,
            {
                "payment_run_id": run_id,
                "seq": len(payment_runs.exports_of(connection, run_id)) + 1,
                "format": form,
                "exported_by": actor.name,
                "person_id": actor.person_id,
                "why": why.strip(),
                "sha256": hashlib.sha256(file.content).digest(),
            },
        )
        return file


def put_originator(database: Database, actor: Actor, bank_account_id: str, version: int, wanted: Originator) -> None:
    """Set how an account pays. Raises VersionConflict, OriginatorMissing where the alliance has no such account."""
    with database.transaction(actor) as connection:
        originators.lock_originators(connection)
        known = {row.bank_account_id: row for row in originators.list_originators(connection)}
        if bank_account_id not in known:
            raise OriginatorMissing("The alliance has no such account to pay from.")
        if known[bank_account_id].version != version:
            raise VersionConflict("Somebody else changed how this account pays meanwhile.")
        originators.save_originator(
            connection,
            {
                "bank_account_id": bank_account_id,
                "service_user_number": wanted.service_user_number,
                "sort_code": wanted.sort_code,
                "account_number": wanted.account_number,
                "account_name": wanted.account_name,
            },
        )


def credits_of(items: Sequence[Row[Any]]) -> list[Credit]:
    """One payment for each supplier, its credits taken off; `items` come supplier by supplier."""
    paid = [item for item in items if item.left_out_why is None]
    return [
        Credit(
            found[0].sort_code,
            found[0].account_number,
            found[0].account_name,
            sum(item.amount_pence for item in found),
            found[0].reference,
        )
        for found in (list(group) for _, group in groupby(paid, key=lambda item: item.supplier_id))
    ]


def _payer(connection: Connection, bank_account_id: str | None) -> Row[Any]:
    paying = [row for row in originators.list_originators(connection) if row.version]
    for row in paying:
        if bank_account_id in (None, row.bank_account_id):
            return row
    raise OriginatorMissing(
        "Say first from which account the alliance pays, and its service user number: under “How we pay”."
    )


def _originator(payer: Row[Any]) -> Originator:
    return Originator(payer.service_user_number, payer.sort_code, payer.account_number, payer.account_name)


def _file(run: Row[Any] | None, items: Sequence[Row[Any]], form: Format) -> PaymentFile:
    """The same bytes every time it is written, whatever is said of the account since."""
    if run is None:
        raise LookupError("The run was there a moment ago.")
    originator = Originator(**run.originator)
    payments = credits_of(items)
    if sum(payment.amount_pence for payment in payments) != run.total_pence:
        raise ValueError(f"{run.number}: the file does not come to the run's total.")
    if form == "csv":
        return PaymentFile(f"{run.number}.csv", payments_csv(originator, payments, run.pay_on))
    content = standard_18(
        originator,
        payments,
        serial=int(run.number.removeprefix("PR-")),
        narrative=run.number,
        created_on=london_day(run.exported_at),
        pay_on=run.pay_on,
    )
    return PaymentFile(f"{run.number}.bacs", content)


def payments_csv(originator: Originator, payments: Sequence[Credit], pay_on: date) -> bytes:
    """The payments as a table for a bank's own upload, amounts in pounds; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["Sort code", "Account number", "Account name", "Amount", "Reference", "Pay on", "From", "From account"]
    )
    for payment in payments:
        writer.writerow(
            [
                payment.sort_code,
                payment.account_number,
                harmless(payment.account_name),
                f"{Decimal(payment.amount_pence).scaleb(-2):.2f}",
                harmless(payment.reference),
                f"{pay_on:%d/%m/%Y}",
                originator.sort_code,
                originator.account_number,
            ]
        )
    return text.getvalue().encode()


def _must_be_in_time(pay_on: date, form: Format) -> None:
    last = last_submission(pay_on) if form == "bacs" else pay_on
    if london_today() > last:
        fault = f"The bank had to have the file by {last:%-d %B %Y}. Give this run up and propose it anew."
        raise PayDayTooEarly(fault)
