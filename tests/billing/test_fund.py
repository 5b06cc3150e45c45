"""The partnership fund: shares of exact pence, governors who confirm, and bills only where they did."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.actor import Actor
from services.billing.domain.fund import Member, share
from services.billing.domain.fund_errors import FundCapsTooLow, FundYearNotOver, PupilsUnknown
from services.billing.domain.fund_reminders import latest_reminder
from services.billing.usecases.end_fund_year import close_fund_year
from services.billing.usecases.remind_governors import remind_governors
from services.billing.usecases.remind_schools import remind_schools
from tests.billing.fund_world import PUPILS, YEAR, Fund, governor_of, members_with_pupils
from tests.billing.world import ASH, BEECH, BOARD, CEDAR, FENWRIGHT, MANAGER, World, answered, refused, seller_of

SHARED = {ASH: 60_594, BEECH: 139_406, CEDAR: 400_000}


def members(*pupils: int) -> list[Member]:
    return [Member(900_001 + at, f"School {at}", count, date(2026, 1, 15), "census") for at, count in enumerate(pupils)]


@pytest.mark.parametrize(
    ("asked", "pupils", "caps", "shares"),
    [
        (10_000, (1, 1, 1), {}, [3_334, 3_333, 3_333]),
        (1_250_000, (153, 271, 352, 1247, 1503), {}, [54_240, 96_072, 124_787, 442_073, 532_828]),
        (1_250_002, (153, 271, 352, 1247, 1503), {}, [54_240, 96_072, 124_788, 442_074, 532_828]),
        (5, (1, 1, 1, 1), {}, [2, 1, 1, 1]),
        (600_000, (153, 352, 1247), {900_003: 400_000}, [60_594, 139_406, 400_000]),
    ],
    ids=["example 1", "example 2", "example 3", "example 4", "example 5"],
)
def test_the_examples_of_the_domain(
    asked: int, pupils: tuple[int, ...], caps: dict[int, int], shares: list[int]
) -> None:
    assert list(share(asked, members(*pupils), caps).values()) == shares


@given(
    st.integers(0, 10**9),
    st.lists(st.tuples(st.integers(0, 3000), st.none() | st.integers(0, 10**6)), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
)
@settings(max_examples=150, deadline=None)
def test_shares_are_exact_keep_their_caps_and_depend_on_no_order(
    asked: int, schools: list[tuple[int, int | None]], random: object
) -> None:
    asked_of = members(*(pupils for pupils, _ in schools))
    caps = {one.urn: cap for one, (_, cap) in zip(asked_of, schools, strict=True) if cap is not None}
    room = sum(caps.get(one.urn, asked) for one in asked_of if one.pupils)
    shuffled = list(asked_of)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    if asked and not any(one.pupils for one in asked_of if caps.get(one.urn) != 0):
        return
    if room < asked:
        with pytest.raises(FundCapsTooLow):
            share(asked, asked_of, caps)
        return
    shares = share(asked, asked_of, caps)
    assert sum(shares.values()) == asked
    assert all(shares[urn] <= cap for urn, cap in caps.items())
    assert all(shares[one.urn] == 0 for one in asked_of if not one.pupils)
    assert share(asked, shuffled, caps) == shares


def test_a_member_without_a_dated_count_is_named_and_left_out_only_by_a_cap_of_nothing() -> None:
    unknown = Member(900_009, "Elm School")
    with pytest.raises(PupilsUnknown, match="Elm School"):
        share(1_000, [*members(100), unknown], {})
    assert share(1_000, [*members(100), unknown], {900_009: 0}) == {900_001: 1_000, 900_009: 0}


def test_reminders_come_on_working_mornings_before_the_answer_is_due_and_after() -> None:
    asked, by = datetime(2026, 11, 2, 10, tzinfo=UTC), date(2026, 12, 4)  # a Friday

    def last(day: datetime) -> str:
        found = latest_reminder(asked, by, day)
        return f"{found:%a %d %b %H:%M}" if found else ""

    assert last(datetime(2026, 11, 20, 7, 29, tzinfo=UTC)) == ""
    assert last(datetime(2026, 11, 21, 12, tzinfo=UTC)) == "Fri 20 Nov 07:30"
    assert last(datetime(2026, 12, 3, 12, tzinfo=UTC)) == "Wed 02 Dec 07:30"
    assert last(datetime(2026, 12, 9, 12, tzinfo=UTC)) == "Mon 07 Dec 07:30"
    assert last(datetime(2026, 12, 23, 12, tzinfo=UTC)) == "Mon 21 Dec 07:30"


@pytest.fixture
def fund(world: World) -> Fund:
    return Fund(world)


def test_a_year_freezes_pupils_with_date_and_source_and_asks_each_school_its_share(fund: Fund) -> None:
    draft = fund.drafted()
    preview = answered(fund.world.a(BOARD).get(f"/fund-years/{draft['fund_year_id']}/allocation"))
    assert {row["school_urn"]: row["amount_pence"] for row in preview["items"]} == SHARED
    assert answered(fund.world.a(governor_of(ASH)).get("/fund-years"))["items"] == []

    year = fund.act(draft, "propose")
    fund.world.tell(*members_with_pupils({ASH: 999}, "2026-10-01"))
    frozen = fund.shown(year)["contributions"]
    assert {row["school_urn"]: (row["amount_pence"], row["pupils"]) for row in frozen} == {
        urn: (SHARED[urn], PUPILS[urn]) for urn in SHARED
    }
    assert {(row["pupils_on"], row["pupils_source"]) for row in frozen} == {("2026-01-15", "school census")}
    told = fund.world.rows("SELECT body FROM event_log WHERE type = 'FundContributionAsked' ORDER BY position, key")
    assert sorted((body["school_urn"], body["amount_pence"], body["reminder"]) for (body,) in told) == [
        (urn, pence, False) for urn, pence in SHARED.items()
    ]
    refused(fund.world.a(MANAGER).put(f"/fund-years/{year['fund_year_id']}", YEAR, headers=_seen(year)), 409,
            "fund_year_not_draft")  # fmt: skip


def test_the_count_that_held_on_the_day_of_the_basis_counts_whenever_it_was_told(fund: Fund) -> None:
    counted = [("2024-01-18", 140), ("2025-01-16", 150), ("2026-10-01", 999)]
    counts = [{"counted_on": on, "pupils": pupils, "source": "school census"} for on, pupils in counted]
    fund.world.tell(*members_with_pupils({ASH: 999}, "2026-10-01", pupil_counts=counts))
    old = [{"counted_on": "2025-01-16", "pupils": PUPILS[urn], "source": "school census"} for urn in (BEECH, CEDAR)]
    for urn, count in zip((BEECH, CEDAR), old, strict=True):
        fund.world.tell(*members_with_pupils({urn: PUPILS[urn]}, pupil_counts=[count]))
    year = fund.proposed(basis_on="2025-09-30", caps=[])
    frozen = fund.contribution(year, ASH)
    assert (frozen["pupils"], frozen["pupils_on"]) == (150, "2025-01-16")


def test_only_a_schools_own_governor_answers_and_sees_its_contribution_alone(fund: Fund) -> None:
    year = fund.proposed()
    asked = fund.contribution(year, ASH)
    own = fund.shown(year, governor_of(ASH))
    assert [row["school_urn"] for row in own["contributions"]] == [ASH]
    assert (own["own_state"], own["own_pence"]) == ("awaiting", SHARED[ASH])
    assert own["caps"] == []
    assert (own["asked_pence"], own["schools"]) == (600_000, 3)  # the totals, every school alike
    assert answered(fund.answer(asked, MANAGER), 403)["code"] == "forbidden"
    buyer = Actor("school", None, "Buyer", frozenset({"school_buyer"}), ASH)
    assert answered(fund.answer(asked, buyer), 403)["code"] == "forbidden"
    refused(fund.answer(asked, governor_of(BEECH)), 404, "not_found")
    deputy = Actor("school", None, "Deputy", frozenset({"governor"}), ASH, stands_in_for=governor_of(ASH).person_id)
    refused(fund.answer(asked, deputy), 403, "forbidden")
    faults = refused(fund.answer(asked, governor_of(ASH), decided_on="2099-01-01", governor="Ada"), 422,
                     "fund_decision_invalid")  # fmt: skip
    assert {"governor", "decided_on"} == {error["field"] for error in faults["errors"]}
    refused(fund.answer(asked, governor_of(ASH), "declined"), 422, "fund_decision_invalid")
    assert fund.world.a(seller_of(FENWRIGHT)).get("/fund-years").status_code == 403
    for table in ("fund_year", "fund_line", "fund_contribution", "fund_payment", "fund_cap"):
        with fund.world.database.database.transaction(seller_of(FENWRIGHT)) as connection:
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_a_decline_moves_nobodys_share_and_is_never_billed(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    declined = fund.decide(year, BEECH, "declined", why="We buy our own training.")
    assert [each["decision"] for each in declined["decisions"]] == ["declined"]
    bills = fund.act(year, "bills", status=201)["items"]
    assert [(bill["number"], bill["payment_reference"], bill["gross_pence"], bill["vat_pence"]) for bill in bills] == [
        ("FB-000001", f"FB-000001/{ASH}", 60_594, 0)
    ]
    assert fund.act(year, "bills", status=201)["items"] == []
    shown = fund.shown(year)
    assert {row["school_urn"]: row["amount_pence"] for row in shown["contributions"]} == SHARED
    assert [shown[f"{step}_pence"] for step in ("awaiting", "confirmed", "declined", "billed", "received")] == [
        400_000, 60_594, 139_406, 60_594, 0,
    ]  # fmt: skip
    assert fund.world.balances() == {"1110": 60_594, "4100": -60_594}
    billed = fund.contribution(year, ASH)
    refused(fund.answer(billed, governor_of(ASH), "declined", why="Too dear."), 409, "contribution_billed")
    again = fund.decide(year, BEECH)  # the governors may think again until it is billed
    assert [each["decision"] for each in again["decisions"]] == ["declined", "confirmed"]
    assert fund.act(year, "bills", status=201)["items"][0]["gross_pence"] == 139_406
    lines = answered(fund.world.a(governor_of(ASH)).get(f"/bills/{bills[0]['bill_id']}"))["lines"]
    assert [(line["vat_class"], line["net_pence"], line["purchase_order_number"]) for line in lines] == [
        ("O", 60_594, None)
    ]


def test_money_goes_through_the_funds_own_account_and_what_is_left_is_carried_forward(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    bill = fund.act(year, "bills", status=201)["items"][0]
    refused(fund.pay_out(year), 409, "fund_balance_too_low")
    refused(fund.pay_out(year, amount_pence=400_001), 422, "fund_line_overspent")
    fund.bank(("bill", bill["bill_id"], "FB-000001", 60_594, ASH))
    paid, given_up = (answered(fund.pay_out(year), 201)["payments"][-1] for _ in range(2))
    assert (paid["number"], paid["state"]) == ("FP-000001", "to_pay")
    refused(fund.pay_out(year, amount_pence=10_595), 409, "fund_balance_too_low")  # 605.94 less two of 250.00
    fund.withdraw(given_up)
    database, late = fund.world.database.database, datetime(2027, 9, 1, 9, tzinfo=UTC)
    with pytest.raises(FundYearNotOver, match="FP-000001"):
        close_fund_year(database, MANAGER, year["fund_year_id"], late)
    fund.bank(("fund_payment", paid["fund_payment_id"], "FP-000001", -25_000, None))
    refused(fund.withdraw(paid), 409, "fund_payment_paid")
    shown = fund.shown(year)
    assert shown["account"] == {
        "brought_forward_pence": 0,
        "received_pence": 60_594,
        "spent_pence": 25_000,
        "other_pence": 0,
        "balance_pence": 35_594,
    }
    assert [(line["spent_pence"], line["to_pay_pence"]) for line in shown["lines"]] == [(25_000, 0), (0, 0)]
    assert fund.world.balances() == {"1250": 35_594, "4100": -60_594, "6100": 25_000}
    refused(fund.world.a(MANAGER).post(f"/fund-years/{year['fund_year_id']}/close", {}), 409, "fund_year_not_over")
    close_fund_year(database, MANAGER, year["fund_year_id"], late)
    assert fund.world.balances() == {"1250": 35_594, "3100": -35_594}
    closed = fund.shown(year)
    assert closed["carried_pence"] == 35_594
    states = {each["school_urn"]: each["state"] for each in closed["contributions"]}
    assert states == {urn: "confirmed" if urn == ASH else "lapsed" for urn in states}
    following = fund.drafted(
        title="Partnership fund 2027–28", from_on="2027-09-01", to_on="2028-08-31", answer_by="2028-01-31",
        from_balance_pence=35_594,
    )  # fmt: skip
    assert following["account"]["brought_forward_pence"] == 35_594
    assert fund.act(following, "propose")["asked_pence"] == 564_406


def test_a_closed_year_keeps_what_it_spent(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    bill = fund.act(year, "bills", status=201)["items"][0]
    fund.bank(("bill", bill["bill_id"], "FB-000001", 60_594, ASH))
    paid = answered(fund.pay_out(year), 201)["payments"][-1]
    fund.bank(("fund_payment", paid["fund_payment_id"], "FP-000001", -25_000, None))
    ((line_id,),) = fund.world.rows("SELECT bank_line_id FROM bank_match WHERE kind = 'fund_payment'")
    undo = f"/bank-lines/{line_id}/undo"
    late = datetime(2027, 9, 1, 9, tzinfo=UTC)
    answered(fund.world.a(MANAGER).post(undo, {}))
    answered(fund.world.a(MANAGER).post(f"/bank-lines/{line_id}/redo", {}))
    close_fund_year(fund.world.database.database, MANAGER, year["fund_year_id"], late)
    carried = fund.world.balances()
    refused(fund.world.a(MANAGER).post(undo, {}), 409, "fund_year_closed")
    refused(fund.withdraw(paid), 409, "fund_year_closed")
    assert fund.world.balances() == carried == {"1250": 35_594, "3100": -35_594}


def test_interest_and_charges_of_the_funds_bank_are_carried_forward_once(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    bill = fund.act(year, "bills", status=201)["items"][0]
    fund.bank(
        ("bill", bill["bill_id"], "FB-000001", 60_594, ASH),
        ("account", "", "5200", -750, None),
        ("account", "", "5300", 1_204, None),
    )
    database = fund.world.database.database
    assert fund.shown(year)["account"]["other_pence"] == 454
    close_fund_year(database, MANAGER, year["fund_year_id"], datetime(2027, 9, 1, 9, tzinfo=UTC))
    assert fund.shown(year)["carried_pence"] == 61_048
    assert fund.world.balances() == {"1250": 61_048, "3100": -61_048}
    fund.bank(("account", "", "5200", -100, None))  # of the year that is closed: the next one carries it
    dates = {"from_on": "2027-09-01", "to_on": "2028-08-31", "answer_by": "2028-01-31"}
    following = fund.proposed(title="Partnership fund 2027–28", from_balance_pence=60_000, **dates)
    close_fund_year(database, MANAGER, following["fund_year_id"], datetime(2028, 9, 1, 9, tzinfo=UTC))
    assert fund.shown(following)["carried_pence"] == -100
    assert fund.world.balances() == {"1250": 60_948, "3100": -60_948}


def test_what_a_school_paid_beyond_its_contribution_is_no_interest_and_not_spent(fund: Fund) -> None:
    year = fund.proposed()
    fund.bank(("school_account", "", "on account", 30_000, ASH))
    account = fund.shown(year)["account"]
    assert (account["received_pence"], account["other_pence"], account["balance_pence"]) == (30_000, 0, 30_000)
    refused(fund.pay_out(year), 409, "fund_balance_too_low")
    fund.bank(("school_account", "", "on account", -30_000, ASH))
    assert fund.shown(year)["account"]["other_pence"] == 0


def test_years_close_in_their_order(fund: Fund) -> None:
    first = fund.proposed()
    dates = {"from_on": "2027-09-01", "to_on": "2028-08-31", "answer_by": "2028-01-31"}
    second = fund.proposed(title="Partnership fund 2027–28", **dates)
    database, late = fund.world.database.database, datetime(2028, 9, 1, 9, tzinfo=UTC)
    with pytest.raises(FundYearNotOver, match="comes before it"):
        close_fund_year(database, MANAGER, second["fund_year_id"], late)
    for year in (first, second):
        close_fund_year(database, MANAGER, year["fund_year_id"], late)


def test_a_billed_contribution_is_credited_and_the_fund_has_so_much_less(fund: Fund) -> None:
    year = fund.proposed()
    manager, asked = fund.world.a(MANAGER), fund.contribution(year, ASH)
    address = f"/fund-contributions/{asked['fund_contribution_id']}/credits"
    sent = {"amount_pence": 10_594, "why": "Left on 31 December."}
    refused(manager.post(address, sent), 409, "contribution_not_billed")
    fund.decide(year, ASH)
    bill = fund.act(year, "bills", status=201)["items"][0]
    fund.bank(("bill", bill["bill_id"], "FB-000001", 60_594, ASH))
    assert fund.world.a(governor_of(ASH)).post(address, sent).status_code == 403
    refused(manager.post(address, {**sent, "amount_pence": 60_595}), 422, "contribution_overcredited")
    first, again = (manager.post(address, sent, key="a-credit-0001") for _ in range(2))
    assert answered(first, 201)["credited_pence"] == 10_594
    assert again.headers["Idempotent-Replay"] == "true"
    refused(manager.post(address, {**sent, "amount_pence": 50_001}), 422, "contribution_overcredited")
    shown = fund.shown(year)
    assert (shown["billed_pence"], shown["credited_pence"]) == (60_594, 10_594)
    (note,) = answered(fund.world.a(governor_of(ASH)).get("/credit-notes"))["items"]
    assert (note["bill_number"], note["gross_pence"]) == ("FB-000001", 10_594)
    assert manager.get(f"/credit-notes/{note['credit_note_id']}.pdf").data.startswith(b"%PDF")
    assert fund.world.balances() == {"1110": -10_594, "1250": 60_594, "4100": -50_000}
    report = answered(manager.get("/reports/vat?from_on=2025-01-01&to_on=2027-12-31"))
    assert [section["rows"] for section in report["sections"] if section["rows"]] == []  # no supply, nor its credit
    ((version, told),) = fund.world.rows("SELECT version, body FROM event_log WHERE type = 'CreditNoteIssued'")
    assert (version, told["purpose"], told["why"], told["amounts"]) == (2, "fund", "Left on 31 December.", [])
    fund.bank(("credit_note", note["credit_note_id"], note["number"], -10_594, ASH))
    close_fund_year(fund.world.database.database, MANAGER, year["fund_year_id"], datetime(2027, 9, 1, 9, tzinfo=UTC))
    assert fund.world.balances() == {"1250": 50_000, "3100": -50_000}
    refused(manager.post(address, {**sent, "amount_pence": 1}), 409, "fund_year_not_proposed")


def test_a_proposal_that_nobody_has_answered_is_drafted_anew(fund: Fund) -> None:
    year = fund.proposed()
    manager, address = fund.world.a(MANAGER), f"/fund-years/{year['fund_year_id']}"
    refused(manager.post(f"{address}/redraft", {}, headers={"If-Match": '"1"'}), 412, "version_conflict")
    draft = fund.act(year, "redraft")
    assert (draft["state"], draft["contributions"], draft["asked_pence"]) == ("draft", [], 0)
    assert answered(fund.world.a(governor_of(ASH)).get("/fund-years"))["items"] == []
    assert _withdrawn(fund) == {(urn, pence, False, "") for urn, pence in SHARED.items()}
    lines = [{"name": "Safeguarding network", "amount_pence": 175_200}]
    answered(manager.put(address, {**YEAR, "lines": lines, "caps": []}, headers=_seen(draft)))
    again = fund.act(fund.shown(year), "propose")
    assert {row["school_urn"]: row["amount_pence"] for row in again["contributions"]} == {
        urn: 100 * pupils for urn, pupils in PUPILS.items()
    }
    fund.decide(again, ASH, "declined", why="Not this year.")
    refused(manager.post(f"{address}/redraft", {}, headers=_seen(again)), 409, "fund_year_answered")


def test_those_who_were_asked_are_told_that_a_year_is_cancelled(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    sent = {"why": "The government pays for it."}
    answered(fund.world.a(MANAGER).post(f"/fund-years/{year['fund_year_id']}/cancel", sent))
    assert _withdrawn(fund) == {(urn, pence, True, sent["why"]) for urn, pence in SHARED.items()}


def _withdrawn(fund: Fund) -> set[tuple[int, int, bool, str]]:
    told = fund.world.rows("SELECT body FROM event_log WHERE type = 'FundContributionWithdrawn'")
    assert {body["by"] for (body,) in told} == {MANAGER.name}
    return {(body["school_urn"], body["amount_pence"], body["cancelled"], body["why"]) for (body,) in told}


def test_governors_are_reminded_once_for_each_morning_that_came(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    database = fund.world.database.database
    morning = datetime(2027, 1, 27, 8, tzinfo=UTC)
    assert remind_governors(database, morning) == [year["fund_year_id"]]
    assert remind_governors(database, morning) == []
    told = fund.world.rows("SELECT body FROM event_log WHERE type = 'FundContributionAsked'")
    assert sorted(body["school_urn"] for (body,) in told if body["reminder"]) == [BEECH, CEDAR]


def test_a_reminder_of_a_bill_for_the_fund_says_so(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    due = date.fromisoformat(fund.act(year, "bills", status=201)["items"][0]["due_date"])
    remind_schools(fund.world.database.database, datetime(due.year, due.month, due.day, 12, tzinfo=UTC))
    ((version, body),) = fund.world.rows("SELECT version, body FROM event_log WHERE type = 'BillReminderDue'")
    assert (version, body["purpose"], body["number"]) == (2, "fund", "FB-000001")


def test_the_report_says_the_same_as_the_year_in_every_form(fund: Fund) -> None:
    year = fund.proposed()
    fund.decide(year, ASH)
    address = f"/fund-years/{year['fund_year_id']}/report"
    report = answered(fund.world.a(MANAGER).get(address))
    assert "£6,000.00" in report["sentence"]
    assert "£605.94" in report["sentence"]
    schools = report["sections"][-1]
    assert (schools["sums"]["amount_pence"], schools["sums"]["pupils"]) == (600_000, 1752)
    own = answered(fund.world.a(governor_of(BEECH)).get(address))["sections"]
    assert [row["amount_pence"] for row in own[-1]["rows"]] == [139_406]
    assert own[:-1] == report["sections"][:-1]
    for suffix, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert fund.world.a(BOARD).get(f"{address}.{suffix}").data.startswith(begins)


def _seen(year: dict[str, object]) -> dict[str, str]:
    return {"If-Match": f'"{year["version"]}"'}
