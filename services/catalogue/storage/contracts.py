"""Reading and writing contracts with their charges."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.catalogue.domain.charge import Charge
from services.catalogue.domain.contract import Contract, Tolerances
from services.catalogue.storage.tables import contract, contract_charge, supplier

_TOLERANCES = {
    "price_basis_points": "tolerated_basis_points",
    "quantity_units": "tolerated_units",
    "total_pence": "tolerated_pence",
}


def find_contract(connection: Connection, contract_id: str) -> Contract | None:
    """One contract."""
    found = _with_charges(connection, select(contract).where(contract.c.contract_id == contract_id))
    return found[0] if found else None


def contracts_by_reference(connection: Connection, references: Collection[str]) -> dict[str, Contract]:
    """Those of the contracts that are there, by their reference in small letters."""
    wanted = [reference.lower() for reference in references]
    query = select(contract).where(func.lower(contract.c.reference).in_(wanted))
    return {found.reference.lower(): found for found in _with_charges(connection, query)}


def all_contracts(connection: Connection) -> Sequence[Contract]:
    """Every contract that the actor may see, by title."""
    return _with_charges(connection, select(contract).order_by(contract.c.title, contract.c.reference))


def supplier_names(connection: Connection) -> dict[str, str]:
    """The names of all suppliers that the actor may see, by id."""
    return {row.supplier_id: row.name for row in connection.execute(select(supplier))}


def save_contracts(connection: Connection, contracts: Sequence[Contract]) -> list[Contract]:
    """Insert or overwrite contracts and all their charges; returns them with their versions counted up."""
    saved = [replace(record, version=record.version + 1) for record in contracts]
    if saved:
        statement = insert(contract)
        updates = {column.name: statement.excluded[column.name] for column in contract.c if not column.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[contract.c.contract_id], set_=updates),
            [_contract_row(record) for record in saved],
        )
        ids = [record.contract_id for record in saved]
        connection.execute(delete(contract_charge).where(contract_charge.c.contract_id.in_(ids)))
        if charges := [row for record in saved for row in _charge_rows(record)]:
            connection.execute(insert(contract_charge), charges)
    return saved


def _contract_row(record: Contract) -> dict[str, Any]:
    values = {name: value for name, value in asdict(record).items() if name not in ("charges", "tolerances")}
    return values | {column: getattr(record.tolerances, name) for name, column in _TOLERANCES.items()}


def _charge_rows(record: Contract) -> list[dict[str, Any]]:
    own = {"contract_id": record.contract_id, "supplier_id": record.supplier_id}
    return [{**own, "position": position, **asdict(charge)} for position, charge in enumerate(record.charges, 1)]


def _with_charges(connection: Connection, query: Select[Any]) -> list[Contract]:
    rows = connection.execute(query).all()
    charges: dict[str, list[Charge]] = defaultdict(list)
    ordered = (
        select(contract_charge)
        .where(contract_charge.c.contract_id.in_([row.contract_id for row in rows]))
        .order_by(contract_charge.c.contract_id, contract_charge.c.position)
    )
    for row in connection.execute(ordered):
        values = {name: value for name, value in row._mapping.items() if name in Charge.__slots__}
        charges[row.contract_id].append(Charge(**values))
    return [_contract(row, charges[row.contract_id]) for row in rows]


def _contract(row: Row[Any], charges: Sequence[Charge]) -> Contract:
    tolerances = Tolerances(**{name: row._mapping[column] for name, column in _TOLERANCES.items()})
    own = {name: value for name, value in row._mapping.items() if name not in _TOLERANCES.values()}
    return Contract(**own, charges=tuple(charges), tolerances=tolerances)
