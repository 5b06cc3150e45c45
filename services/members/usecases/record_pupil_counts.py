"""How many pupils a school has, counted again and again: the newest count by date stands."""

from collections.abc import Sequence

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_today
from services.members.domain.errors import PupilCountTaken
from services.members.domain.pupil_count import PupilCount, check_count, newest
from services.members.domain.school import School
from services.members.storage import pupil_counts, schools
from services.members.storage.directory import lock_directory
from services.members.usecases.announce_schools import announce_schools

Counts = tuple[Sequence[PupilCount], School]
"""A school's counts, the newest first, and the school as it now stands."""


def read_counts(database: Database, actor: Actor, urn: int) -> Counts:
    """A school's counts. Raises NotFound."""
    with database.transaction(actor) as connection:
        school = schools.find_school(connection, urn)
        if school is None:
            raise NotFound(f"There is no school {urn}.")
        return pupil_counts.counts_of(connection, urn), school


def add_count(database: Database, actor: Actor, urn: int, count: PupilCount) -> Counts:
    """Add a count of another day. Raises NotFound, PupilCountInvalid, PupilCountTaken."""
    return _record(database, actor, urn, count, None)


def put_count(database: Database, actor: Actor, urn: int, count: PupilCount, version: int) -> Counts:
    """Add or correct the count of a day; `version` is the school's that the editor saw.

    Raises NotFound, VersionConflict, PupilCountInvalid.
    """
    return _record(database, actor, urn, count, version)


def _record(database: Database, actor: Actor, urn: int, count: PupilCount, version: int | None) -> Counts:
    check_count(count, london_today())
    with database.transaction(actor) as connection:
        lock_directory(connection)
        before = schools.lock_schools(connection, [urn]).get(urn)
        if before is None:
            raise NotFound(f"There is no school {urn}.")
        if version is not None and before.version != version:
            raise VersionConflict("Somebody else changed this school meanwhile.")
        known = pupil_counts.counts_of(connection, urn)
        if version is None and any(each.counted_on == count.counted_on for each in known):
            fault = f"There is a count of {count.counted_on:%-d %B %Y} already: correct that one."
            raise PupilCountTaken(fault, fields={"counted_on": fault})
        pupil_counts.save_counts(connection, {urn: count})
        counts = pupil_counts.counts_of(connection, urn)
        saved = schools.save_schools(connection, [before.with_count(newest(counts))])
        announce_schools(connection, saved)
    return counts, saved[0]
