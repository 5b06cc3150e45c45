"""Reading and writing suppliers."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.postgresql import insert

from services.members.domain.company import Address, Endpoint
from services.members.domain.supplier import Supplier
from services.members.storage.tables import supplier


def find_supplier(connection: Connection, supplier_id: str, *, lock: bool = False) -> Supplier | None:
    """One supplier, its row locked against other writers if asked."""
    query = select(supplier).where(supplier.c.supplier_id == supplier_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _supplier(row)


def find_supplier_by_name(connection: Connection, name: str) -> Supplier | None:
    """The supplier of that name, however it is capitalised."""
    query = select(supplier).where(func.lower(supplier.c.name) == name.lower())
    row = connection.execute(query).one_or_none()
    return None if row is None else _supplier(row)


def find_suppliers(connection: Connection) -> Sequence[Supplier]:
    """All suppliers that the actor may see, by name."""
    return [_supplier(row) for row in connection.execute(select(supplier).order_by(func.lower(supplier.c.name)))]


def supplier_names(connection: Connection, supplier_ids: Iterable[str]) -> dict[str, str]:
    """The names of the suppliers that are known, by id."""
    query = select(supplier.c.supplier_id, supplier.c.name).where(supplier.c.supplier_id.in_(list(supplier_ids)))
    return {row.supplier_id: row.name for row in connection.execute(query)}


def save_supplier(connection: Connection, record: Supplier) -> Supplier:
    """Insert or overwrite one supplier; returns it with its version counted up."""
    saved = replace(record, version=record.version + 1)
    statement = insert(supplier).values(**asdict(saved))
    updates = {column.name: statement.excluded[column.name] for column in supplier.c if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=[supplier.c.supplier_id], set_=updates))
    return saved


def _supplier(row: Row[Any]) -> Supplier:
    facts = dict(row._mapping)
    return Supplier(**facts | {"address": read_address(row.address), "endpoint": read_endpoint(row.endpoint)})


def read_address(kept: dict[str, Any] | None) -> Address | None:
    """An address as it was kept in a column of JSON."""
    return None if kept is None else Address(**kept | {"lines": tuple(kept["lines"])})


def read_endpoint(kept: dict[str, str] | None) -> Endpoint | None:
    """An endpoint as it was kept in a column of JSON."""
    return None if kept is None else Endpoint(**kept)
