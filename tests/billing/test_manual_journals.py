"""Entries that people post by hand: two of them, balanced, for a reason, into open months, and back again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.actor import SERVICE, Actor
from contracts.london import london_today
from tests.billing.test_closing_a_month import half
from tests.billing.world import ASH, BEECH, BOARD, FENWRIGHT, MANAGER, World, answered, buyer_of, refused, seller_of

Json = dict[str, Any]
SECOND = Actor("alliance", "00000000-0000-4000-8000-0000000000a3", "Second Manager", frozenset({"alliance_manager"}))
ON = "2026-09-28"


def sent(*lines: tuple[str, int, int], on: str = ON, why: str = "Written off: the supplier has closed") -> Json:
    names = ("account", "debit_pence", "credit_pence")
    return {"dated_on": on, "why": why, "lines": [dict(zip(names, line, strict=True)) for line in lines]}


def proposed(world: World, *lines: tuple[str, int, int]) -> Json:
    return answered(world.a(MANAGER).post("/manual-journals", sent(*lines)), 201)


def act(world: World, actor: Actor, journal: Json, verb: str, version: int, why: str = "") -> Any:
    path = f"/manual-journals/{journal['manual_journal_id']}/{verb}"
    return world.a(actor).post(path, {"why": why} if why else None, headers={"If-Match": f'"{version}"'})


def test_what_one_person_proposes_another_posts(world: World) -> None:
    before = world.balances()
    journal = proposed(world, ("5200", 1250, 0), ("5100", 0, 1000), ("5110", 0, 250))
    assert (journal["number"], journal["state"], journal["pence"]) == ("MJ-000001", "proposed", 1250)
    assert (journal["may_approve"], world.balances()) == (False, before)
    ((told,),) = world.rows("SELECT body FROM event_log WHERE type = 'ManualJournalProposed'")
    assert (told["number"], told["pence"], told["proposer_id"]) == ("MJ-000001", 1250, MANAGER.person_id)
    assert [_waiting(world, each) for each in (MANAGER, SECOND, BOARD)] == [(0, 0), (1, 1250), (1, 1250)]
    refused(act(world, MANAGER, journal, "approval", 1), 403, "proposer_approves")
    assert answered(world.a(SECOND).get(f"/manual-journals/{journal['manual_journal_id']}"))["may_approve"] is True
    refused(act(world, SECOND, journal, "approval", 0), 412, "version_conflict")
    posted = answered(act(world, SECOND, journal, "approval", 1))
    assert _waiting(world, SECOND) == (0, 0)
    assert (posted["state"], posted["decided_by"]) == ("posted", "Second Manager")
    assert world.balances() == before | {"5200": 1250, "5100": -1000, "5110": -250}
    [row] = answered(world.a(BOARD).get("/entries?account=5200"))["items"]
    entry = answered(world.a(BOARD).get(f"/entries/{row['entry_id']}"))
    assert (entry["kind"], entry["document_id"], entry["posted_on"]) == ("journal", journal["manual_journal_id"], ON)
    refused(act(world, SECOND, journal, "approval", 2), 409, "journal_decided")
    refused(act(world, SECOND, journal, "refusal", 2, "No"), 409, "journal_decided")


def test_a_journal_is_taken_back_by_two_people_as_well(world: World) -> None:
    before = world.balances()
    journal = proposed(world, ("5200", 1250, 0), ("5100", 0, 1000), ("5110", 0, 250))
    answered(act(world, SECOND, journal, "approval", 1))
    refused(act(world, SECOND, journal, "reversal", 2), 422, "validation_failed")
    posted = world.balances()
    back = answered(act(world, SECOND, journal, "reversal", 2, "It was paid after all"), 201)
    assert (back["number"], back["state"], back["dated_on"]) == ("MJ-000002", "proposed", ON)
    assert (back["why"], back["takes_back_number"]) == ("Takes back MJ-000001: It was paid after all", "MJ-000001")
    assert world.balances() == posted
    refused(act(world, MANAGER, journal, "reversal", 2, "Again"), 409, "journal_decided")
    refused(act(world, SECOND, back, "approval", 1), 403, "proposer_approves")
    answered(act(world, MANAGER, back, "refusal", 1, "It was not"))
    again = answered(act(world, MANAGER, journal, "reversal", 2, "It was"), 201)
    answered(act(world, SECOND, again, "approval", 1))
    assert world.balances() == before
    refused(act(world, MANAGER, journal, "reversal", 2, "Once more"), 409, "journal_decided")
    page = answered(world.a(BOARD).get("/manual-journals?state=posted"))["items"]
    assert [(each["number"], each["taken_back_by_number"]) for each in page] == [
        ("MJ-000003", None),
        ("MJ-000001", "MJ-000003"),
    ]


def _waiting(world: World, reader: Actor) -> tuple[int, int]:
    items = answered(world.a(reader).get("/reports/desk"))["items"]
    return next((item["count"], item["pence"]) for item in items if item["name"] == "journals_waiting")


def test_a_journal_is_declined_and_nothing_is_posted(world: World) -> None:
    journal = proposed(world, ("1300", 5, 0), ("2150", 0, 5))
    declined = answered(act(world, SECOND, journal, "refusal", 1, "Not ours"))
    assert (declined["state"], declined["decided_why"], world.balances()) == ("declined", "Not ours", {})
    refused(act(world, SECOND, journal, "approval", 2), 409, "journal_decided")


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ((("5200", 5, 0), ("5100", 0, 4)), "journal_not_balanced", None),
        ((("5200", 5, 5), ("5100", 0, 0)), "journal_not_balanced", "lines.0.debit_pence"),
        ((("5200", 5, 0), ("1100", 0, 5)), "account_not_postable", "lines.1.account"),
        ((("9999", 5, 0), ("5100", 0, 5)), "account_not_postable", "lines.0.account"),
        ((("5200", 5, 0),), "validation_failed", "lines"),
    ],
)
def test_what_does_not_balance_or_belongs_to_documents_is_refused(
    world: World, lines: tuple[tuple[str, int, int], ...], code: str, field: str | None
) -> None:
    chart = answered(world.a(MANAGER).get("/chart-of-accounts"))["items"]
    assert {"5100", "5200"} <= {each["code"] for each in chart if each["by_hand"]} <= {"1300", "1400", "2150", "2200",
        "3100", "4100", "5100", "5110", "5200", "5300", "6100"}  # fmt: skip
    before = world.everything()
    problem = refused(world.a(MANAGER).post("/manual-journals", sent(*lines)), 422, code)
    assert field in ([fault["field"] for fault in problem["errors"]] or [None])
    assert world.everything() == before


def test_nothing_is_posted_in_a_closed_month_or_in_advance(world: World) -> None:
    lines = (("5200", 5, 0), ("5100", 0, 5))
    tomorrow = (london_today() + timedelta(1)).isoformat()
    refused(world.a(MANAGER).post("/manual-journals", sent(*lines, on=tomorrow)), 422, "journal_in_future")
    refused(world.a(MANAGER).post("/manual-journals", sent(*lines, on="2006-09-28")), 422, "journal_too_old")
    waiting, posted = proposed(world, *lines), proposed(world, *lines)
    answered(act(world, SECOND, posted, "approval", 1))
    world.rows("INSERT INTO period (month, state) VALUES ('2026-09-01', 'closed') RETURNING 1")
    refused(world.a(MANAGER).post("/manual-journals", sent(*lines)), 409, "period_closed")
    refused(act(world, SECOND, waiting, "approval", 1), 409, "period_closed")
    refused(act(world, SECOND, posted, "reversal", 2, "Late"), 409, "period_closed")
    assert world.balances() == {"5200": 5, "5100": -5}


def test_what_is_written_off_of_clearing_still_agrees_with_its_documents(world: World) -> None:
    order = world.ordered()
    answered(world.invoice(order, issue_date="2026-09-24", **half()), 201)
    journal = proposed(world, ("5200", 255, 0), ("5100", 0, 255))
    answered(act(world, SECOND, journal, "approval", 1))
    back = answered(act(world, MANAGER, journal, "reversal", 2, "Put right"), 201)
    for approve in (lambda: None, lambda: answered(act(world, SECOND, back, "approval", 1))):
        approve()
        report = answered(world.a(BOARD).get("/reports/control-accounts"))
        assert report["sentence"] == "Every balance is what its documents come to."


def test_journals_are_the_alliances_and_never_rewritten(world: World) -> None:
    journal = proposed(world, ("5200", 5, 0), ("5100", 0, 5))
    for actor in (buyer_of(ASH), buyer_of(BEECH), seller_of(FENWRIGHT)):
        assert world.a(actor).get("/manual-journals").status_code == 403
        with world.database.database.transaction(actor) as connection:
            for table in ("manual_journal", "manual_journal_line"):
                assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert world.a(BOARD).post("/manual-journals", sent(("5200", 5, 0), ("5100", 0, 5))).status_code == 403
    assert act(world, BOARD, journal, "approval", 1).status_code == 403
    with pytest.raises(DBAPIError, match="never changed"), world.database.database.transaction(SERVICE) as connection:
        connection.execute(text("UPDATE manual_journal_line SET debit_pence = 7 WHERE debit_pence > 0"))
    alone = """
        UPDATE manual_journal SET state = 'posted', decided_by = 'x', decided_at = now(), decided_why = '',
            decider_id = proposer_id
    """
    with pytest.raises(DBAPIError, match="two_people"), world.database.database.transaction(SERVICE) as connection:
        connection.execute(text(alone))
