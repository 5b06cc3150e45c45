"""Keep the register of interests: who is connected with which supplier, from when to when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.members.domain.errors import InterestInvalid
from services.members.domain.interest import Interest, check_interest
from services.members.storage import interests


@dataclass(frozen=True, slots=True)
class Register:
    """The interests that the actor may see, and the thresholds by their first day."""

    items: Sequence[Row[Any]]
    thresholds: Sequence[Row[Any]]
    next: None = None


def read_register(database: Database, actor: Actor) -> Register:
    """Every interest by supplier: a school's people see those declared at their school."""
    with database.transaction(actor) as connection:
        return Register(interests.list_interests(connection), interests.thresholds(connection))


def get_interest(database: Database, actor: Actor, interest_id: str) -> Row[Any]:
    """One interest. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = interests.find_interest(connection, interest_id)
    if found is None:
        raise NotFound("There is no such interest.")
    return found


def add_interest(database: Database, actor: Actor, interest: Interest) -> Row[Any]:
    """Record an interest. Raises InterestInvalid, also for a supplier or school that is not known."""
    check_interest(interest)
    new = replace(interest, interest_id=str(uuid4()))
    with database.transaction(actor) as connection:
        if not interests.add_interest(connection, new, actor.name):
            raise InterestInvalid(
                "There is no such supplier or school.", fields={"supplier_id": "Choose one that is recorded."}
            )
    return get_interest(database, actor, new.interest_id)


def put_interest(database: Database, actor: Actor, interest: Interest) -> Row[Any]:
    """Write an interest whole, but for whose it is in which supplier; its `version` is what the editor saw.

    Raises NotFound, VersionConflict, InterestInvalid.
    """
    before = get_interest(database, actor, interest.interest_id)
    changed = replace(interest, supplier_id=before.supplier_id, school_urn=before.school_urn)
    check_interest(changed)
    with database.transaction(actor) as connection:
        if not interests.change_interest(connection, changed, actor.name):
            raise VersionConflict("Somebody else changed this interest meanwhile.")
    return get_interest(database, actor, interest.interest_id)
