"""One writer of the directory of schools, suppliers and people at a time."""

from sqlalchemy import Connection, text

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('members.directory'))")


def lock_directory(connection: Connection) -> None:
    """Wait for other writers. Writes are rare, and names and addresses must stay unique across rows."""
    connection.execute(_LOCK)
