"""A school leaves the alliance, by its own decision or as the alliance records it; both are told of it."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import NewEvent, append_many
from contracts.errors import Forbidden, NotFound, VersionConflict
from contracts.london import london_today
from services.members.domain import membership
from services.members.domain.membership import Memberships
from services.members.domain.school import School
from services.members.storage import memberships, schools
from services.members.storage.directory import lock_directory
from services.members.usecases.announce_schools import announce_schools
from services.members.usecases.record_memberships import change_memberships


def leave_alliance(database: Database, actor: Actor, urn: int, on: date, version: int) -> tuple[Memberships, School]:
    """A school leaves: `on` is its last day. What it has committed to stands; everything else ends with that day.

    Its own approver ends the membership that holds, from today on; the alliance records any day.
    Raises NotFound, Forbidden, VersionConflict, NotAMember, MembershipInvalid.
    """
    with database.transaction(actor) as connection:
        if actor.kind == "school":
            held, school = _leave_by_itself(connection, actor, urn, on, version)
        else:
            held, school = change_memberships(connection, urn, version, lambda before: membership.left(before, on))
        if school.version != version:
            append_many(connection, [_leaving_recorded(school, on, actor)])
        return held, school


def _leave_by_itself(
    connection: Connection, actor: Actor, urn: int, on: date, version: int
) -> tuple[Memberships, School]:
    lock_directory(connection)
    before = schools.find_school(connection, urn) if actor.school_urn == urn else None
    if before is None:
        raise NotFound(f"There is no school {urn} whose membership you may end.")
    if actor.stands_in_for is not None:
        raise Forbidden("Whoever stands in for an approver does not end the school’s membership.")
    if before.version != version:
        raise VersionConflict("Somebody changed the school’s record meanwhile.")
    stands = memberships.memberships_of(connection, [urn])[urn]
    held = membership.ended_by_school(stands, on, london_today())
    if held == stands:
        return held, before
    after = replace(before.under(membership.current(held, london_today())), version=version + 1)
    memberships.end_own_membership(connection, on)
    announce_schools(connection, [after])
    return held, after


def _leaving_recorded(school: School, on: date, actor: Actor) -> NewEvent:
    return NewEvent(
        "LeavingRecorded",
        key=f"school:{school.urn}",
        body={
            "urn": school.urn,
            "school_name": school.name,
            "left_on": on.isoformat(),
            "by_id": actor.person_id,
            "by": actor.name,
            "by_school": actor.kind == "school",
        },
    )
