"""One writer of the catalogue at a time."""

from sqlalchemy import Connection, text

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('catalogue.write'))")


def lock_catalogue(connection: Connection) -> None:
    """Wait for other writers. Writes are rare; references and article numbers must stay unique across rows."""
    connection.execute(_LOCK)
