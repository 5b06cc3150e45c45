"""Suppliers' programs: found by their id and the hash of their secret, ended by a date."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, text

_ADD = text("""
    INSERT INTO program (program_id, supplier_id, name, secret_hash, created_by, created_at)
    VALUES (:program_id, :supplier_id, :name, :secret_hash, :created_by, :now) ON CONFLICT DO NOTHING
    RETURNING program_id
""")
_LIST = text("""
    SELECT program_id::text, name, created_by, created_at, last_used_at, ended_by, ended_at FROM program
    WHERE supplier_id = :supplier_id ORDER BY ended_at NULLS FIRST, created_at DESC
""")
_END = text("""
    UPDATE program SET ended_by = :by, ended_at = :now
    WHERE program_id = :program_id AND supplier_id = :supplier_id AND ended_at IS NULL RETURNING name
""")
_END_SESSIONS = text("DELETE FROM session WHERE program_id = :program_id")
_SIGN_IN = text("""
    WITH known AS (
        UPDATE program SET last_used_at = :now
        WHERE program_id::text = lower(:program_id) AND secret_hash = :secret_hash AND ended_at IS NULL
        RETURNING program_id
    )
    INSERT INTO session (token_hash, program_id, channel, created_at, last_seen_at, expires_at)
    SELECT :token_hash, program_id, 'client', :now, :now, :expires_at FROM known RETURNING program_id
""")


def add_program(
    connection: Connection,
    program_id: str,
    supplier_id: str,
    name: str,
    secret_hash: bytes,
    *,
    created_by: str,
    now: datetime,
) -> bool:
    """Keep a program; False if there is one with this id already."""
    values = {"program_id": program_id, "supplier_id": supplier_id, "name": name, "secret_hash": secret_hash}
    return connection.execute(_ADD, {**values, "created_by": created_by, "now": now}).first() is not None


def list_programs(connection: Connection, supplier_id: str) -> Sequence[Row[tuple[object, ...]]]:
    """A supplier's programs, those in use first."""
    return connection.execute(_LIST, {"supplier_id": supplier_id}).all()


def end_program(connection: Connection, supplier_id: str, program_id: str, by: str, now: datetime) -> str | None:
    """End a program and its sessions; its name, or None if the supplier has none such in use."""
    values = {"supplier_id": supplier_id, "program_id": program_id, "by": by, "now": now}
    name = connection.execute(_END, values).scalar_one_or_none()
    if name is not None:
        connection.execute(_END_SESSIONS, {"program_id": program_id})
    return name


def begin_session(
    connection: Connection, program_id: str, secret_hash: bytes, token_hash: bytes, now: datetime, expires_at: datetime
) -> bool:
    """Begin a session of the program with this secret; False if there is none in use."""
    values = {"program_id": program_id, "secret_hash": secret_hash, "token_hash": token_hash, "now": now}
    return connection.execute(_SIGN_IN, {**values, "expires_at": expires_at}).first() is not None
