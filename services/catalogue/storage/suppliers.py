"""The catalogue's copy of suppliers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.catalogue.storage.tables import supplier


def save_suppliers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or change suppliers: supplier_id, name, school_urn."""
    names = ("supplier_id", "name", "school_urn")
    statement = insert(supplier).values({name: bindparam(name) for name in names})
    updates = {name: statement.excluded[name] for name in names[1:]}
    connection.execute(
        statement.on_conflict_do_update(index_elements=[supplier.c.supplier_id], set_=updates), list(rows)
    )


def school_of_supplier(connection: Connection, supplier_id: str) -> int | None:
    """The URN of the school that this supplier is; None for any other supplier."""
    query = select(supplier.c.school_urn).where(supplier.c.supplier_id == supplier_id)
    return connection.execute(query).scalar_one_or_none()


def supplier_exists(connection: Connection, supplier_id: str) -> bool:
    """Whether the catalogue has heard of the supplier."""
    query = select(supplier.c.supplier_id).where(supplier.c.supplier_id == supplier_id)
    return connection.execute(query).first() is not None


def supplier_ids(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The ids of the named suppliers that are known, by name."""
    query = select(supplier.c.name, supplier.c.supplier_id).where(supplier.c.name.in_(list(names)))
    return {row.name: row.supplier_id for row in connection.execute(query)}
