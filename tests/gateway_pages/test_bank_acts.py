"""What the bank's pages send: suggestions accepted as they were shown, amounts chosen, accounts and columns told."""

import io
import json
from collections.abc import Callable

import pytest

from gateway.pages.alliance_bank_line import held_of
from gateway.upstream import Problem
from services.billing.api import bank_schemas
from tests.gateway_pages.bank_world import (
    ACCOUNT,
    BILL,
    FOREIGN,
    LAYOUT,
    LINE,
    LINES,
    MATCHED,
    OVERPAID,
    STATEMENT,
    a_line,
    a_statement,
    an_account,
    matched_to,
)
from tests.gateway_pages.conftest import Visitor, parsed
from tests.gateway_pages.fake import DONE, FakeServices
from tests.gateway_pages.world import BILL as SCHOOLS_BILL

Visit = Callable[[str], Visitor]

CHOICE = [{"kind": "bill", "id": "b", "amount_pence": 53873}]
BENCH = "/alliance/bank/workbench"


def test_one_suggestion_is_accepted_as_it_was_shown(visit: Visit, services: FakeServices) -> None:
    sent = {"accept": f"{LINE}.2", f"choice.{LINE}.2": json.dumps(CHOICE), "statement": STATEMENT}
    response = visit("manager").post(BENCH, sent)
    (call,) = services.changes
    assert (call.path, call.sent) == ("/bank-lines/matches", {"lines": [{"bank_line_id": LINE, "items": CHOICE}]})
    assert response.location == f"{BENCH}?last={LINE}&statement={STATEMENT}"


def test_the_first_suggestions_of_ticked_lines_are_accepted_together(visit: Visit, services: FakeServices) -> None:
    other = LINES[3]["bank_line_id"]
    sent = {f"choice.{each}.1": json.dumps(CHOICE) for each in (LINE, other)}
    visit("manager").post(BENCH, {**sent, "bulk": "1", "line": [LINE, other]})
    (call,) = services.changes
    assert [line["bank_line_id"] for line in call.sent["lines"]] == [LINE, other]


def test_nothing_ticked_and_a_refusal_are_said_in_the_summary(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    nothing = manager.post(BENCH, {"bulk": "1"})
    assert (nothing.status_code, services.changes) == (422, [])
    assert 'href="#bulk"' in nothing.text
    services.refusals["POST", "billing", "/bank-lines/matches"] = Problem(409, "document_not_open", "It is paid.", [])
    refused = manager.post(BENCH, {"accept": f"{LINE}.1", f"choice.{LINE}.1": json.dumps(CHOICE)})
    assert refused.status_code == 409
    assert "It is paid." in refused.text


@pytest.mark.parametrize("what", ["undo", "redo"])
def test_a_match_is_undone_and_made_again(visit: Visit, services: FakeServices, what: str) -> None:
    visit("manager").post(f"/alliance/bank/lines/{MATCHED}/{what}")
    assert [call.path for call in services.changes] == [f"/bank-lines/{MATCHED}/{what}"]


def test_a_closed_month_is_told_where_a_match_is_undone(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    closed = Problem(409, "period_closed", "The books of November 2026 are closed.", [])
    services.refusals["POST", "billing", f"/bank-lines/{MATCHED}/undo"] = closed
    response = manager.post(f"/alliance/bank/lines/{MATCHED}/undo")
    assert "The books of November 2026 are closed." in manager.get(response.location).text


def test_amounts_are_typed_beside_documents_and_accounts(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    sent = {"of.bill.b": "530.00", "of.account.5200": "8.73", "of.bill.c": ""}
    manager.post(f"/alliance/bank/lines/{LINE}", sent)
    (call,) = services.changes
    assert call.sent["items"] == [
        {"kind": "bill", "id": "b", "amount_pence": 53000},
        {"kind": "account", "id": "5200", "amount_pence": 873},
    ]
    assert manager.post(f"/alliance/bank/lines/{LINE}", {"of.bill.b": ""}).status_code == 422
    assert "pounds and pence" in manager.post(f"/alliance/bank/lines/{LINE}", {"of.bill.b": "1.234"}).text


def test_looking_for_other_documents_keeps_what_is_typed(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    name = f"of.bill.{BILL}"
    page = manager.post(f"/alliance/bank/lines/{LINE}", {name: "12.34", "find": "oak", "look": "50", "keep": "1.00"})
    assert (page.status_code, services.changes) == (200, [])
    values = {each.get("name"): each.get("value") for each in parsed(page).iter("input")}
    assert {field: values[field] for field in (name, "find", "keep")} == {name: "12.34", "find": "oak", "keep": "1.00"}


def test_what_is_looked_for_is_cut_to_what_billing_takes(visit: Visit, services: FakeServices) -> None:
    manager, words = visit("manager"), "oak\x00street " * 10
    of_supplier = matched_to("supplier_account", "on account", 5) | {"school_urn": None, "supplier_id": BILL}
    held = a_line(5, 5, "Oak", "", state="matched", matched_to=[of_supplier])
    services.table = {**services.table, ("billing", f"/bank-lines/{MATCHED}"): held}
    page = manager.post(f"/alliance/bank/lines/{MATCHED}", {"find": words, "look": "-1"})
    manager.get(f"{BENCH}?words={words}")
    (sought,) = [call.params for call in services.calls if call.path == "/open-items"]
    assert bank_schemas.OpenItemQuery().load(sought)["words"].startswith(f"{BILL} oak street oak")
    (sought,) = [call.params for call in services.calls if call.path == "/bank-lines"]
    assert bank_schemas.BankLineQuery().load({name: sought[name] for name in ("state", "words")})
    assert parsed(page).xpath("//input[@name='find']/@maxlength") == ["60"]


def test_money_beyond_every_document_is_kept_on_account_and_used_later(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    kept = {"of.bill.b": "500.00", "keep": "38.73", "keep_of": "school_account.910001"}
    manager.post(f"/alliance/bank/lines/{LINE}", kept)
    at = f"/alliance/bank/lines/{OVERPAID['bank_line_id']}"
    assert "Use £53.24 on account" in manager.get(at).text
    manager.post(at, {"held": "1", "of.bill.b": "53.24"})
    first, second = services.changes
    assert first.sent["items"][1] == {"kind": "school_account", "id": "910001", "amount_pence": 3873}
    assert (second.path, second.sent["items"]) == (
        f"/bank-lines/{OVERPAID['bank_line_id']}/held-money",
        [{"kind": "bill", "id": "b", "amount_pence": 5324}],
    )
    assert manager.post(f"/alliance/bank/lines/{LINE}", {"keep": "1.00"}).status_code == 422


@pytest.mark.parametrize(
    ("pence", "kept", "held"),
    [
        (50000, [(910001, 5324), (910001, -5324)], (0, "")),
        (50000, [(910001, 5324), (910001, -5324), (910002, 700)], (700, "910002")),
        (50000, [(910001, 5324), (910002, 700), (910001, -324)], (5000, "910001")),
        (-50000, [(910001, 700), (910002, -5324)], (-5324, "910002")),
    ],
)
def test_what_is_left_on_account_is_of_one_party(
    pence: int, kept: list[tuple[int, int]], held: tuple[int, str]
) -> None:
    matched = [matched_to("school_account", "on account", each) | {"school_urn": urn} for urn, each in kept]
    assert held_of(a_line(5, pence, "Oak", "B-000001", matched_to=matched)) == held


def test_a_line_that_moves_no_pounds_is_set_aside(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    at = f"/alliance/bank/lines/{FOREIGN['bank_line_id']}"
    assert "Set it aside" in manager.get(at).text
    assert manager.post(f"{at}/set-aside", {"why": ""}).status_code == 422
    manager.post(f"{at}/set-aside", {"why": "Kept in euros elsewhere."})
    (call,) = services.changes
    assert (call.path, call.sent) == (
        f"/bank-lines/{FOREIGN['bank_line_id']}/set-aside",
        {"why": "Kept in euros elsewhere."},
    )


def test_the_bench_sums_every_account_and_ticks_nothing_that_is_a_penny_off(visit: Visit) -> None:
    text = visit("manager").get(BENCH).text
    assert "data-sure" not in text
    assert f"{2 * -342.79:,.2f}".replace("-", "−£") in text  # both accounts, not the statements that are listed


def test_every_statement_is_reached_from_the_list(visit: Visit, services: FakeServices) -> None:
    manager, before = visit("manager"), "2026-11-01T09:00:00+00:00"
    statements = {**services.table["billing", "/bank-statements"], "next": before}
    services.table = {**services.table, ("billing", "/bank-statements"): statements}
    (link,) = parsed(manager.get("/alliance/bank")).xpath("//a[text()='Show the earlier ones']")
    manager.get(link.get("href"))
    asked = [call.params for call in services.calls if call.path == "/bank-statements"]
    assert [params.get("before") for params in asked] == [None, before]


def test_a_statement_is_signed_off(visit: Visit, services: FakeServices) -> None:
    visit("manager").post(f"/alliance/bank/statements/{STATEMENT}/reconcile")
    assert [call.path for call in services.changes] == [f"/bank-statements/{STATEMENT}/reconcile"]


def test_a_statement_without_lines_is_read_and_listed(
    visit: Visit, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = {"from_on": None, "to_on": None, "lines": 0, "new": 0}
    read = DONE["POST", "billing", "/bank-statements"] | none | {"repeated": 0, "posted": 0, "unmatched": 0}
    monkeypatch.setitem(DONE, ("POST", "billing", "/bank-statements"), read)
    manager, statements = visit("manager"), {"items": [a_statement(**none)], "next": None}
    services.table = {**services.table, ("billing", "/bank-statements"): statements}
    manager.post("/alliance/bank", {"file": (io.BytesIO(b"Date,Reference,Amount\n"), "statement.csv")})
    text = manager.get("/alliance/bank").text
    assert "Statement read: 0 new lines" in text
    assert "No lines</a>" in text


def test_a_statement_is_taken_back_for_a_reason(visit: Visit, services: FakeServices) -> None:
    manager, at = visit("manager"), f"/alliance/bank/statements/{STATEMENT}/withdrawal"
    assert "why it should not have been read in" in manager.post(at, {"why": " ", "statement": STATEMENT}).text
    assert services.changes == []
    assert manager.post(at, {"why": "Another account's."}).location == "/alliance/bank"
    (call,) = services.changes
    assert (call.path, call.sent) == (f"/bank-statements/{STATEMENT}/withdrawal", {"why": "Another account's."})


def test_a_statement_that_was_taken_back_stays_in_the_list(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    done = {"taken_back_by": "Mags Field", "taken_back_at": "2026-11-24T10:00:00Z", "taken_back_why": "Wrong file."}
    statements = {"items": [a_statement(), a_statement(bank_statement_id=LINE, **done)], "next": None}
    services.table = {**services.table, ("billing", "/bank-statements"): statements}
    page = parsed(manager.get("/alliance/bank"))
    live, gone = page.xpath("//section[@aria-labelledby='statements']//tbody/tr")
    assert (len(live.xpath(".//a")), len(gone.xpath(".//a"))) == (1, 0), "there is nothing more to see of it"
    assert "Taken back by Mags Field, Tue 24 Nov 2026, 10:00: Wrong file." in gone.text_content()
    (call,) = [call for call in services.calls if call.path == "/bank-statements"]
    assert call.params["taken_back"] == "true"


@pytest.mark.parametrize(("left", "offered"), [(4, True), (3, False)])
def test_only_a_statement_with_nothing_matched_is_offered_to_be_taken_back(
    visit: Visit, services: FakeServices, left: int, offered: bool
) -> None:
    manager, statements = visit("manager"), {"items": [a_statement(lines=4, new=left)], "next": None}
    services.table = {**services.table, ("billing", "/bank-statements"): statements}
    assert ("Take this statement back" in manager.get(f"{BENCH}?statement={STATEMENT}").text) is offered


def test_an_account_is_told_and_changed(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    told = {"account": "GB94", "name": "Fund", "purpose": "fund"}
    manager.post("/alliance/bank/accounts", told)
    manager.post("/alliance/bank/accounts", {**told, "bank_account_id": ACCOUNT, "version": "1"})
    first, second = services.changes
    assert (first.method, first.sent) == ("POST", told)
    assert (second.method, second.path, second.etag) == ("PATCH", f"/bank-accounts/{ACCOUNT}", '"1"')
    assert manager.post("/alliance/bank/accounts", {"account": "", "name": ""}).status_code == 422


def test_an_account_is_one_that_schools_pay_into_and_bills_say_so(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    numbers = {"sort_code": "20-45-77", "account_number": "10203040", "paid_into": "1"}
    said = {"name": "Orchard Schools", "purpose": "general", "bank_account_id": ACCOUNT, "version": "1"}
    manager.post("/alliance/bank/accounts", {**said, **numbers})
    manager.post("/alliance/bank/accounts", {**said, "was_paid_into": "1"})
    first, second = [call.sent for call in services.changes]
    assert first["sort_code"] == "204577"
    assert first["paid_into"] is True
    assert second["paid_into"] is False
    accounts = {"items": [an_account(**numbers | {"sort_code": "204577", "paid_into": True})]}
    services.table = {**services.table, ("billing", "/bank-accounts"): accounts}
    ticked = "//input[@id='paid_into']/@checked"
    assert parsed(manager.get(f"/alliance/bank/accounts?bank_account_id={ACCOUNT}")).xpath(ticked)
    again = manager.post("/alliance/bank/accounts", {**said, "name": "", "was_paid_into": "1"})
    assert again.status_code == 422
    assert not parsed(again).xpath(ticked), "what was unticked stays so while the rest is put right"
    bill = services.table["billing", f"/bills/{SCHOOLS_BILL}"]
    for person in ("buyer", "manager"):
        page = visit(person).get(f"/{'school' if person == 'buyer' else 'alliance'}/bills/{SCHOOLS_BILL}").text
        assert "<dd>20-45-77</dd>" in page
        assert "<dd>10203040</dd>" in page
        assert "does not say where to pay" not in page
    services.table["billing", f"/bills/{SCHOOLS_BILL}"] = {**bill, "pay_into": None, "state": "open", "pay_to": None}
    assert "does not say where to pay" in manager.get(f"/alliance/bills/{SCHOOLS_BILL}").text


def test_columns_are_said_anew_and_forgotten(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    manager.post(f"/alliance/bank/columns/{LAYOUT}", {"date": "Tag", "reference": "Zweck", "amount": "Betrag"})
    manager.post(f"/alliance/bank/columns/{LAYOUT}", {"forget": "yes"})
    put, deleted = services.changes
    assert (put.method, put.sent) == ("PUT", {"date": "Tag", "reference": "Zweck", "amount": "Betrag"})
    assert (deleted.method, deleted.path) == ("DELETE", f"/bank-layouts/{LAYOUT}")


def test_a_reader_sees_the_bench_and_no_button(visit: Visit) -> None:
    text = visit("board").get(BENCH).text
    assert "May settle, and why" in text
    assert "data-accept" not in text
