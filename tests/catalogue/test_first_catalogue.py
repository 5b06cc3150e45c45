"""The catalogue to begin with."""

import csv
import os
from collections.abc import Callable
from decimal import Decimal
from importlib import resources
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from services.catalogue.usecases.load_first_catalogue import Loaded, first_suppliers, load_first_catalogue
from services.catalogue.usecases.publish_offers import withdraw_offer
from services.catalogue.usecases.read_catalogue import list_categories, list_contracts, list_offers
from tests.backends import ServiceDatabase
from tests.catalogue.actors import supplier_recorded
from tests.clients import deliver

REAL_DATA = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))

# Everything that alliances say they buy together.
BOUGHT_TOGETHER = {
    "Payroll",
    "HR advisory",
    "Legal advice",
    "Accountancy and audit",
    "Finance support",
    "Data protection officer",
    "Governance support",
    "Health and safety",
    "Safeguarding and curriculum reviews",
    "Recruitment advertising",
    "Trade union facilities",
    "Grounds maintenance",
    "Catering",
    "IT support",
    "IT licences",
    "Software packages",
    "Stationery",
    "Cleaning materials",
    "Exercise books",
    "Devices",
    "Energy",
}


@pytest.fixture
def catalogue(databases: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return databases("catalogue")


def hear_of(catalogue: ServiceDatabase, *names: str) -> None:
    deliver(catalogue, "catalogue", [supplier_recorded(str(uuid4()), name) for name in names])


def load(catalogue: ServiceDatabase) -> Loaded:
    return load_first_catalogue(catalogue.database, SERVICE)


def offers(catalogue: ServiceDatabase) -> list[dict[str, object]]:
    return list_offers(catalogue.database, SERVICE, contract_id=None, category_code=None, after=None, limit=1000)[0]


def events(catalogue: ServiceDatabase) -> dict[str, int]:
    with catalogue.database.transaction(SERVICE) as connection:
        rows = connection.execute(text("SELECT type, count(*) FROM event_log GROUP BY type"))
        return {row.type: row.count for row in rows}


def test_it_covers_everything_that_is_bought_together(catalogue: ServiceDatabase) -> None:
    hear_of(catalogue, *first_suppliers())

    loaded = load(catalogue)

    assert len(first_suppliers()) == 6
    assert loaded == Loaded(23, 11, 147, ())
    assert {category.name for category in list_categories(catalogue.database, SERVICE)} >= BOUGHT_TOGETHER
    offered = {offer["category_code"] for offer in offers(catalogue)}
    assert offered == {category.code for category in list_categories(catalogue.database, SERVICE)}
    assert events(catalogue) == {"CategoryRecorded": 23, "ContractRecorded": 11, "OfferPublished": 147}


def test_loading_again_adds_nothing_and_leaves_changes_alone(catalogue: ServiceDatabase) -> None:
    hear_of(catalogue, *first_suppliers())
    load(catalogue)
    withdrawn = str(offers(catalogue)[0]["offer_id"])
    withdraw_offer(catalogue.database, SERVICE, withdrawn)
    before = events(catalogue)

    assert load(catalogue) == Loaded(0, 0, 0, ())

    assert events(catalogue) == before
    assert next(offer for offer in offers(catalogue) if offer["offer_id"] == withdrawn)["state"] == "withdrawn"


def test_contracts_wait_for_their_supplier(catalogue: ServiceDatabase) -> None:
    waiting = sorted(first_suppliers() - {"Weald Estates"})
    hear_of(catalogue, "Weald Estates")

    first = load(catalogue)
    assert first.missing_suppliers == tuple(waiting)
    assert {contract["supplier_name"] for contract in list_contracts(catalogue.database, SERVICE)} == {"Weald Estates"}

    hear_of(catalogue, *waiting)
    second = load(catalogue)
    assert second.categories == 0
    assert (first.contracts + second.contracts, first.offers + second.offers) == (11, 147)


def test_more_together_never_costs_more_each(catalogue: ServiceDatabase) -> None:
    hear_of(catalogue, *first_suppliers())
    load(catalogue)

    for offer in offers(catalogue):
        prices = [Decimal(tier["unit_price"]) for tier in offer["tiers"]]  # type: ignore[attr-defined]
        assert prices == sorted(prices, reverse=True), offer["sku"]
        alone = offer["alone_price"]
        assert alone is None or Decimal(str(alone)) > prices[0], offer["sku"]


@pytest.mark.real_data
def test_its_cpv_codes_are_codes_of_the_vocabulary() -> None:
    file = REAL_DATA / "cpv" / "cpv_2008_en.csv"
    if not file.exists():
        pytest.skip(f"{file} is not there: set BURSAR_REAL_DATA to the folder of published files")
    with file.open(encoding="utf-8", newline="") as published:
        vocabulary = {row["code"] for row in csv.DictReader(published)}
    shipped = resources.files("services.catalogue.first_catalogue").joinpath("categories.csv")

    codes = {row["cpv"] for row in csv.DictReader(shipped.read_text(encoding="utf-8").splitlines())}

    assert codes <= vocabulary
