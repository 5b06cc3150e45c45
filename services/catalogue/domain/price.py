"""What an offer costs: tiers by the quantity of all schools together, each list of them in force from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

LARGEST_QUANTITY: Final = 1_000_000
HIGHEST_PRICE: Final = Decimal("99999999.9999")
PRICE_STEP: Final = Decimal("0.0001")
MOST_TIERS: Final = 20
MOST_LATER_PRICES: Final = 50


@dataclass(frozen=True, slots=True)
class Tier:
    """From this quantity (of all schools together) a unit costs `unit_price` pounds, to four decimals, before VAT."""

    from_quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class DatedPrices:
    """The tiers that hold from the day `valid_from` until the next dated prices begin."""

    valid_from: date
    tiers: tuple[Tier, ...]


def tier_faults(tiers: Sequence[Tier]) -> dict[str, str]:
    """What is wrong by field ("tiers.1.unit_price"): tiers begin at 1, and more together costs less each."""
    if not 1 <= len(tiers) <= MOST_TIERS:
        return {"tiers": f"Enter from 1 to {MOST_TIERS} prices."}
    faults: dict[str, str] = {}
    if tiers[0].from_quantity != 1:
        faults["tiers.0.from_quantity"] = "The first price is from quantity 1."
    for index, tier in enumerate(tiers):
        before = tiers[index - 1] if index else None
        if before and tier.from_quantity <= before.from_quantity:
            faults[f"tiers.{index}.from_quantity"] = "Each price begins at a larger quantity than the one before."
        elif tier.from_quantity > LARGEST_QUANTITY:
            faults[f"tiers.{index}.from_quantity"] = f"At most {LARGEST_QUANTITY:,}."
        if not is_price(tier.unit_price):
            faults[f"tiers.{index}.unit_price"] = "Enter pounds above 0 with at most four decimals."
        elif before and is_price(before.unit_price) and tier.unit_price >= before.unit_price:
            faults[f"tiers.{index}.unit_price"] = "Each price is lower than the one before."
    return faults


def later_price_faults(later: Sequence[DatedPrices], today: date) -> dict[str, str]:
    """What is wrong with prices to come, by field ("later_prices.0.valid_from"): their days ascend, after today."""
    if len(later) > MOST_LATER_PRICES:
        return {"later_prices": f"At most {MOST_LATER_PRICES} changes of price can wait."}
    faults: dict[str, str] = {}
    before = today
    for index, prices in enumerate(later):
        if prices.valid_from <= before:
            faults[f"later_prices.{index}.valid_from"] = (
                "A later price begins after the one before it." if index else "A later price begins after today."
            )
        faults |= {f"later_prices.{index}.{field}": fault for field, fault in tier_faults(prices.tiers).items()}
        before = prices.valid_from
    return faults


def is_price(price: Decimal) -> bool:
    """Whether it is an amount above £0 with at most four decimals."""
    return price.is_finite() and 0 < price <= HIGHEST_PRICE and price == price.quantize(PRICE_STEP)


def price_text(price: Decimal) -> str:
    """A unit price as it travels: pounds with four decimals, "12.5000"."""
    return f"{price.quantize(PRICE_STEP):f}"
