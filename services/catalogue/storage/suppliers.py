"""The catalogue's copy of suppliers."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.catalogue.storage.tables import supplier


def save_suppliers(connection: Connection, names: Mapping[str, str]) -> None:
    """Insert or rename suppliers, given as names by id."""
    statement = insert(supplier).values(supplier_id=bindparam("supplier_id"), name=bindparam("name"))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[supplier.c.supplier_id], set_={"name": statement.excluded.name}
        ),
        [{"supplier_id": supplier_id, "name": name} for supplier_id, name in names.items()],
    )


def supplier_exists(connection: Connection, supplier_id: str) -> bool:
    """Whether the catalogue has heard of the supplier."""
    query = select(supplier.c.supplier_id).where(supplier.c.supplier_id == supplier_id)
    return connection.execute(query).first() is not None


def supplier_ids(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The ids of the named suppliers that are known, by name."""
    query = select(supplier.c.name, supplier.c.supplier_id).where(supplier.c.name.in_(list(names)))
    return {row.name: row.supplier_id for row in connection.execute(query)}
