"""Read schools, suppliers and people; row-level security decides what the actor sees."""

from collections.abc import Sequence

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.members.domain.person import Person
from services.members.domain.school import School
from services.members.domain.supplier import Supplier
from services.members.storage.people import find_people, find_person
from services.members.storage.schools import find_school, find_schools
from services.members.storage.suppliers import find_supplier, find_suppliers


def get_school(database: Database, actor: Actor, urn: int) -> School:
    """One school. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_school(connection, urn)
    if found is None:
        raise NotFound(f"There is no school {urn}.")
    return found


def list_schools(database: Database, actor: Actor, *, after: int, limit: int) -> tuple[Sequence[School], int | None]:
    """A page of schools by URN, and the cursor of the next page (None on the last)."""
    with database.transaction(actor) as connection:
        found = find_schools(connection, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].urn if len(found) > limit else None


def get_supplier(database: Database, actor: Actor, supplier_id: str) -> Supplier:
    """One supplier. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_supplier(connection, supplier_id)
    if found is None:
        raise NotFound("There is no such supplier.")
    return found


def list_suppliers(database: Database, actor: Actor) -> Sequence[Supplier]:
    """Every supplier that the actor may see, by name."""
    with database.transaction(actor) as connection:
        return find_suppliers(connection)


def get_person(database: Database, actor: Actor, person_id: str) -> Person:
    """One person of the actor's own organisation, or anybody for the alliance. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_person(connection, person_id)
    if found is None:
        raise NotFound("There is no such person.")
    return found


def list_people(
    database: Database, actor: Actor, *, after: str | None, limit: int
) -> tuple[Sequence[Person], str | None]:
    """A page of people by id, and the cursor of the next page (None on the last)."""
    with database.transaction(actor) as connection:
        found = find_people(connection, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].person_id if len(found) > limit else None
