"""Say once whose bank account it is: the alliance's own, or the partnership fund's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.billing.domain.bank_errors import BankAccountInUse, BankAccountKnown, PayIntoUnknown
from services.billing.storage import bank, bank_accounts
from services.billing.usecases.import_bank_statement import new_account
from services.billing.usecases.reconcile_lines import reconcile_new_lines


def list_accounts(database: Database, actor: Actor) -> list[Row[Any]]:
    """Every account, those of which nobody has said what they are for first."""
    with database.transaction(actor) as connection:
        return bank_accounts.list_accounts(connection)


def tell_account(database: Database, actor: Actor, told: Mapping[str, Any]) -> Row[Any]:
    """Say what an account is for; lines that waited for it are reconciled.

    Raises BankAccountKnown, PayIntoUnknown.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        if told["account"] in bank_accounts.purposes(connection):
            raise BankAccountKnown("It has been said whose account this is. Change it there.")
        row = new_account(told["account"], told["name"], told["purpose"])
        bank_accounts.add_accounts(connection, [row | {name: told.get(name) for name in _NUMBERS}])
        _say_where_to_pay(connection, row["bank_account_id"], told.get("paid_into"))
        reconcile_new_lines(connection, actor.name)
        return _account(bank_accounts.list_accounts(connection), row["bank_account_id"])


def change_account(
    database: Database, actor: Actor, bank_account_id: str, version: int, changes: Mapping[str, Any]
) -> Row[Any]:
    """Rename an account, note its numbers, or change what it is for while nothing on it is matched.

    Raises NotFound, VersionConflict, BankAccountInUse, PayIntoUnknown.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        kept = bank_accounts.get_account(connection, bank_account_id)
        if kept is None:
            raise NotFound("There is no such bank account.")
        if kept.version != version:
            raise VersionConflict("Somebody has changed this account since you opened it.")
        purpose = changes.get("purpose", kept.purpose)
        if purpose != kept.purpose and bank_accounts.is_used(connection, kept.account):
            raise BankAccountInUse("Money on this account is matched, so what it is for stands.")
        ledger_code = new_account("", "", purpose)["ledger_code"]
        told = {name: value for name, value in changes.items() if name != "paid_into"}
        bank_accounts.change_account(connection, bank_account_id, {**told, "ledger_code": ledger_code})
        before = kept.paid_into and purpose == kept.purpose
        _say_where_to_pay(connection, bank_account_id, changes.get("paid_into"), before=before)
        if purpose != kept.purpose:
            reconcile_new_lines(connection, actor.name)
        return _account(bank_accounts.list_accounts(connection), bank_account_id)


_NUMBERS = ("iban", "sort_code", "account_number")


def _say_where_to_pay(
    connection: Connection, bank_account_id: str, asked: bool | None, *, before: bool = False
) -> None:
    """Let schools pay into an account where it is asked; unasked into the one of before, or into the first of all."""
    account = _account(bank_accounts.list_accounts(connection), bank_account_id)
    missing = [name for name in ("sort_code", "account_number") if getattr(account, name) is None]
    if asked and missing:
        says = dict.fromkeys(missing, "Bills tell it to the schools that pay in.")
        raise PayIntoUnknown("Schools pay in by sort code and account number.", fields=says)
    wanted = (before or not bank_accounts.is_paid_into(connection, account.purpose)) if asked is None else asked
    if wanted and not missing:
        bank_accounts.pay_into(connection, bank_account_id, account.purpose)


def _account(accounts: list[Row[Any]], bank_account_id: str) -> Row[Any]:
    return next(each for each in accounts if each.bank_account_id == bank_account_id)
