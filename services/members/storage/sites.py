"""Reading and writing schools' delivery sites."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql

from services.members.domain.site import Site
from services.members.storage.tables import site, site_list


def sites_of(connection: Connection, urns: Iterable[int]) -> dict[int, list[Site]]:
    """The sites of the schools that the actor may see, by URN, in the school's own order."""
    query = select(site).where(site.c.school_urn.in_(list(urns))).order_by(site.c.school_urn, site.c.position)
    found: dict[int, list[Site]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.school_urn].append(Site(row.site_id, row.name, row.address, row.postcode, row.instructions, row.main))
    return found


def sites_version(connection: Connection, urn: int) -> int:
    """The version of a school's list of sites; 0 before the first."""
    return connection.execute(select(site_list.c.version).where(site_list.c.school_urn == urn)).scalar() or 0


def replace_sites(connection: Connection, urn: int, sites: Sequence[Site], version: int) -> None:
    """Write a school's whole list of sites under its new version."""
    connection.execute(
        postgresql.insert(site_list)
        .values(school_urn=urn, version=version)
        .on_conflict_do_update(index_elements=[site_list.c.school_urn], set_={"version": version})
    )
    connection.execute(delete(site).where(site.c.school_urn == urn))
    if sites:
        connection.execute(
            insert(site),
            [{"school_urn": urn, "position": position, **asdict(each)} for position, each in enumerate(sites)],
        )
