"""Publish, change and withdraw offers, and tell the other parts."""

import uuid
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.catalogue.domain.errors import CategoryUnknown, ContractUnknown, OfferInvalid, SkuTaken
from services.catalogue.domain.offer import (
    PUBLISHED,
    WITHDRAWN,
    Offer,
    check_offer,
    due_prices,
    priced_from,
    same_offer,
    tidy,
)
from services.catalogue.storage.categories import find_categories, find_category
from services.catalogue.storage.contracts import find_contract
from services.catalogue.storage.locking import lock_catalogue
from services.catalogue.storage.offers import find_offer, offers_of_contracts, offers_with_due_prices, save_offers
from services.catalogue.storage.suppliers import school_of_supplier
from services.catalogue.usecases.announce import announce_offers, announce_withdrawals


def publish_offer(database: Database, actor: Actor, offer: Offer, today: date) -> Offer:
    """Publish a new offer; its id and supplier follow from the contract.

    Raises OfferInvalid, ContractUnknown, CategoryUnknown, SkuTaken.
    """
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        contract = find_contract(connection, offer.contract_id)
        if contract is None:
            raise ContractUnknown("There is no such contract.", fields={"contract_id": "Choose a contract."})
        fresh = replace(offer, offer_id=str(uuid.uuid4()), supplier_id=contract.supplier_id, version=0)
        return _publish(connection, priced_from(fresh, None, today), today)


def put_offer(database: Database, actor: Actor, offer: Offer, version: int, today: date) -> Offer:
    """Write an offer whole and publish it, also one that was withdrawn; it stays under its contract.

    Changed prices begin today; those of later days wait for theirs. `version` is what the editor saw.

    Raises NotFound, VersionConflict, OfferInvalid, CategoryUnknown, SkuTaken.
    """
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        before = _there(connection, offer.offer_id)
        if before.version != version:
            raise VersionConflict("Somebody else changed this offer meanwhile.")
        offer = tidy(replace(offer, contract_id=before.contract_id, supplier_id=before.supplier_id))
        offer = priced_from(offer, before, today)
        if same_offer(before, offer):
            return before
        return _publish(connection, replace(offer, version=version), today)


def withdraw_offer(database: Database, actor: Actor, offer_id: str) -> Offer:
    """Withdraw an offer: rounds opened from now on leave it out. Withdrawing again changes nothing.

    Raises NotFound.
    """
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        offer = _there(connection, offer_id)
        if offer.state == WITHDRAWN:
            return offer
        [saved] = save_offers(connection, [replace(offer, state=WITHDRAWN)])
        announce_withdrawals(connection, [saved])
        return saved


def publish_due_prices(database: Database, actor: Actor, today: date) -> int:
    """Make prices the present ones whose day has come, and tell of published offers; returns how many offers changed.

    Harmless to run twice, or in several workers at once.
    """
    with database.transaction(actor) as connection:
        if not offers_with_due_prices(connection, today):
            return 0
        lock_catalogue(connection)
        due = [due_prices(offer, today) for offer in offers_with_due_prices(connection, today)]
        saved = save_offers(connection, [offer for offer in due if offer is not None])
        published = [offer for offer in saved if offer.state == PUBLISHED]
        announce_offers(
            connection, published, find_categories(connection, {offer.category_code for offer in published})
        )
    return len(saved)


def _there(connection: Connection, offer_id: str) -> Offer:
    offer = find_offer(connection, offer_id)
    if offer is None:
        raise NotFound("There is no such offer.")
    return offer


def _publish(connection: Connection, offer: Offer, today: date) -> Offer:
    offer = replace(tidy(offer), state=PUBLISHED)
    check_offer(offer, today)
    if offer.staff is not None and school_of_supplier(connection, offer.supplier_id) is None:
        message = "Only a supplier that is a school supplies its staff."
        raise OfferInvalid(message, fields={"staff": message})
    category = find_category(connection, offer.category_code)
    if category is None:
        raise CategoryUnknown(
            f"There is no category {offer.category_code}.", fields={"category_code": "Choose a category."}
        )
    for other in offers_of_contracts(connection, [offer.contract_id]):
        if other.sku == offer.sku and other.offer_id != offer.offer_id:
            raise SkuTaken(f"“{other.name}” bears this article number.", fields={"sku": "Already in use."})
    saved = save_offers(connection, [offer])
    announce_offers(connection, saved, {category.code: category})
    return saved[0]
