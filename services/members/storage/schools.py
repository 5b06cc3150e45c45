"""Reading and writing schools."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, select
from sqlalchemy.dialects.postgresql import insert

from services.members.domain.school import School
from services.members.storage.tables import school


def find_school(connection: Connection, urn: int) -> School | None:
    """One school."""
    row = connection.execute(select(school).where(school.c.urn == urn)).one_or_none()
    return None if row is None else _school(row)


def find_schools(connection: Connection, *, after: int, limit: int) -> Sequence[School]:
    """Up to `limit` schools in the order of their URN, beginning above `after`."""
    return _all(connection, select(school).where(school.c.urn > after).order_by(school.c.urn).limit(limit))


def lock_schools(connection: Connection, urns: Iterable[int]) -> dict[int, School]:
    """Those of the schools that are known, by URN, their rows locked against other writers."""
    query = select(school).where(school.c.urn.in_(list(urns))).order_by(school.c.urn).with_for_update()
    return {found.urn: found for found in _all(connection, query)}


def school_names(connection: Connection, urns: Iterable[int]) -> dict[int, str]:
    """The names of the schools that are known, by URN."""
    rows = connection.execute(select(school.c.urn, school.c.name).where(school.c.urn.in_(list(urns))))
    return {row.urn: row.name for row in rows}


def save_schools(connection: Connection, schools: Sequence[School]) -> list[School]:
    """Insert or overwrite the schools; returns them with their versions counted up."""
    saved = [replace(found, version=found.version + 1) for found in schools]
    if saved:
        statement = insert(school)
        updates = {column.name: statement.excluded[column.name] for column in school.c if not column.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[school.c.urn], set_=updates),
            [asdict(found) for found in saved],
        )
    return saved


def _all(connection: Connection, query: Select[Any]) -> list[School]:
    return [_school(row) for row in connection.execute(query)]


def _school(row: Row[Any]) -> School:
    return School(**row._mapping)
