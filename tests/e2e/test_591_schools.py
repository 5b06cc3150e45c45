"""All 591 state-funded schools of one real authority order 20 offers each in one round, through `/api/v1`."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.allocation import allocate
from tests.e2e.alliance import PASSWORD
from tests.e2e.api import Api, Refused
from tests.e2e.documents import supplier_invoice
from tests.e2e.hands import deadline
from tests.e2e.patience import eventually
from tests.e2e.stack import COMMAND_LINE, Stack

REAL_DATA = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
CENSUS = REAL_DATA / "schools" / "england_census_2023.csv"
AUTHORITY = "886"
OFFERS = 20
SEATS_A_PERSON = 50
AT_ONCE = 4


@pytest.fixture
def schools(stack: Stack) -> list[int]:
    """The authority's schools, imported as the command line does."""
    if not CENSUS.is_file():
        pytest.skip(f"the school census is not at {CENSUS}")
    from services.members.usecases.import_schools import import_schools

    result = import_schools(stack.database("members"), COMMAND_LINE, CENSUS.read_bytes(), la_code=AUTHORITY)
    assert result.new + result.unchanged == 591
    api = manager_of(stack)
    urns, after = [], ""
    while True:
        page = api.get(f"/schools?limit=200{after}")
        urns += [school["urn"] for school in page["items"] if school["la_code"] == AUTHORITY]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    return sorted(urn for urn in urns if urn < 900_000)


_managers: dict[str, Api] = {}
_signed_in: dict[tuple[str, int], Api] = {}


def manager_of(stack: Stack) -> Api:
    if stack.url not in _managers:
        email = f"manager-{uuid4().hex[:8]}@large.example"
        stack.add_person("Large Manager", email, PASSWORD, role="alliance_manager")
        stack.caught_up()
        _managers[stack.url] = Api(stack.url, email, PASSWORD)
    return _managers[stack.url]


def people_with_seats(stack: Stack, manager: Api, urns: list[int], role: str) -> dict[int, str]:
    """The ids of people by school; each person holds the role at up to fifty schools."""
    found = {}
    for index in range(0, len(urns), SEATS_A_PERSON):
        some = urns[index : index + SEATS_A_PERSON]
        email = f"{role}-{index}-{uuid4().hex[:6]}@large.example"
        seats = [
            {"role": role, "school_urn": urn, "supplier_id": None, "starts_on": "2026-09-01", "ends_on": None}
            for urn in some
        ]
        person = manager.post("/people", {"name": f"{role} {index}", "email": email, "roles": seats})
        found |= dict.fromkeys(some, person["person_id"])
    return found


def in_seat(stack: Stack, person_id: str, urn: int) -> Api:
    """That person in that school's seat, with a session of its own."""
    if (person_id, urn) not in _signed_in:
        _signed_in[person_id, urn] = Api(stack.url, "", "", token=stack.session(person_id, f"school:{urn}"))
    return _signed_in[person_id, urn]


@pytest.fixture
def supply(stack: Stack) -> tuple[Api, dict[str, Any], list[dict[str, Any]]]:
    """A supplier's desk, its contract and twenty offers with tiers."""
    manager, mark = manager_of(stack), uuid4().hex[:8]
    supplier = manager.post("/suppliers", {"name": f"Large Supplies {mark}", "email": f"s-{mark}@large.example"})
    email = f"desk-{mark}@large.example"
    seat = {"role": "supplier_user", "school_urn": None, "supplier_id": supplier["supplier_id"]}
    roles = [{**seat, "starts_on": "2026-09-01", "ends_on": None}]
    desk = manager.post("/people", {"name": "Desk", "email": email, "roles": roles})
    stack.set_password(desk["person_id"], PASSWORD)
    if "stationery" not in {category["code"] for category in manager.get("/categories")["items"]}:
        manager.post(
            "/categories", {"code": "stationery", "name": "Stationery", "cpv": "30192000-1", "ledger_code": "E19"}
        )
    contract = eventually(
        lambda: manager.post(
            "/contracts",
            {
                "supplier_id": supplier["supplier_id"],
                "title": f"Large {mark}",
                "reference": mark,
                "category_code": "stationery",
                "settlement": "recharge",
                "starts_on": "2026-09-01",
                "ends_on": "2028-08-31",
            },
        ),
        failing_with=Refused,
    )
    offers = [
        manager.post(
            "/offers",
            {
                "contract_id": contract["contract_id"],
                "category_code": "stationery",
                "sku": f"L-{mark}-{index}",
                "name": f"Article {index:02d}",
                "description": "",
                "unit": "C62",
                "pack_size": 1,
                "vat_class": "S",
                "tiers": [
                    {"from_quantity": 1, "unit_price": f"{index + 1}.0349"},
                    {"from_quantity": 1000, "unit_price": f"{index}.9977"},
                ],
                "phases": [],
            },
        )
        for index in range(OFFERS)
    ]
    stack.caught_up()
    return Api(stack.url, email, PASSWORD), contract, offers


@pytest.mark.real_data
@pytest.mark.parametrize("stack", ["pgmq"], indirect=True)  # so many schools try the services, not their transport
def test_591_real_schools_order_and_every_penny_adds_up(stack: Stack, schools, supply, verified) -> None:
    manager, (desk, contract, offers) = manager_of(stack), supply
    assert len(schools) == 591
    buyers = people_with_seats(stack, manager, schools, "school_buyer")
    approvers = people_with_seats(stack, manager, schools, "school_approver")
    stack.caught_up()
    chance = random.Random(886)
    wishes = {urn: {offer["offer_id"]: chance.randint(1, 400) for offer in offers} for urn in schools}
    opened = open_round(manager, contract)

    def order(urn: int) -> None:
        path = f"/rounds/{opened}/orders/{urn}"
        lines = [{"offer_id": offer_id, "quantity": quantity} for offer_id, quantity in wishes[urn].items()]
        in_seat(stack, buyers[urn], urn).post(f"{path}/submit", {"lines": lines}, version=0)
        approver = in_seat(stack, approvers[urn], urn)
        approver.post(f"{path}/approve", version=approver.get(path)["version"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(order, schools))
    manager.post(f"/rounds/{opened}/close", version=manager.get(f"/rounds/{opened}")["version"])

    (listed,) = desk.get(f"/purchase-orders?round_id={opened}")["items"]
    placed = desk.get(f"/purchase-orders/{listed['purchase_order_id']}")
    check_shares(placed, wishes)
    desk.post(f"/purchase-orders/{placed['purchase_order_id']}/acknowledgement", {"answer": "accepted"})

    def receive(urn: int) -> None:
        arrived = [
            {"line_no": line["line_no"], "quantity_received": wishes[urn][line["offer_id"]]} for line in placed["lines"]
        ]
        path = f"/purchase-orders/{placed['purchase_order_id']}/receipts"
        in_seat(stack, buyers[urn], urn).post(path, {"lines": arrived})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(receive, schools))
    stack.caught_up()
    invoice = desk.post(
        "/supplier-invoices",
        supplier_invoice(placed, number="LARGE-1", issue_date=date.today().isoformat()),  # noqa: DTZ011
        content_type="application/xml",
    )
    bills = manager.post("/bills", {"round_id": opened})["items"]
    assert len(bills) == 591
    assert sum(bill["net_pence"] for bill in bills) == placed["net_pence"] == invoice["net_pence"]
    assert sum(bill["vat_pence"] for bill in bills) == invoice["vat_pence"]
    assert verified() == []


def open_round(manager: Api, contract: dict[str, Any]) -> str:
    """A round of the contract's offers, open for a week."""
    made = manager.post(
        "/rounds",
        {
            "title": "591 schools",
            "closes_at": deadline(),
            "delivery_from": "2026-12-01",
            "delivery_to": "2026-12-18",
            "contract_ids": [contract["contract_id"]],
        },
    )
    manager.post(f"/rounds/{made['round_id']}/open", version=made["version"])
    opened: str = made["round_id"]
    return opened


def check_shares(placed: dict[str, Any], wishes: dict[int, dict[str, int]]) -> None:
    """Each line's shares are the largest-remainder shares of its total, and drops hold what was wished."""
    for line in placed["lines"]:
        weights = {urn: quantities[line["offer_id"]] for urn, quantities in wishes.items()}
        shares = {
            drop["school_urn"]: share["net_pence"]
            for drop in placed["drops"]
            for share in drop["lines"]
            if share["line_no"] == line["line_no"]
        }
        assert line["quantity"] == sum(weights.values())
        assert shares == allocate(line["net_pence"], weights)
    assert sum(line["net_pence"] for line in placed["lines"]) == placed["net_pence"]
