"""Record schools, with their memberships and counts, and tell the other parts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_today
from services.members.domain import membership
from services.members.domain.membership import Membership
from services.members.domain.pupil_count import PupilCount
from services.members.domain.school import School, check_newer_count, check_school, same_school, tidy_postcode
from services.members.storage import memberships, people, pupil_counts, schools
from services.members.storage.directory import lock_directory
from services.members.usecases.announce_schools import announce_schools
from services.members.usecases.record_people import announce_people


def put_school(database: Database, actor: Actor, school: School, version: int | None) -> School:
    """Write one school whole; `version` is what the editor saw, None to add a school that is not there yet.

    Its count of pupils joins the school's earlier counts, or corrects the one of its day; its dates and class correct
    the current membership. Raises SchoolInvalid, MembershipsOverlap, VersionConflict (also when adding one that is
    there), NotFound.
    """
    school = replace(school, postcode=tidy_postcode(school.postcode))
    check_school(school)
    with database.transaction(actor) as connection:
        lock_directory(connection)
        known = schools.lock_schools(connection, [school.urn])
        before = known.get(school.urn)
        if before is None and version is not None:
            raise NotFound(f"There is no school {school.urn}.")
        if before is not None:
            if before.version != version:
                raise VersionConflict("Somebody else changed this school meanwhile.")
            if same_school(before, school):
                return before
            check_newer_count(before, school)
            school = _correct_membership(connection, before, school)
        saved = save_schools(connection, known, [replace(school, version=version or 0)])[0]
        if before is not None:
            announce_renaming(connection, before, saved)
    return saved


def _correct_membership(connection: Connection, before: School, school: School) -> School:
    kept = memberships.memberships_of(connection, [school.urn])[school.urn]
    held = membership.corrected(kept, _membership(before), _membership(school))
    if held != kept:
        memberships.replace_memberships(connection, {school.urn: held})
    return school.under(membership.current(held, london_today()))


def save_schools(connection: Connection, known: Mapping[int, School], changed: Sequence[School]) -> list[School]:
    """Write schools, the memberships of new ones, and the counts that were not known before."""
    saved = schools.save_schools(connection, changed)
    new = {school.urn: (_membership(school),) for school in saved if school.urn not in known}
    memberships.replace_memberships(connection, new)
    counted = {school.urn: _count(school) for school in saved if _count(school) != _count(known.get(school.urn))}
    pupil_counts.save_counts(connection, {urn: count for urn, count in counted.items() if count is not None})
    announce_schools(connection, saved)
    return saved


def _membership(school: School) -> Membership:
    return Membership(school.joined_on, school.left_on, school.membership_class)


def _count(school: School | None) -> PupilCount | None:
    if school is None or school.pupils is None:
        return None
    return PupilCount(school.pupils_on, school.pupils, school.pupils_source)


def announce_renaming(connection: Connection, before: School, after: School) -> None:
    """People's seats carry the name of their school, so a new name is told for each of them."""
    if before.name != after.name:
        announce_people(connection, people.people_of_school(connection, after.urn))
