"""VAT belongs to article, school and day: energy by kilowatt hours (domain example 9), exceptions and certificates."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.allocation import allocate
from contracts.vat import vat_pence, vat_rate
from services.catalogue.domain.errors import VatExceptionInvalid, VatExceptionOverlaps
from services.catalogue.domain.vat import VatException, VatTreatment, check_exception, treatment
from tests.catalogue.actors import BUYER, FENWRIGHT, KILN, MANAGER, user_of
from tests.clients import Clients

ENERGY, GAS = "energy", "00000000-0000-4000-8000-00000000000a"
COMMUNITY, AIDED, ACADEMY = 900001, 900002, 900003
ON = date(2026, 11, 24)


def exception(urn: int | None, **more: Any) -> VatException:
    own: dict[str, Any] = {"exception_id": str(urn), "offer_id": None, "category_code": ENERGY, "school_urn": urn}
    own |= {"vat_class": "S", "reduced": True, "valid_from": date(2026, 9, 1), "valid_to": None, "certificate": "VAT 7"}
    return VatException(**{**own, **more})


def carried(exceptions: list[VatException], urn: int, on: date = ON) -> VatTreatment:
    return treatment("S", exceptions, offer_id=GAS, category_code=ENERGY, urn=urn, on=on)


def test_energy_is_shared_by_use_and_taxed_by_school() -> None:
    kilowatt_hours = {COMMUNITY: 41_250, AIDED: 23_875, ACADEMY: 80_120}
    certificates = [exception(AIDED), exception(ACADEMY)]

    nets = allocate(23_456_78, kilowatt_hours)
    vat = {urn: vat_pence(net, carried(certificates, urn).rate(ON)) for urn, net in nets.items()}

    assert nets == {COMMUNITY: 6_661_79, AIDED: 3_855_77, ACADEMY: 12_939_22}
    assert vat == {COMMUNITY: 1_332_36, AIDED: 192_79, ACADEMY: 646_96}


def test_the_reduced_rate_is_dated_and_of_class_s_only() -> None:
    assert [vat_rate("S", ON, reduced=reduced) for reduced in (False, True)] == [20, 5]
    assert vat_rate("Z", ON, reduced=True) == 0


def test_the_closest_exception_counts_while_it_holds() -> None:
    zero = exception(AIDED, offer_id=GAS, category_code=None, vat_class="Z", reduced=False, valid_to=date(2026, 12, 31))
    from_new_year = exception(None, offer_id=GAS, category_code=None, vat_class="E", reduced=False, certificate="")
    later = replace(from_new_year, valid_from=date(2027, 1, 1))
    known = [later, exception(AIDED), zero]

    assert carried(known, AIDED) == VatTreatment("Z")
    assert carried(known, AIDED, date(2027, 1, 1)) == VatTreatment("E")
    assert carried(known, COMMUNITY) == VatTreatment("S")
    assert carried(known, COMMUNITY, date(2027, 1, 1)) == VatTreatment("E")
    assert carried([exception(AIDED)], AIDED, date(2027, 1, 1)) == VatTreatment("S", reduced=True)
    assert carried(known, AIDED, date(2026, 8, 31)) == VatTreatment("S")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"offer_id": GAS}, "offer_id"),
        ({"category_code": None}, "offer_id"),
        ({"school_urn": None}, "school_urn"),
        ({"school_urn": 7}, "school_urn"),
        ({"certificate": " "}, "certificate"),
        ({"vat_class": "R", "reduced": False}, "vat_class"),
        ({"vat_class": "Z"}, "reduced"),
        ({"valid_to": date(2026, 8, 31)}, "valid_to"),
    ],
)
def test_a_faulty_exception_is_refused_by_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(VatExceptionInvalid) as refusal:
        check_exception(replace(exception(AIDED), **change), [])
    assert set(refusal.value.fields) == {field}


def test_two_exceptions_do_not_hold_on_one_day() -> None:
    ended = replace(exception(AIDED), exception_id="ended", valid_to=date(2026, 9, 30))
    check_exception(exception(AIDED, valid_from=date(2026, 10, 1)), [ended])
    check_exception(exception(ACADEMY), [ended])
    with pytest.raises(VatExceptionOverlaps):
        check_exception(exception(AIDED, valid_from=date(2026, 9, 30)), [ended])


def test_a_certificate_is_recorded_ended_and_seen_by_whom_it_concerns(
    catalogue: Clients, offer: dict[str, Any]
) -> None:
    client = catalogue("catalogue", MANAGER)
    sent = {"offer_id": offer["offer_id"], "school_urn": BUYER.school_urn, "vat_class": "S", "reduced": True}
    sent |= {"valid_from": "2026-09-01", "certificate": "VAT 7 of 1 September"}

    made = client.post("/vat-exceptions", sent)

    assert made.status_code == 201
    again = client.post("/vat-exceptions", sent)
    assert (again.status_code, again.json["code"]) == (409, "vat_exception_overlaps")
    nobody = client.post(
        "/vat-exceptions", sent | {"offer_id": GAS, "valid_from": "2020-01-01", "valid_to": "2020-02-01"}
    )
    assert (nobody.status_code, nobody.json["code"]) == (422, "offer_unknown")

    def vat(urn: int | None, on: str, actor: Any = MANAGER) -> Any:
        return catalogue("catalogue", actor).get(f"/offers/{offer['offer_id']}/vat?school_urn={urn}&on={on}")

    assert vat(BUYER.school_urn, "2026-11-24", BUYER).json == {"vat_class": "S", "reduced": True, "vat_rate": "5.00"}
    assert vat(BUYER.school_urn, "2026-08-31").json["vat_rate"] == "20.00"
    assert vat(900002, "2026-11-24").json["vat_rate"] == "20.00"
    assert vat(900002, "2026-11-24", BUYER).status_code == 404

    def seen(actor: Any) -> int:
        return len(catalogue("catalogue", actor).get("/vat-exceptions").json["items"])

    other = replace(BUYER, school_urn=900002)
    assert [seen(actor) for actor in (MANAGER, BUYER, other, user_of(FENWRIGHT), user_of(KILN))] == [1, 1, 0, 1, 0]
    [listed] = client.get("/vat-exceptions").json["items"]
    assert listed["about"] == offer["name"]
    path = f"/vat-exceptions/{made.json['exception_id']}"
    ended = client.put(path, sent | {"valid_to": "2026-12-31"}, version=1)
    assert (ended.status_code, ended.json["valid_to"], ended.json["version"]) == (200, "2026-12-31", 2)
    assert client.put(path, sent, version=1).status_code == 412
    assert catalogue("catalogue", BUYER).post("/vat-exceptions", sent).status_code == 403
