"""Keep what somebody typed while their session ran out, and give it back after they signed in again."""

from collections.abc import Sequence
from datetime import UTC, datetime

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.errors import FormTooLarge
from gateway.domain.sessions import KEPT_FORM, KEPT_FORM_BYTES, KeptForm, Session, new_token, token_hash
from gateway.storage.pending_forms import delete_form, find_form, store_form
from gateway.storage.sessions import find_session

_SECRET_FIELDS = ("password", "csrf_token")


def keep_form(database: Database, expired_token: str, path: str, fields: Sequence[tuple[str, str]]) -> str | None:
    """Keep a form for the person of an expired session, without passwords; its own token, good for an hour.

    None if the session was revoked or is long forgotten: then nobody could be sure whose form it is.
    Raises FormTooLarge above 256 KiB.
    """
    kept = [
        (name, value.replace("\x00", ""))  # which PostgreSQL cannot store, and nobody types
        for name, value in fields
        if not name.endswith(_SECRET_FIELDS) and "\x00" not in name
    ]
    if sum(len(name) + len(value) for name, value in kept) > KEPT_FORM_BYTES:
        raise FormTooLarge("The form is too large to be kept while you sign in.")
    session = find_session(database, token_hash(expired_token))
    if session is None:
        return None
    form_token = new_token()
    with database.transaction(SERVICE) as connection:
        store_form(
            connection,
            token_hash(form_token),
            person_id=session.person_id,
            path=path,
            fields=kept,
            expires_at=datetime.now(UTC) + KEPT_FORM,
        )
    return form_token


def kept_form(database: Database, form_token: str, session: Session) -> KeptForm | None:
    """The form kept under the token, if it is the signed-in person's own and less than an hour old."""
    with database.transaction(SERVICE) as connection:
        return find_form(connection, token_hash(form_token), person_id=session.person_id, now=datetime.now(UTC))


def drop_form(database: Database, form_token: str) -> None:
    """Forget a kept form, sent again or not wanted."""
    with database.transaction(SERVICE) as connection:
        delete_form(connection, token_hash(form_token))
