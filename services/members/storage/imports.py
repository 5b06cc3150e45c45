"""Imports that were uploaded: the file while it waits, and the account of its rows."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from services.members.domain.import_row import ImportRow
from services.members.storage.tables import directory_import


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import as it was previewed; `content` is None once it is applied. `options` are as the use case reads them."""

    import_id: str
    layout: str
    filename: str
    content: bytes | None
    options: dict[str, Any]
    rows: tuple[ImportRow, ...]
    not_selected: int
    uploaded_by: str
    uploaded_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    version: int


def store_import(
    connection: Connection,
    import_id: str,
    *,
    layout: str,
    filename: str,
    content: bytes,
    options: dict[str, Any],
    rows: tuple[ImportRow, ...],
    not_selected: int,
    uploaded_by: str,
) -> None:
    """Keep an upload until somebody decides about it."""
    connection.execute(
        insert(directory_import).values(
            import_id=import_id,
            layout=layout,
            filename=filename,
            content=content,
            options=options,
            rows=[asdict(row) for row in rows],
            not_selected=not_selected,
            uploaded_by=uploaded_by,
        )
    )


def find_import(connection: Connection, import_id: str, *, lock: bool = False) -> StoredImport | None:
    """One import, its row locked against other deciders if asked."""
    query = select(directory_import).where(directory_import.c.import_id == import_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    rows = tuple(ImportRow(**{**each, "details": tuple(each["details"])}) for each in row.rows)
    return StoredImport(**{**row._mapping, "rows": rows})


def mark_applied(connection: Connection, import_id: str, applied_by: str) -> None:
    """Note that the import was applied, and forget its file."""
    connection.execute(
        update(directory_import)
        .where(directory_import.c.import_id == import_id)
        .values(content=None, applied_by=applied_by, applied_at=func.now(), version=directory_import.c.version + 1)
    )


def delete_waiting_before(connection: Connection, moment: datetime) -> int:
    """Remove imports that nobody applied and that were uploaded before the moment; the number removed."""
    waiting = directory_import.c.applied_at.is_(None) & (directory_import.c.uploaded_at < moment)
    return connection.execute(delete(directory_import).where(waiting)).rowcount
