"""Record people and their roles, and tell the gateway, where they sign in."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import NewEvent, append_many
from contracts.errors import Forbidden, NotFound, VersionConflict
from contracts.london import london_today
from services.members.domain.delegation import without_hollow
from services.members.domain.errors import EmailTaken, OrganisationUnknown
from services.members.domain.person import (
    ALLIANCE_NAME,
    Person,
    Role,
    check_person,
    grants_administrator,
    in_order,
    keeping_delegations,
    must_keep_a_manager,
    same_person,
)
from services.members.storage import people
from services.members.storage.directory import lock_directory
from services.members.storage.schools import school_names
from services.members.storage.suppliers import supplier_names


def add_person(database: Database, actor: Actor, name: str, email: str, roles: Sequence[Role]) -> Person:
    """Record a new person. Raises PersonInvalid, EmailTaken, OrganisationUnknown, Forbidden."""
    person = Person(str(uuid.uuid4()), name.strip(), email.strip(), keeping_delegations((), roles))
    with database.transaction(actor) as connection:
        lock_directory(connection)
        check_change(connection, actor, (), person)
        return save_and_announce(connection, person)


def put_person(database: Database, actor: Actor, person: Person, version: int) -> Person:
    """Write a person whole, all roles included; `version` is what the editor saw.

    Raises NotFound, VersionConflict, PersonInvalid, EmailTaken, OrganisationUnknown, Forbidden.
    """
    person = replace(person, name=person.name.strip(), email=person.email.strip(), roles=in_order(person.roles))
    with database.transaction(actor) as connection:
        lock_directory(connection)
        before = people.find_person(connection, person.person_id, lock=True)
        if before is None:
            raise NotFound("There is no such person.")
        if before.version != version:
            raise VersionConflict("Somebody else changed this person meanwhile.")
        person = replace(person, roles=keeping_delegations(before.roles, person.roles))
        if same_person(before, person):
            return before
        check_change(connection, actor, before.roles, person)
        saved = save_and_announce(connection, replace(person, version=version))
        end_hollow_delegations(connection, saved)
        return saved


def save_and_announce(connection: Connection, person: Person) -> Person:
    """Write a person who has been checked, and tell the gateway; returns the record with its version counted up."""
    saved = people.save_person(connection, person)
    announce_people(connection, [saved])
    return saved


def announce_people(connection: Connection, changed: Iterable[Person]) -> None:
    """Append PersonRecorded for each, with the present names of their schools and suppliers."""
    changed = list(changed)
    roles = [role for person in changed for role in person.roles]
    names = school_names(connection, {role.school_urn for role in roles if role.school_urn is not None})
    suppliers = supplier_names(connection, {role.supplier_id for role in roles if role.supplier_id is not None})
    append_many(connection, [_recorded(person, names, suppliers) for person in changed])


def check_change(connection: Connection, actor: Actor, before: Sequence[Role], person: Person) -> None:
    """Raise PersonInvalid, Forbidden, LastManager, EmailTaken or OrganisationUnknown unless the actor may write this.

    `before` are the roles that the person held so far.
    """
    check_person(person)
    must_keep_a_manager(
        people.manager_roles(connection, besides=person.person_id), before, person.roles, london_today()
    )
    if grants_administrator(before, person.roles) and not (actor.kind == "service" or actor.has_any("administrator")):
        raise Forbidden("Only an administrator decides who is an administrator.")
    holder = people.find_person_by_email(connection, person.email)
    if holder is not None and holder.person_id != person.person_id:
        raise EmailTaken(
            "Somebody already signs in with this address.", fields={"email": "Already in use by another person."}
        )
    names = school_names(connection, {role.school_urn for role in person.roles if role.school_urn is not None})
    suppliers = supplier_names(connection, {role.supplier_id for role in person.roles if role.supplier_id is not None})
    faults = {}
    for index, role in enumerate(person.roles):
        if role.school_urn is not None and role.school_urn not in names:
            faults[f"roles.{index}.school_urn"] = f"There is no school {role.school_urn}."
        if role.supplier_id is not None and role.supplier_id not in suppliers:
            faults[f"roles.{index}.supplier_id"] = "There is no such supplier."
    if faults:
        raise OrganisationUnknown("A role names an organisation that is not there.", fields=faults)


def end_hollow_delegations(connection: Connection, person: Person) -> None:
    """Nobody goes on approving in the name of a person who may no longer approve."""
    today = london_today()
    for stand_in in people.stand_ins_of(connection, person.person_id):
        roles = without_hollow(stand_in, person, today)
        if roles != stand_in.roles:
            save_and_announce(connection, replace(stand_in, roles=roles))


def _recorded(person: Person, schools: dict[int, str], suppliers: dict[str, str]) -> NewEvent:
    def organisation(role: Role) -> str:
        if role.school_urn is not None:
            return schools[role.school_urn]
        return ALLIANCE_NAME if role.supplier_id is None else suppliers[role.supplier_id]

    roles = [
        {
            "role": role.role,
            "school_urn": role.school_urn,
            "supplier_id": role.supplier_id,
            "organisation": organisation(role),
            "starts_on": role.starts_on.isoformat(),
            "ends_on": None if role.ends_on is None else role.ends_on.isoformat(),
            **({"delegated_from": role.delegated_from} if role.delegated_from else {}),
        }
        for role in person.roles
    ]
    return NewEvent(
        "PersonRecorded",
        key=f"person:{person.person_id}",
        body={"person_id": person.person_id, "name": person.name, "email": person.email, "roles": roles},
        version=2,
    )
