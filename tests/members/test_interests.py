"""The register of interests: who is connected with which supplier, and who may know."""

from typing import Any

import pytest

from chassis.actor import SERVICE
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import BOARD_MEMBER, MANAGER, buyer_of, user_of
from tests.members.test_members_api import a_school, add_supplier


@pytest.fixture
def members(service_client: Clients) -> Clients:
    put_school(service_client.database("members").database, SERVICE, a_school(), None)
    return service_client


def an_interest(supplier_id: str, **more: Any) -> dict[str, Any]:
    return {
        "supplier_id": supplier_id,
        "school_urn": a_school().urn,
        "person_name": "Gale Hughes",
        "capacity": "governor",
        "nature": "Director",
        "starts_on": "2026-09-01",
        "ends_on": None,
        "declared_on": "2026-09-15",
        **more,
    }


def test_an_interest_is_kept_ended_and_seen_by_those_concerned(members: Clients) -> None:
    urn, manager = a_school().urn, members("members", MANAGER)
    supplier_id = add_supplier(members)["supplier_id"]
    added = manager.post("/interests", an_interest(supplier_id))
    assert added.status_code == 201, added.text
    path = f"/interests/{added.json['interest_id']}"
    change = {key: added.json[key] for key in ("person_name", "capacity", "nature", "starts_on", "declared_on")}
    ended = manager.put(path, change | {"ends_on": "2027-03-31"}, version=1)
    assert (ended.status_code, ended.json["ends_on"], ended.json["version"]) == (200, "2027-03-31", 2)
    assert manager.put(path, change, version=1).json["code"] == "version_conflict"
    register = members("members", BOARD_MEMBER).get("/interests").json
    assert [each["person_name"] for each in register["items"]] == ["Gale Hughes"]
    assert [each["approval_above_pence"] for each in register["thresholds"]] == [20_000_00, 40_000_00]
    assert members("members", BOARD_MEMBER).post("/interests", an_interest(supplier_id)).status_code == 403
    assert len(members("members", buyer_of(urn)).get("/interests").json["items"]) == 1
    assert members("members", buyer_of(urn + 1)).get("/interests").json["items"] == []
    assert members("members", user_of(supplier_id)).get("/interests").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"ends_on": "2026-08-31"}, "ends_on"), ({"school_urn": None}, "school_urn")],
)
def test_an_interest_must_hold_together(members: Clients, wrong: dict[str, Any], field: str) -> None:
    sent = an_interest(add_supplier(members)["supplier_id"], **wrong)
    problem = members("members", MANAGER).post("/interests", sent).json
    assert (problem["code"], problem["errors"][0]["field"]) == ("interest_invalid", field)
