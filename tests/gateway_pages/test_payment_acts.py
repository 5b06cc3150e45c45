"""What the pages of payments and exports ask of billing, and what they say when it refuses."""

from collections.abc import Callable

from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, text_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.payment_world import EXPORTED_RUN, PROPOSED_RUN, an_item

Visit = Callable[[str], Visitor]
RUN = f"/alliance/payments/{PROPOSED_RUN}"


def test_what_is_not_ticked_is_left_out_for_a_reason(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    listed = [an_item(count, 1)["supplier_invoice_id"] for count in (1, 2, 3)]
    sent = {"listed": listed, "pay": listed[:1], "version": "4", "why": ""}
    refused = manager.post(f"{RUN}/choice", sent)
    assert refused.status_code == 422
    assert "Enter why the others are left out." in text_of(refused)
    assert services.changes == []
    assert manager.post(f"{RUN}/choice", {**sent, "why": "Next month."}).status_code == 303
    (call,) = services.changes
    assert (call.method, call.path) == ("PUT", f"/payment-runs/{PROPOSED_RUN}/choice")
    assert call.sent == {"left_out": listed[1:], "why": "Next month."}
    assert call.etag == '"4"'


def test_an_export_and_all_of_it_again_are_two_requests(visit: Visit, services: FakeServices) -> None:
    manager, sent = (
        visit("manager"),
        {"from_on": "2026-11-01", "to_on": "2026-11-30", "sending_key": "a-form-of-theirs"},
    )
    for more in ({}, {}, {"again": "yes"}):
        assert manager.post("/alliance/exports", {**sent, **more}).status_code == 200
    assert [(call.sent["again"], call.key) for call in services.changes] == [
        (False, "a-form-of-theirs-new"),
        (False, "a-form-of-theirs-new"),
        (True, "a-form-of-theirs-again"),
    ]


def test_every_export_is_listed_in_parts(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    services.table["billing", "/ledger-exports"]["next"] = "an-export"
    page = parsed(manager.get("/alliance/exports?from_on=2026-10-01&to_on=2026-10-31"))
    (more,) = page.xpath("//nav[@aria-label='More']/a/@href")
    assert {"after=an-export", "from_on=2026-10-01", "to_on=2026-10-31"} == set(more.partition("?")[2].split("&"))


def test_days_the_wrong_way_round_are_said_at_their_field(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    wrong = manager.get("/alliance/exports?from_on=2026-12-01&to_on=2026-11-01")
    assert wrong.status_code == 422
    assert "The first day comes after the last." in text_of(wrong)
    assert parsed(wrong).xpath("//input[@name='from_on']/@value")[0] == "2026-12-01"
    assert not [call for call in services.calls if call.path == "/ledger-exports/preview"]
    odd = manager.get("/alliance/exports?from_on=2026-02-31")
    assert odd.status_code == 422
    assert summary_links(odd) == {"from_on": "Enter the first day as a real day, such as 2026-11-24."}


def test_a_journal_to_export_shows_its_debits_and_credits(visit: Visit, services: FakeServices) -> None:
    journal = {"kind": "journal", "documents": 4, "fresh": 4, "net_pence": 0, "vat_pence": 0, "gross_pence": 0}
    journal |= {"debit_pence": 123_400, "credit_pence": 123_400}
    manager = visit("manager")
    services.table["billing", "/ledger-exports/preview"] = {"items": [journal], "next": None}
    (row,) = parsed(manager.get("/alliance/exports")).xpath("//section[@aria-labelledby='holds']//tbody/tr")
    assert [cell.text_content() for cell in row] == ["Journal entries", "4", "4", "£1,234.00", "£1,234.00"]


def test_who_approves_sends_the_version_that_was_seen(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    page = text_of(manager.get(RUN))
    assert "Approve £12,345.50" in page
    assert "Whoever brings a run up to date changes it" in page
    assert "What was paid to this account came back on Fri 20 Nov 2026 ." in page
    assert manager.post(f"{RUN}/approval", {"version": "4", "sending_key": "a-key-of-this-form"}).status_code == 303
    (call,) = services.changes
    assert (call.path, call.etag, call.key) == (f"/payment-runs/{PROPOSED_RUN}/approval", '"4"', "a-key-of-this-form")


def test_a_refused_approval_lists_what_has_changed(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    faults = [
        {"field": f"items.{number}", "message": f"Fenwright Paper Ltd, {number}: its bank details have changed."}
        for number in ("SI-000001", "SI-000002")
    ]
    what = "What this run would pay has changed. Bring it up to date, then ask again."
    services.refusals["POST", "billing", f"/payment-runs/{PROPOSED_RUN}/approval"] = Problem(
        409, "payment_run_outdated", what, faults
    )
    answer = manager.post(f"{RUN}/approval", {"version": "4"})
    assert answer.status_code == 409
    assert all(told in text_of(answer) for told in (what, *(fault["message"] for fault in faults)))


def test_the_board_reads_and_does_nothing(visit: Visit) -> None:
    board = visit("board")
    page = board.get(f"/alliance/payments/{EXPORTED_RUN}")
    assert "Write the Bacs file again" not in page.text
    assert board.post(f"{RUN}/approval", {"version": "4"}).status_code == 403
