"""A school says where it takes deliveries."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.members.domain.errors import SitesInvalid
from services.members.domain.school import tidy_postcode
from services.members.domain.site import Site, check_sites
from services.members.storage import sites
from services.members.storage.directory import lock_directory
from services.members.storage.schools import find_school
from services.members.usecases.announce_schools import announce_schools


def read_sites(database: Database, actor: Actor, urn: int) -> tuple[Sequence[Site], int]:
    """A school's delivery sites and their version, for the school itself and the alliance. Raises NotFound."""
    with database.transaction(actor) as connection:
        if not _may_see(actor, urn) or find_school(connection, urn) is None:
            raise NotFound(f"There is no school {urn} whose sites you may see.")
        return sites.sites_of(connection, [urn]).get(urn, []), sites.sites_version(connection, urn)


def put_sites(
    database: Database, actor: Actor, urn: int, wanted: Sequence[Site], version: int
) -> tuple[Sequence[Site], int]:
    """Write a school's own delivery sites whole; one with an empty id is new. `version` is what the editor saw.

    Raises NotFound for another school's, VersionConflict, SitesInvalid.
    """
    tidied = [_tidied(site) for site in wanted]
    check_sites(tidied)
    with database.transaction(actor) as connection:
        lock_directory(connection)
        school = find_school(connection, urn) if _may_write(actor, urn) else None
        if school is None:
            raise NotFound(f"There is no school {urn} whose sites you may change.")
        before = sites.sites_of(connection, [urn]).get(urn, [])
        stands = sites.sites_version(connection, urn)
        if stands != version:
            raise VersionConflict("Somebody else at your school changed the sites meanwhile.")
        kept = [replace(site, site_id=site.site_id or str(uuid.uuid4())) for site in tidied]
        _check_ids(before, tidied)
        if kept != before:
            sites.replace_sites(connection, urn, kept, version + 1)
            announce_schools(connection, [school])
            stands = version + 1
    return kept, stands


def _may_see(actor: Actor, urn: int) -> bool:
    return actor.kind in ("alliance", "service") or actor.school_urn == urn


def _may_write(actor: Actor, urn: int) -> bool:
    return actor.kind == "service" or (actor.kind == "school" and actor.school_urn == urn)


def _tidied(site: Site) -> Site:
    return replace(
        site,
        name=site.name.strip(),
        address=site.address.strip(),
        postcode=tidy_postcode(site.postcode),
        instructions=site.instructions.strip(),
    )


def _check_ids(before: Sequence[Site], wanted: Sequence[Site]) -> None:
    known = {site.site_id for site in before}
    ids = [site.site_id for site in wanted if site.site_id]
    faults = {
        f"sites.{index}.site_id": "There is no such site at your school."
        for index, site in enumerate(wanted)
        if site.site_id and (site.site_id not in known or ids.count(site.site_id) > 1)
    }
    if faults:
        raise SitesInvalid("The delivery sites do not hold together.", fields=faults)
