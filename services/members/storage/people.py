"""Reading and writing people with their roles."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select
from sqlalchemy.dialects import postgresql

from services.members.domain.person import Person, Role
from services.members.storage.tables import person, person_role


def find_person(connection: Connection, person_id: str, *, lock: bool = False) -> Person | None:
    """One person with the roles that the actor may see; the row locked against other writers if asked."""
    query = select(person).where(person.c.person_id == person_id)
    found = _with_roles(connection, query.with_for_update() if lock else query)
    return found[0] if found else None


def find_person_by_email(connection: Connection, email: str) -> Person | None:
    """The person who signs in with that address, however it is capitalised."""
    found = _with_roles(connection, select(person).where(func.lower(person.c.email) == email.lower()))
    return found[0] if found else None


def find_people(connection: Connection, *, after: str | None, limit: int) -> Sequence[Person]:
    """Up to `limit` people that the actor may see, in the order of their ids, beginning above `after`."""
    query = select(person).order_by(person.c.person_id).limit(limit)
    return _with_roles(connection, query if after is None else query.where(person.c.person_id > after))


def people_of_school(connection: Connection, urn: int) -> Sequence[Person]:
    """Everybody who holds or held a role for the school, their rows locked."""
    return _people_of(connection, person_role.c.school_urn == urn)


def people_at_school(connection: Connection, urn: int) -> Sequence[Person]:
    """Everybody who holds or held a role for the school, with the roles that the actor may see."""
    at_school = person.c.person_id.in_(select(person_role.c.person_id).where(person_role.c.school_urn == urn))
    return _with_roles(connection, select(person).where(at_school).order_by(person.c.person_id))


def stand_ins_of(connection: Connection, person_id: str) -> Sequence[Person]:
    """Everybody who stands in, or stood in, for the person, their rows locked."""
    return _people_of(connection, person_role.c.delegated_from == person_id)


def people_of_supplier(connection: Connection, supplier_id: str) -> Sequence[Person]:
    """Everybody who holds or held a role for the supplier, their rows locked."""
    return _people_of(connection, person_role.c.supplier_id == supplier_id)


def manager_roles(connection: Connection, *, besides: str) -> list[Role]:
    """The business manager's role as everybody holds or held it but the person `besides`."""
    query = select(person_role).where(person_role.c.role == "alliance_manager", person_role.c.person_id != besides)
    return [
        Role(row.role, row.school_urn, row.supplier_id, row.starts_on, row.ends_on) for row in connection.execute(query)
    ]


def save_person(connection: Connection, record: Person) -> Person:
    """Insert or overwrite one person and all roles; returns it with its version counted up."""
    saved = replace(record, version=record.version + 1)
    values = {column: value for column, value in asdict(saved).items() if column != "roles"}
    connection.execute(
        postgresql.insert(person)
        .values(**values)
        .on_conflict_do_update(index_elements=[person.c.person_id], set_=values)
    )
    connection.execute(delete(person_role).where(person_role.c.person_id == saved.person_id))
    if saved.roles:
        rows = [
            {"person_id": saved.person_id, "position": position, **asdict(role)}
            for position, role in enumerate(saved.roles)
        ]
        connection.execute(insert(person_role), rows)
    return saved


def _people_of(connection: Connection, condition: ColumnElement[bool]) -> Sequence[Person]:
    query = (
        select(person)
        .where(person.c.person_id.in_(select(person_role.c.person_id).where(condition)))
        .order_by(person.c.person_id)
        .with_for_update()
    )
    return _with_roles(connection, query)


def _with_roles(connection: Connection, query: Select[Any]) -> list[Person]:
    people = connection.execute(query).all()
    roles = _roles_of(connection, [row.person_id for row in people])
    return [Person(row.person_id, row.name, row.email, tuple(roles[row.person_id]), row.version) for row in people]


def _roles_of(connection: Connection, person_ids: Iterable[str]) -> dict[str, list[Role]]:
    query = (
        select(person_role)
        .where(person_role.c.person_id.in_(list(person_ids)))
        .order_by(person_role.c.person_id, person_role.c.position)
    )
    roles: dict[str, list[Role]] = defaultdict(list)
    for row in connection.execute(query):
        roles[row.person_id].append(
            Role(row.role, row.school_urn, row.supplier_id, row.starts_on, row.ends_on, row.delegated_from)
        )
    return roles
