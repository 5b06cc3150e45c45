"""Closing a month on its page: by form, refused with what is open, and in a browser by keyboard."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from gateway.upstream import Problem
from tests.gateway_pages import fake
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, text_of, value_of
from tests.gateway_pages.fake import DONE, FakeServices
from tests.gateway_pages.ledger_world import ACCRUAL, ADJUSTMENT, ENTRY, IMPORT, JOURNAL, MONTH, a_journal, a_month
from tests.gateway_pages.test_browser import Window, _violations, address, window
from tests.gateway_pages.world import BILL, answers

__all__ = ["address", "window"]

Visit = Callable[[str], Visitor]
PAGE = f"/alliance/ledger/months/{MONTH}"
PERIOD = f"/periods/{MONTH}"


def test_a_month_is_closed_and_reopened_at_the_version_that_was_seen(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    assert manager.post(f"{PAGE}/close", {"version": "0", "why": " Seen "}).status_code == 303
    assert manager.post(f"{PAGE}/reopen", {"version": "1", "why": "The auditor asked"}).status_code == 303
    assert [(call.path, call.sent, call.etag) for call in services.changes] == [
        (f"{PERIOD}/close", {"why": "Seen"}, '"0"'),
        (f"{PERIOD}/reopen", {"why": "The auditor asked"}, '"1"'),
    ]
    assert summary_links(manager.post(f"{PAGE}/reopen", {"version": "1", "why": ""})) == {
        "why": "Enter why the month is reopened."
    }
    assert visit("board").post(f"{PAGE}/close", {"version": "0"}).status_code == 403


def test_what_keeps_a_month_open_is_said_at_the_checklist(visit: Visit, services: FakeServices) -> None:
    why = "September 2026 has open differences: look at its checklist."
    errors = [{"field": "bank_lines_unmatched", "message": "Bank lines that are not matched to anything: 2"}]
    services.refusals["POST", "billing", f"{PERIOD}/close"] = Problem(409, "period_not_closable", why, errors)
    page = visit("manager").post(f"{PAGE}/close", {"version": "0"})
    assert (page.status_code, summary_links(page)) == (409, {"checklist": f"{why} {errors[0]['message']}"})


def test_a_closed_month_names_what_was_open_and_is_kept_open_by_nothing(visit: Visit, services: FakeServices) -> None:
    board = visit("board")
    services.table["billing", PERIOD] = a_month("closed", bank_lines_unmatched=2)
    page = text_of(board.get(PAGE))
    known = "Known to be open: Invoice lines in dispute, or whose credit is asked for (1, £12.00)."
    assert f"Closed by Morgan Manager: Seen with the board. {known}" in page
    assert "Open now" in page
    assert "Keeps it open" not in page


def test_the_checklist_leads_to_the_bank_lines_of_the_month_and_before(visit: Visit, services: FakeServices) -> None:
    board = visit("board")
    services.table["billing", PERIOD] = a_month(bank_lines_unmatched=2)
    assert "/alliance/bank?to_day=2026-09-30#lines" in board.get(PAGE).get_data(as_text=True)
    shown = board.get("/alliance/bank?to_day=2026-09-30")
    assert "Booked by the end of Wed 30 Sep 2026." in text_of(shown)
    assert [call.params["to_day"] for call in services.calls if call.path == "/bank-lines"] == ["2026-09-30"]
    assert "Booked by" not in text_of(board.get("/alliance/bank?to_day=someday"))


def test_accruals_are_posted_as_ticked_and_taken_back(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    assert summary_links(manager.post(f"{PAGE}/adjustments")) == {"adjustments": "Tick what is to be posted."}
    manager.post(f"{PAGE}/adjustments", {"keys": ACCRUAL, "sending_key": "k"})
    manager.post(f"{PAGE}/adjustments/{ADJUSTMENT}/undo", {"sending_key": "k2"})
    assert [(call.path, call.sent, call.key) for call in services.changes] == [
        (f"{PERIOD}/adjustments", {"keys": [ACCRUAL]}, "k"),
        (f"/adjustments/{ADJUSTMENT}/undo", None, "k2"),
    ]


@pytest.mark.parametrize(
    ("kind", "leads_to"),
    [
        ("accrual", "/alliance/ledger/months/2026-10"),
        ("accrual_release", "/alliance/ledger/months/2026-09"),
        ("credit_note", f"/alliance/bills/{BILL}"),
        ("journal", "/alliance/ledger/journals/{document_id}"),
        *((kind, "/alliance/bank") for kind in ("receipt", "refund", "payment", "fund_payment", "bank_charge")),
    ],
)
def test_an_entry_leads_to_its_document(visit: Visit, services: FakeServices, kind: str, leads_to: str) -> None:
    board, entry = visit("board"), services.table["billing", f"/entries/{ENTRY}"]
    entry |= {"kind": kind, "dated_on": "2026-10-01", "posted_on": "2026-11-01"}
    services.table["billing", f"/credit-notes/{entry['document_id']}"] = {"bill_id": BILL}
    page = board.get(f"/alliance/ledger/entries/{ENTRY}").get_data(as_text=True)
    assert f'<a href="{leads_to.format(**entry)}">{entry["document_number"]}</a>' in page


def test_a_journal_is_proposed_by_one_and_decided_by_another(
    visit: Visit, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DONE, ("POST", "billing", "/manual-journals"), a_journal())
    manager, typed = visit("manager"), {"dated_on": "2026-10-12", "why": " Closed ", "sending_key": "k"}
    rows = {"account-0": "5200", "debit-0": "12.50", "account-3": "5100", "credit-3": "12.50"}
    sent = manager.post("/alliance/ledger/journals", typed | rows)
    assert sent.headers["Location"].endswith(f"/alliance/ledger/journals/{JOURNAL}")
    page = f"/alliance/ledger/journals/{JOURNAL}"
    made = str(UUID(int=7))
    for what, why, shown in (("approval", "", JOURNAL), ("refusal", "Not ours", JOURNAL), ("reversal", "Paid", made)):
        answer = a_journal(manual_journal_id=shown)
        monkeypatch.setitem(DONE, ("POST", "billing", f"/manual-journals/{JOURNAL}/{what}"), answer)
        sent = manager.post(f"{page}/{what}", {"version": "1", "why": why, "sending_key": what})
        assert sent.headers["Location"].endswith(f"/alliance/ledger/journals/{shown}")
    lines = [
        {"account": "5200", "debit_pence": 1250, "credit_pence": 0},
        {"account": "5100", "debit_pence": 0, "credit_pence": 1250},
    ]
    assert [(call.path, call.sent, call.etag) for call in services.changes] == [
        ("/manual-journals", {"dated_on": "2026-10-12", "why": "Closed", "lines": lines}, None),
        (f"/manual-journals/{JOURNAL}/approval", None, '"1"'),
        (f"/manual-journals/{JOURNAL}/refusal", {"why": "Not ours"}, '"1"'),
        (f"/manual-journals/{JOURNAL}/reversal", {"why": "Paid"}, '"1"'),
    ]
    assert visit("board").post(f"{page}/approval", {"version": "1"}).status_code == 403
    listed = manager.get("/alliance/ledger/journals").get_data(as_text=True)
    assert '<option value="5200">5200 Bank charges</option>' in listed
    assert "Stationery" not in listed


def test_what_is_wrong_with_a_journal_is_said_at_its_line(visit: Visit, services: FakeServices) -> None:
    manager, page = visit("manager"), "/alliance/ledger/journals"
    typed = {"dated_on": "2026-10-12", "why": "Closed", "account-0": "5200", "debit-0": "1"}
    assert "account-0" in summary_links(manager.post(page, typed))
    why = "The chart of accounts has no account 5100."
    errors = [{"field": "lines.1.account", "message": why}]
    services.refusals["POST", "billing", "/manual-journals"] = Problem(422, "account_not_postable", why, errors)
    assert summary_links(manager.post(page, typed | {"account-3": "5100", "credit-3": "1"})) == {"account-3": why}
    assert summary_links(manager.post(f"{page}/{JOURNAL}/refusal", {"why": ""})) == {"why": "Enter why."}


def test_a_journal_that_is_taken_back_says_by_which(visit: Visit, services: FakeServices) -> None:
    manager, page, back = visit("manager"), f"/alliance/ledger/journals/{JOURNAL}", str(UUID(int=7))
    services.table["billing", f"/manual-journals/{JOURNAL}"] = a_journal("posted")
    assert "Take it back" in text_of(manager.get(page))
    taken = a_journal("posted", taken_back_by_id=back, taken_back_by_number="MJ-000002")
    services.table["billing", f"/manual-journals/{JOURNAL}"] = taken
    services.table["billing", "/manual-journals"] = {"items": [taken], "next": None}
    answer = manager.get(page)
    assert "Take it back" not in text_of(answer)
    assert parsed(answer).xpath("//a[text()='MJ-000002']/@href") == [f"/alliance/ledger/journals/{back}"]
    assert "Taken back by MJ-000002" in text_of(manager.get("/alliance/ledger/journals"))


def test_no_line_of_a_journal_is_left_out_unsaid(visit: Visit, services: FakeServices) -> None:
    manager, page = visit("manager"), "/alliance/ledger/journals"
    whole = {"account-0": "5200", "debit-0": "1", "account-1": "5100", "credit-1": "1"}
    typed = {"dated_on": "2026-10-12", "why": "Closed", **whole, "credit-3": "7.50", "account-5": "5200"}
    answer = manager.post(page, typed)
    assert answer.status_code == 422
    assert summary_links(answer) == {
        "account-3": "Choose the account of this amount.",
        "debit-5": "Enter a debit or a credit.",
    }
    inputs = {name: value for name, value in typed.items() if not name.startswith("account")}
    assert {name: value_of(answer, name) for name in inputs} == inputs
    chosen = parsed(answer).xpath("//select[starts-with(@name, 'account-')][option/@selected]/@name")
    assert chosen == ["account-0", "account-5"]
    assert services.changes == []


@pytest.mark.parametrize(("typed", "sent"), [("3.75", "3.75"), ("4", "4.00"), ("3.755", None), ("-1", None)])
def test_a_reference_rate_is_taken_as_it_is_typed_or_refused(
    visit: Visit, services: FakeServices, typed: str, sent: str | None
) -> None:
    page = visit("manager").post("/alliance/reference-rates", {"from_on": "2026-07-01", "per_cent": typed})
    if sent is None:
        why = "Enter the rate in per cent from 0 to 100 with at most two decimals, such as 3.75."
        assert (summary_links(page), services.changes) == ({"per_cent": why}, [])
    else:
        assert [call.sent for call in services.changes] == [{"per_cent": sent}]


def test_a_sheet_is_shown_before_it_changes_the_chart(
    visit: Visit, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {"chart_import_id": IMPORT, "counts": {"added": 1, "changed": 1, "unchanged": 0, "refused": 1}}
    monkeypatch.setitem(DONE, ("POST", "billing", "/chart-imports"), kept)
    monkeypatch.setitem(DONE, ("POST", "billing", f"/chart-imports/{IMPORT}/apply"), kept)
    manager = visit("manager")
    sent = manager.post("/alliance/ledger/chart", {"file": (io.BytesIO(b"Code,Name"), "chart.csv")})
    assert sent.headers["Location"].endswith(f"/alliance/ledger/chart/imports/{IMPORT}")
    assert "Name is missing." in text_of(manager.get(f"/alliance/ledger/chart/imports/{IMPORT}"))
    manager.post(f"/alliance/ledger/chart/imports/{IMPORT}", {"version": "1"})
    assert [(call.path, call.etag) for call in services.changes][1] == (f"/chart-imports/{IMPORT}/apply", '"1"')
    assert summary_links(manager.post("/alliance/ledger/chart")) == {"file": "Choose a file."}


@pytest.mark.browser
def test_a_month_is_closed_by_keyboard(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """From what blocks it to the closed month: post the accrual, close, and see who did it."""

    def as_it_stands(*, school: bool) -> dict[tuple[str, str], Any]:
        done = {call.path for call in window.services.changes}
        month = a_month(adjustments_unposted=1)
        if f"{PERIOD}/adjustments" in done:
            month = a_month()
        if f"{PERIOD}/close" in done:
            month = a_month("closed")
        return answers(school=school) | {("billing", PERIOD): month}

    monkeypatch.setattr(fake, "answers", as_it_stands)
    page = window.open("manager", PAGE)
    expect(page.get_by_text("1 point of the checklist keeps the month open.")).to_be_visible()
    box = page.get_by_label("Post the accrual for PO-000001")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Everything is explained: the month can be closed.")).to_be_visible()
    page.get_by_label("What should be remembered of it").focus()
    page.keyboard.type("Seen with the board")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="September 2026 Closed")).to_be_visible()
    expect(page.get_by_role("button", name="Reopen September 2026")).to_be_visible()
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert _violations(page) == []
    assert window.complaints == []
