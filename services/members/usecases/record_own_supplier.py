"""A supplier's administrator keeps the supplier's own details; the alliance is told of those that fraud begins with.

The record belongs to the alliance, which alone names a supplier and says which school it is; so this runs as the
service, after it has made sure that both stay.
"""

from collections.abc import Sequence
from dataclasses import replace

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from services.members.domain.supplier import Supplier, check_supplier, differences, same_supplier, tidied
from services.members.storage.supplier_changes import SupplierChange, changes_of
from services.members.usecases.record_suppliers import keep_history, lock_supplier, save_and_announce


def put_own_details(database: Database, actor: Actor, wanted: Supplier, version: int) -> Supplier:
    """Write the own supplier's details; its name and school stay as the alliance has them.

    Raises NotFound for another supplier, VersionConflict, SupplierInvalid, VatNumberInvalid.
    """
    if actor.supplier_id != wanted.supplier_id:
        raise NotFound("There is no such supplier.")
    with database.transaction(SERVICE) as connection:
        before = lock_supplier(connection, wanted.supplier_id, version)
        wanted = tidied(replace(wanted, name=before.name, school_urn=before.school_urn, version=version))
        check_supplier(wanted)
        if same_supplier(before, wanted):
            return before
        saved = save_and_announce(connection, wanted)
        keep_history(connection, actor, before, saved)
        changes = [
            {"field": field, "before": one, "after": other}
            for field, (one, other) in differences(before, saved).items()
        ]
        append(
            connection,
            "SupplierDetailsChanged",
            key=f"supplier:{saved.supplier_id}",
            body={
                "supplier_id": saved.supplier_id,
                "supplier_name": saved.name,
                "version": saved.version,
                "by": actor.name,
                "changes": changes,
            },
        )
    return saved


def list_changes(database: Database, actor: Actor, supplier_id: str) -> Sequence[SupplierChange]:
    """What was changed of a supplier's record that the actor may see, the newest first."""
    with database.transaction(actor) as connection:
        return changes_of(connection, supplier_id)
