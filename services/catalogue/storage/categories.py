"""Reading and writing categories."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert

from services.catalogue.domain.category import Category
from services.catalogue.storage.tables import category


def find_category(connection: Connection, code: str) -> Category | None:
    """One category."""
    return find_categories(connection, [code]).get(code)


def find_categories(connection: Connection, codes: Collection[str]) -> dict[str, Category]:
    """Those of the categories that are there, by code."""
    query = select(category).where(category.c.code.in_(list(codes)))
    return {row.code: _category(row) for row in connection.execute(query)}


def all_categories(connection: Connection) -> Sequence[Category]:
    """Every category, by name."""
    return [_category(row) for row in connection.execute(select(category).order_by(category.c.name))]


def save_categories(connection: Connection, categories: Sequence[Category]) -> list[Category]:
    """Insert or overwrite categories; returns them with their versions counted up."""
    saved = [replace(record, version=record.version + 1) for record in categories]
    if saved:
        statement = insert(category)
        updates = {column.name: statement.excluded[column.name] for column in category.c if not column.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[category.c.code], set_=updates),
            [asdict(record) for record in saved],
        )
    return saved


def _category(row: Row[Any]) -> Category:
    return Category(**row._mapping)
