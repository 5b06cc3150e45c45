"""Suppliers' programs: made and ended by the supplier's administrators, signed in by id and secret."""

from datetime import UTC, datetime, timedelta
from typing import Final

from chassis.actor import SERVICE
from chassis.database import Database
from contracts.errors import NotFound
from gateway.domain.errors import ProgramUnknown
from gateway.domain.sessions import new_token, token_hash
from gateway.storage import programs

LIFETIME: Final = timedelta(hours=1)


def make_program(database: Database, supplier_id: str, program_id: str, name: str, by: str) -> str | None:
    """Make a program and tell its secret, this once; None if the form was sent before."""
    secret = new_token()
    with database.transaction(SERVICE) as connection:
        made = programs.add_program(
            connection, program_id, supplier_id, name, token_hash(secret), created_by=by, now=datetime.now(UTC)
        )
    return secret if made else None


def end_program(database: Database, supplier_id: str, program_id: str, by: str) -> str:
    """End a program and every session of it; its name. Raises NotFound, also for another supplier's."""
    with database.transaction(SERVICE) as connection:
        name = programs.end_program(connection, supplier_id, program_id, by, datetime.now(UTC))
    if name is None:
        raise NotFound("There is no such program.")
    return name


def sign_in_program(database: Database, program_id: str, secret: str) -> str:
    """A bearer token for the program, good for an hour. Raises ProgramUnknown."""
    token, now = new_token(), datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        known = programs.begin_session(
            connection, program_id, token_hash(secret), token_hash(token), now, now + LIFETIME
        )
    if not known:
        raise ProgramUnknown("No program in use has this id and secret.")
    return token
