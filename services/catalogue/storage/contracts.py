"""Reading and writing contracts."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.postgresql import insert

from services.catalogue.domain.contract import Contract
from services.catalogue.storage.tables import contract, supplier


def find_contract(connection: Connection, contract_id: str) -> Contract | None:
    """One contract."""
    row = connection.execute(select(contract).where(contract.c.contract_id == contract_id)).one_or_none()
    return None if row is None else _contract(row)


def contracts_by_reference(connection: Connection, references: Collection[str]) -> dict[str, Contract]:
    """Those of the contracts that are there, by their reference in small letters."""
    wanted = [reference.lower() for reference in references]
    query = select(contract).where(func.lower(contract.c.reference).in_(wanted))
    return {row.reference.lower(): _contract(row) for row in connection.execute(query)}


def all_contracts(connection: Connection) -> Sequence[Contract]:
    """Every contract that the actor may see, by title."""
    query = select(contract).order_by(contract.c.title, contract.c.reference)
    return [_contract(row) for row in connection.execute(query)]


def supplier_names(connection: Connection) -> dict[str, str]:
    """The names of all suppliers that the actor may see, by id."""
    return {row.supplier_id: row.name for row in connection.execute(select(supplier))}


def save_contracts(connection: Connection, contracts: Sequence[Contract]) -> list[Contract]:
    """Insert or overwrite contracts; returns them with their versions counted up."""
    saved = [replace(record, version=record.version + 1) for record in contracts]
    if saved:
        statement = insert(contract)
        updates = {column.name: statement.excluded[column.name] for column in contract.c if not column.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[contract.c.contract_id], set_=updates),
            [asdict(record) for record in saved],
        )
    return saved


def _contract(row: Row[Any]) -> Contract:
    return Contract(**row._mapping)
