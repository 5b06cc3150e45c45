"""Take a bank statement back that was read in by mistake: the wrong file, account or columns."""

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.bank_errors import StatementInUse
from services.billing.storage import bank, bank_statements
from services.billing.usecases.reconcile_lines import reconcile_new_lines


def take_statement_back(database: Database, actor: Actor, statement_id: str, why: str) -> None:
    """Remove a statement with its lines for a reason, which is kept with who did it; the file can be read in again.

    Raises NotFound; StatementInUse where one of its lines is matched or ever was, or where a later statement
    repeats lines, which would be missing then.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        if bank_statements.get_statement(connection, statement_id) is None:
            raise NotFound("There is no such bank statement.")
        if bank_statements.was_matched(connection, statement_id):
            raise StatementInUse("Lines of this statement are matched, or were: it stays. Undo what is wrong of it.")
        if bank_statements.is_repeated(connection, statement_id):
            raise StatementInUse("A later statement of the account repeats lines. Take that one back first.")
        bank_statements.take_back(connection, statement_id, actor.name, why)
        reconcile_new_lines(connection, actor.name)
