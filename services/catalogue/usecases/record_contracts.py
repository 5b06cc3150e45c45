"""Record contracts, and tell the other parts."""

import uuid
from dataclasses import replace

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.catalogue.domain.contract import Contract, check_contract, same_contract
from services.catalogue.domain.errors import CategoryUnknown, ContractHasOffers, ReferenceTaken, SupplierUnknown
from services.catalogue.storage.categories import find_category
from services.catalogue.storage.contracts import contracts_by_reference, find_contract, save_contracts
from services.catalogue.storage.locking import lock_catalogue
from services.catalogue.storage.offers import find_offers
from services.catalogue.storage.suppliers import supplier_exists
from services.catalogue.usecases.announce import announce_contracts


def add_contract(database: Database, actor: Actor, contract: Contract) -> Contract:
    """Record a new contract; its id is given here.

    Raises ContractInvalid, ReferenceTaken, CategoryUnknown, SupplierUnknown.
    """
    contract = replace(contract, contract_id=str(uuid.uuid4()), version=0)
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        return _save(connection, contract)


def put_contract(database: Database, actor: Actor, contract: Contract, version: int) -> Contract:
    """Write a contract whole; `version` is what the editor saw.

    Raises NotFound, VersionConflict, ContractHasOffers and what `add_contract` raises.
    """
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        before = find_contract(connection, contract.contract_id)
        if before is None:
            raise NotFound("There is no such contract.")
        if before.version != version:
            raise VersionConflict("Somebody else changed this contract meanwhile.")
        if same_contract(before, contract):
            return before
        moved = before.supplier_id != contract.supplier_id
        if moved and find_offers(connection, contract_id=contract.contract_id, limit=1):
            raise ContractHasOffers(
                "Offers stand under this contract, so its supplier stays.",
                fields={"supplier_id": "Record a new contract with the other supplier."},
            )
        return _save(connection, replace(contract, version=version))


def _save(connection: Connection, contract: Contract) -> Contract:
    contract = replace(contract, title=contract.title.strip(), reference=contract.reference.strip())
    check_contract(contract)
    holder = contracts_by_reference(connection, [contract.reference]).get(contract.reference.lower())
    if holder is not None and holder.contract_id != contract.contract_id:
        raise ReferenceTaken(f"“{holder.title}” bears this reference.", fields={"reference": "Already in use."})
    if find_category(connection, contract.category_code) is None:
        raise CategoryUnknown(
            f"There is no category {contract.category_code}.", fields={"category_code": "Choose a category."}
        )
    if not supplier_exists(connection, contract.supplier_id):
        raise SupplierUnknown("There is no such supplier.", fields={"supplier_id": "Choose a supplier."})
    saved = save_contracts(connection, [contract])
    announce_contracts(connection, saved)
    return saved[0]
