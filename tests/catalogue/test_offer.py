"""The rules of offers, contracts and categories."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.catalogue.domain.category import Category, check_category
from services.catalogue.domain.contract import Contract, check_contract
from services.catalogue.domain.errors import CategoryInvalid, ContractInvalid, OfferInvalid
from services.catalogue.domain.offer import Offer, Tier, check_offer, in_order, price_text

PAPER = Offer(
    offer_id="00000000-0000-4000-8000-000000000004",
    contract_id="00000000-0000-4000-8000-000000000003",
    supplier_id="00000000-0000-4000-8000-000000000001",
    category_code="stationery",
    sku="PAP-A4-80",
    name="Copier paper A4, 80 g",
    description="Box of five reams",
    unit="XBX",
    pack_size=5,
    vat_class="S",
    tiers=(Tier(1, Decimal("12.50")), Tier(50, Decimal("11.80")), Tier(100, Decimal("10.95"))),
    phases=(),
)
CONTRACT = Contract(
    contract_id=PAPER.contract_id,
    supplier_id=PAPER.supplier_id,
    title="Stationery",
    reference="C-1",
    category_code="stationery",
    settlement="recharge",
    starts_on=date(2026, 9, 1),
    ends_on=date(2028, 8, 31),
)


def tiers(*pairs: tuple[int, str]) -> tuple[Tier, ...]:
    return tuple(Tier(quantity, Decimal(price)) for quantity, price in pairs)


def faults(offer: Offer) -> set[str]:
    with pytest.raises(OfferInvalid) as refusal:
        check_offer(offer)
    return set(refusal.value.fields)


def test_a_sound_offer_passes() -> None:
    check_offer(PAPER)
    check_offer(replace(PAPER, tiers=tiers((1, "0.0349")), phases=("nursery", "primary")))


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (tiers(), "tiers"),
        (tiers((2, "12.50")), "tiers.0.from_quantity"),
        (tiers((0, "12.50")), "tiers.0.from_quantity"),
        (tiers((1, "12.50"), (1, "11.80")), "tiers.1.from_quantity"),
        (tiers((1, "12.50"), (50, "11.80"), (49, "11.00")), "tiers.2.from_quantity"),
        (tiers((1, "12.50"), (1_000_001, "11.80")), "tiers.1.from_quantity"),
        (tiers((1, "0")), "tiers.0.unit_price"),
        (tiers((1, "-1")), "tiers.0.unit_price"),
        (tiers((1, "1.23456")), "tiers.0.unit_price"),
        (tiers((1, "100000000")), "tiers.0.unit_price"),
        (tiers((1, "1e40")), "tiers.0.unit_price"),
        (tiers((1, "NaN")), "tiers.0.unit_price"),
        (tiers((1, "Infinity")), "tiers.0.unit_price"),
    ],
)
def test_tiers_begin_at_one_rise_and_cost_something(written: tuple[Tier, ...], field: str) -> None:
    assert faults(replace(PAPER, tiers=written)) == {field}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": "BX"}, "unit"),
        ({"pack_size": 0}, "pack_size"),
        ({"vat_class": "R"}, "vat_class"),
        ({"phases": ("infant",)}, "phases"),
        ({"sku": " "}, "sku"),
        ({"name": ""}, "name"),
    ],
)
def test_each_fault_is_named_by_its_field(change: dict[str, Any], field: str) -> None:
    assert faults(replace(PAPER, **change)) == {field}


def test_phases_are_kept_in_one_order() -> None:
    assert in_order(["secondary", "primary", "secondary"]) == ("primary", "secondary")
    assert in_order(["infant", "primary"]) == ("primary", "infant")


def test_prices_travel_with_four_decimals() -> None:
    assert [price_text(Decimal(price)) for price in ("12.5", "0.0349", "1E+2")] == ["12.5000", "0.0349", "100.0000"]


def test_a_contract_cannot_end_before_it_starts() -> None:
    check_contract(CONTRACT)
    with pytest.raises(ContractInvalid) as refusal:
        check_contract(replace(CONTRACT, ends_on=date(2026, 8, 31), settlement="barter", title=" "))
    assert set(refusal.value.fields) == {"ends_on", "settlement", "title"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Exercise Books"}, "code"),
        ({"code": "-paper"}, "code"),
        ({"cpv": "30192700"}, "cpv"),
        ({"ledger_code": "19"}, "ledger_code"),
        ({"name": ""}, "name"),
    ],
)
def test_a_category_has_its_codes(change: dict[str, Any], field: str) -> None:
    stationery = Category("stationery", "Stationery", "30192700-8", "E19")
    check_category(stationery)
    with pytest.raises(CategoryInvalid) as refusal:
        check_category(replace(stationery, **change))
    assert set(refusal.value.fields) == {field}
