"""The register of interests, and the thresholds for related parties."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, text

from services.members.domain.interest import Interest

_READ = """
    SELECT CAST(i.interest_id AS text) AS interest_id, CAST(i.supplier_id AS text) AS supplier_id,
        supplier.name AS supplier_name, i.school_urn, school.name AS school_name, i.person_name, i.capacity, i.nature,
        i.starts_on, i.ends_on, i.declared_on, i.recorded_by, i.recorded_at, i.version
    FROM interest i JOIN supplier USING (supplier_id) LEFT JOIN school ON school.urn = i.school_urn
"""
_LIST = text(f"{_READ} ORDER BY supplier.name, i.starts_on, i.person_name, i.interest_id")
_FIND = text(f"{_READ} WHERE i.interest_id = :interest_id")
_THRESHOLDS = text("""
    SELECT from_on, report_above_pence, approval_above_pence, source FROM related_party_threshold ORDER BY from_on
""")
_ADD = text("""
    INSERT INTO interest (interest_id, supplier_id, school_urn, person_name, capacity, nature, starts_on, ends_on,
        declared_on, recorded_by)
    SELECT :interest_id, CAST(:supplier_id AS uuid), CAST(:school_urn AS integer), :person_name, :capacity, :nature,
        :starts_on, CAST(:ends_on AS date), :declared_on, :by
    WHERE EXISTS (SELECT FROM supplier WHERE supplier_id = CAST(:supplier_id AS uuid))
        AND (CAST(:school_urn AS integer) IS NULL
            OR EXISTS (SELECT FROM school WHERE urn = CAST(:school_urn AS integer)))
""")
_CHANGE = text("""
    UPDATE interest SET person_name = :person_name, capacity = :capacity, nature = :nature, starts_on = :starts_on,
        ends_on = :ends_on, declared_on = :declared_on, recorded_by = :by, recorded_at = now(), version = version + 1
    WHERE interest_id = :interest_id AND version = :version
""")


def list_interests(connection: Connection) -> Sequence[Row[Any]]:
    """Every interest that the actor may see, by supplier."""
    return connection.execute(_LIST).all()


def find_interest(connection: Connection, interest_id: str) -> Row[Any] | None:
    """One interest that the actor may see."""
    return connection.execute(_FIND, {"interest_id": interest_id}).one_or_none()


def thresholds(connection: Connection) -> Sequence[Row[Any]]:
    """From which day, above how many pence a related party's contracts are reported and approved, and who says so."""
    return connection.execute(_THRESHOLDS).all()


def add_interest(connection: Connection, interest: Interest, by: str) -> bool:
    """Keep a new interest; False for a supplier or school that is not known."""
    return bool(connection.execute(_ADD, asdict(interest) | {"by": by}).rowcount)


def change_interest(connection: Connection, interest: Interest, by: str) -> bool:
    """Write an interest over the version it carries; False if it stands at another."""
    return bool(connection.execute(_CHANGE, asdict(interest) | {"by": by}).rowcount)
