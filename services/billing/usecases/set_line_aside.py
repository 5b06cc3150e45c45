"""Set a bank line aside that nothing can settle: one of £0.00, or in another currency than the books are kept in."""

from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.bank_errors import BankAccountUnknown, LineMatched, LineSettles
from services.billing.storage import bank, bank_matches

_SET_ASIDE: Final = "set aside"


def set_line_aside(database: Database, actor: Actor, line_id: str, why: str) -> None:
    """Set one line aside for a reason, which is kept with who did it. It is undone as a match is.

    Raises NotFound, LineMatched, BankAccountUnknown, LineSettles for a line in pounds that moves money.
    """
    with database.transaction(actor) as connection:
        bank.take_turn(connection)
        found = bank.lines_of(connection, [line_id])
        if not found:
            raise NotFound("There is no such bank line.")
        set_aside(connection, found[0], why, actor.name)


def set_aside(connection: Connection, line: Row[Any], why: str, by: str) -> None:
    """Set a line aside; the caller holds the bank's turn. Nothing is posted. Raises as `set_line_aside`."""
    if line.state != "new":
        raise LineMatched("This line is matched already. Undo that first.")
    if line.purpose is None:
        raise BankAccountUnknown(f"Say first whose account {line.account} is.")
    if line.currency == "GBP" and line.amount_pence:
        raise LineSettles("Only lines of £0.00 and lines in other currencies are set aside: this one moves money.")
    bank_matches.add_matches(
        connection,
        [
            {
                "bank_match_id": str(uuid4()),
                "bank_line_id": line.bank_line_id,
                "kind": "set_aside",
                "document_number": _SET_ASIDE,
                "amount_pence": line.amount_pence,
                "how": "person",
                "matched_by": by,
                "matched_at": "now",
                "why": why,
            }
        ],
    )
    bank.set_state(connection, [line.bank_line_id], "matched")
