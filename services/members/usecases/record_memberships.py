"""Schools join and join again; what holds today is told on the day it begins to hold."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Connection

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_today
from contracts.school_types import MembershipClass
from services.members.domain import membership
from services.members.domain.membership import Memberships
from services.members.domain.school import School
from services.members.storage import memberships, schools
from services.members.storage.directory import lock_directory
from services.members.usecases.announce_schools import announce_schools


def read_memberships(database: Database, actor: Actor, urn: int) -> tuple[Memberships, School]:
    """A school's memberships in the order of their days, and the school as it now stands. Raises NotFound."""
    with database.transaction(actor) as connection:
        school = schools.find_school(connection, urn)
        if school is None:
            raise NotFound(f"There is no school {urn}.")
        return memberships.memberships_of(connection, [urn])[urn], school


def join_alliance(
    database: Database, actor: Actor, urn: int, on: date, membership_class: MembershipClass, version: int
) -> tuple[Memberships, School]:
    """A school joins again, or goes over into another class, on a day; `version` is what the editor saw.

    Raises NotFound, VersionConflict, MembershipInvalid, MembershipsOverlap.
    """
    with database.transaction(actor) as connection:
        return change_memberships(connection, urn, version, lambda held: membership.joined(held, on, membership_class))


def renew_memberships(database: Database) -> int:
    """Tell of every school whose current membership is another one today; how many. Harmless to repeat."""
    with database.transaction(SERVICE) as connection:
        lock_directory(connection)
        urns = memberships.schools_with_several(connection)
        held = memberships.memberships_of(connection, urns)
        before = schools.lock_schools(connection, urns)
        after = [before[urn].under(membership.current(held[urn], london_today())) for urn in urns]
        changed = [school for school in after if school != before[school.urn]]
        announce_schools(connection, schools.save_schools(connection, changed))
    return len(changed)


def change_memberships(
    connection: Connection, urn: int, version: int, decide: Callable[[Memberships], Memberships]
) -> tuple[Memberships, School]:
    """Write what is decided about a school's memberships, and tell of it; `version` is what the editor saw.

    Raises NotFound, VersionConflict, and whatever `decide` raises.
    """
    lock_directory(connection)
    school = schools.lock_schools(connection, [urn]).get(urn)
    if school is None:
        raise NotFound(f"There is no school {urn}.")
    if school.version != version:
        raise VersionConflict("Somebody else changed this school meanwhile.")
    before = memberships.memberships_of(connection, [urn])[urn]
    held = decide(before)
    if held == before:
        return before, school
    memberships.replace_memberships(connection, {urn: held})
    return held, _save(connection, [school.under(membership.current(held, london_today()))])[0]


def _save(connection: Connection, changed: Sequence[School]) -> list[School]:
    saved = schools.save_schools(connection, changed)
    announce_schools(connection, saved)
    return saved
