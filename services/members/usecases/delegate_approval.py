"""An approver names somebody to stand in while they are away.

People and their roles belong to the alliance's records, which a school's people only read; so these steps run as the
service, after they have made sure that the approver changes nothing but who stands in for them.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import Forbidden, NotFound
from services.members.domain.delegation import Delegation, delegate, delegations, without
from services.members.domain.person import Person, Role
from services.members.storage import people
from services.members.storage.directory import lock_directory
from services.members.usecases.record_people import save_and_announce


def list_delegations(database: Database, actor: Actor, urn: int) -> list[Delegation]:
    """Who stands in for whom at the actor's own school, past and coming ones too. Raises NotFound."""
    _must_be_own(actor, urn)
    with database.transaction(actor) as connection:
        return delegations(people.people_at_school(connection, urn), urn)


def delegate_approval(
    database: Database, actor: Actor, urn: int, person_id: str, starts_on: date, ends_on: date, today: date
) -> None:
    """Let somebody of the same school approve in the actor's name on these days; again replaces what was agreed.

    Raises NotFound, Forbidden, DelegationRefused.
    """
    _must_be_own(actor, urn)
    with database.transaction(SERVICE) as connection:
        lock_directory(connection)
        delegator = _person(connection, actor.person_id or "", urn)
        stand_in = _person(connection, person_id, urn)
        _save(connection, stand_in, delegate(delegator, stand_in, urn, starts_on, ends_on, today))


def end_delegation(database: Database, actor: Actor, urn: int, person_id: str, today: date) -> None:
    """End what the actor has agreed with that person, before today. Raises NotFound, Forbidden."""
    _must_be_own(actor, urn)
    with database.transaction(SERVICE) as connection:
        lock_directory(connection)
        stand_in = _person(connection, person_id, urn)
        _save(connection, stand_in, without(stand_in, actor.person_id or "", urn, today))


def _must_be_own(actor: Actor, urn: int) -> None:
    if actor.school_urn != urn:
        raise NotFound(f"There is nobody at school {urn} for you.")
    if actor.stands_in_for is not None:
        raise Forbidden("Whoever stands in for an approver names nobody else.")


def _person(connection: Connection, person_id: str, urn: int) -> Person:
    """A person with a role at the school, locked. Raises NotFound for anybody else."""
    found = people.find_person(connection, person_id, lock=True)
    if found is None or all(role.school_urn != urn for role in found.roles):
        raise NotFound("There is nobody like that at your school.")
    return found


def _save(connection: Connection, before: Person, roles: tuple[Role, ...]) -> None:
    if before.roles != roles:
        save_and_announce(connection, replace(before, roles=roles))
