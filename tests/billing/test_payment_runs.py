"""Suppliers are paid by runs: one person proposes, another approves, one file is written."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.actor import SERVICE, Actor
from contracts.london import london_today
from contracts.working_days import add_working_days, is_working_day
from services.billing.domain import bacs
from services.billing.domain.bacs import processing_day
from services.billing.storage.payment_runs import settle_runs
from tests.backends import ServiceDatabase
from tests.billing.documents import entry
from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    FENWRIGHT,
    MANAGER,
    OAKDALE,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    invoice_form,
    refused,
    seller_of,
)
from tests.clients import Clients

SECOND = Actor("alliance", "00000000-0000-4000-8000-0000000000a3", "Ann Other", frozenset({"alliance_manager"}))
PAY_ON = add_working_days(add_working_days(london_today(), 1), 3)
ACCOUNT = "ba000000-0000-4000-8000-000000000001"
ORIGINATOR = {
    "service_user_number": "112233",
    "sort_code": "204577",
    "account_number": "10203040",
    "account_name": "BURSAR ALLIANCE",
}
FENWRIGHTS_ACCOUNT = {
    "supplier_id": FENWRIGHT,
    "account_name": "Fenwright’s Päper & Co Limited",
    "sort_code": "200000",
    "account_number": "55779911",
    "from_on": "2026-09-04",
}


def change(step: str, supplier_id: str = FENWRIGHT) -> tuple[str, dict[str, Any]]:
    return "BankDetailsChanging", {
        "bank_details_id": "ba4c0001-0000-4000-8000-000000000001",
        "supplier_id": supplier_id,
        "supplier_name": "Fenwright Paper",
        "step": step,
        "by": "Sam",
        "account_ending": "4321",
        "effective_on": None if step == "proposed" else "2026-12-20",
        "reason": None,
        "addresses": ["a@fenwright.example"],
    }


@pytest.fixture(scope="module")
def world(module_databases: Callable[[str], ServiceDatabase]) -> World:
    """Fenwright has two invoices due (one with a held line) and a credit, Oakdale an invoice and no bank account."""
    made = World(Clients(module_databases))
    made.tell(("SupplierBankDetailsRecorded", FENWRIGHTS_ACCOUNT))
    first = made.ordered()
    made.invoiced(first, "INV-1")
    second = made.ordered(Order([Line({ASH: 10, BEECH: 5})], number="PO-000002"))
    made.invoiced(second, "INV-2")
    short = Order([Line({BEECH: 8})], number="PO-000003")
    made.tell(*short.events(), short.receipt(BEECH, line_1=5))
    made.invoiced(short, "INV-3")
    other = made.ordered(Order([Line({BEECH: 5})], number="PO-000004", supplier_id=OAKDALE))
    made.invoiced(other, "OAK-1")
    credit = invoice_form(Order([Line({ASH: 2})], number="PO-000001", order_id=first.order_id), "CR-1")
    for line in credit["lines"]:
        line["school_urn"] = ASH
    sent = {**credit, "kind": "credit_note", "credits": ["INV-1"]}
    answered(made.a(seller_of(FENWRIGHT)).post("/supplier-invoices", sent), 201)
    with made.database.database.transaction(SERVICE) as connection:
        connection.execute(
            text(
                "INSERT INTO bank_account (bank_account_id, account, name, purpose, ledger_code)"
                f" VALUES ('{ACCOUNT}', '204577 10203040', 'Current', 'general', '1200')"
            )
        )
    saved = made.a(MANAGER).put(f"/payment-settings/{ACCOUNT}", ORIGINATOR, headers={"If-Match": '"0"'})
    assert saved.status_code == 204, saved.get_data(as_text=True)
    return made


def propose(world: World, actor: Actor = MANAGER, pay_on: date = PAY_ON, due_by: str = "2027-12-31") -> dict[str, Any]:
    sent = world.a(actor).post("/payment-runs", {"pay_on": pay_on.isoformat(), "due_by": due_by})
    return {**answered(sent, 201), "etag": sent.headers["ETag"]}


def act(world: World, actor: Actor, run: dict[str, Any], what: str, body: Any = None) -> Any:
    return world.a(actor).post(f"/payment-runs/{run['payment_run_id']}/{what}", body, headers={"If-Match": run["etag"]})


def seen(world: World, run: dict[str, Any]) -> dict[str, Any]:
    found = world.a(MANAGER).get(f"/payment-runs/{run['payment_run_id']}")
    return {**answered(found), "etag": found.headers["ETag"]}


def cancelled(world: World, run: dict[str, Any]) -> None:
    answered(act(world, MANAGER, seen(world, run), "cancellation", {"why": "Only a try."}))


def test_a_run_pays_what_is_accepted_less_credits_and_says_what_it_leaves_out(world: World) -> None:
    run = propose(world)
    by_number = {item["number"]: item for item in run["items"]}
    net = 102 * 1095 - 2 * 1095
    assert by_number["INV-1"]["amount_pence"] == net + net // 5
    assert by_number["INV-2"]["amount_pence"] == 15 * 1095 + 15 * 219
    assert by_number["INV-3"]["left_out_why"] == "Held: something of it is in question."
    assert by_number["OAK-1"]["left_out_why"] == "No bank account of the supplier is confirmed."
    assert "CR-1" not in by_number  # its credit is taken off INV-1
    paid = [item["amount_pence"] for item in run["items"] if item["left_out_why"] is None]
    assert (run["total_pence"], run["invoices"], run["suppliers"]) == (sum(paid), 2, 1)
    assert {item["account_ending"] for item in run["items"]} == {"9911", None}
    again = world.a(MANAGER).post("/payment-runs", {"pay_on": PAY_ON.isoformat(), "due_by": "2027-12-31"})
    refused(again, 409, "nothing_to_pay")
    cancelled(world, run)


def test_two_people_pay_and_the_file_is_written_once(world: World) -> None:
    run = propose(world)
    told = world.rows("SELECT body FROM event_log WHERE type = 'PaymentRunProposed' ORDER BY id DESC")[0][0]
    assert (told["number"], told["total_pence"], told["proposer_id"]) == (
        run["number"], run["total_pence"], MANAGER.person_id,
    )  # fmt: skip
    assert told["supplier_count"] == len({item["supplier_id"] for item in run["items"] if not item["left_out_why"]})
    refused(act(world, MANAGER, run, "approval"), 403, "approver_is_maker")
    refused(act(world, BOARD, run, "approval"), 403, "forbidden")
    refused(act(world, MANAGER, run, "exports", {"format": "bacs"}), 409, "payment_run_settled")
    left = next(item for item in run["items"] if item["number"] == "INV-2")
    changed = world.a(SECOND).put(
        f"/payment-runs/{run['payment_run_id']}/choice",
        {"left_out": [left["supplier_invoice_id"]], "why": "Next month."},
        headers={"If-Match": run["etag"]},
    )
    assert answered(changed)["total_pence"] == run["total_pence"] - left["amount_pence"]
    refused(act(world, SECOND, run, "approval"), 412, "version_conflict")
    run = seen(world, run)
    refused(act(world, SECOND, run, "approval"), 403, "approver_is_maker")  # she changed it
    third = Actor("alliance", "00000000-0000-4000-8000-0000000000a4", "Third", frozenset({"alliance_manager"}))
    answered(act(world, third, run, "approval"))
    run = seen(world, run)
    stays = world.a(MANAGER).put(
        f"/payment-runs/{run['payment_run_id']}/choice", {"left_out": [], "why": "x"}, headers={"If-Match": run["etag"]}
    )
    refused(stays, 409, "payment_run_settled")
    for change_it in (
        "UPDATE payment_run_item SET amount_pence = 1 WHERE left_out_why IS NULL",
        "UPDATE payment_run SET total_pence = 1 WHERE state = 'approved'",
    ):
        with pytest.raises(DBAPIError), world.database.database.transaction(SERVICE) as connection:
            connection.execute(text(change_it))
    written = act(world, MANAGER, run, "exports", {"format": "bacs"})
    assert written.status_code == 201
    file_holds(written.get_data(), run)
    run = seen(world, run)
    refused(act(world, MANAGER, run, "exports", {"format": "bacs"}), 409, "already_exported")
    once_more = act(world, MANAGER, run, "exports", {"format": "bacs", "why": "The bank lost it."})
    assert once_more.get_data() == written.get_data()
    renamed = {**ORIGINATOR, "account_name": "ANOTHER NAME", "service_user_number": "998877"}
    said = world.a(MANAGER).put(f"/payment-settings/{ACCOUNT}", renamed, headers={"If-Match": '"1"'})
    assert said.status_code == 204
    same = act(world, MANAGER, run, "exports", {"format": "bacs", "why": "The bank lost it."})
    assert same.get_data() == written.get_data()  # as it was written, not as the settings stand
    table = act(world, MANAGER, run, "exports", {"format": "csv", "why": "By hand."}).get_data(as_text=True)
    pounds = f"{run['total_pence'] // 100}.{run['total_pence'] % 100:02d}"
    assert table.splitlines()[1].split(",")[:4] == ["200000", "55779911", "Fenwright’s Päper & Co Limited", pounds]
    whys = [export["why"] for export in seen(world, run)["exports"]]
    assert whys == ["", "The bank lost it.", "The bank lost it.", "By hand."]
    advised(world, run)
    paid_and_unpaid(world, run)
    cancelled(world, run)
    (advice,) = answered(world.a(seller_of(FENWRIGHT)).get("/remittance-advices"))["items"]
    assert advice["withdrawn"] is True
    assert "£1,314.00 was to be paid on" in advice_words(world, advice)


def file_holds(content: bytes, run: dict[str, Any]) -> None:
    records = content.decode("ascii").split("\r\n")
    assert records.pop() == ""
    assert [(record[:4], len(record)) for record in (*records[:4], *records[-3:])] == [
        (label, 80) for label in ("VOL1", "HDR1", "HDR2", "UHL1", "EOF1", "EOF2", "UTL1")
    ]
    payment, contra = records[4:-3]
    total = f"{run['total_pence']:011d}"
    reference = run["items"][0]["reference"]
    own = "20457710203040"
    assert payment == (f"20000055779911099{own}    {total}BURSAR ALLIANCE   {reference:18}FENWRIGHTS PAPER &")
    assert contra == f"{own}017{own}    {total}{run['number']:18}{'CONTRA':18}BURSAR ALLIANCE   "
    assert (len(payment), len(contra)) == (100, 100)
    day = processing_day(PAY_ON)
    assert is_working_day(day)
    assert day < PAY_ON
    assert records[3] == f"UHL1 {day:%y%j}999999    000000001 DAILY  001".ljust(80)
    assert records[-1] == f"UTL1{run['total_pence']:013d}{run['total_pence']:013d}00000010000001".ljust(80)
    assert records[1][4:21] == "A112233S  1112233"
    assert records[1][4:] == records[-3][4:]


def advised(world: World, run: dict[str, Any]) -> None:
    told = world.rows("SELECT body FROM event_log WHERE type = 'RemittanceAdvised' ORDER BY id DESC LIMIT 1")[0][0]
    assert (told["amount_pence"], told["account_ending"], told["withdrawn"]) == (run["total_pence"], "9911", False)
    (advice,) = answered(world.a(seller_of(FENWRIGHT)).get("/remittance-advices"))["items"]
    (paid,) = advice["invoices"]
    assert (paid["number"], paid["gross_pence"] - paid["amount_pence"]) == ("INV-1", 2 * 1_314)
    assert [(each["number"], each["amount_pence"]) for each in paid["credits"]] == [("CR-1", 2 * 1_314)]
    assert paid["paid_before_pence"] == 0
    address = f"/remittance-advices/{advice['remittance_advice_id']}"
    assert "INV-1: £26.28 by your credit note CR-1" in advice_words(world, advice)
    refused(world.a(seller_of(OAKDALE)).get(address), 404, "not_found")
    refused(world.a(buyer_of(ASH)).get(address), 403, "forbidden")
    for path in ("/payment-runs", f"/payment-runs/{run['payment_run_id']}", "/payment-settings"):
        refused(world.a(seller_of(FENWRIGHT)).get(path), 403, "forbidden")


def advice_words(world: World, advice: dict[str, Any]) -> str:
    """What a remittance advice says as PDF, which is tagged."""
    pdf = world.a(seller_of(FENWRIGHT)).get(f"/remittance-advices/{advice['remittance_advice_id']}.pdf")
    assert (pdf.status_code, pdf.get_data()[:5]) == (200, b"%PDF-")
    assert b"/StructTreeRoot" in pdf.get_data()
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.get_data())).pages).split())


def paid_and_unpaid(world: World, run: dict[str, Any]) -> None:
    """A run is paid when its invoices are, and no longer when that is taken back."""
    (item,) = (item for item in run["items"] if item["left_out_why"] is None)
    for paid, state in ((item["amount_pence"], "paid"), (item["amount_pence"] - 1, "exported"), (0, "exported")):
        with world.database.database.transaction(SERVICE) as connection:
            names = {"paid": paid, "id": item["supplier_invoice_id"]}
            connection.execute(
                text("UPDATE supplier_invoice SET paid_pence = :paid WHERE supplier_invoice_id = :id"), names
            )
            settle_runs(connection, [item["supplier_invoice_id"]])
        assert seen(world, run)["state"] == state


def test_changed_bank_details_keep_a_supplier_out(world: World) -> None:
    run = propose(world)
    world.tell(change("proposed"))
    said = refused(act(world, SECOND, run, "approval"), 409, "payment_run_outdated")
    assert "ending in 4321 waits to be confirmed" in said["errors"][0]["message"]
    refreshed = answered(act(world, MANAGER, run, "refresh"))
    assert {item["left_out_why"] for item in refreshed["items"] if item["number"] != "OAK-1"} == {
        "Held: something of it is in question.",
        "A change of its bank details to the account ending in 4321 waits to be confirmed.",
    }
    assert refreshed["total_pence"] == 0
    world.tell(change("stopped"))
    run = seen(world, run)
    answered(act(world, MANAGER, run, "refresh"))
    world.tell(("SupplierBankDetailsRecorded", {**FENWRIGHTS_ACCOUNT, "account_number": "11112222"}))
    said = refused(act(world, SECOND, seen(world, run), "approval"), 409, "payment_run_outdated")
    assert "bank details have changed" in said["errors"][0]["message"]
    world.tell(("SupplierBankDetailsRecorded", FENWRIGHTS_ACCOUNT))
    answered(act(world, SECOND, seen(world, run), "approval"))
    cancelled(world, run)


def test_a_run_above_what_bacs_carries_is_not_approved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = propose(world)
    for limit, said in (("MOST_PENCE", "no single payment above"), ("MOST_OF_FILE", "in one file")):
        with monkeypatch.context() as patch:
            patch.setattr(bacs, limit, run["total_pence"] - 1)
            problem = refused(act(world, SECOND, run, "approval"), 422, "payment_too_large")
        assert said in problem["detail"]
        assert "Leave some invoices for another run." in problem["detail"]
    answered(act(world, SECOND, run, "approval"))
    cancelled(world, run)


def test_an_invoice_that_another_run_took_is_not_taken_in_again(world: World) -> None:
    run = propose(world)
    later = next(item for item in run["items"] if item["number"] == "INV-2")

    def choice(left_out: list[str]) -> Any:
        sent = {"left_out": left_out, "why": "Later."}
        at = f"/payment-runs/{run['payment_run_id']}/choice"
        return world.a(MANAGER).put(at, sent, headers={"If-Match": seen(world, run)["etag"]})

    answered(choice([later["supplier_invoice_id"], later["supplier_invoice_id"]]))
    other = propose(world)
    assert [item["number"] for item in other["items"] if item["left_out_why"] is None] == ["INV-2"]
    said = refused(choice([]), 409, "payment_run_outdated")
    assert [each["message"] for each in said["errors"]] == [f"{later['our_number']} is in {other['number']}."]
    answered(act(world, MANAGER, seen(world, run), "refresh"))
    cancelled(world, other)
    cancelled(world, run)


def test_no_file_is_written_of_what_was_paid_or_changed_since_the_approval(world: World) -> None:
    run = propose(world)
    answered(act(world, SECOND, run, "approval"))
    run = seen(world, run)
    paid = next(item for item in run["items"] if item["number"] == "INV-2")
    world.pay(entry(f"{paid['amount_pence'] / 100:.2f}", paid["our_number"], sign="DBIT", name="Fenwright Paper"))
    whose = {"account": "GB33BUKB20201555555555", "name": "Second", "purpose": "general"}
    answered(world.a(MANAGER).post("/bank-accounts", whose), 201)
    said = refused(act(world, MANAGER, run, "exports", {"format": "bacs"}), 409, "payment_run_outdated")
    assert [each["message"] for each in said["errors"]] == [
        f"Fenwright Paper, {paid['our_number']}: £197.10 was proposed, £0.00 is open."
    ]
    (line,) = answered(world.a(MANAGER).get("/bank-lines?state=matched"))["items"]
    answered(world.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/undo", {}))
    world.tell(change("proposed"))
    refused(act(world, MANAGER, run, "exports", {"format": "bacs"}), 409, "payment_run_outdated")
    world.tell(change("stopped"))
    assert act(world, MANAGER, run, "exports", {"format": "bacs"}).status_code == 201
    cancelled(world, run)


def test_suppliers_are_paid_on_days_that_banks_work(world: World) -> None:
    for day in (london_today(), add_working_days(london_today(), 1), date(2027, 12, 25), date(2027, 12, 27)):
        sent = world.a(MANAGER).post("/payment-runs", {"pay_on": day.isoformat()})
        refused(sent, 422, "pay_day_too_early")


def test_no_run_is_for_a_day_so_far_off_that_bacs_takes_no_file_for_it_yet(world: World) -> None:
    last = add_working_days(london_today() + timedelta(days=30), 1)
    for day in (add_working_days(last, 1), date(9999, 12, 31)):
        said = refused(world.a(MANAGER).post("/payment-runs", {"pay_on": day.isoformat()}), 422, "pay_day_too_late")
        assert [each["field"] for each in said["errors"]] == ["pay_on"]
    run = answered(world.a(MANAGER).post("/payment-runs", {"pay_on": last.isoformat(), "due_by": "2027-12-31"}), 201)
    assert run["pay_on"] == last.isoformat()
    cancelled(world, run)


def test_a_credit_of_what_is_paid_is_taken_off_the_next_run(world: World) -> None:
    paid = "UPDATE supplier_invoice SET paid_pence = gross_pence WHERE number = 'INV-2'"
    with world.database.database.transaction(SERVICE) as connection:
        connection.execute(text(paid))
    order = Order([Line({BEECH: 1})], number="PO-000002")
    credit = invoice_form(order, "CR-2")
    credit["lines"][0]["school_urn"] = BEECH
    sent = {**credit, "kind": "credit_note", "credits": ["INV-2"]}
    answered(world.a(seller_of(FENWRIGHT)).post("/supplier-invoices", sent), 201)
    run = propose(world)
    amounts = {item["number"]: item["amount_pence"] for item in run["items"] if item["left_out_why"] is None}
    assert amounts == {"INV-1": 131_400, "CR-2": -1_314}
    assert run["total_pence"] == 131_400 - 1_314
    ids = {item["number"]: item["supplier_invoice_id"] for item in run["items"]}
    chosen = world.a(MANAGER).put(
        f"/payment-runs/{run['payment_run_id']}/choice",
        {"left_out": [ids["INV-1"]], "why": "Later."},
        headers={"If-Match": run["etag"]},
    )
    refused(chosen, 422, "credits_exceed_invoices")
