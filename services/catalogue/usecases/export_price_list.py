"""A contract's published offers as a price list in CSV, with the headings that `import_price_list` reads."""

import csv
import io

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.catalogue.domain.offer import PUBLISHED, Offer
from services.catalogue.domain.price import price_text
from services.catalogue.domain.price_sheet import as_cell
from services.catalogue.storage.contracts import find_contract
from services.catalogue.storage.offers import offers_of_contracts

_HEADINGS = ("sku", "name", "description", "category", "unit", "pack size", "minimum quantity", "vat class")


def write_price_list(database: Database, actor: Actor, contract_id: str) -> str:
    """The list, by article number, with a column for each quantity from which a price begins. Raises NotFound."""
    with database.transaction(actor) as connection:
        if find_contract(connection, contract_id) is None:
            raise NotFound("There is no such contract.")
        found = offers_of_contracts(connection, [contract_id])
    offers = sorted((offer for offer in found if offer.state == PUBLISHED), key=lambda offer: offer.sku)
    steps = sorted({tier.from_quantity for offer in offers for tier in offer.tiers})
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([*_HEADINGS, "alone price", "phases", *(f"price from {step}" for step in steps)])
    writer.writerows(_row(offer, steps) for offer in offers)
    return written.getvalue()


def _row(offer: Offer, steps: list[int]) -> list[str]:
    prices = {tier.from_quantity: price_text(tier.unit_price) for tier in offer.tiers}
    texts = (offer.sku, offer.name, offer.description, offer.category_code, offer.unit)
    return [
        *(as_cell(text) for text in texts),
        str(offer.pack_size),
        str(offer.minimum_quantity),
        offer.vat_class,
        "" if offer.alone_price is None else price_text(offer.alone_price),
        " ".join(offer.phases),
        *(prices.get(step, "") for step in steps),
    ]
