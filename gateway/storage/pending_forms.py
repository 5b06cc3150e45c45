"""Forms sent with an expired session, kept until their sender has signed in again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from gateway.domain.sessions import KeptForm
from gateway.storage.tables import pending_form


def store_form(
    connection: Connection,
    token_hash: bytes,
    *,
    person_id: str,
    path: str,
    fields: Sequence[tuple[str, str]],
    expires_at: datetime,
) -> None:
    """Keep a form for its sender."""
    connection.execute(
        insert(pending_form).values(
            token_hash=token_hash,
            person_id=person_id,
            path=path,
            fields=[list(field) for field in fields],
            expires_at=expires_at,
        )
    )


def find_form(connection: Connection, token_hash: bytes, *, person_id: str, now: datetime) -> KeptForm | None:
    """The kept form, if it is this person's and not too old."""
    row = connection.execute(
        select(pending_form.c.path, pending_form.c.fields).where(
            pending_form.c.token_hash == token_hash,
            pending_form.c.person_id == person_id,
            pending_form.c.expires_at > now,
        )
    ).first()
    return KeptForm(row.path, tuple((name, value) for name, value in row.fields)) if row else None


def delete_form(connection: Connection, token_hash: bytes) -> None:
    """Forget a kept form."""
    connection.execute(delete(pending_form).where(pending_form.c.token_hash == token_hash))


def delete_forms_before(connection: Connection, moment: datetime) -> int:
    """Remove the forms that had expired at the moment; the number removed."""
    return connection.execute(delete(pending_form).where(pending_form.c.expires_at < moment)).rowcount
