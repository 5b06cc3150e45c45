"""An approver says who acts for the own school, a supplier's administrator who acts for the supplier, and for how long.

People belong to the alliance's records, which those only read; so these steps run as the service, after they have made
sure that nothing but roles at that one place changes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import Forbidden, NotFound, VersionConflict
from contracts.london import london_today
from services.members.domain.person import (
    Person,
    Place,
    Role,
    at_place,
    check_own_roles,
    check_person,
    in_order,
    overlap,
    with_roles_at,
)
from services.members.storage import people
from services.members.storage.directory import lock_directory
from services.members.usecases.record_people import check_change, end_hollow_delegations, save_and_announce


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """A person as the place sees them: with the roles held there. `elsewhere`: whether there are others besides."""

    person: Person
    elsewhere: bool


def welcome_person(
    database: Database, actor: Actor, place: Place, name: str, email: str, roles: Sequence[Role]
) -> OwnPerson:
    """Give somebody roles at the own school or supplier; who is in the alliance already keeps name and other roles.

    The same again changes nothing. Raises NotFound, Forbidden, PersonInvalid, RoleBackdated.
    """
    _must_be_own(actor, place)
    with database.transaction(SERVICE) as connection:
        lock_directory(connection)
        known = people.find_person_by_email(connection, email.strip())
        person = known or Person(str(uuid.uuid4()), name.strip(), email.strip(), ())
        check_person(replace(person, roles=in_order(roles)))
        new = [role for role in roles if not any(overlap(role, held) for held in person.roles)]
        if known is not None and not new:
            return _as_seen(person, place)
        return _save(connection, actor, place, person, in_order([*person.roles, *new]))


def put_own_roles(
    database: Database, actor: Actor, place: Place, person_id: str, roles: Sequence[Role], version: int
) -> OwnPerson:
    """Replace the roles that a person holds at the own place in their own right; `version` is what the editor saw.

    Raises NotFound, Forbidden, VersionConflict, PersonInvalid, RoleBackdated, OwnRoleEnds.
    """
    _must_be_own(actor, place)
    with database.transaction(SERVICE) as connection:
        lock_directory(connection)
        person = people.find_person(connection, person_id, lock=True)
        if person is None or all(role.place != place for role in person.roles):
            raise NotFound("There is nobody like that in your place.")
        if person.version != version:
            raise VersionConflict("Somebody else changed this person meanwhile.")
        check_person(replace(person, roles=in_order(roles)))
        wanted = with_roles_at(place, person.roles, roles)
        return _as_seen(person, place) if wanted == person.roles else _save(connection, actor, place, person, wanted)


def _save(connection: Connection, actor: Actor, place: Place, person: Person, roles: tuple[Role, ...]) -> OwnPerson:
    if place.supplier_id is not None:
        check_own_roles(actor.person_id == person.person_id, person.roles, roles, london_today())
    changed = replace(person, roles=roles)
    check_change(connection, actor, person.roles, changed)
    saved = save_and_announce(connection, changed)
    end_hollow_delegations(connection, saved)
    return _as_seen(saved, place)


def _must_be_own(actor: Actor, place: Place) -> None:
    if actor.kind not in ("school", "supplier") or Place(actor.school_urn, actor.supplier_id) != place:
        raise NotFound("There is nobody there for you.")
    if actor.stands_in_for is not None:
        raise Forbidden("Whoever stands in for an approver does not decide who acts for the school.")


def _as_seen(person: Person, place: Place) -> OwnPerson:
    own = at_place(person, place)
    return OwnPerson(own, elsewhere=own.roles != person.roles)
