"""VAT belongs to article, school and day of supply: from the order form to the drop (domain.md §3, example 9)."""

from datetime import date
from typing import Any
from uuid import uuid4

import jsonschema
import pytest

from contracts.events import schemas
from services.orders.usecases.read_budgets import get_budgets
from tests.orders.market import MANAGER, Market, approver, buyer, in_days, ok, order_path, refused, supplier_user
from tests.orders.test_subscriptions import Services

TAX_POINT = "2027-01-04"
EACH = ((1, "1.0000"),)


def certify(market: Market, urn: int | None, exception_id: str | None = None, **more: Any) -> str:
    """The catalogue tells of an exception: for stationery at the reduced rate unless told otherwise; its id."""
    body = {
        "exception_id": exception_id or str(uuid4()),
        "offer_id": None,
        "category_code": None if more.get("offer_id") else "stationery",
        "school_urn": urn,
        "vat_class": "S",
        "reduced": more.get("vat_class", "S") == "S",
        "valid_from": "2026-09-01",
        "valid_to": None,
        "certificate": f"VAT 7/{urn}" if urn else "",
        "withdrawn": False,
        **more,
    }
    market.hear(("VatExceptionRecorded", body))
    return str(body["exception_id"])


def form(market: Market, round_id: str, urn: int) -> Any:
    return ok(market.as_(buyer(urn)).get(f"{order_path(round_id, urn)}/form"))


def rates(order: Any) -> dict[str, str]:
    """The VAT in per cent of each line of an order by its name."""
    return {line["name"]: line["vat_rate"] for line in order["lines"]}


def test_energy_is_shared_by_use_and_taxed_by_school(market: Market) -> None:
    """Example 9 through the close: 23,456.78 net by kWh; the community school pays 20 %, the others 5 %."""
    energy = {"code": "ENERGY", "name": "Energy", "kind": "delivery", "amount_pence": 23_456_78, "share_by": "units",
              "free_from_pence": None, "vat_class": "S"}  # fmt: skip
    market.contract(market.supplier_id, "Energy", market.contract_id, charges=[energy])
    metered = market.offer("Metered kWh", unit="KWH", vat_class="Z", tiers=((1, "0.0001"),))
    use = {market.school(type_code=kind): units for kind, units in (("1", 41_250), ("2", 23_875), ("34", 80_120))}
    community, aided, academy = use
    for urn in (aided, academy):
        certify(market, urn)
    round_id = market.open_round()
    for urn, units in use.items():
        market.order(round_id, urn, {metered: units})
    assert form(market, round_id, aided)["vat"] == []  # what is zero-rated anyway stays so

    worst = {urn: ok(market.as_(approver(urn)).get(f"{order_path(round_id, urn)}/approval")) for urn in use}
    assert worst[community]["worst_gross_pence"] == 23_456_78 + 4_691_36 + 4_13
    assert worst[aided]["worst_gross_pence"] == 23_456_78 + 1_172_84 + 2_40
    planned = ok(market.as_(MANAGER).get(f"/rounds/{round_id}/close-preview"))["purchase_orders"]
    market.close(round_id)

    (order,) = market.purchase_orders(round_id)
    shares = {drop["school_urn"]: drop["lines"][1] for drop in order["drops"]}
    assert [shares[urn]["net_pence"] for urn in use] == [6_661_79, 3_855_77, 12_939_22]
    assert [shares[urn]["vat_rate"] for urn in use] == ["20.00", "5.00", "5.00"]
    assert shares[aided]["vat_certificate"] == f"VAT 7/{aided}"
    own = [ok(market.as_(buyer(urn)).get(order_path(round_id, urn))) for urn in use]
    assert [each["vat_pence"] for each in own] == [1_332_36, 192_79, 646_96]
    assert order["vat_pence"] == planned[0]["vat_pence"] == 1_332_36 + 192_79 + 646_96
    parts = [market.purchase_orders(round_id, buyer(urn))[0] for urn in use]
    assert [part["vat_pence"] for part in parts] == [1_332_36, 192_79, 646_96]

    told = {body["school_urn"]: body for body in market.events("DropIssued")}
    for body in told.values():
        jsonschema.validate(body, schemas()["DropIssued", 2])
        assert body["tax_point"] == TAX_POINT
    carried = {"vat_class": "S", "reduced": True, "certificate": f"VAT 7/{aided}"}
    assert [line.get("vat") for line in told[aided]["lines"]] == [None, carried]
    assert "vat" not in told[community]["lines"][1]


def test_what_the_form_says_is_what_the_close_makes_and_the_budget_bears(market: Market) -> None:
    """Every kind of exception at once, for a school with all of them and for one with none but everybody's."""
    contract = {"contract": (market.contract_id, market.supplier_id), "tiers": EACH}
    offers = {name: market.offer(name, vat_class=vat, **contract) for name, vat in (
        ("Plain", "S"), ("Own", "S"), ("Everybody", "S"), ("Both", "S"), ("Zero", "Z"))}  # fmt: skip
    one, other = market.school(type_code="34"), market.school()
    certify(market, one)
    certify(market, one, offer_id=offers["Own"], vat_class="E")
    certify(market, None, offer_id=offers["Everybody"], vat_class="Z")
    certify(market, None, offer_id=offers["Both"], vat_class="S")
    certify(market, None, offer_id=offers["Plain"], vat_class="E", valid_from="2027-01-05")  # a day too late
    round_id = market.open_round()
    expected = {
        one: {"Plain": "5.00", "Own": "0.00", "Everybody": "0.00", "Both": "5.00", "Zero": "0.00"},
        other: {"Plain": "20.00", "Own": "20.00", "Everybody": "0.00", "Both": "5.00", "Zero": "0.00"},
    }
    names = {offer_id: name for name, offer_id in offers.items()}
    for urn, wanted in expected.items():
        listed = {names[each["offer_id"]]: each["vat_rate"] for each in form(market, round_id, urn)["vat"]}
        usual = {name: "0.00" if name == "Zero" else "20.00" for name in offers}
        assert usual | listed == wanted
        assert rates(market.order(round_id, urn, dict.fromkeys(offers.values(), 100))) == wanted

    def budget(urn: int, kind: str) -> int:
        view = get_budgets(market.service.database, buyer(urn), urn, "2026-27", date(2026, 11, 1))
        return sum(each.vat_pence for each in view.movements if each.kind == kind)

    assert [budget(urn, "reserved") for urn in expected] == [10_00, 45_00]
    market.close(round_id)
    for urn, wanted in expected.items():
        assert rates(ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))) == wanted
    assert [budget(urn, "committed") for urn in expected] == [10_00, 45_00]

    (order,) = market.purchase_orders(round_id)
    assert order["vat_pence"] == 55_00
    ok(market.answer(order))
    plain = next(line["line_no"] for line in order["lines"] if line["name"] == "Plain")
    path = f"/purchase-orders/{order['purchase_order_id']}/amendments"
    sent = {"school_urn": one, "line_no": plain, "quantity": 0, "reason": "Not needed"}
    asked = ok(market.as_(MANAGER).post(path, sent), 201)["amendment_id"]
    for actor, version in ((supplier_user(market.supplier_id), 1), (approver(one), 2)):
        ok(market.as_(actor).post(f"{path}/{asked}/agreement", version=version))
    assert market.purchase_orders(round_id)[0]["vat_pence"] == 50_00


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "rate"),
    [
        (TAX_POINT, None, "5.00"),
        ("2027-01-05", None, "20.00"),
        ("2026-09-01", TAX_POINT, "5.00"),
        ("2026-09-01", "2027-01-03", "20.00"),
    ],
)
def test_only_the_first_day_of_delivery_decides(
    market: Market, valid_from: str, valid_to: str | None, rate: str
) -> None:
    """Whatever begins or ends while the round is open."""
    paper, urn = market.offer(tiers=EACH), market.school()
    certify(market, urn, valid_from=valid_from, valid_to=valid_to)
    round_id = market.open_round()
    assert set(rates(market.order(round_id, urn, {paper: 1})).values()) == {rate}
    market.close(round_id)
    assert set(rates(ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))).values()) == {rate}


def test_what_is_recorded_meanwhile_never_makes_an_approved_order_dearer(market: Market) -> None:
    paper = market.offer(tiers=EACH)
    one, other = market.school(), market.school()
    round_id = market.open_round()
    for urn in (one, other):
        market.order(round_id, urn, {paper: 100})
    given = certify(market, one)
    cheaper = ok(market.as_(buyer(one)).get(order_path(round_id, one)))
    assert (cheaper["state"], cheaper["vat_pence"], cheaper["worst_gross_pence"]) == ("approved", 5_00, 105_00)

    certify(market, one, given, withdrawn=True)
    back = ok(market.as_(buyer(one)).get(order_path(round_id, one)))
    assert (back["state"], back["vat_pence"], back["approved_by"]) == ("returned", 20_00, None)
    assert "Copier paper" in back["return_reason"]
    assert ok(market.as_(buyer(other)).get(order_path(round_id, other)))["state"] == "approved"
    certify(market, one, given, withdrawn=True)
    assert ok(market.as_(buyer(one)).get(order_path(round_id, one)))["version"] == back["version"]

    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert [drop["school_urn"] for drop in order["drops"]] == [other]
    certify(market, other)
    assert market.purchase_orders(round_id)[0]["vat_pence"] == 20_00  # the close has fixed it


def test_a_service_is_taxed_by_school_on_the_first_day_of_its_period(market: Market) -> None:
    services, one, other = Services(market), market.school(), market.school()
    certify(market, one, category_code="payroll", vat_class="E", valid_from="2026-10-01")
    plan = services.plan()
    for urn in (one, other):
        services.join(plan, urn)
    services.run_until("2026-11-01")
    assert [(order["net_pence"], order["vat_pence"]) for order in services.orders(plan)] == [
        (197_26, 39_45),
        (203_84, 20_38),
    ]
    last = [body for body in market.events("DropIssued") if body["tax_point"] == "2026-10-01"]
    carried = {body["school_urn"]: body["lines"][0].get("vat") for body in last}
    assert carried == {one: {"vat_class": "E", "reduced": False, "certificate": f"VAT 7/{one}"}, other: None}


def test_a_school_that_supplies_orders_nothing_from_itself(market: Market) -> None:
    school, primary = market.school(phase="secondary"), market.school()
    supplier = market.supplier("The school’s technicians", school_urn=school)
    contract = market.contract(supplier, "Technician days")
    days = market.offer("Technician day", unit="DAY", contract=(contract, supplier), tiers=((1, "180.0000"),))
    round_id = market.open_round(contract_ids=[contract], closes_at=in_days(3))
    assert form(market, round_id, school)["standings"] == []
    assert refused(market.save(round_id, school, {days: 1}), 422, "lines_refused")
    plan = Services(market).plan(contract_id=contract)
    asked = {"plan_id": plan["plan_id"], "starts_on": "2026-12-01"}
    refused(market.as_(buyer(school)).post("/subscriptions", asked), 409, "own_service")
    assert market.order(round_id, primary, {days: 2})["vat_pence"] == 72_00
