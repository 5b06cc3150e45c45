"""Health: `/healthz` is the process only, `/readyz` the database and its schema; a broker never counts."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chassis.database import Database
from chassis.migrations import head_revision


class Readiness:
    """Whether this part could serve: its database answers and has the schema that the code expects."""

    def __init__(self, name: str, database: Database) -> None:
        self._database = database
        self._expected = head_revision(name)

    def check(self) -> tuple[bool, dict[str, Any]]:
        """(ready, details); details name what is missing."""
        try:
            with self._database.engine.connect() as connection:
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except SQLAlchemyError as fault:
            return False, {"status": "unavailable", "database": type(fault).__name__}
        if found != self._expected:
            return False, {"status": "unavailable", "schema": found, "expected": self._expected}
        return True, {"status": "ready", "schema": found}
