"""Record suppliers, and tell the other parts."""

import uuid
from dataclasses import replace

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound, VersionConflict
from services.members.domain.errors import SupplierNameTaken
from services.members.domain.supplier import Supplier, check_supplier, clean_vat_number, same_supplier
from services.members.storage import people, suppliers
from services.members.storage.directory import lock_directory
from services.members.usecases.record_people import announce_people


def add_supplier(database: Database, actor: Actor, *, name: str, email: str, vat_number: str | None = None) -> Supplier:
    """Record a new supplier. Raises SupplierInvalid, VatNumberInvalid, SupplierNameTaken."""
    supplier = _checked(Supplier(str(uuid.uuid4()), name, email, vat_number))
    with database.transaction(actor) as connection:
        lock_directory(connection)
        return _save(connection, supplier)


def put_supplier(database: Database, actor: Actor, supplier: Supplier, version: int) -> Supplier:
    """Write a supplier whole; `version` is what the editor saw.

    Raises NotFound, VersionConflict, SupplierInvalid, VatNumberInvalid, SupplierNameTaken.
    """
    supplier = _checked(supplier)
    with database.transaction(actor) as connection:
        lock_directory(connection)
        before = suppliers.find_supplier(connection, supplier.supplier_id, lock=True)
        if before is None:
            raise NotFound("There is no such supplier.")
        if before.version != version:
            raise VersionConflict("Somebody else changed this supplier meanwhile.")
        if same_supplier(before, supplier):
            return before
        saved = _save(connection, replace(supplier, version=version))
        if before.name != saved.name:
            announce_people(connection, people.people_of_supplier(connection, saved.supplier_id))
    return saved


def _checked(supplier: Supplier) -> Supplier:
    tidy = replace(
        supplier,
        name=supplier.name.strip(),
        email=supplier.email.strip(),
        vat_number=clean_vat_number(supplier.vat_number),
    )
    check_supplier(tidy)
    return tidy


def _save(connection: Connection, supplier: Supplier) -> Supplier:
    holder = suppliers.find_supplier_by_name(connection, supplier.name)
    if holder is not None and holder.supplier_id != supplier.supplier_id:
        raise SupplierNameTaken(
            f"There is a supplier called {holder.name} already.", fields={"name": "Already in use."}
        )
    saved = suppliers.save_supplier(connection, supplier)
    append(
        connection,
        "SupplierRecorded",
        key=f"supplier:{saved.supplier_id}",
        body={
            "supplier_id": saved.supplier_id,
            "name": saved.name,
            "email": saved.email,
            "vat_number": saved.vat_number,
        },
    )
    return saved
