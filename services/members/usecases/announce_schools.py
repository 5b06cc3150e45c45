"""Tell the other parts what a school now is: its current membership, newest count and delivery sites."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection

from chassis.event_log import NewEvent, append_many
from services.members.domain.school import School
from services.members.domain.site import Site
from services.members.storage.sites import sites_of


def announce_schools(connection: Connection, changed: Sequence[School]) -> None:
    """Append SchoolRecorded for each. The directory is locked, and the actor sees the schools' sites."""
    sites = sites_of(connection, [school.urn for school in changed])
    append_many(connection, [_recorded(school, sites.get(school.urn, ())) for school in changed])


def _recorded(school: School, sites: Sequence[Site]) -> NewEvent:
    return NewEvent(
        "SchoolRecorded",
        key=f"school:{school.urn}",
        version=2,
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
            "postcode": school.postcode,
            "town": school.town,
            "joined_on": school.joined_on.isoformat(),
            "left_on": None if school.left_on is None else school.left_on.isoformat(),
            "membership_class": school.membership_class,
            "financial_year": school.financial_year,
            "sites": [asdict(site) for site in sites],
        },
    )
