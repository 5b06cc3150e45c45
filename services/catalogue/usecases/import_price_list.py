"""Compare a supplier's price list with a contract's offers; apply it, whole or not at all, once someone agrees."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.sheets import SheetUnreadable, read_file
from contracts.errors import NotFound, VersionConflict
from services.catalogue.domain.errors import OffersChanged, PriceListDecided, PriceListRefused, PriceListUnreadable
from services.catalogue.domain.offer import PUBLISHED
from services.catalogue.domain.peppol_catalogue import read_peppol_catalogue
from services.catalogue.domain.price_list import REFUSED, ListedRow, ListTerms, compare
from services.catalogue.domain.price_sheet import read_price_sheet
from services.catalogue.storage import price_lists
from services.catalogue.storage.categories import all_categories, find_categories
from services.catalogue.storage.contracts import find_contract
from services.catalogue.storage.locking import lock_catalogue
from services.catalogue.storage.offers import offers_of_contracts, save_offers
from services.catalogue.usecases.announce import announce_offers, announce_withdrawals


@dataclass(frozen=True, slots=True)
class SentList:
    """A price list as it was sent: the file and its name, and how it is meant (see ListTerms)."""

    content: bytes
    name: str
    whole: bool
    from_day: date | None


def compare_price_list(database: Database, actor: Actor, contract_id: str, sent: SentList, today: date) -> str:
    """Keep what the list would do to the contract's offers, and return the list's id; nothing is changed yet.

    What a supplier sends for its own contract is a proposal, which the alliance takes over or declines.

    Raises NotFound, PriceListUnreadable, XmlNotAllowed.
    """
    rows, ignored = _read(sent.content, today)
    terms = ListTerms(sent.whole, sent.from_day or today, today)
    with database.transaction(actor) as connection:
        contract = find_contract(connection, contract_id)
        if contract is None:
            raise NotFound("There is no such contract.")
        stamp = price_lists.offers_stamp(connection, contract_id)
        offers = offers_of_contracts(connection, [contract_id])
        categories = [category.code for category in all_categories(connection)]
        values = {
            "price_list_id": str(uuid.uuid4()),
            "contract_id": contract_id,
            "supplier_id": contract.supplier_id,
            "proposed": actor.kind == "supplier",
            "name": sent.name,
            "whole": sent.whole,
            "from_day": terms.from_day,
            "ignored": list(ignored),
            "offers_stamp": stamp,
            "compared_by": actor.name,
        }
        price_lists.save_price_list(connection, values, compare(rows, contract, offers, categories, terms))
    return str(values["price_list_id"])


def get_price_list(database: Database, actor: Actor, price_list_id: str) -> dict[str, Any]:
    """A price list and how many of its lines do what. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = price_lists.find_price_list(connection, price_list_id)
        if found is None:
            raise NotFound("There is no such price list.")
        stamp = price_lists.offers_stamp(connection, found["contract_id"])
    return found | {"stale": found["state"] == "compared" and stamp != found["offers_stamp"]}


def list_lines(
    database: Database, actor: Actor, price_list_id: str, *, change: str | None, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """A part of the list's lines, and after which position the next part begins (None on the last).

    Raises NotFound.
    """
    with database.transaction(actor) as connection:
        if price_lists.find_price_list(connection, price_list_id) is None:
            raise NotFound("There is no such price list.")
        found = price_lists.price_list_lines(connection, price_list_id, change=change, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1]["position"] if len(found) > limit else None


def apply_price_list(database: Database, actor: Actor, price_list_id: str, version: int) -> None:
    """Publish and withdraw all that the list says, or nothing; `version` is what the person saw.

    Raises NotFound, PriceListDecided, VersionConflict, PriceListRefused (with the first reasons), OffersChanged.
    """
    with database.transaction(actor) as connection:
        found = _undecided(connection, price_list_id, version)
        if refused := found["counts"].get(REFUSED):
            raise PriceListRefused(f"{refused:,} of its lines cannot be taken over. Put them right and read it again.")
        if price_lists.offers_stamp(connection, found["contract_id"]) != found["offers_stamp"]:
            raise OffersChanged("The contract’s offers changed since this list was read. Read it again.")
        proposed = price_lists.proposed_offers(connection, price_list_id)
        saved = save_offers(connection, [replace(offer, offer_id=offer.offer_id or _new_id()) for offer in proposed])
        published = [offer for offer in saved if offer.state == PUBLISHED]
        codes = {offer.category_code for offer in published}
        announce_offers(connection, published, find_categories(connection, codes))
        announce_withdrawals(connection, [offer for offer in saved if offer.state != PUBLISHED])
        price_lists.mark_applied(connection, price_list_id, actor.name)


def decline_price_list(database: Database, actor: Actor, price_list_id: str, reason: str, version: int) -> None:
    """Tell the supplier why its proposal is not taken over; `version` is what the person saw.

    Raises NotFound (also for what no supplier proposed), PriceListDecided, VersionConflict.
    """
    with database.transaction(actor) as connection:
        found = _undecided(connection, price_list_id, version)
        if not found["proposed"]:
            raise NotFound("No supplier proposed this price list.")
        price_lists.mark_declined(connection, price_list_id, actor.name, reason.strip())


def list_proposed(database: Database, actor: Actor, contract_id: str | None) -> list[dict[str, Any]]:
    """What suppliers proposed, the newest first: to a supplier its own, to the alliance all."""
    with database.transaction(actor) as connection:
        found = price_lists.proposed_lists(connection, contract_id)
        stamps = {each["contract_id"]: None for each in found if each["state"] == "compared"}
        now = {contract: price_lists.offers_stamp(connection, contract) for contract in stamps}
    return [
        each | {"stale": each["state"] == "compared" and now[each["contract_id"]] != each["offers_stamp"]}
        for each in found
    ]


def _undecided(connection: Connection, price_list_id: str, version: int) -> dict[str, Any]:
    lock_catalogue(connection)
    found = price_lists.find_price_list(connection, price_list_id)
    if found is None:
        raise NotFound("There is no such price list.")
    if found["state"] != "compared":
        raise PriceListDecided(f"This price list has been {found['state']} already.")
    if found["version"] != version:
        raise VersionConflict("Somebody else changed this price list meanwhile.")
    return found


def _new_id() -> str:
    return str(uuid.uuid4())


def _read(content: bytes, today: date) -> tuple[Iterable[ListedRow], tuple[str, ...]]:
    """The rows and the headings that say nothing. XML begins with a tag, after blanks and a byte order mark."""
    if content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return read_peppol_catalogue(content, today), ()
    try:
        sheet = read_price_sheet(read_file(content).rows)
    except SheetUnreadable as fault:
        raise PriceListUnreadable(str(fault)) from fault
    return sheet.rows, sheet.ignored
