"""People from the command line: how the first manager of an alliance comes to be."""

from collections.abc import Mapping, Sequence

from bursar.databases import database_of
from chassis.actor import SERVICE
from contracts.errors import BrokenRule
from contracts.london import london_today
from gateway.domain.passwords import check_strength
from gateway.usecases.set_password import set_password
from services.members.domain.person import Person, Role
from services.members.storage.people import find_person_by_email
from services.members.usecases.record_people import add_person


class NoSuchPerson(BrokenRule):
    """Nobody has this e-mail address."""

    code = "no_such_person"


def add(
    environ: Mapping[str, str],
    name: str,
    email: str,
    password: str,
    roles: Sequence[str],
    *,
    school_urn: int | None,
    supplier_id: str | None,
) -> Person:
    """Record a person whose roles begin today, with a first password. Raises the rule that is broken."""
    check_strength(password, email=email)
    today = london_today()
    held = [Role(role, school_urn, supplier_id, today, None) for role in roles]
    with database_of("members", environ) as members:
        person = add_person(members, SERVICE, name, email, held)
    with database_of("gateway", environ) as gateway:
        set_password(gateway, person.person_id, password)
    return person


def change_password(environ: Mapping[str, str], email: str, password: str) -> None:
    """Give a person another password and end their sessions. Raises NoSuchPerson, PasswordTooWeak."""
    with database_of("members", environ) as members, members.transaction(SERVICE) as connection:
        person = find_person_by_email(connection, email)
    if person is None:
        raise NoSuchPerson(f"Nobody has the address {email}.")
    with database_of("gateway", environ) as gateway:
        set_password(gateway, person.person_id, password)
