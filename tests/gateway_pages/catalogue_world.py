"""What the catalogue would answer: a contract on terms of every kind, its offers, a price list and the planner."""

from typing import Any

from tests.gateway_pages.people import SUPPLIER, SUPPLIER_ID
from tests.gateway_pages.world import CONTRACT, Json, an_id, day_in, in_days, listed

OFFER, GONE_OFFER = an_id(0xF1, 1), an_id(0xF1, 2)
PRICE_LIST, REFUSED_LIST = an_id(0xF2, 1), an_id(0xF2, 2)
FEED, EXCEPTION = an_id(0xF3, 1), an_id(0xF4, 1)


def a_contract(**more: Any) -> Json:
    """A contract under which paper is bought."""
    return {
        "contract_id": CONTRACT,
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "title": "Paper and stationery 2025–2028",
        "reference": "NSA-2025-04",
        "category_code": "stationery",
        "settlement": "recharge",
        "starts_on": "2025-04-01",
        "ends_on": day_in(500),
        "notice_on": day_in(40),
        "charges": [
            {
                "code": "DEL",
                "name": "Delivery",
                "kind": "delivery",
                "amount_pence": 4500,
                "share_by": "value",
                "free_from_pence": 100_000,
                "vat_class": "S",
            }
        ],
        "minimum_order_pence": 25_000,
        "small_order_fee_pence": 1_500,
        "small_order_fee_share_by": "value",
        "fairness": "pro_rata",
        "tolerances": {"price_basis_points": 50, "quantity_units": 1, "total_pence": 100},
        "claim_days": 5,
        "payment_days": 30,
        "lead_urn": 910001,
        "annual_value_pence": 4_327_500,
        "value_vat_class": "S",
        "procurement": "goods_services",
        "procurement_began_on": "2025-01-10",
        "version": 3,
        **more,
    }


def an_offer(**more: Any) -> Json:
    """Copier paper in three tiers, dearer from the new year on."""
    return {
        "offer_id": OFFER,
        "contract_id": CONTRACT,
        "supplier_id": SUPPLIER_ID,
        "category_code": "stationery",
        "category_name": "Stationery",
        "ledger_code": "E19",
        "sku": "PAP-080",
        "name": "Copier paper A4, 80 g",
        "description": "Box of five reams",
        "unit": "XBX",
        "pack_size": 5,
        "vat_class": "S",
        "staff": None,
        "tiers": [
            {"from_quantity": 1, "unit_price": "12.5000"},
            {"from_quantity": 50, "unit_price": "11.8000"},
            {"from_quantity": 100, "unit_price": "10.9500"},
        ],
        "phases": ["primary"],
        "minimum_quantity": 2,
        "alone_price": "13.9900",
        "eligible_types": ["1", "34"],
        "eligible_classes": ["full"],
        "eligible_urns": [910001],
        "prices_from": "2026-09-01",
        "later_prices": [{"valid_from": day_in(60), "tiers": [{"from_quantity": 1, "unit_price": "12.9500"}]}],
        "state": "published",
        "version": 4,
        **more,
    }


def sent_exception() -> Json:
    """A school's certificate for the reduced rate, as one is read."""
    return {
        "exception_id": EXCEPTION,
        "offer_id": OFFER,
        "category_code": None,
        "school_urn": 910001,
        "vat_class": "S",
        "reduced": True,
        "valid_from": "2026-09-01",
        "valid_to": None,
        "certificate": "VAT 7 of 1 September",
        "withdrawn": False,
        "version": 2,
    }


def an_exception(**more: Any) -> Json:
    """The same as it is listed."""
    return {**sent_exception(), "about": "Copier paper A4, 80 g", "lapses_soon": False, **more}


def _a_price_list(price_list_id: str, **counts: int) -> Json:
    return {
        "price_list_id": price_list_id,
        "contract_id": CONTRACT,
        "contract_title": "Paper and stationery 2025–2028",
        "name": "spring prices.xlsx",
        "whole": True,
        "from_day": day_in(0),
        "ignored": ["Colour"],
        "state": "compared",
        "stale": False,
        "counts": dict.fromkeys(("added", "changed", "withdrawn", "unchanged", "refused"), 0) | counts,
        "compared_by": "Morgan Manager",
        "compared_at": in_days(-0.1),
        "applied_by": None,
        "applied_at": None,
        "version": 1,
    }


def _a_line(change: str, **more: Any) -> Json:
    own = {"position": 1, "change": change, "line": 4, "sku": "PAP-080", "name": "Copier paper A4, 80 g"}
    return {**own, "differences": [], "reasons": [], **more}


def _planner() -> Json:
    other = a_contract(contract_id=an_id(0xF0, 2), title="Exercise books", reference="NSA-2025-05", ends_on=day_in(700))
    names = ("contract_id", "title", "reference", "supplier_name", "procurement", "starts_on", "ends_on")
    first, second = (
        {name: each[name] for name in names} | {"category_name": "Stationery", "annual_value_pence": 4_327_500}
        for each in (a_contract(), other)
    )
    threshold = {"kind": "goods_services", "commences_on": "2026-01-01", "amount_pence": 20_772_000}
    worth = {"value_pence": 15_579_000, "threshold": threshold, "meets": False, "requirement": "A formal tender"}
    return {
        "days": [
            {"day": day_in(40), "kind": "notice", "contract": first},
            {"day": day_in(500), "kind": "end", "contract": first},
        ],
        "worths": [{"contract": first, "worth": worth}, {"contract": second, "worth": None}],
        "together": [
            {
                "category_code": "stationery",
                "category_name": "Stationery",
                "contracts": [first, second],
                "worth": worth | {"value_pence": 31_158_000, "meets": True},
            }
        ],
        "alignments": [
            {
                "shared": "category",
                "ends_on": day_in(700),
                "contracts": [{"contract": first, "gains_days": 200}, {"contract": second, "gains_days": 0}],
            }
        ],
    }


def answers_of_catalogue() -> dict[tuple[str, str], Any]:
    """Everything that pages ask the catalogue for."""
    change = [{"name": "tiers", "before": "£12.5000", "after": "£12.9500"}]
    refused = _a_line("refused", reasons=["“BX” is no unit of measure."], sku="GLU-1", name="Glue")
    gone = an_offer(offer_id=GONE_OFFER, sku="OLD-1", name="Old pens", state="withdrawn", alone_price=None, phases=[])
    gone |= {"eligible_types": [], "eligible_classes": [], "eligible_urns": [], "later_prices": []}
    prices = [
        {"valid_from": "2025-09-01", "tiers": [{"from_quantity": 1, "unit_price": "11.9900"}], "present": False},
        {"valid_from": "2026-09-01", "tiers": an_offer()["tiers"], "present": True},
        {**an_offer()["later_prices"][0], "present": False},
    ]
    rules = {
        "thresholds": [{"kind": "works", "commences_on": "2026-01-01", "amount_pence": 519_300_000}],
        "quote_tiers": [{"commences_on": "2024-01-01", "from_pence": 1_000_000, "requirement": "Three quotes"}],
    }
    return {
        ("catalogue", "/contracts"): listed(a_contract(), a_contract(contract_id=an_id(0xF0, 3), ends_on="2026-01-31")),
        ("catalogue", f"/contracts/{CONTRACT}"): a_contract(),
        ("catalogue", "/categories"): listed({"code": "stationery", "name": "Stationery"}),
        ("catalogue", "/offers"): listed(an_offer(), gone),
        ("catalogue", f"/offers/{OFFER}"): an_offer(),
        ("catalogue", f"/offers/{OFFER}/prices"): listed(*prices),
        ("catalogue", f"/offers/{GONE_OFFER}"): gone,
        ("catalogue", f"/offers/{GONE_OFFER}/prices"): listed(prices[1]),
        ("catalogue", f"/price-lists/{PRICE_LIST}"): _a_price_list(PRICE_LIST, changed=1, added=3),
        ("catalogue", f"/price-lists/{PRICE_LIST}/lines"): listed(_a_line("changed", differences=change)),
        ("catalogue", f"/price-lists/{REFUSED_LIST}"): _a_price_list(REFUSED_LIST, refused=1),
        ("catalogue", f"/price-lists/{REFUSED_LIST}/lines"): listed(refused),
        ("catalogue", "/planner"): _planner(),
        ("catalogue", "/planner-feeds"): listed({"feed_id": FEED, "made_by": "Morgan Manager", "made_at": in_days(-3)}),
        ("catalogue", "/procurement-thresholds"): rules,
        ("catalogue", "/vat-exceptions"): listed(
            an_exception(),
            an_exception(exception_id=an_id(0xF4, 2), school_urn=None, valid_to=day_in(9), certificate=""),
            an_exception(exception_id=an_id(0xF4, 3), valid_to=day_in(9), lapses_soon=True),
        ),
        ("catalogue", f"/vat-exceptions/{EXCEPTION}"): sent_exception(),
    }
