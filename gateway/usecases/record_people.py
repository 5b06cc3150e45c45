"""Take over what the members service tells of people."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.storage.people import upsert_people


def record_people(connection: Connection, people: Sequence[dict[str, Any]]) -> None:
    """Store the bodies of PersonRecorded events, oldest first. A role that ended ends at once in every session."""
    upsert_people(connection, people)
