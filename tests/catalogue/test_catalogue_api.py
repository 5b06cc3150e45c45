"""The catalogue's HTTP interface, and what it tells the other parts."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from chassis.actor import SERVICE, Actor
from contracts.events import samples, schemas
from services.catalogue.storage.suppliers import save_suppliers
from tests.catalogue.actors import BOARD_MEMBER, BUYER, FENWRIGHT, KILN, MANAGER, supplier_recorded, user_of
from tests.clients import Clients, deliver

jsonschema = pytest.importorskip("jsonschema")

STATIONERY = {"code": "stationery", "name": "Stationery", "cpv": "30192700-8", "ledger_code": "E19"}
CONTRACT = {
    "supplier_id": FENWRIGHT,
    "title": "Stationery and paper",
    "reference": "C-1",
    "category_code": "stationery",
    "starts_on": "2026-09-01",
    "ends_on": "2028-08-31",
}
PAPER = {
    "category_code": "stationery",
    "sku": "PAP-A4-80",
    "name": "Copier paper A4, 80 g",
    "description": "Box of five reams,\nwrapped",
    "unit": "XBX",
    "pack_size": 5,
    "vat_class": "S",
    "tiers": [{"from_quantity": 1, "unit_price": "12.5"}, {"from_quantity": 50, "unit_price": "11.8000"}],
    "phases": ["secondary", "primary"],
}


@pytest.fixture
def catalogue(service_client: Clients) -> Clients:
    deliver(
        service_client.database("catalogue"),
        "catalogue",
        [supplier_recorded(FENWRIGHT, "Fenwright Paper"), supplier_recorded(KILN, "Kiln")],
    )
    assert service_client("catalogue", MANAGER).post("/categories", STATIONERY).status_code == 201
    return service_client


@pytest.fixture
def contract(catalogue: Clients) -> dict[str, Any]:
    answer = catalogue("catalogue", MANAGER).post("/contracts", CONTRACT)
    assert answer.status_code == 201
    return dict(answer.json or {})


@pytest.fixture
def offer(catalogue: Clients, contract: dict[str, Any]) -> dict[str, Any]:
    answer = catalogue("catalogue", MANAGER).post("/offers", PAPER | {"contract_id": contract["contract_id"]})
    assert answer.status_code == 201
    return dict(answer.json or {})


def told(catalogue: Clients, event_type: str) -> list[dict[str, Any]]:
    with catalogue.database("catalogue").database.transaction(SERVICE) as connection:
        rows = connection.execute(
            text("SELECT body FROM event_log WHERE type = :type ORDER BY id"), {"type": event_type}
        )
        bodies = [row.body for row in rows]
    for body in bodies:
        jsonschema.validate(body, schemas()[event_type, 1])
    return bodies


def edit_of(offer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: offer[name] for name in PAPER} | changes


def test_a_contract_is_recorded_and_told(catalogue: Clients, contract: dict[str, Any]) -> None:
    assert (contract["supplier_name"], contract["settlement"], contract["version"]) == (
        "Fenwright Paper",
        "recharge",
        1,
    )
    assert told(catalogue, "ContractRecorded") == [
        CONTRACT | {"contract_id": contract["contract_id"], "settlement": "recharge"}
    ]
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

    assert body.keys() == samples()["OfferPublished", 1].keys()
    assert offer == body | {"state": "published", "version": 1}
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
        save_suppliers(connection, {FENWRIGHT: "The best supplier"})
    with database.engine.begin() as connection:
        for table in ("supplier", "category", "contract", "offer", "offer_tier"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_a_renamed_supplier_is_shown_by_its_new_name(catalogue: Clients, contract: dict[str, Any]) -> None:
    deliver(
        catalogue.database("catalogue"),
        "catalogue",
        [supplier_recorded(FENWRIGHT, "Fenwright"), supplier_recorded(FENWRIGHT, "Fenwright & Daughters")],
    )

    shown = catalogue("catalogue", BUYER).get(f"/contracts/{contract['contract_id']}").json
    assert shown["supplier_name"] == "Fenwright & Daughters"
