"""The planner: whole terms against dated thresholds (domain example 14), days to decide by, terms to bring together."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from contracts.london import london_today
from services.catalogue.domain.contract import Contract
from services.catalogue.domain.planner import alignments, planned_days, together_worths, worths
from services.catalogue.domain.procurement import (
    ProcurementRules,
    QuoteTier,
    Threshold,
    quote_tier_on,
    whole_term_pence,
)
from tests.catalogue.actors import BOARD_MEMBER, BUYER, FENWRIGHT, MANAGER, user_of
from tests.catalogue.records import CONTRACT as SENT
from tests.catalogue.test_offer import CONTRACT
from tests.clients import Clients

TODAY = date(2026, 11, 24)
FOUR_YEARS = replace(CONTRACT, starts_on=date(2026, 9, 1), ends_on=date(2030, 8, 31), annual_value_pence=43_275_00)
RULES = ProcurementRules(
    (
        Threshold("goods_services", date(2024, 1, 1), 214_904_00),
        Threshold("goods_services", date(2026, 1, 1), 207_720_00),
        Threshold("light_touch", date(2026, 1, 1), 663_540_00),
        Threshold("works", date(2026, 1, 1), 5_193_000_00),
    ),
    (
        QuoteTier(date(2024, 1, 1), 0, "one"),
        QuoteTier(date(2024, 1, 1), 10_000_00, "three"),
        QuoteTier(date(2024, 1, 1), 40_000_01, "tender"),
    ),
)


def meets(contract: Contract) -> bool:
    [found] = worths([contract], RULES, TODAY)
    assert found.worth is not None
    return found.worth.meets


def test_the_whole_term_with_vat_meets_the_threshold_or_just_does_not() -> None:
    assert whole_term_pence(FOUR_YEARS) == 207_720_00
    assert meets(FOUR_YEARS)
    less = replace(FOUR_YEARS, annual_value_pence=43_272_00)
    assert whole_term_pence(less) == 207_705_60
    assert not meets(less)


def test_the_day_the_procurement_began_picks_the_row() -> None:
    assert not meets(replace(FOUR_YEARS, procurement_began_on=date(2025, 12, 31)))
    assert meets(replace(FOUR_YEARS, procurement_began_on=date(2026, 1, 1)))


def test_each_kind_has_its_own_threshold() -> None:
    assert not meets(replace(FOUR_YEARS, procurement="light_touch"))
    assert meets(replace(FOUR_YEARS, procurement="light_touch", annual_value_pence=138_237_50))
    assert not meets(replace(FOUR_YEARS, procurement="works", annual_value_pence=138_237_50))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "pence"),
    [
        ("2026-09-01", "2027-08-31", 12_000_00),
        ("2024-02-29", "2025-02-27", 12_000_00),
        ("2026-01-31", "2026-02-27", 1_000_00),
        ("2026-09-01", "2026-10-15", 1_493_15),
        ("2026-09-01", "2026-09-01", 32_88),
    ],
)
def test_terms_count_in_months_and_then_days(starts_on: str, ends_on: str, pence: int) -> None:
    term = {"starts_on": date.fromisoformat(starts_on), "ends_on": date.fromisoformat(ends_on)}
    assert whole_term_pence(replace(CONTRACT, **term, annual_value_pence=10_000_00)) == pence


def test_exempt_services_carry_no_vat_and_unknown_values_no_worth() -> None:
    assert whole_term_pence(replace(FOUR_YEARS, value_vat_class="E")) == 173_100_00
    assert worths([CONTRACT], RULES, TODAY)[0].worth is None


@pytest.mark.parametrize(
    ("pence", "wanted"), [(9_999_99, "one"), (10_000_00, "three"), (40_000_00, "three"), (40_000_01, "tender")]
)
def test_quote_tiers_are_reached_by_value(pence: int, wanted: str) -> None:
    tier = quote_tier_on(RULES, pence, TODAY)
    assert tier is not None
    assert tier.requirement == wanted
    assert quote_tier_on(RULES, pence, date(2023, 12, 31)) is None


def test_contracts_of_one_category_are_measured_together() -> None:
    half = replace(FOUR_YEARS, annual_value_pence=21_637_50)
    other = replace(half, contract_id="other", reference="C-2", procurement="light_touch")
    elsewhere = replace(half, contract_id="third", reference="C-3", category_code="devices")
    over = replace(half, contract_id="fourth", reference="C-4", starts_on=date(2020, 1, 1), ends_on=date(2026, 11, 23))

    [found] = together_worths([half, other, elsewhere, over, replace(CONTRACT, contract_id="none")], RULES, TODAY)

    assert (found.category_code, len(found.contracts), found.worth.value_pence, found.worth.meets) == (
        "stationery",
        2,
        207_720_00,
        True,
    )


def test_days_to_come_are_listed_in_order() -> None:
    noticed = replace(CONTRACT, notice_on=date(2028, 2, 29))
    late = replace(CONTRACT, reference="C-2", ends_on=TODAY, notice_on=TODAY - timedelta(days=1), starts_on=TODAY)
    assert [(planned.day, planned.kind) for planned in planned_days([noticed, late], TODAY)] == [
        (TODAY, "end"),
        (date(2028, 2, 29), "notice"),
        (date(2028, 8, 31), "end"),
    ]


def test_terms_that_end_within_a_year_could_end_together() -> None:
    later = replace(CONTRACT, contract_id="later", reference="C-2", ends_on=date(2029, 7, 31))
    far = replace(CONTRACT, contract_id="far", reference="C-3", ends_on=date(2031, 8, 31))

    [found] = alignments([far, later, CONTRACT], TODAY)

    assert (found.shared, found.ends_on) == ("category", date(2029, 7, 31))
    assert [(contract.reference, days) for contract, days in found.gains] == [("C-1", 334), ("C-2", 0)]
    supplied = alignments([CONTRACT, replace(later, category_code="devices")], TODAY)
    assert [found.shared for found in supplied] == ["supplier"]
    assert alignments([CONTRACT, replace(later, ends_on=CONTRACT.ends_on)], TODAY) == []


def test_the_planner_over_http(catalogue: Clients) -> None:
    client = catalogue("catalogue", MANAGER)
    ends = (london_today() + timedelta(days=400)).replace(day=1)
    planned = {"notice_on": (london_today() + timedelta(days=30)).isoformat(), "annual_value_pence": 50_000_00}
    client.post("/contracts", SENT | planned | {"starts_on": "2026-01-01", "ends_on": ends.isoformat()})

    found = catalogue("catalogue", BOARD_MEMBER).get("/planner").json

    assert [day["kind"] for day in found["days"]] == ["notice", "end"]
    assert found["worths"][0]["contract"]["supplier_name"] == "Fenwright Paper"
    assert found["worths"][0]["worth"]["threshold"]["amount_pence"] == 207_720_00
    assert catalogue("catalogue", BUYER).get("/planner").status_code == 403


def test_thresholds_are_data(catalogue: Clients) -> None:
    client = catalogue("catalogue", MANAGER)
    answer = client.get("/procurement-thresholds")
    rules, version = answer.json, int(answer.headers["ETag"].strip('"'))
    amounts = {(each["kind"], each["commences_on"]): each["amount_pence"] for each in rules["thresholds"]}
    assert amounts["goods_services", "2024-01-01"] == 214_904_00
    assert amounts["goods_services", "2026-01-01"] == 207_720_00
    assert amounts["works", "2024-01-01"] == 5_372_609_00
    coming = {"kind": "goods_services", "commences_on": "2028-01-01", "amount_pence": 210_000_00}

    changed = client.put(
        "/procurement-thresholds", {**rules, "thresholds": [*rules["thresholds"], coming]}, version=version
    )

    assert (changed.status_code, len(changed.json["thresholds"])) == (200, 7)
    assert client.put("/procurement-thresholds", rules, version=version).status_code == 412
    twice = client.put("/procurement-thresholds", {**rules, "thresholds": [coming, coming]}, version=version + 1)
    assert (twice.status_code, twice.json["code"]) == (422, "procurement_rules_invalid")
    assert (
        catalogue("catalogue", BOARD_MEMBER).put("/procurement-thresholds", rules, version=version).status_code == 403
    )


def test_the_calendar_opens_to_its_token_until_it_is_revoked(catalogue: Clients) -> None:
    client = catalogue("catalogue", MANAGER)
    notice = london_today() + timedelta(days=30)
    ends = notice + timedelta(days=200)
    client.post(
        "/contracts", SENT | {"starts_on": "2026-01-01", "ends_on": ends.isoformat(), "notice_on": notice.isoformat()}
    )
    made = client.post("/planner-feeds").json

    calendar = Calendar.from_ical(client.get(f"/planner-feeds/{made['token']}.ics").data)

    events: list[Any] = calendar.walk("VEVENT")
    assert [(str(event["summary"]), event.decoded("dtstart")) for event in events] == [
        ("Last day to give notice: Stationery and paper", notice),
        ("Contract ends: Stationery and paper", ends),
    ]
    assert len({str(event["uid"]) for event in events}) == 2
    [listed] = client.get("/planner-feeds").json["items"]
    assert (listed["feed_id"], listed["made_by"], "token" in listed) == (made["feed_id"], "Mags Field", False)
    assert client.get("/planner-feeds/guess.ics").status_code == 404
    assert client.post(f"/planner-feeds/{made['feed_id']}/revoke").status_code == 204
    assert client.get(f"/planner-feeds/{made['token']}.ics").status_code == 404
    assert client.post(f"/planner-feeds/{made['feed_id']}/revoke").status_code == 404
    for actor in (BUYER, user_of(FENWRIGHT)):
        assert catalogue("catalogue", actor).post("/planner-feeds").status_code == 403
