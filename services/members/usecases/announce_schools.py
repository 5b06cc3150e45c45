"""Tell the other parts what a school now is: its current membership, counts of pupils and delivery sites."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection

from chassis.event_log import NewEvent, append_many
from services.members.domain.pupil_count import PupilCount
from services.members.domain.school import School
from services.members.domain.site import Site
from services.members.storage.pupil_counts import counts_of_schools
from services.members.storage.sites import sites_of


def announce_schools(connection: Connection, changed: Sequence[School]) -> None:
    """Append SchoolRecorded for each. The directory is locked, and the actor sees the schools' sites."""
    urns = [school.urn for school in changed]
    sites, counts = sites_of(connection, urns), counts_of_schools(connection, urns)
    events = [_recorded(school, sites.get(school.urn, ()), counts.get(school.urn, ())) for school in changed]
    append_many(connection, events)


def _recorded(school: School, sites: Sequence[Site], counts: Sequence[PupilCount]) -> NewEvent:
    return NewEvent(
        "SchoolRecorded",
        key=f"school:{school.urn}",
        version=3,
        body={
            "urn": school.urn,
            "name": school.name,
            "phase": school.phase,
            "type_code": school.type_code,
            "type_name": school.type_name,
            "la_code": school.la_code,
            "establishment_number": school.establishment_number,
            "low_age": school.low_age,
            "high_age": school.high_age,
            "pupils": school.pupils,
            "pupils_on": None if school.pupils_on is None else school.pupils_on.isoformat(),
            "pupils_source": school.pupils_source or None,
            "pupil_counts": [
                {"counted_on": count.counted_on.isoformat(), "pupils": count.pupils, "source": count.source}
                for count in reversed(counts)
                if count.counted_on is not None
            ],
            "postcode": school.postcode,
            "town": school.town,
            "joined_on": school.joined_on.isoformat(),
            "left_on": None if school.left_on is None else school.left_on.isoformat(),
            "membership_class": school.membership_class,
            "financial_year": school.financial_year,
            "sites": [asdict(site) for site in sites],
        },
    )
