"""Record VAT exceptions with their certificates, and tell what an offer carries for a school on a day."""

import uuid
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.catalogue.domain.errors import CategoryUnknown, OfferUnknown
from services.catalogue.domain.vat import VatException, check_exception, same_exception, treatment
from services.catalogue.storage.categories import find_category
from services.catalogue.storage.locking import lock_catalogue
from services.catalogue.storage.offers import find_offer
from services.catalogue.storage.vat_exceptions import (
    all_exceptions,
    find_exception,
    named_exceptions,
    save_exception,
)
from services.catalogue.usecases.announce import announce_exception


def add_exception(database: Database, actor: Actor, exception: VatException) -> VatException:
    """Record a new exception; its id is given here.

    Raises VatExceptionInvalid, VatExceptionOverlaps, OfferUnknown, CategoryUnknown.
    """
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        return _save(connection, replace(exception, exception_id=str(uuid.uuid4()), version=0))


def put_exception(database: Database, actor: Actor, exception: VatException, version: int) -> VatException:
    """Write an exception whole; `version` is what the editor saw.

    Raises NotFound, VersionConflict and what `add_exception` raises.
    """
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        before = find_exception(connection, exception.exception_id)
        if before is None:
            raise NotFound("There is no such exception.")
        if before.version != version:
            raise VersionConflict("Somebody else changed this exception meanwhile.")
        exception = replace(exception, withdrawn=before.withdrawn)
        if same_exception(before, replace(exception, supplier_id=before.supplier_id)):
            return before
        return _save(connection, replace(exception, version=version))


def withdraw_exception(database: Database, actor: Actor, exception_id: str) -> VatException:
    """Take back an exception that was recorded by mistake, for every day. Doing it again changes nothing.

    Raises NotFound.
    """
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        found = find_exception(connection, exception_id)
        if found is None:
            raise NotFound("There is no such exception.")
        return found if found.withdrawn else _tell(connection, replace(found, withdrawn=True))


def list_exceptions(database: Database, actor: Actor, today: date) -> list[dict[str, Any]]:
    """Every exception that the actor may see, the latest first.

    Each with what it is `about`, the name of its offer or category, and whether it `lapses_soon`.
    """
    with database.transaction(actor) as connection:
        found = named_exceptions(connection)
    return [{**asdict(each), "about": about, "lapses_soon": each.lapses_soon(today)} for each, about in found]


def get_exception(database: Database, actor: Actor, exception_id: str) -> VatException:
    """One exception. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_exception(connection, exception_id)
    if found is None:
        raise NotFound("There is no such exception.")
    return found


def vat_for_school(database: Database, actor: Actor, offer_id: str, urn: int, on: date) -> dict[str, Any]:
    """The class and rate (per cent) that an offer carries for a school on a tax point.

    A school learns it of itself only. Raises NotFound.
    """
    if actor.kind == "school" and actor.school_urn != urn:
        raise NotFound("There is no such school.")
    with database.transaction(actor) as connection:
        offer = find_offer(connection, offer_id)
        if offer is None:
            raise NotFound("There is no such offer.")
        exceptions = all_exceptions(connection)
    category = offer.category_code
    found = treatment(offer.vat_class, exceptions, offer_id=offer_id, category_code=category, urn=urn, on=on)
    return {"vat_class": found.vat_class, "reduced": found.reduced, "vat_rate": f"{found.rate(on):.2f}"}


def _save(connection: Connection, exception: VatException) -> VatException:
    exception = replace(exception, certificate=exception.certificate.strip(), supplier_id=None)
    check_exception(exception, all_exceptions(connection))
    if exception.offer_id is not None:
        offer = find_offer(connection, exception.offer_id)
        if offer is None:
            raise OfferUnknown("There is no such offer.", fields={"offer_id": "Choose an offer."})
        exception = replace(exception, supplier_id=offer.supplier_id)
    elif exception.category_code is not None and find_category(connection, exception.category_code) is None:
        raise CategoryUnknown(
            f"There is no category {exception.category_code}.", fields={"category_code": "Choose a category."}
        )
    return _tell(connection, exception)


def _tell(connection: Connection, exception: VatException) -> VatException:
    saved = save_exception(connection, exception)
    announce_exception(connection, saved)
    return saved
