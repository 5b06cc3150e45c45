"""Suppliers as the gateway needs them: to whom an order goes that has no account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from gateway.storage.tables import person, supplier


@dataclass(frozen=True, slots=True)
class KnownSupplier:
    """A supplier's name and the address to which its orders go."""

    supplier_id: str
    name: str
    email: str


def record_suppliers(connection: Connection, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Keep names and order addresses (bodies of SupplierRecorded); the last of each supplier counts."""
    last = {body["supplier_id"]: {name: body[name] for name in ("supplier_id", "name", "email")} for body in bodies}
    statement = insert(supplier)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[supplier.c.supplier_id],
            set_={"name": statement.excluded.name, "email": statement.excluded.email},
        ),
        list(last.values()),
    )


def find_suppliers(connection: Connection, supplier_ids: Iterable[str]) -> dict[str, KnownSupplier]:
    """Those of the suppliers that are known, by id."""
    query = select(supplier).where(supplier.c.supplier_id.in_(list(supplier_ids)))
    return {row.supplier_id: KnownSupplier(**row._mapping) for row in connection.execute(query)}


def order_readers(connection: Connection, supplier_ids: Iterable[str]) -> set[str]:
    """The ids of the people whose own address is the address for orders of one of the suppliers."""
    query = select(person.c.person_id).join(supplier, func.lower(supplier.c.email) == func.lower(person.c.email))
    return set(connection.execute(query.where(supplier.c.supplier_id.in_(list(supplier_ids)))).scalars())
