"""Schools, people, invitations, delivery sites and imports: what the pages send on, and what they say of refusals."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, text_of, value_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import IMPORT, PERSON, SITES, listed

Visit = Callable[[str], Visitor]
PASSWORD = "seven grey herons"
NEW_PERSON = {"name": "Beth Buyer", "email": "beth@example.org", "role": "school_buyer", "school_urn": str(OAK)}


def link_of(response: Any) -> str | None:
    found = parsed(response).xpath("//code[@class='link']/text()")
    return str(found[0]).removeprefix("http://localhost") if found else None


@pytest.fixture
def nobody_invited(gateway: tuple[Flask, FakeServices]) -> None:
    """The gateway's database as if nobody had been invited or had a password."""
    from sqlalchemy import text

    from chassis.actor import SERVICE

    database = gateway[0].extensions["bursar_database"]
    with database.transaction(SERVICE) as connection:
        connection.execute(text("DELETE FROM invitation WHERE person_id = :person"), {"person": PERSON})
        connection.execute(text("DELETE FROM credential WHERE person_id = :person"), {"person": PERSON})
        connection.execute(text("DELETE FROM sign_in_attempt"))


def sent(services: FakeServices) -> Any:
    return services.changes[-1].sent


@pytest.mark.usefixtures("nobody_invited")
def test_whoever_the_manager_adds_is_invited_and_the_link_is_shown_once(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    done = manager.post("/alliance/people/new", NEW_PERSON)
    assert done.location == f"/alliance/people/{PERSON}"

    shown = manager.get(done.location)
    link = link_of(shown)
    assert (link or "").startswith("/invitation/")
    assert "Invited by Morgan Manager" in text_of(shown)
    assert link_of(manager.get(done.location)) is None
    assert "Invited" in text_of(manager.get("/alliance/people"))


@pytest.mark.usefixtures("nobody_invited")
def test_a_link_sets_a_password_once(visit: Visit) -> None:
    manager = visit("manager")
    manager.post("/alliance/people/new", NEW_PERSON)
    link = link_of(manager.get(f"/alliance/people/{PERSON}")) or ""
    stranger = visit("")
    assert "Welcome, Beth Buyer" in text_of(stranger.get(link))

    differing = stranger.post(link, {"password": PASSWORD, "password_again": "something else"})
    assert (differing.status_code, list(summary_links(differing))) == (422, ["password_again"])
    weak = stranger.post(link, {"password": "short", "password_again": "short"})
    assert (weak.status_code, list(summary_links(weak))) == (422, ["password"])
    assert PASSWORD not in weak.text
    done = stranger.post(link, {"password": PASSWORD, "password_again": PASSWORD})
    assert done.location == "/sign-in"
    for again in (stranger.get(link), stranger.post(link, {"password": PASSWORD, "password_again": PASSWORD})):
        assert again.status_code == 410
        assert "used already" in text_of(again)
    assert "has a password" in text_of(visit("manager").get(f"/alliance/people/{PERSON}"))


@pytest.mark.usefixtures("nobody_invited")
def test_an_invitation_is_sent_again_and_taken_back(visit: Visit) -> None:
    manager = visit("manager")
    path = f"/alliance/people/{PERSON}"
    manager.post(f"{path}/invite")
    first = link_of(manager.get(path)) or ""
    manager.post(f"{path}/invite")
    second = link_of(manager.get(path)) or ""
    assert visit("").get(first).status_code == 410
    assert visit("").get(second).status_code == 200
    visit("manager").post(f"{path}/revoke")
    assert visit("").get(second).status_code == 410
    assert "was taken back" in text_of(visit("manager").get(path))


@pytest.mark.usefixtures("nobody_invited")
def test_all_without_a_way_in_are_invited_at_once(visit: Visit) -> None:
    manager = visit("manager")
    assert "Invite all 1 without a way in" in text_of(manager.get("/alliance/people"))
    assert manager.post("/alliance/people/invite").location == "/alliance/people"
    page = text_of(manager.get("/alliance/people"))
    assert "1 invitation sent." in page
    assert "without a way in" not in page


@pytest.mark.usefixtures("nobody_invited")
def test_an_approver_invites_for_the_own_school_and_never_sees_the_link(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    form = {"name": "Beth Buyer", "email": "beth@example.org", "role": "school_buyer", "starts_on": "2026-12-01"}
    done = approver.post("/school/people/new", form)
    assert done.location == "/school/people"
    call = services.changes[-1]
    assert (call.path, call.sent["roles"]) == (
        f"/schools/{OAK}/people",
        [{"role": "school_buyer", "starts_on": "2026-12-01", "ends_on": None}],
    )
    page = approver.get("/school/people")
    assert "the link is on its way to beth@example.org" in text_of(page)
    assert link_of(approver.get(f"/school/people/{PERSON}")) is None


@pytest.mark.parametrize("who", ["buyer", "governor"])
def test_only_approvers_decide_who_acts_for_a_school(visit: Visit, services: FakeServices, who: str) -> None:
    visitor = visit(who)
    assert visitor.get("/school/people/new").status_code == 403
    for path in ("/school/people/new", f"/school/people/{PERSON}", f"/school/people/{PERSON}/invite"):
        assert visitor.post(path).status_code == 403
    assert visitor.get("/school/people").status_code == 200
    assert services.changes == []


@pytest.mark.usefixtures("nobody_invited")
def test_a_forgotten_password_is_answered_alike_for_everybody(visit: Visit) -> None:
    stranger = visit("")
    said = {
        text_of(stranger.post("/forgot-password", {"email": email})).replace(email, "…")
        for email in ("beth@example.org", "nobody@example.org")
    }
    assert len(said) == 1
    assert list(summary_links(stranger.post("/forgot-password", {"email": " "}))) == ["email"]
    answers = [stranger.post("/forgot-password", {"email": "eager@example.org"}).status_code for _ in range(7)]
    assert (answers[0], answers[-1]) == (200, 429)


def test_a_persons_roles_are_sent_whole_in_the_order_of_their_days(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    form = {
        "version": "3",
        "name": "Beth Buyer",
        "email": "beth@example.org",
        "role-0": "school_buyer",
        "school_urn-0": str(OAK),
        "starts_on-0": "2024-09-01",
        "ends_on-0": "2026-12-31",
        "role-1": "alliance_manager",
        "starts_on-1": "2024-09-01",
        "ends_on-1": "",
        "gone-1": "1",
        "role-new": "governor",
        "school_urn-new": str(OAK),
        "starts_on-new": "2023-01-01",
        "ends_on-new": "",
    }
    assert manager.post(f"/alliance/people/{PERSON}", form).status_code == 303
    assert services.changes[-1].etag == '"3"'
    assert [(role["role"], role["starts_on"], role["ends_on"]) for role in sent(services)["roles"]] == [
        ("governor", "2023-01-01", None),
        ("school_buyer", "2024-09-01", "2026-12-31"),
    ]


def test_a_refused_role_is_shown_at_its_own_row_and_keeps_what_was_typed(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    path = f"/schools/{OAK}/people/{PERSON}"
    fault = {"field": "roles.0.ends_on", "message": "A role cannot end before it starts."}
    services.refusals["PUT", "members", path] = Problem(422, "person_invalid", "It does not hold.", [fault])
    form = {"role-0": "school_buyer", "starts_on-0": "2024-09-01", "ends_on-0": "2020-01-01", "version": "1"}
    refused = approver.post(f"/school/people/{PERSON}", form)
    assert (refused.status_code, list(summary_links(refused))) == (422, ["ends_on-0"])
    assert value_of(refused, "ends_on-0") == "2020-01-01"


def test_the_last_manager_cannot_be_locked_out(visit: Visit, services: FakeServices) -> None:
    fault = {"field": "roles", "message": "The alliance would be left without a business manager."}
    services_path = ("PUT", "members", f"/people/{PERSON}")
    manager = visit("manager")
    services.refusals[services_path] = Problem(422, "last_manager", fault["message"], [fault])
    refused = manager.post(f"/alliance/people/{PERSON}", {"name": "B", "email": "b@example.org", "version": "1"})
    assert refused.status_code == 422
    assert "left without a business manager" in text_of(refused)


def test_sites_are_sent_whole_with_the_version_that_was_seen(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    form = {
        "version": "4",
        "main": "new",
        "site_id-0": SITES[0]["site_id"],
        "name-0": "Main building",
        "address-0": "Oak Street",
        "postcode-0": "NF1 4QX",
        "instructions-0": "",
        "gone-0": "1",
        "name-new": "New hall",
        "address-new": "Hill Road",
        "postcode-new": "NF1 4QY",
        "instructions-new": "Mind the step.",
    }
    assert buyer.post("/school/settings/sites", form).location == "/school/settings"
    call = services.changes[-1]
    assert (call.path, call.etag) == (f"/schools/{OAK}/sites", '"4"')
    assert call.sent["sites"] == [
        {
            "site_id": None,
            "name": "New hall",
            "address": "Hill Road",
            "postcode": "NF1 4QY",
            "instructions": "Mind the step.",
            "main": True,
        }
    ]


def test_a_site_without_an_address_is_asked_for_it(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    faulty = buyer.post("/school/settings/sites", {"version": "0", "name-new": "New hall", "main": "new"})
    assert list(summary_links(faulty)) == ["address-new", "postcode-new"]
    assert value_of(faulty, "name-new") == "New hall"
    assert services.changes == []


def test_a_governor_reads_the_settings_and_changes_nothing(visit: Visit) -> None:
    governor = visit("governor")
    assert "Change the sites" not in text_of(governor.get("/school/settings"))
    assert governor.get("/school/settings/sites").status_code == 403


@pytest.mark.parametrize(
    ("what", "form", "path", "body"),
    [
        ("leave", {"left_on": "2026-12-31"}, "leave", {"left_on": "2026-12-31"}),
        (
            "join",
            {"rejoined_on": "2027-09-01", "rejoined_class": "associate"},
            "memberships",
            {"joined_on": "2027-09-01", "membership_class": "associate"},
        ),
        (
            "pupils",
            {"counted_on": "2026-10-01", "pupils": "1,204", "source": "school census"},
            "pupil-counts",
            {"counted_on": "2026-10-01", "pupils": 1204, "source": "school census"},
        ),
    ],
)
def test_memberships_and_counts_are_recorded(
    visit: Visit, services: FakeServices, what: str, form: dict[str, str], path: str, body: dict[str, Any]
) -> None:
    manager = visit("manager")
    done = manager.post(f"/alliance/schools/{OAK}/{what}", {**form, "version": "5", "sending_key": "a-key-of-a-form"})
    assert done.location == f"/alliance/schools/{OAK}"
    call = services.changes[-1]
    assert (call.path, call.sent, call.etag, call.key) == (f"/schools/{OAK}/{path}", body, '"5"', "a-key-of-a-form")
    empty = manager.post(f"/alliance/schools/{OAK}/{what}", {})
    assert empty.status_code == 422
    assert visit("board").post(f"/alliance/schools/{OAK}/{what}", form).status_code == 403


def test_a_mistyped_count_is_corrected_on_its_day(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    form = {"counted_on": "2025-10-02", "pupils": "402", "source": "school census", "correct": "yes", "version": "5"}
    done = manager.post(f"/alliance/schools/{OAK}/pupils", form)
    assert done.location == f"/alliance/schools/{OAK}"
    call = services.changes[-1]
    assert (call.method, call.path, call.etag) == ("PUT", f"/schools/{OAK}/pupil-counts/2025-10-02", '"5"')
    assert call.sent == {"pupils": 402, "source": "school census"}
    wrong = manager.post(f"/alliance/schools/{OAK}/pupils", form | {"pupils": "many"})
    assert list(summary_links(wrong)) == ["pupils"]
    assert parsed(wrong).xpath("//input[@name='correct' and @checked]")


def test_a_school_without_a_phase_gets_the_one_its_ages_give(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    form = {"urn": "200009", "name": "Marsh Lane", "low_age": "9", "high_age": "13", "joined_on": "2026-09-01"}
    assert manager.post("/alliance/schools/new", form).location == "/alliance/schools/200009"
    assert sent(services)["phase"] == "middle_deemed_secondary"
    assert services.changes[-1].etag == '"0"'
    ageless = manager.post("/alliance/schools/new", form | {"low_age": ""})
    assert list(summary_links(ageless)) == ["phase"]
    undated = manager.post("/alliance/schools/new", form | {"pupils": "240"})
    assert list(summary_links(undated)) == ["pupils_on", "pupils_source"]


def test_a_file_is_looked_at_before_it_is_applied(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    file = (io.BytesIO(b"URN,Pupils\r\n910001,280\r\n"), "pupils.csv")
    done = manager.post("/alliance/imports", {"file": file, "which": "members", "counted_on": "2026-10-01"})
    assert done.location == f"/alliance/imports/{IMPORT}"
    call = services.changes[-1]
    assert call.params["members_only"] == "true"
    assert (call.params["filename"], call.params["counted_on"]) == ("pupils.csv", "2026-10-01")

    preview = manager.get(done.location)
    assert "Pupils: 271 → 290" in text_of(preview)
    assert "Apply 2 rows" in text_of(preview)
    applied = manager.post(done.location, {"version": "1"})
    assert applied.location == "/alliance/schools"
    assert services.changes[-1].path == f"/imports/{IMPORT}/apply"


def test_a_file_whose_ground_has_moved_is_not_applied(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    services.refusals["POST", "members", f"/imports/{IMPORT}/apply"] = Problem(
        409, "import_changed", "Schools or people have changed since you saw what the file would do."
    )
    refused = manager.post(f"/alliance/imports/{IMPORT}", {"version": "1"})
    assert refused.status_code == 409
    assert "have changed since you saw" in text_of(refused)


def test_an_authority_is_asked_for_where_it_is_needed(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    file = (io.BytesIO(b"URN\r\n"), "register.csv")
    faulty = manager.post("/alliance/imports", {"file": file, "which": "authority"})
    assert list(summary_links(faulty)) == ["la_code"]
    assert list(summary_links(manager.post("/alliance/imports", {"which": "members"}))) == ["file"]
    assert services.changes == []


def test_schools_that_have_left_are_not_counted_as_members(visit: Visit, services: FakeServices) -> None:
    board = visit("board")
    schools = services.table["members", "/schools"]["items"]
    gone = schools[0] | {"left_on": date(2025, 8, 31).isoformat()}
    services.table["members", "/schools"] = listed(gone, *schools[1:])
    page = text_of(board.get("/alliance/schools"))
    assert f"{len(schools) - 1} schools in the alliance today" in page
    assert "Import a file" not in page
