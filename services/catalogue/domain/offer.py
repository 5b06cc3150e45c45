"""An offer: an article or service under a contract, with its unit, its prices and who may order it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from contracts.phases import PHASES
from contracts.vat import VAT_CLASSES
from services.catalogue.domain.errors import OfferInvalid
from services.catalogue.domain.price import (
    LARGEST_QUANTITY,
    DatedPrices,
    Tier,
    is_price,
    later_price_faults,
    tier_faults,
)
from services.catalogue.domain.units import UNITS

LARGEST_PACK: Final = 100_000
MEMBERSHIP_CLASSES: Final = ("full", "associate")

# What one school supplies to another: its teaching staff exempt, all other staff at the standard rate (VAT Act 1994,
# schedule 9, group 6; HMRC, Notice 701/30).
STAFF_VAT: Final = {"teaching": "E", "other": "S"}

PUBLISHED: Final = "published"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it now stands. One `unit` holds `pack_size` articles; a school orders `minimum_quantity` or none.

    `tiers` have been the price since `prices_from`; `later_prices` wait for their day. `alone_price`: what a school
    pays for a unit on its own elsewhere. A school may order if it fits each of `phases`, `eligible_types` (codes of
    the national register), `eligible_classes` (of membership) and `eligible_urns`; an empty one fits every school.
    `staff`: which people of another school are supplied, "teaching" or "other"; they decide the VAT class.
    """

    offer_id: str
    contract_id: str
    supplier_id: str
    category_code: str
    sku: str
    name: str
    description: str
    unit: str
    pack_size: int
    vat_class: str
    tiers: tuple[Tier, ...]
    phases: tuple[str, ...]
    minimum_quantity: int = 1
    alone_price: Decimal | None = None
    eligible_types: tuple[str, ...] = ()
    eligible_classes: tuple[str, ...] = ()
    eligible_urns: tuple[int, ...] = ()
    later_prices: tuple[DatedPrices, ...] = ()
    prices_from: date | None = None
    staff: str | None = None
    state: str = PUBLISHED
    version: int = 0


def check_offer(offer: Offer, today: date) -> None:
    """Raise OfferInvalid with every fault, by field ("tiers.1.from_quantity")."""
    faults: dict[str, str] = {}
    if not offer.sku.strip():
        faults["sku"] = "Enter the supplier's article number."
    if not offer.name.strip():
        faults["name"] = "Enter what is offered."
    if offer.unit not in UNITS:
        faults["unit"] = f"Choose one of: {', '.join(UNITS)}."
    if not 1 <= offer.pack_size <= LARGEST_PACK:
        faults["pack_size"] = f"Enter how many a unit holds, from 1 to {LARGEST_PACK:,}."
    if not 1 <= offer.minimum_quantity <= LARGEST_QUANTITY:
        faults["minimum_quantity"] = f"Enter the fewest that a school orders, from 1 to {LARGEST_QUANTITY:,}."
    if offer.vat_class not in VAT_CLASSES:
        faults["vat_class"] = f"Choose one of: {', '.join(VAT_CLASSES)}."
    if offer.staff is not None and offer.staff not in STAFF_VAT:
        faults["staff"] = f"Choose one of: {', '.join(STAFF_VAT)}."
    if offer.alone_price is not None and not is_price(offer.alone_price):
        faults["alone_price"] = "Enter pounds above 0 with at most four decimals, or leave it empty."
    faults |= _eligibility_faults(offer) | tier_faults(offer.tiers) | later_price_faults(offer.later_prices, today)
    if faults:
        raise OfferInvalid("The offer's details do not hold together.", fields=faults)


def tidy(offer: Offer) -> Offer:
    """The offer without blanks around texts, with eligibility in one order and once each, and with its staff's VAT."""
    return replace(
        offer,
        vat_class=STAFF_VAT.get(offer.staff or "", offer.vat_class),
        sku=offer.sku.strip(),
        name=offer.name.strip(),
        phases=in_order(offer.phases),
        eligible_types=tuple(sorted(set(offer.eligible_types))),
        eligible_classes=tuple(sorted(set(offer.eligible_classes))),
        eligible_urns=tuple(sorted(set(offer.eligible_urns))),
    )


def priced_from(offer: Offer, before: Offer | None, today: date) -> Offer:
    """The offer with the day on which its present prices began: today, unless they stood already."""
    unchanged = before is not None and before.tiers == offer.tiers
    return replace(offer, prices_from=before.prices_from if before and unchanged else today)


def due_prices(offer: Offer, today: date) -> Offer | None:
    """The offer with the last of those later prices whose day has come as its present ones; None if there is none."""
    due = [prices for prices in offer.later_prices if prices.valid_from <= today]
    if not due:
        return None
    waiting = tuple(prices for prices in offer.later_prices if prices.valid_from > today)
    return replace(offer, tiers=due[-1].tiers, prices_from=due[-1].valid_from, later_prices=waiting)


def in_order(phases: Sequence[str]) -> tuple[str, ...]:
    """Phases without repetition in the order of `contracts.phases`; unknown ones last, to be refused."""
    known = list(PHASES)
    return tuple(sorted(set(phases), key=lambda phase: (known.index(phase) if phase in PHASES else len(known), phase)))


def same_offer(one: Offer, other: Offer) -> bool:
    """Whether two records say the same of an offer, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def _eligibility_faults(offer: Offer) -> dict[str, str]:
    faults: dict[str, str] = {}
    if unknown := [phase for phase in offer.phases if phase not in PHASES]:
        faults["phases"] = f"Unknown phase: {', '.join(unknown)}."
    if unknown := [code for code in offer.eligible_types if not (code.isascii() and code.isdigit())]:
        faults["eligible_types"] = f"Types are codes of the national register, not {', '.join(unknown)}."
    if unknown := [name for name in offer.eligible_classes if name not in MEMBERSHIP_CLASSES]:
        faults["eligible_classes"] = f"Unknown membership: {', '.join(unknown)}."
    if strange := [urn for urn in offer.eligible_urns if not 100_000 <= urn <= 999_999]:
        faults["eligible_urns"] = f"A URN has six digits: {', '.join(map(str, strange))}."
    return faults
