"""A school sets its own approval limits, and tells the orders service, which holds approvals to them."""

from dataclasses import asdict, replace

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import Forbidden, NotFound, VersionConflict
from services.members.domain.approval_limits import ApprovalLimits, check_limits, in_order
from services.members.storage.approval_limits import find_limits, save_limits
from services.members.storage.directory import lock_directory


def get_limits(database: Database, actor: Actor, urn: int) -> ApprovalLimits:
    """The limits of the actor's own school. Raises NotFound, also for another school's."""
    with database.transaction(actor) as connection:
        return _own_limits(connection, actor, urn)


def put_limits(database: Database, actor: Actor, limits: ApprovalLimits, version: int) -> ApprovalLimits:
    """Write the limits of the actor's own school whole; `version` is what the editor saw, 0 before any are recorded.

    Raises NotFound, Forbidden for somebody who only stands in for an approver, VersionConflict, LimitsInvalid.
    """
    if actor.stands_in_for is not None:
        raise Forbidden("Only an approver in their own right changes the limits.")
    check_limits(limits.limits)
    limits = replace(limits, limits=in_order(limits.limits), version=version)
    with database.transaction(actor) as connection:
        lock_directory(connection)
        before = _own_limits(connection, actor, limits.school_urn, lock=True)
        if before.version != version:
            raise VersionConflict("Somebody else changed the limits meanwhile.")
        if before == limits and version:
            return before
        saved = save_limits(connection, limits)
        append(
            connection,
            "ApprovalLimitsRecorded",
            key=f"school:{saved.school_urn}",
            body={
                "school_urn": saved.school_urn,
                "limits": [asdict(limit) for limit in saved.limits],
                "second_above_pence": saved.second_above_pence,
            },
        )
    return saved


def _own_limits(connection: Connection, actor: Actor, urn: int, *, lock: bool = False) -> ApprovalLimits:
    if actor.kind != "service" and actor.school_urn != urn:
        raise NotFound(f"There are no limits of school {urn} for you.")
    return find_limits(connection, urn, lock=lock)
