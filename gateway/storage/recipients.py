"""Who is to be told: people by the roles they hold today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

_HOLDERS = """
    SELECT DISTINCT p.person_id::text, (held.role ->> 'school_urn')::integer AS school_urn,
        held.role ->> 'supplier_id' AS supplier_id
    FROM person p CROSS JOIN jsonb_array_elements(p.roles) AS held (role)
    WHERE held.role ->> 'role' = ANY (:roles)
        AND (held.role ->> 'starts_on')::date <= :today
        AND (held.role ->> 'ends_on' IS NULL OR (held.role ->> 'ends_on')::date >= :today)
"""
_OF_SCHOOLS = text(f"{_HOLDERS} AND (held.role ->> 'school_urn')::integer = ANY (:urns) ORDER BY 1, 2")
_OF_SUPPLIERS = text(f"{_HOLDERS} AND held.role ->> 'supplier_id' = ANY (:supplier_ids) ORDER BY 1, 3")
_OF_ALLIANCE = text(f"{_HOLDERS} ORDER BY 1")


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in one role of one organisation."""

    person_id: str
    school_urn: int | None
    supplier_id: str | None


def people_of_schools(connection: Connection, urns: Sequence[int], roles: Sequence[str], today: date) -> list[Holder]:
    """Who holds one of the roles in each of the schools today."""
    names = {"roles": list(roles), "today": today, "urns": list(urns)}
    return [Holder(*row) for row in connection.execute(_OF_SCHOOLS, names)]


def people_of_suppliers(connection: Connection, supplier_ids: Sequence[str], today: date) -> list[Holder]:
    """Who acts for each of the suppliers today."""
    names = {"roles": ["supplier_user", "supplier_administrator"], "today": today, "supplier_ids": list(supplier_ids)}
    return [Holder(*row) for row in connection.execute(_OF_SUPPLIERS, names)]


def managers(connection: Connection, today: date) -> list[str]:
    """The ids of today's business managers."""
    return [row.person_id for row in connection.execute(_OF_ALLIANCE, {"roles": ["alliance_manager"], "today": today})]
