"""A supplier's administrator decides who acts for the supplier, keeps its details, and reaches nothing else."""

from datetime import timedelta
from typing import Any

from contracts.london import london_today
from tests.clients import Clients
from tests.members.actors import MANAGER
from tests.members.test_bank_details import Firm
from tests.members.test_members_api import told

TODAY = london_today().isoformat()
YESTERDAY = (london_today() - timedelta(days=1)).isoformat()
SELLER = {"role": "supplier_user", "starts_on": TODAY}


def welcome(firm: Firm, *roles: dict[str, Any], email: str = "wes@fenwright.example", by: Any = None) -> Any:
    sent = {"name": "Wes Warehouse", "email": email, "roles": list(roles)}
    return firm.as_(by or firm.head).post(f"/suppliers/{firm.id}/people", sent)


def test_an_administrator_invites_and_ends_colleagues(service_client: Clients) -> None:
    firm = Firm(service_client)
    made = welcome(firm, SELLER)
    assert (made.status_code, made.json["elsewhere"]) == (201, False)
    path = f"/suppliers/{firm.id}/people/{made.json['person_id']}"
    roles = [SELLER | {"ends_on": TODAY}, {"role": "supplier_administrator", "starts_on": TODAY}]
    changed = firm.as_(firm.head).put(path, {"roles": roles}, version=made.json["version"])
    assert [role["ends_on"] for role in changed.json["roles"]] == [None, TODAY]
    assert told(service_client, "PersonRecorded")[-1]["roles"][0]["organisation"] == "Fenwright Paper"
    shown = firm.as_(firm.head).get("/people").json["items"]
    assert len(shown) == 4

    own = f"/suppliers/{firm.id}/people/{firm.head.person_id}"
    kept = [{"role": "supplier_user", "starts_on": "2025-09-01"}]
    ended = firm.as_(firm.head).put(own, {"roles": kept}, version=1)
    assert (ended.status_code, ended.json["code"]) == (422, "own_role_ends")


def test_no_role_from_a_past_day_none_elsewhere_and_none_for_others(service_client: Clients) -> None:
    """A role from a past day would make a newcomer a trusted second person for bank details."""
    firm, theirs = Firm(service_client), Firm(service_client, "Kiln Cleaning")
    back = welcome(firm, SELLER | {"starts_on": YESTERDAY})
    assert (back.status_code, back.json["code"]) == (422, "role_backdated")
    old = firm.as_(MANAGER).get(f"/people/{firm.newcomer.person_id}").json
    path = f"/suppliers/{firm.id}/people/{old['person_id']}"
    earlier = [{"role": "supplier_user", "starts_on": "2025-01-01"}]
    assert firm.as_(firm.head).put(path, {"roles": earlier}, version=1).json["code"] == "role_backdated"
    assert welcome(firm, {"role": "alliance_manager", "starts_on": TODAY}).status_code == 422
    assert welcome(firm, SELLER, by=firm.old_hand).status_code == 403
    assert welcome(firm, SELLER, by=theirs.head).status_code == 404
    assert firm.as_(theirs.head).put(path, {"roles": []}, version=1).status_code == 404

    shared = welcome(firm, SELLER, email="old@kiln.example").json
    assert shared["elsewhere"]
    assert [role["supplier_id"] for role in shared["roles"]] == [firm.id]


def test_a_supplier_keeps_its_details_and_the_alliance_is_told(service_client: Clients) -> None:
    firm = Firm(service_client)
    sent = {
        "email": "orders@fenwright.example",
        "vat_number": "GB999010001",
        "address": {"lines": ["Unit 4"], "town": "Millhaven", "postcode": "ZZ10 4PM"},
        "endpoint": {"scheme": "0088", "id": "9520000000011"},
    }
    path = f"/suppliers/{firm.id}/details"
    assert firm.as_(firm.old_hand).put(path, sent, version=1).status_code == 403
    saved = firm.as_(firm.head).put(path, sent, version=1)
    assert (saved.json["name"], saved.json["vat_number"]) == ("Fenwright Paper", "GB999010001")
    (event,) = told(service_client, "SupplierDetailsChanged")
    assert {change["field"] for change in event["changes"]} == {"vat_number", "address", "endpoint"}
    changes = firm.as_(firm.old_hand).get(f"/suppliers/{firm.id}/changes").json["items"]
    assert [(each["field"], each["by_supplier"]) for each in changes] == [
        ("address", True), ("endpoint", True), ("vat_number", True),
    ]  # fmt: skip
    theirs = Firm(service_client, "Kiln Cleaning")
    assert firm.as_(theirs.head).put(path, sent, version=2).status_code == 404
    assert firm.as_(theirs.head).get(f"/suppliers/{firm.id}/changes").json["items"] == []
