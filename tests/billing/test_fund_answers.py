"""What the partnership fund takes for an answer: days that can be, of members, and caps that say one thing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.london import london_today
from services.billing.usecases.remind_governors import remind_governors
from tests.billing.fund_world import PUPILS, YEAR, Fund, governor_of, members_with_pupils
from tests.billing.world import ASH, BEECH, CEDAR, MANAGER, World, answered, refused

YESTERDAY = (london_today() - timedelta(days=1)).isoformat()


@pytest.fixture
def fund(world: World) -> Fund:
    return Fund(world)


def test_a_meeting_before_the_pupils_were_counted_has_not_answered(fund: Fund) -> None:
    year = fund.proposed()
    asked = fund.contribution(year, ASH)
    before = (date.fromisoformat(asked["pupils_on"]) - timedelta(days=1)).isoformat()
    faults = refused(fund.answer(asked, governor_of(ASH), decided_on=before), 422, "fund_decision_invalid")
    assert [error["field"] for error in faults["errors"]] == ["decided_on"]
    assert fund.contribution(year, ASH)["state"] == "awaiting"


def test_a_school_that_has_left_is_asked_no_more_and_keeps_what_it_confirmed(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, BEECH)
    asked = fund.contribution(year, ASH)
    fund.world.tell(*members_with_pupils({ASH: 153}, left_on=london_today().isoformat()))
    assert fund.contribution(year, ASH)["state"] == "awaiting"  # its last day
    fund.world.tell(*members_with_pupils({ASH: 153, BEECH: 352}, left_on=YESTERDAY))
    own = fund.shown(year, governor_of(ASH))
    assert (own["own_state"], own["contributions"][0]["state"]) == ("nothing", "nothing")
    told = refused(fund.answer(asked, governor_of(ASH)), 409, "contribution_not_asked")
    assert "has left the alliance" in told["detail"]
    shown = fund.shown(year)
    assert [row["state"] for row in shown["contributions"]] == ["nothing", "confirmed", "awaiting"]
    assert (shown["asked_pence"], shown["awaiting_schools"], shown["awaiting_pence"]) == (600_000, 1, 400_000)
    assert (own["awaiting_schools"], own["awaiting_pence"]) == (1, 400_000)
    assert [bill["school_urn"] for bill in fund.act(year, "bills", status=201)["items"]] == [BEECH]
    assert fund.contribution(year, CEDAR)["amount_pence"] == 400_000


def test_governors_of_a_school_that_has_left_are_not_reminded(fund: Fund) -> None:
    year = fund.proposed()
    fund.world.tell(*members_with_pupils({ASH: 153}, left_on=YESTERDAY))
    asked_by = date.fromisoformat(fund.contribution(year, BEECH)["answer_by"])
    after = datetime(asked_by.year, asked_by.month, asked_by.day, 12, tzinfo=UTC) + timedelta(days=7)
    assert remind_governors(fund.world.database.database, after) == [year["fund_year_id"]]
    told = fund.world.rows("SELECT body FROM event_log WHERE type = 'FundContributionAsked'")
    assert sorted(body["school_urn"] for (body,) in told if body["reminder"]) == [BEECH, CEDAR]


def test_two_caps_of_one_school_and_caps_that_leave_everybody_out_are_faults_of_the_caps(fund: Fund) -> None:
    twice = [{"school_urn": ASH, "cap_pence": 1}, {"school_urn": ASH, "cap_pence": 2}]
    faults = answered(fund.world.a(MANAGER).post("/fund-years", {**YEAR, "caps": twice}), 422)
    assert [error["field"] for error in faults["errors"]] == ["caps"]
    nobody = fund.drafted(caps=[{"school_urn": urn, "cap_pence": 0} for urn in PUPILS])
    faults = fund.act(nobody, "propose", status=422)
    assert [error["field"] for error in faults["errors"]] == ["caps"]


@pytest.mark.parametrize("day", ["2026-08-31", "2028-09-01"], ids=["before the year", "over a year after it"])
def test_a_payment_is_of_a_day_that_its_year_can_have(fund: Fund, day: str) -> None:
    faults = refused(fund.pay_out(fund.proposed(), pay_on=day), 422, "fund_payment_misdated")
    assert [error["field"] for error in faults["errors"]] == ["pay_on"]
