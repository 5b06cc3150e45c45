"""What the alliance and its suppliers say of themselves on orders and invoices."""

from typing import Any

import pytest

from chassis.actor import SERVICE
from services.members.domain.company import (
    Address,
    Endpoint,
    address_faults,
    company_number_faults,
    endpoint_faults,
    telephone_faults,
    tidy_address,
    tidy_company_number,
    tidy_endpoint,
)
from services.members.usecases.record_schools import put_school
from tests.clients import Clients
from tests.members.actors import BOARD_MEMBER, MANAGER, buyer_of, user_of
from tests.members.test_members_api import a_school, add_supplier, told

ALLIANCE = {
    "name": "Orchard Schools Alliance",
    "legal_name": "Orchard Schools Alliance Limited",
    "address": {"lines": ["12 Cherry Lane"], "town": "Millhaven", "postcode": "zz11aa"},
    "endpoint": {"scheme": "9932", "id": "999 9999 73"},
    "vat_number": "999999973",
    "email": "office@alliance.example",
    "telephone": "01632 960000",
}


@pytest.fixture
def members(service_client: Clients) -> Clients:
    put_school(service_client.database("members").database, SERVICE, a_school(), None)
    return service_client


@pytest.mark.parametrize(
    ("scheme", "typed", "kept"),
    [
        ("0088", "9520000 00001-1", "9520000000011"),
        ("0060", "999-353-408", "999353408"),
        ("9932", "gb 999 9999 73", "GB999999973"),
        ("9932", "999999973", "GB999999973"),
    ],
)
def test_an_endpoint_is_kept_as_it_is_compared(scheme: str, typed: str, kept: str) -> None:
    endpoint = tidy_endpoint(Endpoint(scheme, typed))
    assert endpoint == Endpoint(scheme, kept)
    assert endpoint_faults(endpoint) == {}


@pytest.mark.parametrize(
    ("scheme", "identifier", "field"),
    [
        ("0088", "9520000000012", "endpoint.id"),
        ("0088", "95200004", "endpoint.id"),
        ("0060", "12345678", "endpoint.id"),
        ("9932", "GB999999974", "endpoint.id"),
        ("9932", "", "endpoint.id"),
        ("0190", "9520000000011", "endpoint.scheme"),
    ],
)
def test_an_endpoint_with_wrong_check_digits_or_scheme_is_refused(scheme: str, identifier: str, field: str) -> None:
    assert set(endpoint_faults(tidy_endpoint(Endpoint(scheme, identifier)))) == {field}


def test_addresses_and_numbers_are_tidied_and_checked() -> None:
    address = tidy_address(Address((" 4 Mill Lane ", ""), " Dover ", "ct161aa"))
    assert address == Address(("4 Mill Lane",), "Dover", "CT16 1AA")
    assert address_faults(address) == {}
    assert set(address_faults(tidy_address(Address(("",), "", "CT16")))) == {
        "address.lines", "address.town", "address.postcode",
    }  # fmt: skip
    assert [tidy_company_number(text) for text in ("999101", "sc 123456", " ")] == ["00999101", "SC123456", None]
    assert [bool(company_number_faults(text)) for text in ("00999101", "SC123456", "1234567X")] == [False, False, True]
    assert [bool(telephone_faults(text)) for text in ("+44 1632 960101", "960101", "ring me")] == [False, True, True]


def test_the_alliance_says_who_it_is_once_and_every_member_reads_it(members: Clients) -> None:
    manager = members("members", MANAGER)
    before = manager.get("/alliance")
    assert (before.json["name"], before.json["version"], before.headers["ETag"]) == ("", 0, '"0"')

    first = manager.put("/alliance", ALLIANCE, version=0)
    assert first.status_code == 200, first.json
    assert first.json["address"] == {
        "lines": ["12 Cherry Lane"], "town": "Millhaven", "postcode": "ZZ1 1AA", "country": "GB",
    }  # fmt: skip
    assert manager.put("/alliance", ALLIANCE, version=1).json["version"] == 1
    assert manager.put("/alliance", ALLIANCE, version=0).json["code"] == "version_conflict"
    (event,) = told(members, "AllianceRecorded")
    assert event == {name: value for name, value in first.json.items() if name != "version"}

    supplier = add_supplier(members)
    for reader in (buyer_of(900001), user_of(supplier["supplier_id"]), BOARD_MEMBER):
        assert members("members", reader).get("/alliance").json["vat_number"] == "GB999999973"
        assert members("members", reader).put("/alliance", ALLIANCE, version=1).status_code == 403


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"email": "nobody"}, "alliance_invalid", "email"),
        ({"address": {"lines": [], "town": "X", "postcode": "ZZ1 1AA"}}, "alliance_invalid", "address.lines"),
        ({"address": ALLIANCE["address"] | {"country": "UK"}}, "alliance_invalid", "address.country"),
        ({"endpoint": {"scheme": "0088", "id": "9520000000012"}}, "alliance_invalid", "endpoint.id"),
        ({"telephone": "123"}, "alliance_invalid", "telephone"),
        ({"vat_number": "GB999999974"}, "vat_number_invalid", "vat_number"),
    ],
)
def test_what_does_not_hold_is_refused(members: Clients, change: dict[str, Any], code: str, field: str) -> None:
    answer = members("members", MANAGER).put("/alliance", ALLIANCE | change, version=0)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert told(members, "AllianceRecorded") == []


def test_a_supplier_is_told_with_its_details_and_may_be_a_school(members: Clients) -> None:
    details = {
        "address": {"lines": ["Unit 4"], "town": "Millhaven", "postcode": "ZZ10 4PM", "country": "GB"},
        "endpoint": {"scheme": "0088", "id": "9520000000011"},
        "company_number": "00999101",
        "telephone": "01632 960101",
        "school_urn": 900001,
    }
    manager, supplier = members("members", MANAGER), add_supplier(members)
    sent = {"name": supplier["name"], "email": supplier["email"], "vat_number": supplier["vat_number"], **details}
    saved = manager.put(f"/suppliers/{supplier['supplier_id']}", sent, version=1)
    assert {name: saved.json[name] for name in details} == details
    assert {name: told(members, "SupplierRecorded")[-1][name] for name in details} == details

    unknown = manager.put(f"/suppliers/{supplier['supplier_id']}", sent | {"school_urn": 999999}, version=2)
    assert (unknown.json["code"], unknown.json["errors"][0]["field"]) == ("organisation_unknown", "school_urn")
