"""Import a bank statement: exact matches post, everything else is listed with proposals."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.london import london_today
from services.billing.domain.bank_statement import (
    BankStatement,
    StatementLine,
    as_known,
    fingerprints,
    refuse_strange_days,
)
from services.billing.domain.csv_columns import Columns
from services.billing.domain.statement_file import read_statement_file
from services.billing.storage import bank, bank_accounts
from services.billing.storage.bank_layouts import remember_columns, remembered_columns
from services.billing.usecases.reconcile_lines import reconcile_new_lines


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: lines in it, new ones, ones known before, new ones that posted.

    `unknown_accounts` are those of which nobody has said what they are for: nothing on them is matched until then.
    """

    bank_statement_id: str
    statement: BankStatement
    new: int
    repeated: int
    posted: int
    unknown_accounts: tuple[str, ...] = ()


def import_statement(
    database: Database, actor: Actor, content: bytes, account: str, columns: Columns | None = None
) -> Imported:
    """Import a statement in camt.053, MT940, OFX or CSV, and reconcile it with all lines that waited before it.

    `account` is whose statement a CSV file is; `columns`, where given, are remembered for its header. The first account
    that a statement comes from is the alliance's general one; of every other somebody says whose it is. Raises
    StatementUnreadable, ColumnsUnknown or XmlNotAllowed, and stores nothing then.
    """
    digest = hashlib.sha256(content).digest()
    with database.transaction(actor) as connection:
        statement, header = read_statement_file(
            content, account, columns, lambda header: remembered_columns(connection, header)
        )
        refuse_strange_days(statement, london_today())
        bank.take_turn(connection)
        statement = as_known(statement, bank_accounts.by_key(connection))
        if columns and header:
            remember_columns(connection, header, columns, actor.name)
        before = bank.statement_with(connection, statement.account, digest)
        if before is not None:
            return Imported(before.bank_statement_id, statement, new=0, repeated=len(statement.lines), posted=0)
        statement_id = str(uuid4())
        unknown = _unknown_accounts(connection, {line.account for line in statement.lines})
        bank.add_statement(connection, _head(statement_id, statement, digest, actor.name))
        identities = fingerprints(statement.lines)
        known = bank.known_fingerprints(connection, identities)
        fresh = [
            _row(statement_id, line, identity)
            for line, identity in zip(statement.lines, identities, strict=True)
            if identity not in known
        ]
        bank.add_lines(connection, fresh)
        posted = reconcile_new_lines(connection, actor.name)
    posted &= {row["bank_line_id"] for row in fresh}
    return Imported(
        statement_id, statement, len(fresh), len(statement.lines) - len(fresh), len(posted), tuple(sorted(unknown))
    )


def _unknown_accounts(connection: Connection, accounts: Collection[str]) -> set[str]:
    """Those of which nobody has said what they are for; the very first account is the general one."""
    known = bank_accounts.purposes(connection)
    if not known and len(accounts) == 1:
        (first,) = accounts
        bank_accounts.add_accounts(connection, [new_account(first, first, "general")])
        return set()
    return set(accounts) - set(known)


def new_account(account: str, name: str, purpose: str) -> dict[str, Any]:
    """The row of an account, as its statements name it."""
    return {
        "bank_account_id": str(uuid4()),
        "account": account,
        "name": name,
        "purpose": purpose,
        "ledger_code": "1250" if purpose == "fund" else "1200",
    }


def _head(statement_id: str, statement: BankStatement, digest: bytes, imported_by: str) -> dict[str, Any]:
    return {
        "bank_statement_id": statement_id,
        "account": statement.account,
        "sha256": digest,
        "from_on": statement.from_on,
        "to_on": statement.to_on,
        "lines": len(statement.lines),
        "imported_by": imported_by,
        "warnings": list(statement.warnings),
    }


def _row(statement_id: str, line: StatementLine, identity: str) -> dict[str, Any]:
    return {
        "bank_line_id": str(uuid4()),
        "bank_statement_id": statement_id,
        "account": line.account,
        "booked_on": line.booked_on,
        "amount_pence": line.amount_pence,
        "currency": line.currency,
        "counterparty": line.counterparty,
        "counterparty_account": line.counterparty_account,
        "reference": line.reference,
        "fingerprint": identity,
        "state": "new",
        "explanation": "",
    }
