"""Show bills, bank lines, a school's account and the trial balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.account import StatementItem, statement
from services.billing.storage import accounts, bank, bills, chart, credit_notes, direct_bills, directory, ledger


@dataclass(frozen=True, slots=True)
class AccountView:
    """A school's statement of account; the balance in pence is what the school owes the alliance.

    `pay_suppliers` are the bills that it owes suppliers itself, and no part of the balance.
    """

    school_urn: int
    school_name: str
    items: Sequence[StatementItem]
    balance_pence: int
    pay_suppliers: Sequence[Row[Any]]


def list_bills(
    database: Database,
    actor: Actor,
    *,
    school_urn: int | None,
    round_id: str | None,
    purchase_order_id: str | None = None,
    after: str,
    limit: int,
) -> tuple[list[Row[Any]], str | None]:
    """A page of bills by number, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = bills.list_bills(
            connection,
            school_urn=school_urn,
            round_id=round_id,
            purchase_order_id=purchase_order_id,
            after=after,
            limit=limit + 1,
        )
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def get_bill(database: Database, actor: Actor, bill_id: str) -> tuple[Row[Any], list[Row[Any]]]:
    """One bill and its lines. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = bills.get_bills(connection, [bill_id])
        if not found:
            raise NotFound("There is no such bill.")
        direct = found[0].settlement == "direct"
        lines = direct_bills.direct_bill_lines if direct else bills.bill_lines
        return found[0], lines(connection, bill_id)


def list_credit_notes(
    database: Database, actor: Actor, *, school_urn: int | None, bill_id: str | None, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of credit notes to schools by number, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = credit_notes.list_credit_notes(
            connection, school_urn=school_urn, bill_id=bill_id, after=after, limit=limit + 1
        )
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def get_credit_note(database: Database, actor: Actor, credit_note_id: str) -> tuple[Row[Any], list[Row[Any]]]:
    """One credit note and its lines. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = credit_notes.get_credit_notes(connection, [credit_note_id])
        if not found:
            raise NotFound("There is no such credit note.")
        return found[0], credit_notes.credit_note_lines(connection, credit_note_id)


def list_bank_lines(
    database: Database, actor: Actor, *, state: str | None, after: int, limit: int
) -> tuple[list[Row[Any]], int | None]:
    """A page of bank lines in the order of import, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = bank.list_lines(connection, state, after, limit + 1)
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


def get_account(database: Database, actor: Actor, urn: int) -> AccountView:
    """A school's statement of account, made of that school's bills and receipts alone. Raises NotFound."""
    if actor.kind == "school" and actor.school_urn != urn:
        raise NotFound("There is no such account.")
    with database.transaction(actor) as connection:
        name = directory.school_name(connection, urn)
        if name is None:
            raise NotFound("There is no such account.")
        items, balance = statement(accounts.movements(connection, urn))
        return AccountView(urn, name, items, balance, direct_bills.bills_of_school(connection, urn))


def trial_balance(database: Database, actor: Actor) -> list[dict[str, Any]]:
    """Every account that was ever posted to, with its balance on its debit or its credit side, in pence."""
    with database.transaction(actor) as connection:
        posted = {row.account: row.debit_pence - row.credit_pence for row in ledger.balances(connection)}
        known = chart.accounts(connection)
    return [
        {
            "account": account.code,
            "name": account.name,
            "debit_pence": max(posted.get(account.code, 0), 0),
            "credit_pence": max(-posted.get(account.code, 0), 0),
        }
        for account in known
        if account.code in posted
    ]
