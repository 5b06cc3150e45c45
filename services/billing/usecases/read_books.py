"""Show bills, bank lines, a school's account and the trial balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.account import StatementItem, statement
from services.billing.domain.ledger import ACCOUNTS
from services.billing.storage import accounts, bank, bills, directory, ledger


@dataclass(frozen=True, slots=True)
class AccountView:
    """A school's statement of account; the balance in pence is what the school owes."""

    school_urn: int
    school_name: str
    items: Sequence[StatementItem]
    balance_pence: int


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
        return found[0], bills.bill_lines(connection, bill_id)


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
    return AccountView(urn, name, items, balance)


def trial_balance(database: Database, actor: Actor) -> list[dict[str, Any]]:
    """Every account with its balance on its debit or its credit side, in pence."""
    with database.transaction(actor) as connection:
        posted = {row.account: row.debit_pence - row.credit_pence for row in ledger.balances(connection)}
    return [
        {
            "account": account,
            "name": name,
            "debit_pence": max(posted.get(account, 0), 0),
            "credit_pence": max(-posted.get(account, 0), 0),
        }
        for account, name in ACCOUNTS.items()
    ]
