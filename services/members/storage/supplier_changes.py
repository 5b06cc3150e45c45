"""What was changed of suppliers' records, by whom and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from services.members.storage.tables import supplier_change


@dataclass(frozen=True, slots=True)
class SupplierChange:
    """One field of a supplier's record as it was changed, in words; `by_supplier`: by its own people."""

    version: int
    field: str
    value_before: str | None
    value_after: str | None
    changed_at: datetime
    changed_by: str
    by_supplier: bool


def note_changes(
    connection: Connection,
    supplier_id: str,
    version: int,
    changed: Mapping[str, tuple[str | None, str | None]],
    *,
    at: datetime,
    by: str,
    by_supplier: bool,
) -> None:
    """Keep what the version changed: (before, after) by field."""
    rows = [
        {
            "supplier_id": supplier_id,
            "version": version,
            "field": field,
            "value_before": before,
            "value_after": after,
            "changed_at": at,
            "changed_by": by,
            "by_supplier": by_supplier,
        }
        for field, (before, after) in changed.items()
    ]
    if rows:
        connection.execute(insert(supplier_change), rows)


def changes_of(connection: Connection, supplier_id: str) -> Sequence[SupplierChange]:
    """All changes of a supplier's record that the actor may see, the newest first."""
    columns = [column for column in supplier_change.c if column.name != "supplier_id"]
    query = (
        select(*columns)
        .where(supplier_change.c.supplier_id == supplier_id)
        .order_by(supplier_change.c.version.desc(), supplier_change.c.field)
    )
    return [SupplierChange(**row._mapping) for row in connection.execute(query)]
