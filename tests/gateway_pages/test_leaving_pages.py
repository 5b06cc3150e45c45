"""A school leaves the alliance: it sees what will happen before it decides, and only its approver does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.london import london_today
from gateway.domain.london import day
from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, summary_text, text_of, value_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK, PEOPLE

Visit = Callable[[str], Visitor]

CHECK = "/school/settings/leave/check?left_on="


def ahead(days: int) -> str:
    return (london_today() + timedelta(days=days)).isoformat()


def test_the_check_page_says_what_drops_what_stands_and_what_stops(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    mine = {"state": "submitted", "reference": "O-000012", "net_pence": 127503, "version": 4}
    services.table["orders", "/rounds"]["items"][0]["my_order"] = mine
    soon, late = text_of(approver.get(CHECK + ahead(0))), text_of(approver.get(CHECK + ahead(30)))
    assert "Drops It closes after your last day." in soon
    assert "Drops" not in late
    assert "Takes part" in late
    for said in (soon, late):
        assert "What is committed stands" in said
        assert "Last day" in said
    assert services.changes == []


def test_an_approver_leaves_in_three_steps(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    assert "Leave the alliance" in text_of(approver.get("/school/settings"))
    assert parsed(approver.get("/school/settings/leave")).xpath("//form/@action")[-1] == CHECK.partition("?")[0]
    checked = approver.get(CHECK + ahead(30))
    form = {name: value_of(checked, name) or "" for name in ("left_on", "version", "sending_key")}
    done = approver.post("/school/settings/leave", form)
    assert (done.status_code, done.location) == (303, "/school/settings")
    call = services.changes[-1]
    assert (call.path, call.sent, call.key) == (f"/schools/{OAK}/leave", {"left_on": ahead(30)}, form["sending_key"])
    assert call.etag == f'"{form["version"]}"'
    assert f"{day(ahead(30))} is recorded" in parsed(approver.get("/school/settings")).text_content()


@pytest.mark.parametrize(
    ("typed", "says"), [("", "Enter the last day."), ("2020-01-01", "Choose today or a later day.")]
)
def test_a_day_that_cannot_be_is_refused_before_the_check(visit: Visit, typed: str, says: str) -> None:
    refused = visit("approver").get(CHECK + typed)
    assert (refused.status_code, summary_links(refused)) == (422, {"left_on": says})


def test_a_refusal_is_shown_on_the_check_page(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    fault = Problem(422, "membership_invalid", "The membership ends on 1 May 2027 already.")
    services.refusals["POST", "members", f"/schools/{OAK}/leave"] = fault
    refused = approver.post("/school/settings/leave", {"left_on": ahead(30), "version": "1"})
    assert (refused.status_code, "ends on 1 May 2027" in summary_text(refused)) == (422, True)


def test_nobody_else_of_the_school_leaves_for_it(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert visit("buyer").get("/school/settings/leave").status_code == 403
    session = PEOPLE["approver"]
    assert session.seat is not None
    standing_in = replace(session, seat=replace(session.seat, stands_in_for="bbbb0000-0000-4000-8000-000000000009"))
    monkeypatch.setitem(PEOPLE, "approver", standing_in)
    stand_in = visit("approver")
    assert stand_in.get("/school/settings/leave").status_code == 403
    assert stand_in.post("/school/settings/leave", {"left_on": ahead(3)}).status_code == 403
    assert "Leave the alliance" not in text_of(stand_in.get("/school/settings"))
