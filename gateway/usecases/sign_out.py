"""End a session before its time."""

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.sessions import token_hash
from gateway.storage.links import delete_link_session
from gateway.storage.sessions import delete_session, delete_sessions_of


def sign_out(database: Database, token: str) -> None:
    """Revoke the session of a token at once; nothing happens if it is over already."""
    with database.transaction(SERVICE) as connection:
        delete_session(connection, token_hash(token))
        delete_link_session(connection, token_hash(token))


def sign_out_everywhere(database: Database, person_id: str) -> int:
    """Revoke every session of a person; the number revoked."""
    with database.transaction(SERVICE) as connection:
        return delete_sessions_of(connection, person_id)
