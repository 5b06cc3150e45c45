"""The rules of offers, contracts and categories."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.catalogue.domain.category import Category, check_category
from services.catalogue.domain.charge import Charge
from services.catalogue.domain.contract import Contract, Tolerances, check_contract
from services.catalogue.domain.errors import CategoryInvalid, ContractInvalid, OfferInvalid
from services.catalogue.domain.offer import Offer, check_offer, due_prices, in_order, priced_from, tidy
from services.catalogue.domain.price import DatedPrices, Tier, price_text

TODAY = date(2026, 11, 24)
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
        check_offer(offer, TODAY)
    return set(refusal.value.fields)


def test_a_sound_offer_passes() -> None:
    check_offer(PAPER, TODAY)
    check_offer(replace(PAPER, tiers=tiers((1, "0.0349")), phases=("nursery", "primary")), TODAY)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (tiers(), "tiers"),
        (tiers((2, "12.50")), "tiers.0.from_quantity"),
        (tiers((0, "12.50")), "tiers.0.from_quantity"),
        (tiers((1, "12.50"), (1, "11.80")), "tiers.1.from_quantity"),
        (tiers((1, "12.50"), (50, "11.80"), (49, "11.00")), "tiers.2.from_quantity"),
        (tiers((1, "12.50"), (1_000_001, "11.80")), "tiers.1.from_quantity"),
        (tiers((1, "12.50"), (50, "12.50")), "tiers.1.unit_price"),
        (tiers((1, "12.50"), (50, "11.80"), (100, "12.00")), "tiers.2.unit_price"),
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
        ({"minimum_quantity": 0}, "minimum_quantity"),
        ({"alone_price": Decimal("12.34567")}, "alone_price"),
        ({"eligible_types": ("academy",)}, "eligible_types"),
        ({"eligible_classes": ("honorary",)}, "eligible_classes"),
        ({"eligible_urns": (12,)}, "eligible_urns"),
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


def later(*dated: tuple[str, tuple[Tier, ...]]) -> tuple[DatedPrices, ...]:
    return tuple(DatedPrices(date.fromisoformat(day), prices) for day, prices in dated)


@pytest.mark.parametrize(
    ("prices", "field"),
    [
        (later(("2026-11-24", tiers((1, "13")))), "later_prices.0.valid_from"),
        (
            later(("2027-01-01", tiers((1, "13"))), ("2027-01-01", tiers((1, "14")))),
            "later_prices.1.valid_from",
        ),
        (later(("2027-01-01", tiers((2, "13")))), "later_prices.0.tiers.0.from_quantity"),
        (later(("2027-01-01", ())), "later_prices.0.tiers"),
    ],
)
def test_later_prices_begin_on_later_days(prices: tuple[DatedPrices, ...], field: str) -> None:
    assert faults(replace(PAPER, later_prices=prices)) == {field}


def test_prices_that_stood_keep_their_day_and_new_ones_begin_today() -> None:
    before = replace(PAPER, prices_from=date(2026, 9, 1))

    assert priced_from(PAPER, None, TODAY).prices_from == TODAY
    assert priced_from(replace(PAPER, name="Paper"), before, TODAY).prices_from == date(2026, 9, 1)
    assert priced_from(replace(PAPER, tiers=tiers((1, "12.49"))), before, TODAY).prices_from == TODAY


def test_the_last_prices_whose_day_has_come_are_the_present_ones() -> None:
    dear, dearer, dearest = tiers((1, "13")), tiers((1, "14")), tiers((1, "15"))
    waiting = replace(PAPER, later_prices=later(("2027-01-01", dear), ("2027-02-01", dearer), ("2027-03-01", dearest)))

    assert due_prices(waiting, date(2026, 12, 31)) is None
    due = due_prices(waiting, date(2027, 2, 1))
    assert due is not None
    assert (due.tiers, due.prices_from) == (dearer, date(2027, 2, 1))
    assert due.later_prices == later(("2027-03-01", dearest))


def test_eligibility_is_kept_without_repetition() -> None:
    untidy = replace(
        PAPER,
        sku=" A ",
        phases=("secondary", "primary"),
        eligible_types=("34", "1", "34"),
        eligible_urns=(900002, 900001),
    )
    kept = tidy(untidy)
    assert (kept.sku, kept.phases, kept.eligible_types, kept.eligible_urns) == (
        "A",
        ("primary", "secondary"),
        ("1", "34"),
        (900001, 900002),
    )


DELIVERY = Charge("DEL", "Delivery", "delivery", 4500, "value", 100_000, "S")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"notice_on": date(2028, 9, 1)}, "notice_on"),
        ({"minimum_order_pence": 0}, "minimum_order_pence"),
        ({"small_order_fee_pence": 1500}, "small_order_fee_pence"),
        ({"small_order_fee_share_by": "whim"}, "small_order_fee_share_by"),
        ({"fairness": "first_come"}, "fairness"),
        ({"tolerances": Tolerances(price_basis_points=-1)}, "tolerances.price_basis_points"),
        ({"claim_days": 366}, "claim_days"),
        ({"payment_days": 366}, "payment_days"),
        ({"lead_urn": 7}, "lead_urn"),
        ({"annual_value_pence": -1}, "annual_value_pence"),
        ({"value_vat_class": "R"}, "value_vat_class"),
        ({"procurement": "services"}, "procurement"),
        ({"procurement_began_on": date(2026, 9, 2)}, "procurement_began_on"),
        ({"charges": (DELIVERY, replace(DELIVERY, code="del "))}, "charges.1.code"),
        ({"charges": (replace(DELIVERY, code=" "),)}, "charges.0.code"),
        ({"charges": (replace(DELIVERY, name=""),)}, "charges.0.name"),
        ({"charges": (replace(DELIVERY, kind="fixed"),)}, "charges.0.free_from_pence"),
        ({"charges": (replace(DELIVERY, kind="toll", free_from_pence=None),)}, "charges.0.kind"),
        ({"charges": (replace(DELIVERY, amount_pence=0),)}, "charges.0.amount_pence"),
        ({"charges": (replace(DELIVERY, share_by="whim"),)}, "charges.0.share_by"),
        ({"charges": (replace(DELIVERY, vat_class="R"),)}, "charges.0.vat_class"),
        ({"charges": tuple(replace(DELIVERY, code=f"D{n}") for n in range(21))}, "charges"),
    ],
)
def test_the_terms_of_a_contract_hold_together(change: dict[str, Any], field: str) -> None:
    check_contract(
        replace(CONTRACT, charges=(DELIVERY,), minimum_order_pence=25_000, small_order_fee_pence=1_500, lead_urn=900001)
    )
    with pytest.raises(ContractInvalid) as refusal:
        check_contract(replace(CONTRACT, **change))
    assert set(refusal.value.fields) == {field}


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
