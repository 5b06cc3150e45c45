"""People as the members service tells of them, and their passwords."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert

from gateway.storage.tables import credential, person


@dataclass(frozen=True, slots=True)
class Account:
    """What signing in needs to know; `password_hash` is None until a first password is set."""

    person_id: str
    name: str
    email: str
    roles: list[dict[str, Any]]
    password_hash: str | None


_ACCOUNT = select(
    person.c.person_id, person.c.name, person.c.email, person.c.roles, credential.c.password_hash
).select_from(person.outerjoin(credential, credential.c.person_id == person.c.person_id))

_UPSERT_PEOPLE = text(
    """
    INSERT INTO person (person_id, name, email, roles)
    SELECT DISTINCT ON (told.body ->> 'person_id')
           (told.body ->> 'person_id')::uuid, told.body ->> 'name', lower(btrim(told.body ->> 'email')),
           told.body -> 'roles'
    FROM jsonb_array_elements(:bodies) WITH ORDINALITY AS told (body, turn)
    ORDER BY told.body ->> 'person_id', told.turn DESC
    ON CONFLICT (person_id) DO UPDATE
    SET name = excluded.name, email = excluded.email, roles = excluded.roles
    """
).bindparams(bindparam("bodies", type_=JSONB))


def account_by_email(connection: Connection, email: str) -> Account | None:
    """The account with the (already normalised) address."""
    row = connection.execute(_ACCOUNT.where(person.c.email == email).order_by(person.c.person_id)).first()
    return Account(*row) if row else None


def account_of(connection: Connection, person_id: str) -> Account | None:
    """The account of one person."""
    row = connection.execute(_ACCOUNT.where(person.c.person_id == person_id)).first()
    return Account(*row) if row else None


def passworded(connection: Connection, person_ids: Iterable[str]) -> set[str]:
    """Those of the people who have a password."""
    wanted = credential.c.person_id.in_(list(person_ids))
    return set(connection.execute(select(credential.c.person_id).where(wanted)).scalars())


def store_password(connection: Connection, person_id: str, password_hash: str) -> None:
    """Set or replace a person's password hash."""
    statement = insert(credential).values(person_id=person_id, password_hash=password_hash, changed_at=func.now())
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[credential.c.person_id],
            set_={"password_hash": statement.excluded.password_hash, "changed_at": func.now()},
        )
    )


def upsert_people(connection: Connection, bodies: Sequence[dict[str, Any]]) -> None:
    """Take over the bodies of PersonRecorded events in order: the last one of each person stands."""
    connection.execute(_UPSERT_PEOPLE, {"bodies": list(bodies)})
