"""An offer: an article or service under a contract, with its unit, its prices and who may order it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from contracts.phases import PHASES
from contracts.vat import VAT_CLASSES
from services.catalogue.domain.errors import OfferInvalid
from services.catalogue.domain.units import UNITS

LARGEST_QUANTITY: Final = 1_000_000
HIGHEST_PRICE: Final = Decimal("99999999.9999")
LARGEST_PACK: Final = 100_000
MOST_TIERS: Final = 20
PRICE_STEP: Final = Decimal("0.0001")

PUBLISHED: Final = "published"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Tier:
    """From this quantity (of all schools together) a unit costs `unit_price` pounds, to four decimals, before VAT."""

    from_quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it now stands. One `unit` holds `pack_size` articles; no `phases` means every school may order."""

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
    state: str = PUBLISHED
    version: int = 0


def check_offer(offer: Offer) -> None:
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
    if offer.vat_class not in VAT_CLASSES:
        faults["vat_class"] = f"Choose one of: {', '.join(VAT_CLASSES)}."
    if unknown := [phase for phase in offer.phases if phase not in PHASES]:
        faults["phases"] = f"Unknown phase: {', '.join(unknown)}."
    faults |= _tier_faults(offer.tiers)
    if faults:
        raise OfferInvalid("The offer's details do not hold together.", fields=faults)


def in_order(phases: Sequence[str]) -> tuple[str, ...]:
    """Phases without repetition in the order of `contracts.phases`; unknown ones last, to be refused."""
    known = list(PHASES)
    return tuple(sorted(set(phases), key=lambda phase: (known.index(phase) if phase in PHASES else len(known), phase)))


def same_offer(one: Offer, other: Offer) -> bool:
    """Whether two records say the same of an offer, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def price_text(price: Decimal) -> str:
    """A unit price as it travels: pounds with four decimals, "12.5000"."""
    return f"{price.quantize(PRICE_STEP):f}"


def _tier_faults(tiers: Sequence[Tier]) -> dict[str, str]:
    """Tiers begin at 1, rise strictly in quantity, and cost more than nothing."""
    if not 1 <= len(tiers) <= MOST_TIERS:
        return {"tiers": f"Enter from 1 to {MOST_TIERS} prices."}
    faults: dict[str, str] = {}
    if tiers[0].from_quantity != 1:
        faults["tiers.0.from_quantity"] = "The first price is from quantity 1."
    for index, tier in enumerate(tiers):
        if index and tier.from_quantity <= tiers[index - 1].from_quantity:
            faults[f"tiers.{index}.from_quantity"] = "Each price begins at a larger quantity than the one before."
        elif tier.from_quantity > LARGEST_QUANTITY:
            faults[f"tiers.{index}.from_quantity"] = f"At most {LARGEST_QUANTITY:,}."
        if not _is_price(tier.unit_price):
            faults[f"tiers.{index}.unit_price"] = "Enter pounds above 0 with at most four decimals."
    return faults


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and 0 < price <= HIGHEST_PRICE and price == price.quantize(PRICE_STEP)
