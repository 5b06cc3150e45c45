"""Sign a bank statement off once every line of it is matched and the difference is £0.00, or open it again."""

from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.money import pounds
from services.billing.domain.bank_errors import StatementDiffers
from services.billing.storage import bank, bank_statements


def list_statements(
    database: Database, actor: Actor, *, before: str | None, limit: int, taken_back: bool = False
) -> tuple[list[Row[Any]], str | None]:
    """A page of statements, the latest import first, and where the next page begins.

    `taken_back`: those that were taken back stand among them.
    """
    with database.transaction(actor) as connection:
        found = bank_statements.list_statements(connection, before, limit + 1)
        if taken_back:
            found += bank_statements.list_taken_back(connection, before, limit + 1)
            found.sort(key=lambda statement: statement.imported_at, reverse=True)
    return found[:limit], found[limit - 1].imported_at.isoformat() if len(found) > limit else None


def get_statement(database: Database, actor: Actor, statement_id: str) -> Row[Any]:
    """One statement. Raises NotFound."""
    with database.transaction(actor) as connection:
        return _statement(connection, statement_id)


def reconcile_statement(database: Database, actor: Actor, statement_id: str) -> Row[Any]:
    """Mark every line of a statement reconciled; one that is signed keeps its first signature.

    Raises NotFound; StatementDiffers while a line is not matched, or where the statement itself does not add up.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        statement = _statement(connection, statement_id)
        difference = statement.total_pence - statement.matched_pence
        if statement.new or difference:
            raise StatementDiffers(
                f"{statement.new} {'line is' if statement.new == 1 else 'lines are'} not matched;"
                f" the difference is £{pounds(abs(difference))}."
            )
        if statement.warnings:
            raise StatementDiffers(
                f"{' '.join(statement.warnings)} Ask the bank for a statement that adds up: this one is not signed off."
            )
        bank_statements.mark_reconciled(connection, statement_id, actor.name)
        return _statement(connection, statement_id)


def _statement(connection: Connection, statement_id: str) -> Row[Any]:
    found = bank_statements.get_statement(connection, statement_id)
    if found is None:
        raise NotFound("There is no such bank statement.")
    return found
