"""Record suppliers, and tell the other parts."""

import uuid
from dataclasses import asdict, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound, VersionConflict
from services.members.domain.errors import OrganisationUnknown, SupplierNameTaken
from services.members.domain.supplier import Supplier, check_supplier, differences, same_supplier, tidied
from services.members.storage import people, suppliers
from services.members.storage.directory import lock_directory
from services.members.storage.schools import school_names
from services.members.storage.supplier_changes import note_changes
from services.members.usecases.record_people import announce_people


def add_supplier(database: Database, actor: Actor, supplier: Supplier) -> Supplier:
    """Record a new supplier, which is given its id here.

    Raises SupplierInvalid, VatNumberInvalid, SupplierNameTaken, OrganisationUnknown.
    """
    wanted = _checked(replace(supplier, supplier_id=str(uuid.uuid4()), version=0))
    with database.transaction(actor) as connection:
        lock_directory(connection)
        return save_and_announce(connection, wanted)


def put_supplier(database: Database, actor: Actor, supplier: Supplier, version: int) -> Supplier:
    """Write a supplier whole; `version` is what the editor saw.

    Raises NotFound, VersionConflict, SupplierInvalid, VatNumberInvalid, SupplierNameTaken, OrganisationUnknown.
    """
    wanted = _checked(supplier)
    with database.transaction(actor) as connection:
        before = lock_supplier(connection, wanted.supplier_id, version)
        if same_supplier(before, wanted):
            return before
        saved = save_and_announce(connection, replace(wanted, version=version))
        keep_history(connection, actor, before, saved)
        if before.name != saved.name:
            announce_people(connection, people.people_of_supplier(connection, saved.supplier_id))
    return saved


def lock_supplier(connection: Connection, supplier_id: str, version: int) -> Supplier:
    """The supplier as it stands, to be changed by the caller. Raises NotFound, VersionConflict."""
    lock_directory(connection)
    before = suppliers.find_supplier(connection, supplier_id, lock=True)
    if before is None:
        raise NotFound("There is no such supplier.")
    if before.version != version:
        raise VersionConflict("Somebody else changed this supplier meanwhile.")
    return before


def save_and_announce(connection: Connection, supplier: Supplier) -> Supplier:
    """Write a supplier that has been checked, and tell the other parts; returns it with its version counted up.

    Raises SupplierNameTaken, OrganisationUnknown.
    """
    holder = suppliers.find_supplier_by_name(connection, supplier.name)
    if holder is not None and holder.supplier_id != supplier.supplier_id:
        raise SupplierNameTaken(
            f"There is a supplier called {holder.name} already.", fields={"name": "Already in use."}
        )
    if supplier.school_urn is not None and not school_names(connection, {supplier.school_urn}):
        fault = f"There is no school {supplier.school_urn}."
        raise OrganisationUnknown(fault, fields={"school_urn": fault})
    saved = suppliers.save_supplier(connection, supplier)
    body = {name: value for name, value in asdict(saved).items() if name != "version"}
    append(connection, "SupplierRecorded", key=f"supplier:{saved.supplier_id}", body=body, version=2)
    return saved


def keep_history(connection: Connection, actor: Actor, before: Supplier, saved: Supplier) -> None:
    """Note what the change did to each field."""
    note_changes(
        connection,
        saved.supplier_id,
        saved.version,
        differences(before, saved),
        at=datetime.now(UTC),
        by=actor.name,
        by_supplier=actor.kind == "supplier",
    )


def _checked(supplier: Supplier) -> Supplier:
    wanted = tidied(supplier)
    check_supplier(wanted)
    return wanted
