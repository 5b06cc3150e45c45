"""The catalogue's HTTP interface, and what it tells the other parts."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from chassis.actor import SERVICE, Actor
from contracts.events import samples
from contracts.london import london_today
from services.catalogue.storage.suppliers import save_suppliers
from services.catalogue.usecases.publish_offers import publish_due_prices
from tests.catalogue.actors import BOARD_MEMBER, BUYER, FENWRIGHT, KILN, MANAGER, supplier_recorded, user_of
from tests.catalogue.records import CONTRACT, PAPER, told
from tests.clients import Clients, deliver


def edit_of(offer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: offer[name] for name in PAPER} | changes


def test_a_contract_is_recorded_and_told(catalogue: Clients, contract: dict[str, Any]) -> None:
    assert (contract["supplier_name"], contract["settlement"], contract["version"]) == (
        "Fenwright Paper",
        "recharge",
        1,
    )
    terms = {
        "settlement": "recharge",
        "notice_on": None,
        "charges": [],
        "minimum_order_pence": None,
        "small_order_fee_pence": None,
        "small_order_fee_share_by": "value",
        "fairness": "pro_rata",
        "tolerances": {"price_basis_points": 0, "quantity_units": 0, "total_pence": 0},
        "claim_days": 5,
        "payment_days": 30,
        "lead_urn": None,
    }
    assert told(catalogue, "ContractRecorded") == [CONTRACT | {"contract_id": contract["contract_id"]} | terms]
    assert catalogue("catalogue", BUYER).get("/contracts").json["items"] == [contract]


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({}, 409, "contract_reference_taken", "reference"),
        ({"reference": "c-1 "}, 409, "contract_reference_taken", "reference"),
        ({"reference": "C-2", "category_code": "boats"}, 422, "category_unknown", "category_code"),
        (
            {"reference": "C-2", "supplier_id": "00000000-0000-4000-8000-00000000dead"},
            422,
            "supplier_unknown",
            "supplier_id",
        ),
        ({"reference": "C-2", "supplier_id": "Fenwright"}, 422, "validation_failed", "supplier_id"),
        ({"reference": "C-2", "ends_on": "2026-08-31"}, 422, "contract_invalid", "ends_on"),
        ({"reference": "C-2", "ends_on": "31/08/2028"}, 422, "validation_failed", "ends_on"),
    ],
)
def test_a_faulty_contract_is_refused(
    catalogue: Clients, contract: dict[str, Any], change: dict[str, str], status: int, code: str, field: str
) -> None:
    answer = catalogue("catalogue", MANAGER).post("/contracts", CONTRACT | change)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert len(told(catalogue, "ContractRecorded")) == 1


def test_a_contract_with_offers_keeps_its_supplier(
    catalogue: Clients, contract: dict[str, Any], offer: dict[str, Any]
) -> None:
    client, path = catalogue("catalogue", MANAGER), f"/contracts/{contract['contract_id']}"

    moved = client.put(path, CONTRACT | {"supplier_id": KILN}, version=1)
    retitled = client.put(path, CONTRACT | {"title": "Paper"}, version=1)

    assert (moved.status_code, moved.json["code"]) == (409, "contract_has_offers")
    assert (retitled.status_code, retitled.json["title"], retitled.json["version"]) == (200, "Paper", 2)
    assert client.put(path, CONTRACT, version=1).status_code == 412


def test_a_published_offer_is_told_whole(catalogue: Clients, offer: dict[str, Any]) -> None:
    [body] = told(catalogue, "OfferPublished")

    assert body.keys() == samples()["OfferPublished", 2].keys()
    assert offer == body | {"state": "published", "version": 1, "later_prices": [], "staff": None}
    assert (body["category_name"], body["ledger_code"], body["supplier_id"]) == ("Stationery", "E19", FENWRIGHT)
    assert body["tiers"] == [
        {"from_quantity": 1, "unit_price": "12.5000"},
        {"from_quantity": 50, "unit_price": "11.8000"},
    ]
    assert body["phases"] == ["primary", "secondary"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tiers": []}, "tiers"),
        ({"tiers": [{"from_quantity": 5, "unit_price": "1.00"}]}, "tiers.0.from_quantity"),
        ({"tiers": [{"from_quantity": 1, "unit_price": 12.5}]}, "tiers.0.unit_price"),
        ({"tiers": [{"from_quantity": 1, "unit_price": "1.00001"}]}, "tiers.0.unit_price"),
        ({"tiers": [{"from_quantity": 1, "unit_price": "1e3"}]}, "tiers.0.unit_price"),
        ({"tiers": [{"from_quantity": 1, "unit_price": "0.0000"}]}, "tiers.0.unit_price"),
        ({"tiers": [{"from_quantity": 1.5, "unit_price": "1.00"}]}, "tiers.0.from_quantity"),
        ({"unit": "BX"}, "unit"),
        ({"pack_size": 10**15}, "pack_size"),
        ({"vat_class": "R"}, "vat_class"),
        ({"phases": ["infant"]}, "phases"),
        ({"category_code": "boats"}, "category_code"),
        ({"contract_id": "00000000-0000-4000-8000-00000000dead"}, "contract_id"),
        ({"name": "Pap\u0000er"}, "name"),
        ({"colour": "white"}, "colour"),
    ],
)
def test_a_faulty_offer_is_refused_by_field_and_not_told(
    catalogue: Clients, contract: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    sent = PAPER | {"contract_id": contract["contract_id"]} | change

    answer = catalogue("catalogue", MANAGER).post("/offers", sent)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert told(catalogue, "OfferPublished") == []


def test_an_article_number_names_one_offer_of_a_contract(catalogue: Clients, offer: dict[str, Any]) -> None:
    answer = catalogue("catalogue", MANAGER).post("/offers", PAPER | {"contract_id": offer["contract_id"]})

    assert (answer.status_code, answer.json["code"]) == (409, "sku_taken")


def test_a_new_price_is_told(catalogue: Clients, offer: dict[str, Any]) -> None:
    client, path = catalogue("catalogue", MANAGER), f"/offers/{offer['offer_id']}"
    changed = edit_of(offer, tiers=[{"from_quantity": 1, "unit_price": "11.9900"}])

    answer = client.put(path, changed, version=1)

    assert (answer.status_code, answer.json["version"]) == (200, 2)
    assert told(catalogue, "OfferPublished")[-1]["tiers"] == changed["tiers"]
    assert client.put(path, changed, version=2).json["version"] == 2
    assert client.put(path, changed, version=1).status_code == 412
    assert len(told(catalogue, "OfferPublished")) == 2


TERMS = {
    "settlement": "direct",
    "notice_on": "2028-02-29",
    "charges": [
        {
            "code": "DELIVERY",
            "name": "Delivery",
            "kind": "delivery",
            "amount_pence": 4500,
            "share_by": "value",
            "free_from_pence": 100_000,
            "vat_class": "S",
        },
        {
            "code": "SETUP",
            "name": "Account",
            "kind": "fixed",
            "amount_pence": 12_000,
            "share_by": "equal",
            "free_from_pence": None,
            "vat_class": "S",
        },
    ],
    "minimum_order_pence": 25_000,
    "small_order_fee_pence": 1_500,
    "small_order_fee_share_by": "units",
    "fairness": "priority",
    "tolerances": {"price_basis_points": 50, "quantity_units": 1, "total_pence": 100},
    "claim_days": 7,
    "payment_days": 14,
    "lead_urn": 900001,
}
PLANS = {
    "annual_value_pence": 4_327_500,
    "value_vat_class": "S",
    "procurement": "goods_services",
    "procurement_began_on": "2026-03-01",
}


def test_the_terms_of_a_contract_are_kept_and_told(catalogue: Clients, contract: dict[str, Any]) -> None:
    client, path = catalogue("catalogue", MANAGER), f"/contracts/{contract['contract_id']}"

    kept = client.put(path, CONTRACT | TERMS | PLANS, version=1).json

    assert {name: kept[name] for name in TERMS | PLANS} == TERMS | PLANS
    body = told(catalogue, "ContractRecorded")[-1]
    assert {name: body[name] for name in TERMS} == TERMS
    assert body.keys().isdisjoint(PLANS)
    assert client.put(path, CONTRACT | TERMS | PLANS, version=2).json["version"] == 2
    moved = client.put(path, CONTRACT | TERMS | {"supplier_id": KILN, "charges": TERMS["charges"][:1]}, version=2).json
    assert (moved["supplier_id"], len(moved["charges"])) == (KILN, 1)


def test_an_offer_says_who_may_order_and_how_few(catalogue: Clients, offer: dict[str, Any]) -> None:
    client, path = catalogue("catalogue", MANAGER), f"/offers/{offer['offer_id']}"
    change = {
        "minimum_quantity": 2,
        "alone_price": "13.9900",
        "eligible_types": ["1", "34"],
        "eligible_classes": ["full"],
        "eligible_urns": [900001],
    }

    kept = client.put(path, edit_of(offer, **change), version=1).json

    assert {name: kept[name] for name in change} == change
    body = told(catalogue, "OfferPublished")[-1]
    assert {name: body[name] for name in change} == change


def test_prices_of_a_later_day_wait_and_start_by_themselves(catalogue: Clients, offer: dict[str, Any]) -> None:
    client, path = catalogue("catalogue", MANAGER), f"/offers/{offer['offer_id']}"
    database = catalogue.database("catalogue").database
    soon, later = london_today() + timedelta(days=10), london_today() + timedelta(days=40)
    waiting = [
        {"valid_from": soon.isoformat(), "tiers": [{"from_quantity": 1, "unit_price": "13.0000"}]},
        {"valid_from": later.isoformat(), "tiers": [{"from_quantity": 1, "unit_price": "14.0000"}]},
    ]
    assert client.put(path, edit_of(offer, later_prices=waiting), version=1).json["later_prices"] == waiting
    assert told(catalogue, "OfferPublished")[-1]["tiers"] == offer["tiers"]

    changed = [publish_due_prices(database, SERVICE, soon + timedelta(days=late)) for late in (-1, 3, 3)]

    assert changed == [0, 1, 0]
    body = told(catalogue, "OfferPublished")[-1]
    assert (body["tiers"], body["prices_from"]) == (waiting[0]["tiers"], soon.isoformat())
    now = client.get(path).json
    assert (now["tiers"], now["later_prices"], now["version"]) == (waiting[0]["tiers"], waiting[1:], 3)
    prices = client.get(f"{path}/prices").json["items"]
    assert [(price["valid_from"], price["present"]) for price in prices] == [
        (offer["prices_from"], False),
        (soon.isoformat(), True),
        (later.isoformat(), False),
    ]


def test_a_withdrawn_offers_prices_change_in_silence(catalogue: Clients, offer: dict[str, Any]) -> None:
    client, path = catalogue("catalogue", MANAGER), f"/offers/{offer['offer_id']}"
    soon = london_today() + timedelta(days=1)
    waiting = [{"valid_from": soon.isoformat(), "tiers": [{"from_quantity": 1, "unit_price": "13.0000"}]}]
    client.put(path, edit_of(offer, later_prices=waiting), version=1)
    client.post(f"{path}/withdraw")

    assert publish_due_prices(catalogue.database("catalogue").database, SERVICE, soon) == 1

    assert len(told(catalogue, "OfferPublished")) == 2
    assert client.get(path).json["state"] == "withdrawn"


def test_offers_are_found_by_their_words(catalogue: Clients, offer: dict[str, Any]) -> None:
    client = catalogue("catalogue", MANAGER)
    for sku, name in (("GLUE", "Glue stick, 100 % solvent-free"), ("PEN", "Ball pen")):
        client.post("/offers", PAPER | {"contract_id": offer["contract_id"], "sku": sku, "name": name})

    def found(**query: str) -> list[str]:
        return [item["sku"] for item in client.get("/offers", query_string=query).json["items"]]

    assert found() == ["PEN", offer["sku"], "GLUE"]
    assert found(q="stick GLUE") == ["GLUE"]
    assert found(q="%") == ["GLUE"]
    assert found(q="glue pen") == []
    assert found(state="withdrawn") == []


def test_a_withdrawn_offer_is_told_once_and_may_come_back(catalogue: Clients, offer: dict[str, Any]) -> None:
    client, path = catalogue("catalogue", MANAGER), f"/offers/{offer['offer_id']}"

    for _ in range(2):
        assert client.post(f"{path}/withdraw").json["state"] == "withdrawn"
    assert told(catalogue, "OfferWithdrawn") == [{"offer_id": offer["offer_id"]}]

    assert client.put(path, edit_of(offer), version=2).json["state"] == "published"
    assert len(told(catalogue, "OfferPublished")) == 2


def test_a_renamed_category_is_told_for_its_published_offers(catalogue: Clients, offer: dict[str, Any]) -> None:
    client = catalogue("catalogue", MANAGER)
    gone = client.post("/offers", PAPER | {"contract_id": offer["contract_id"], "sku": "OLD"}).json
    client.post(f"/offers/{gone['offer_id']}/withdraw")
    before = len(told(catalogue, "OfferPublished"))

    answer = client.put(
        "/categories/stationery", {"name": "Paper", "cpv": "30192700-8", "ledger_code": "E22"}, version=1
    )

    assert answer.status_code == 200
    assert [
        (body["sku"], body["category_name"], body["ledger_code"]) for body in told(catalogue, "OfferPublished")[before:]
    ] == [("PAP-A4-80", "Paper", "E22")]


def test_offers_come_by_the_page_and_by_contract(catalogue: Clients, offer: dict[str, Any]) -> None:
    client = catalogue("catalogue", MANAGER)
    second = client.post("/offers", PAPER | {"contract_id": offer["contract_id"], "sku": "PAP-A3"}).json

    first_page = client.get("/offers?limit=1").json
    second_page = client.get(f"/offers?limit=1&after={first_page['next']}").json

    assert {page["items"][0]["offer_id"] for page in (first_page, second_page)} == {
        offer["offer_id"],
        second["offer_id"],
    }
    assert second_page["next"] is None
    assert len(client.get(f"/offers?contract_id={offer['contract_id']}").json["items"]) == 2
    assert client.get("/offers?category_code=devices").json["items"] == []


def test_schools_see_all_offers_and_a_supplier_its_own(catalogue: Clients, offer: dict[str, Any]) -> None:
    def seen_by(actor: Actor) -> list[int]:
        client = catalogue("catalogue", actor)
        return [len(client.get(path).json["items"]) for path in ("/offers", "/contracts")]

    assert seen_by(BUYER) == [1, 1]
    assert seen_by(user_of(FENWRIGHT)) == [1, 1]
    assert seen_by(user_of(KILN)) == [0, 0]
    assert catalogue("catalogue", user_of(KILN)).get(f"/offers/{offer['offer_id']}").status_code == 404


@pytest.mark.parametrize("actor", [BUYER, BOARD_MEMBER, user_of(FENWRIGHT)])
def test_only_managers_and_administrators_write(catalogue: Clients, contract: dict[str, Any], actor: Actor) -> None:
    answer = catalogue("catalogue", actor).post("/offers", PAPER | {"contract_id": contract["contract_id"]})

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_row_level_security_holds_even_without_the_views(catalogue: Clients) -> None:
    database = catalogue.database("catalogue").database

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        database.transaction(user_of(FENWRIGHT)) as connection,
    ):
        save_suppliers(connection, [{"supplier_id": FENWRIGHT, "name": "The best supplier", "school_urn": None}])
    with database.engine.begin() as connection:
        for table in ("supplier", "category", "contract", "contract_charge", "offer", "offer_tier"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_a_renamed_supplier_is_shown_by_its_new_name(catalogue: Clients, contract: dict[str, Any]) -> None:
    deliver(
        catalogue.database("catalogue"),
        "catalogue",
        [supplier_recorded(FENWRIGHT, "Fenwright"), supplier_recorded(FENWRIGHT, "Fenwright & Daughters")],
    )

    shown = catalogue("catalogue", BUYER).get(f"/contracts/{contract['contract_id']}").json
    assert shown["supplier_name"] == "Fenwright & Daughters"
