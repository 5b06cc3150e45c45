"""Record what the alliance says of itself, and tell the other parts."""

from dataclasses import asdict, replace

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import VersionConflict
from services.members.domain.alliance import Alliance, check_alliance, same_alliance, tidied
from services.members.storage.alliance import find_alliance, save_alliance
from services.members.storage.directory import lock_directory


def get_alliance(database: Database, actor: Actor) -> Alliance:
    """The alliance's own details, which every member and supplier may read."""
    with database.transaction(actor) as connection:
        return find_alliance(connection)


def put_alliance(database: Database, actor: Actor, alliance: Alliance, version: int) -> Alliance:
    """Write the details whole; `version` is what the editor saw, 0 before the first.

    Raises VersionConflict, AllianceInvalid, VatNumberInvalid.
    """
    wanted = tidied(alliance)
    check_alliance(wanted)
    with database.transaction(actor) as connection:
        lock_directory(connection)
        before = find_alliance(connection)
        if before.version != version:
            raise VersionConflict("Somebody else changed the alliance's details meanwhile.")
        if same_alliance(before, wanted):
            return before
        saved = save_alliance(connection, replace(wanted, version=version))
        body = {name: value for name, value in asdict(saved).items() if name != "version"}
        append(connection, "AllianceRecorded", key="alliance", body=body)
    return saved
