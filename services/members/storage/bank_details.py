"""Reading and writing suppliers' bank details, and the safeguards of their changes."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from services.members.domain.bank_details import Account, BankDetails, Safeguards
from services.members.storage.tables import bank_safeguards, supplier_bank_details

_TABLE = supplier_bank_details.c
_ACCOUNT = ("account_name", "sort_code", "account_number")


def find_safeguards(connection: Connection) -> Safeguards:
    """The safeguards in force."""
    row = connection.execute(select(bank_safeguards)).one()
    return Safeguards(row.waiting_days, row.trusted_after_days, row.version)


def save_safeguards(connection: Connection, record: Safeguards) -> Safeguards:
    """Overwrite the safeguards; returns them with their version counted up."""
    saved = replace(record, version=record.version + 1)
    connection.execute(update(bank_safeguards).values(**asdict(saved)))
    return saved


def bank_details_of(connection: Connection, supplier_id: str) -> Sequence[BankDetails]:
    """Everything there was of a supplier's bank details that the actor may see, the newest first."""
    query = select(supplier_bank_details).where(_TABLE.supplier_id == supplier_id).order_by(_TABLE.proposed_at.desc())
    return [_details(row) for row in connection.execute(query)]


def find_bank_details(connection: Connection, supplier_id: str, bank_details_id: str) -> BankDetails | None:
    """One of a supplier's bank details, its row locked against other writers."""
    wanted = (_TABLE.supplier_id == supplier_id, _TABLE.bank_details_id == bank_details_id)
    row = connection.execute(select(supplier_bank_details).where(*wanted).with_for_update()).one_or_none()
    return None if row is None else _details(row)


def due_bank_details(connection: Connection, today: date) -> Sequence[BankDetails]:
    """Confirmed details whose day has come, their rows locked."""
    query = select(supplier_bank_details).where(
        _TABLE.effective_on <= today, _TABLE.in_force_at.is_(None), _TABLE.stopped_at.is_(None)
    )
    return [_details(row) for row in connection.execute(query.with_for_update(skip_locked=True))]


def add_bank_details(connection: Connection, record: BankDetails) -> None:
    """Keep newly proposed details."""
    connection.execute(insert(supplier_bank_details).values(**_values(record)))


def save_bank_details(connection: Connection, record: BankDetails) -> BankDetails:
    """Overwrite details; returns them with their version counted up."""
    saved = replace(record, version=record.version + 1)
    wanted = _TABLE.bank_details_id == record.bank_details_id
    connection.execute(update(supplier_bank_details).where(wanted).values(**_values(saved)))
    return saved


def _values(record: BankDetails) -> dict[str, Any]:
    values = asdict(record)
    return values | values.pop("account")


def _details(row: Row[Any]) -> BankDetails:
    values = dict(row._mapping)
    return BankDetails(account=Account(*(values.pop(name) for name in _ACCOUNT)), **values)
