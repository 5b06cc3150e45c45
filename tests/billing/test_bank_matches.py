"""Bank lines matched to many documents by a person, undone and made again; statements signed off; accounts told."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from services.billing.usecases import read_bank
from services.billing.usecases.reconcile_lines import outcomes_of
from tests.billing.documents import camt, entry
from tests.billing.fund_world import Fund
from tests.billing.test_credit_notes import Credit, credit
from tests.billing.test_paid_runs import breaches
from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    FENWRIGHT,
    MANAGER,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    payment_of,
    refused,
)
from tests.clients import Clients

Json = dict[str, Any]


@pytest.fixture
def money(service_client: Clients) -> World:
    """Two bills of Ash (£446.76 and £24.00), one of Beech (£893.52), and their invoices."""
    world = World(service_client)
    world.invoiced(world.ordered())
    world.billed()
    world.invoiced(world.ordered(Order([Line({ASH: 10}, "2.0000")], number="PO-000002")), "INV-2")
    world.billed()
    return world


def lines(world: World, state: str = "new") -> list[Json]:
    return list(answered(world.a(MANAGER).get(f"/bank-lines?state={state}"))["items"])


def chosen(suggestion: Json) -> list[Json]:
    return [{name: item[name] for name in ("kind", "id", "amount_pence")} for item in suggestion["items"]]


def accept(world: World, line: Json, rank: int = 1) -> Json:
    items = chosen(line["suggestions"][rank - 1])
    return answered(world.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/match", {"items": items}))


def act(world: World, line: Json, what: str) -> Json:
    return answered(world.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/{what}", {}))


def bills(world: World) -> dict[str, Json]:
    return {bill["number"]: bill for bill in answered(world.a(MANAGER).get("/bills"))["items"]}


def test_one_payment_for_several_bills_less_a_penny_waits_for_a_person(money: World) -> None:
    money.pay(entry("470.75", "ASH PRIMARY NOV", name="Ash Primary School"))
    (line,) = lines(money)
    first = line["suggestions"][0]
    assert {item["number"]: item["amount_pence"] for item in first["items"]} == {"B-000001": 44676, "B-000003": 2399}
    assert first["why"] == "A penny less than these; payer has this name."
    done = accept(money, line)
    assert (done["state"], [each["number"] for each in done["matched_to"]]) == ("matched", ["B-000001", "B-000003"])
    assert {each["posted_as"] for each in done["matched_to"]} == {"RC-000001"}
    assert (bills(money)["B-000001"]["state"], bills(money)["B-000003"]["paid_pence"]) == ("paid", 2399)
    assert money.balances()["1200"] == 47075


def test_undo_restores_every_balance_and_redo_makes_it_again(money: World) -> None:
    before, account = money.balances(), answered(money.a(buyer_of(ASH)).get(f"/accounts/{ASH}"))
    money.pay(payment_of(bills(money)["B-000001"]))
    (line,) = lines(money, "matched")
    matched = money.balances()
    undone = act(money, line, "undo")
    assert (undone["state"], undone["undone"], undone["matched_to"]) == ("new", True, [])
    assert undone["suggestions"][0]["items"][0]["number"] == "B-000001"
    assert money.balances() == before
    assert answered(money.a(buyer_of(ASH)).get(f"/accounts/{ASH}")) == account
    assert bills(money)["B-000001"]["state"] == "open"
    money.pay(entry("1.00", "x"))
    assert bills(money)["B-000001"]["state"] == "open"  # what a person undid never posts by itself again
    redone = act(money, line, "redo")
    assert (redone["state"], redone["matched_to"][0]["how"]) == ("matched", "person")
    assert money.balances() == matched
    refused(money.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/redo", {}), 409, "bank_line_matched")


def test_a_match_of_several_documents_is_made_again_as_a_whole(money: World) -> None:
    money.pay(entry("470.76", "ASH PRIMARY NOV", name="Ash Primary School"))
    done = accept(money, lines(money)[0])
    matched = money.balances()
    act(money, done, "undo")
    redone = act(money, done, "redo")
    assert redone["matched_to"] == [{**each, "posted_as": "RC-000002"} for each in done["matched_to"]]
    assert money.balances() == matched
    assert (bills(money)["B-000001"]["state"], bills(money)["B-000003"]["state"]) == ("paid", "paid")


def test_suggestions_are_worked_out_again_only_when_something_changed(
    money: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    def counting(connection: Any, rows: Any) -> Any:
        counted.append(len(rows))
        return outcomes_of(connection, rows)

    monkeypatch.setattr(read_bank, "outcomes_of", counting)
    money.pay(entry("1.00", "x"))
    for _ in range(3):
        (line,) = lines(money)
        answered(money.a(BOARD).get(f"/bank-lines/{line['bank_line_id']}"))
    assert counted == [1]
    money.invoiced(money.ordered(Order([Line({ASH: 1}, "0.8333")], number="PO-000009")), "INV-9")
    money.billed()
    (line,) = lines(money)
    assert counted == [1, 1]
    assert line["suggestions"][0]["items"][0]["number"] == "B-000004"


def test_a_closed_month_keeps_its_matches(money: World) -> None:
    money.pay(payment_of(bills(money)["B-000001"]))
    (line,) = lines(money, "matched")
    money.rows("INSERT INTO period (month, state) VALUES ('2026-11-01', 'closed') RETURNING month")
    problem = money.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/undo", {})
    assert refused(problem, 409, "period_closed")
    assert bills(money)["B-000001"]["state"] == "paid"


def test_parts_overpayment_and_wrong_choices_are_refused(money: World) -> None:
    money.pay(entry("100.00", "part", name="Ash"))
    (line,) = lines(money)
    at = f"/bank-lines/{line['bank_line_id']}/match"
    ash, beech = bills(money)["B-000001"], bills(money)["B-000002"]

    def items(*parts: tuple[Json, int]) -> Json:
        return {"items": [{"kind": "bill", "id": bill["bill_id"], "amount_pence": pence} for bill, pence in parts]}

    refused(money.a(MANAGER).post(at, items((ash, 9999))), 422, "match_unbalanced")
    refused(money.a(MANAGER).post(at, items((ash, 50000), (beech, -40000))), 409, "document_not_open")
    nowhere = {"items": [{"kind": "bill", "id": str(uuid4()), "amount_pence": 10000}]}
    refused(money.a(MANAGER).post(at, nowhere), 409, "document_not_open")
    refused(money.a(MANAGER).post(at, {"items": [{"kind": "account", "id": "5100"}]}), 409, "document_not_open")
    refused(money.a(BOARD).post(at, items((ash, 10000))), 403, "forbidden")
    answered(money.a(MANAGER).post(at, items((ash, 6000), (beech, 4000))))
    assert (bills(money)["B-000001"]["state"], bills(money)["B-000001"]["paid_pence"]) == ("part_paid", 6000)
    numbers = {row.number for row in money.rows("SELECT number FROM bill_receipt")}
    assert numbers == {"RC-000001", "RC-000002"}  # a school's receipt is never another's
    refused(money.a(MANAGER).post(at, items((ash, 10000))), 409, "bank_line_matched")


def test_bank_charges_and_interest_are_posted_by_a_person_and_remembered(money: World) -> None:
    money.pay(entry("6.50", "MONTHLY FEE OCT", sign="DBIT", name=""), entry("0.12", "GROSS INTEREST", name=""))
    fee, interest = lines(money)
    accept(money, fee)
    accept(money, interest)
    assert {code: money.balances()[code] for code in ("1200", "5200", "5300")} == {
        "1200": -638,
        "5200": 650,
        "5300": -12,
    }
    money.pay(entry("7.00", "MONTHLY FEE NOV", sign="DBIT", name="", on="2026-11-30"))
    (again,) = lines(money)
    assert again["suggestions"][0]["why"] == "Posted so once before."
    act(money, lines(money, "matched")[0], "undo")
    assert "Posted so" not in lines(money)[-1]["suggestions"][0]["why"]  # what is undone is unlearned


def test_a_refund_goes_out_against_a_credit_note(money: World) -> None:
    order = money.ordered(Order([Line({BEECH: 10}, "10.0000")], number="PO-000003"))
    invoice = money.invoiced(order, "INV-3")
    (bill,) = money.billed()
    money.pay(payment_of(bill))
    credit(money, order, Credit(2, "10.0000", BEECH), of=("INV-3",))
    money.billed()
    (note,) = answered(money.a(MANAGER).get("/credit-notes"))["items"]
    owed = {item["kind"]: item["open_pence"] for item in answered(money.a(MANAGER).get("/open-items"))["items"]}
    assert owed["credit_note"] == -2400
    assert money.pay(entry("24.00", f"REFUND {note['number']}", sign="DBIT", name="Beech School"))["posted"] == 1
    account = answered(money.a(buyer_of(BEECH)).get(f"/accounts/{BEECH}"))
    assert account["balance_pence"] == bills(money)["B-000002"]["gross_pence"]
    assert {row.number for row in money.rows("SELECT number FROM bill_receipt")} == {"RC-000001", "RF-000001"}
    first = next(line for line in lines(money, "matched") if line["amount_pence"] == bill["gross_pence"])
    at = f"/bank-lines/{first['bank_line_id']}/undo"
    assert "B-000004" in refused(money.a(MANAGER).post(at, {}), 409, "refund_stands")["detail"]
    paid = f"{(invoice['gross_pence'] - 2400) / 100:.2f}"
    assert money.pay(entry(paid, invoice["our_number"], sign="DBIT"))["posted"] == 1
    assert "supplier_credit_note" not in {
        item["kind"] for item in answered(money.a(MANAGER).get("/open-items"))["items"]
    }


def test_lines_are_set_off_against_each_other(money: World) -> None:
    money.pay(entry("91.00", "x", name="ELM"), entry("91.00", "RETURNED UNPAID", sign="DBIT", name="ELM"))
    came, went = lines(money)
    before = money.balances()
    accept(money, came)
    assert lines(money) == []
    assert money.balances() == before
    act(money, went, "undo")
    assert len(lines(money)) == 2


def test_lines_are_asked_for_by_the_day_by_which_they_were_booked(money: World) -> None:
    money.pay(entry("91.00", "x", name="ELM", on="2026-10-31"), entry("17.00", "y", name="ELM", on="2026-11-01"))
    found = answered(money.a(BOARD).get("/bank-lines?state=new&to_day=2026-10-31"))["items"]
    assert [line["amount_pence"] for line in found] == [9100]
    refused(money.a(BOARD).get("/bank-lines?to_day=2026-02-30"), 422, "validation_failed")


def test_a_closed_month_keeps_lines_that_are_set_off(money: World) -> None:
    money.pay(entry("91.00", "x", name="ELM"), entry("91.00", "UNPAID", sign="DBIT", name="ELM", on="2026-12-01"))
    came, went = lines(money)
    accept(money, came)
    money.rows("INSERT INTO period (month, state) VALUES ('2026-11-01', 'closed') RETURNING month")
    for line in (came, went):
        refused(money.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/undo", {}), 409, "period_closed")
    assert lines(money) == []


def test_what_is_paid_beyond_a_bill_stays_on_account_pays_another_and_is_paid_back(money: World) -> None:
    held = {"kind": "school_account", "id": str(ASH)}
    money.pay(entry("500.00", "B-000001/900001", name="Ash Primary School"))
    (line,) = lines(money)
    first = line["suggestions"][0]
    assert [(item["number"], item["amount_pence"]) for item in first["items"]] == [
        ("B-000001", 44676),
        ("on account", 5324),
    ]
    accept(money, line)
    assert {code: money.balances()[code] for code in ("1200", "2300")} == {"1200": 50000, "2300": -5324}
    account = answered(money.a(buyer_of(ASH)).get(f"/accounts/{ASH}"))
    assert (account["balance_pence"], account["on_account_pence"]) == (2400, 5324)
    assert "on_account_pence" in answered(money.a(buyer_of(BEECH)).get(f"/accounts/{BEECH}"))
    (open_,) = [item for item in answered(money.a(MANAGER).get("/open-items"))["items"] if item["kind"] == held["kind"]]
    assert (open_["id"], open_["open_pence"]) == (str(ASH), -5324)
    at = f"/bank-lines/{line['bank_line_id']}/held-money"
    beech, ash = bills(money)["B-000002"], bills(money)["B-000003"]

    def use(bill: Json, pence: int) -> Any:
        return money.a(MANAGER).post(at, {"items": [{"kind": "bill", "id": bill["bill_id"], "amount_pence": pence}]})

    refused(use(beech, 2400), 409, "document_not_open")
    refused(use(ash, 2401), 409, "document_not_open")
    answered(use(ash, 2400))
    refused(use(ash, 1), 409, "document_not_open")
    assert (bills(money)["B-000003"]["state"], money.balances()["2300"]) == ("paid", -2924)
    assert breaches(money) == []
    money.pay(entry("29.24", "OVERPAID", sign="DBIT", name="Ash Primary School"), entry("30.00", "x", sign="DBIT"))
    back, over = lines(money)
    refused(
        money.a(MANAGER).post(f"/bank-lines/{over['bank_line_id']}/match", {"items": [held]}), 422, "match_unbalanced"
    )
    wrong = {"items": [{**held, "amount_pence": -3000}]}
    refused(money.a(MANAGER).post(f"/bank-lines/{over['bank_line_id']}/match", wrong), 409, "document_not_open")
    assert accept(money, back)["matched_to"][0]["posted_as"] == "RF-000001"
    money.invoiced(money.ordered(Order([Line({ASH: 5}, "2.0000")], number="PO-000003")), "INV-3")
    (later,) = money.billed()
    for spent in (line, back):  # what was paid back pays nothing again
        again = f"/bank-lines/{spent['bank_line_id']}/held-money"
        sent = {"items": [{"kind": "bill", "id": later["bill_id"], "amount_pence": 100}]}
        refused(money.a(MANAGER).post(again, sent), 409, "nothing_on_account")
    assert (money.balances().get("2300"), breaches(money)) == (None, [])
    act(money, back, "undo")
    act(money, line, "undo")  # what was used of it is taken back first
    assert (bills(money)["B-000003"]["state"], bills(money)["B-000001"]["state"]) == ("open", "paid")
    assert money.balances()["2300"] == -5324
    act(money, line, "undo")
    assert (bills(money)["B-000001"]["state"], money.balances().get("2300")) == ("open", None)
    act(money, line, "redo")
    assert money.balances()["2300"] == -5324


def test_a_line_that_left_money_on_account_of_two_schools_pays_for_each(money: World) -> None:
    money.pay(entry("30.00", "FOR TWO", name="Both"))
    (line,) = lines(money)
    kept = [
        {"kind": "school_account", "id": str(urn), "amount_pence": pence} for urn, pence in ((ASH, 1000), (BEECH, 2000))
    ]
    answered(money.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/match", {"items": kept}))
    at = f"/bank-lines/{line['bank_line_id']}/held-money"
    for number, pence in (("B-000002", 2000), ("B-000003", 1000)):
        item = {"kind": "bill", "id": bills(money)[number]["bill_id"], "amount_pence": pence}
        refused(money.a(MANAGER).post(at, {"items": [{**item, "amount_pence": pence + 1}]}), 409, "nothing_on_account")
        answered(money.a(MANAGER).post(at, {"items": [item]}))
    assert (money.balances().get("2300"), breaches(money)) == (None, [])


def test_money_on_account_of_a_supplier_lowers_what_it_is_paid(money: World) -> None:
    money.pay(entry("10.00", "PAID TWICE", sign="DBIT", name="Fenwright Paper"))
    (line,) = lines(money)
    at = f"/bank-lines/{line['bank_line_id']}/match"
    nobody = {"kind": "supplier_account", "id": str(uuid4()), "amount_pence": -1000}
    refused(money.a(MANAGER).post(at, {"items": [nobody]}), 409, "document_not_open")
    kept = {"kind": "supplier_account", "id": FENWRIGHT, "amount_pence": -1000}
    answered(money.a(MANAGER).post(at, {"items": [kept]}))
    assert {code: money.balances()[code] for code in ("1200", "2110")} == {"1200": -1000, "2110": 1000}
    (invoice,) = money.rows("SELECT CAST(supplier_invoice_id AS text) FROM supplier_invoice WHERE number = 'INV-2'")
    money.pay(entry("18.80", "x", sign="DBIT", name="Fenwright Paper"))
    (less,) = lines(money)
    at = f"/bank-lines/{less['bank_line_id']}/match"
    part = {"kind": "supplier_invoice", "id": invoice[0], "amount_pence": -2400}
    refused(money.a(MANAGER).post(at, {"items": [part, {**kept, "amount_pence": 510}]}), 422, "match_unbalanced")
    answered(money.a(MANAGER).post(at, {"items": [part, {**kept, "amount_pence": 520}]}))
    assert {code: money.balances()[code] for code in ("1200", "2110")} == {"1200": -2880, "2110": 480}
    statement = money.rows("SELECT kind, debit_pence, credit_pence, account FROM entry JOIN entry_line USING (entry_id)"
                           " WHERE document_number = 'PY-000002' ORDER BY account")  # fmt: skip
    assert breaches(money) == []
    assert [tuple(row)[1:] for row in statement] == [(0, 1880, "1200"), (2400, 0, "2100"), (0, 520, "2110")]


def test_a_transfer_between_accounts_of_one_purpose_is_set_off(money: World) -> None:
    other = "GB94BARC10201530093459"
    money.pay(entry("91.00", "TRANSFER TO SAVINGS", sign="DBIT", name="BURSAR ALLIANCE"))
    arrived = camt(entry("91.00", "TRANSFER", name="BURSAR ALLIANCE"), account=other)
    answered(money.upload(arrived), 201)
    whose = {"account": other, "name": "Savings", "purpose": "fund"}
    made = answered(money.a(MANAGER).post("/bank-accounts", whose), 201)
    went, came = lines(money)
    at = f"/bank-lines/{went['bank_line_id']}/match"
    set_off = {"items": [{"kind": "bank_line", "id": came["bank_line_id"]}]}
    refused(money.a(MANAGER).post(at, set_off), 409, "document_not_open")  # the fund's money never mixes
    at_account = f"/bank-accounts/{made['bank_account_id']}"
    answered(money.a(MANAGER).send("PATCH", at_account, json={"purpose": "general"}, version=1))
    went, came = lines(money)
    assert went["suggestions"][0]["items"][0]["id"] == came["bank_line_id"]
    accept(money, went)
    assert (lines(money), money.balances().get("1200"), breaches(money)) == ([], None, [])


def test_lines_that_nothing_can_settle_are_set_aside_for_a_reason(money: World) -> None:
    foreign = entry("12.00", "EURO", currency="EUR", name="X")
    money.pay(entry("0.00", "NOTICE", name="BANK"), foreign, entry("1.00", "x", name="Y"))
    notice, euro, pound = lines(money)
    before = money.balances()

    def set_aside(line: Json, why: str = "Nothing moved.") -> Any:
        return money.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/set-aside", {"why": why})

    refused(set_aside(pound), 409, "bank_line_settles")
    refused(set_aside(notice, ""), 422, "validation_failed")
    refused(money.a(BOARD).post(f"/bank-lines/{notice['bank_line_id']}/set-aside", {"why": "x"}), 403, "forbidden")
    for line in (notice, euro):
        (to,) = answered(set_aside(line))["matched_to"]
        assert (to["kind"], to["by"], to["why"]) == ("set_aside", MANAGER.name, "Nothing moved.")
    assert breaches(money) == []
    assert money.balances() == before
    refused(set_aside(notice), 409, "bank_line_matched")
    assert act(money, euro, "undo")["state"] == "new"
    assert act(money, euro, "redo")["matched_to"][0]["why"] == "Nothing moved."
    money.rows("INSERT INTO period (month, state) VALUES ('2026-11-01', 'closed') RETURNING month")
    refused(money.a(MANAGER).post(f"/bank-lines/{euro['bank_line_id']}/undo", {}), 409, "period_closed")


def test_several_lines_are_matched_at_once_or_none(money: World) -> None:
    money.pay(entry("446.76", "paper", name="Ash Primary School"), entry("893.52", "paper", name="Beech School"))
    one, two = lines(money)
    sent = [{"bank_line_id": line["bank_line_id"], "items": chosen(line["suggestions"][0])} for line in (one, two)]
    clash = [sent[0], {**sent[1], "items": sent[0]["items"]}]
    refused(money.a(MANAGER).post("/bank-lines/matches", {"lines": clash}), 422, "match_unbalanced")
    assert len(lines(money)) == 2
    assert answered(money.a(MANAGER).post("/bank-lines/matches", {"lines": sent}))["matched"] == 2


def test_a_statement_is_reconciled_at_a_difference_of_nothing(money: World) -> None:
    statement = money.pay(payment_of(bills(money)["B-000002"]), entry("24.00", "x", name="Ash Primary School"))
    at = f"/bank-statements/{statement['bank_statement_id']}"
    shown = answered(money.a(BOARD).get(at))
    assert (shown["lines"], shown["new"], shown["difference_pence"]) == (2, 1, 2400)
    assert "£24.00" in refused(money.a(MANAGER).post(f"{at}/reconcile", {}), 409, "statement_differs")["detail"]
    accept(money, lines(money)[0])
    signed = answered(money.a(MANAGER).post(f"{at}/reconcile", {}))
    assert signed["reconciled_by"] == MANAGER.name
    second = replace(MANAGER, name="Ann Other")
    assert answered(money.a(second).post(f"{at}/reconcile", {})) == signed  # the first signature stands
    assert {line["state"] for line in lines(money, "reconciled")} == {"reconciled"}
    act(money, lines(money, "reconciled")[0], "undo")
    assert answered(money.a(MANAGER).get(at))["reconciled_at"] is None
    assert (len(lines(money)), len(lines(money, "matched"))) == (1, 1)


def test_a_statement_that_does_not_add_up_is_not_signed_off(money: World) -> None:
    statement = money.pay(payment_of(bills(money)["B-000002"]))
    money.rows("UPDATE bank_statement SET warnings = '{The balances do not continue.}' RETURNING 1")
    at = f"/bank-statements/{statement['bank_statement_id']}/reconcile"
    said = refused(money.a(MANAGER).post(at, {}), 409, "statement_differs")
    assert said["detail"].startswith("The balances do not continue.")


def test_what_became_of_runs_is_said_of_lines_that_name_them(money: World) -> None:
    a_run(money)
    for state, reference, said in (
        ("exported", "PR-000001/01", "Names PR-000001/01, of which"),
        ("paid", "PR-000001", "Names PR-000001, which is paid already."),
        ("paid", "PR-000001/01", "Names PR-000001/01, which is paid already."),
    ):
        money.rows("UPDATE payment_run SET state = :state, version = version + 1 RETURNING 1", state=state)
        money.pay(entry("5.00", reference, sign="DBIT", name=state))
        assert lines(money)[-1]["explanation"].startswith(said)
    cancelled = """
        UPDATE payment_run SET state = 'cancelled', version = version + 1, cancelled_by = 'A', cancelled_at = now(),
            cancelled_why = 'x'
        RETURNING 1
    """
    money.rows(cancelled)
    assert lines(money)[-1]["explanation"] == "Names PR-000001/01, which was given up."


def test_money_of_an_unknown_account_is_matched_once_somebody_says_whose_it_is(money: World) -> None:
    money.pay(entry("1.00", "x"))
    bill = bills(money)["B-000001"]
    other = camt(payment_of(bill)).replace(b"GB33BUKB20201555555555", b"GB94BARC10201530093459")
    told = answered(money.upload(other), 201)
    assert (told["unknown_accounts"], told["posted"]) == (["GB94BARC10201530093459"], 0)
    (line,) = [line for line in lines(money) if line["account"] == "GB94BARC10201530093459"]
    assert "Say whose account" in line["explanation"]
    fund = {"account": line["account"], "name": "Partnership fund", "purpose": "fund"}
    made = answered(money.a(MANAGER).post("/bank-accounts", fund), 201)
    assert made["ledger_code"] == "1250"
    (line,) = [line for line in lines(money) if line["account"] == "GB94BARC10201530093459"]
    assert line["explanation"] == "Names B-000001/900001, which is paid on the alliance’s other account."
    at = f"/bank-accounts/{made['bank_account_id']}"
    patched = money.a(MANAGER).send("PATCH", at, json={"purpose": "general"}, version=1)
    assert answered(patched)["purpose"] == "general"
    assert bills(money)["B-000001"]["state"] == "paid"
    refused(money.a(MANAGER).post("/bank-accounts", fund), 409, "bank_account_known")


@pytest.mark.parametrize("spelled", ["20-20-15 55555555", "202015/55555555", "GB33 BUKB 2020 1555 5555 55"])
def test_an_account_is_the_same_however_a_file_spells_it(money: World, spelled: str) -> None:
    money.pay(entry("1.00", "x"))
    row = f"Date,Reference,Amount\n2026-11-24,{bills(money)['B-000001']['payment_reference']},2.00\n".encode()
    posted = money.a(MANAGER).post(f"/bank-statements?account={spelled}", data=row, content_type="text/csv")
    assert answered(posted, 201)["unknown_accounts"] == []
    assert {line["account"] for line in lines(money)} == {"GB33BUKB20201555555555"}


def test_an_account_of_which_nobody_has_told_is_the_same_as_well(money: World) -> None:
    money.pay(entry("1.00", "x"))
    for account, day in (("33-00-00 10000001", "24"), ("330000 10000001", "25")):
        row = f"Date,Reference,Amount\n2026-11-{day},y,2.00\n".encode()
        posted = money.a(MANAGER).post(f"/bank-statements?account={account}", data=row, content_type="text/csv")
        assert answered(posted, 201)["unknown_accounts"] == ["33-00-00 10000001"]


@pytest.mark.parametrize("day", ["01/11/1026", "01/11/99"])
def test_a_day_that_no_bank_booked_on_refuses_the_file(money: World, day: str) -> None:
    bill = bills(money)["B-000001"]
    row = f"Date,Reference,Amount\n{day},{bill['payment_reference']},{bill['gross_pence'] / 100:.2f}\n".encode()
    posted = money.a(MANAGER).post("/bank-statements", data=row, content_type="text/csv")
    assert refused(posted, 422, "statement_unreadable")["errors"][0]["field"] == "line 2"
    assert lines(money) == []


def test_a_statement_read_by_mistake_is_taken_back_and_read_again(money: World) -> None:
    rows = "Date,Reference,Amount\n2026-11-24,x,2.00\n"
    manager = money.a(MANAGER)

    def read(content: str) -> str:
        posted = manager.post("/bank-statements?account=current", data=content.encode(), content_type="text/csv")
        return str(answered(posted, 201)["bank_statement_id"])

    first = read(rows)
    later = read(f"{rows}2026-11-25,y,3.00\n")
    why = {"why": "The wrong file."}
    refused(manager.post(f"/bank-statements/{first}/withdrawal", why), 409, "bank_statement_in_use")
    for statement in (later, first):
        assert manager.post(f"/bank-statements/{statement}/withdrawal", why).status_code == 204
    refused(manager.post(f"/bank-statements/{first}/withdrawal", why), 404, "not_found")
    assert (lines(money), answered(manager.get("/bank-statements"))["items"]) == ([], [])
    assert {(row.taken_back_by, row.why) for row in money.rows("SELECT * FROM bank_statement_taken_back")} == {
        (MANAGER.name, "The wrong file.")
    }
    read(rows)
    assert len(lines(money)) == 1
    assert [each["taken_back_at"] for each in answered(manager.get("/bank-statements"))["items"]] == [None]
    first_page = answered(manager.get("/bank-statements?taken_back=true&limit=2"))
    rest = answered(manager.get("/bank-statements", query_string={"taken_back": "true", "before": first_page["next"]}))
    listed = [(each["bank_statement_id"], each["lines"]) for each in first_page["items"] + rest["items"]]
    assert listed[1:] == [(later, 2), (first, 1)], "the latest import first"
    (gone,) = rest["items"]
    assert (gone["taken_back_by"], gone["taken_back_why"]) == (MANAGER.name, "The wrong file.")


def test_a_statement_with_a_line_that_was_matched_stays(money: World) -> None:
    money.pay(payment_of(bills(money)["B-000001"]))
    (statement,) = answered(money.a(MANAGER).get("/bank-statements"))["items"]
    (line,) = money.rows("SELECT CAST(bank_line_id AS text) AS id FROM bank_line")
    answered(money.a(MANAGER).post(f"/bank-lines/{line.id}/undo", {}))
    at = f"/bank-statements/{statement['bank_statement_id']}/withdrawal"
    refused(money.a(MANAGER).post(at, {"why": " "}), 422, "validation_failed")
    refused(money.a(MANAGER).post(at, {"why": "x"}), 409, "bank_statement_in_use")
    assert len(lines(money)) == 1


def test_remembered_columns_are_shown_changed_and_forgotten(money: World) -> None:
    columns = "date=When&reference=What&amount=How+much"
    content = b"When,What,How much\n2026-11-24,x,1.00\n"
    posted = money.a(MANAGER).post(f"/bank-statements?{columns}", data=content, content_type="text/csv")
    assert posted.status_code == 201, posted.get_data(as_text=True)
    (layout,) = answered(money.a(BOARD).get("/bank-layouts"))["items"]
    assert (layout["header"], layout["columns"]["amount"]) == (["When", "What", "How much"], "How much")
    at = f"/bank-layouts/{layout['bank_layout_id']}"
    changed = {"date": "When", "reference": "What", "amount": "How much", "counterparty": "What"}
    assert answered(money.a(MANAGER).put(at, changed))["columns"]["counterparty"] == "What"
    refused(money.a(MANAGER).put(at, changed | {"amount": "Else"}), 422, "columns_unknown")
    assert money.a(MANAGER).send("DELETE", at).status_code == 204
    assert answered(money.a(BOARD).get("/bank-layouts"))["items"] == []


def a_run(world: World) -> tuple[str, str]:
    """A payment run of both invoices of Fenwright, £1,364.28, whose file is written; its id and its advice's."""
    world.pay(entry("0.01", "x"))
    run, advice = "00000000-0000-4000-8000-0000000000d1", "00000000-0000-4000-8000-0000000000d2"
    with world.database.database.transaction(SERVICE) as connection:
        connection.execute(
            text("""
                INSERT INTO payment_run (payment_run_id, number, state, pay_on, due_by, total_pence, made_by, makers,
                    bank_account_id)
                SELECT :run, 'PR-000001', 'proposed', '2026-11-24', '2026-11-24', 136428, 'A', ARRAY[bank_account_id],
                    bank_account_id FROM bank_account
            """),
            {"run": run},
        )
        connection.execute(
            text("""
                INSERT INTO payment_run_item (payment_run_id, supplier_invoice_id, supplier_id, amount_pence,
                    account_name, sort_code, account_number, reference, live, paid_before_pence)
                SELECT :run, supplier_invoice_id, supplier_id, gross_pence, 'F', '102030', '12345678', 'PR-000001/01',
                    true, 0
                FROM supplier_invoice
            """),
            {"run": run},
        )
        connection.execute(
            text("""
                UPDATE payment_run SET state = 'exported', approved_by = 'B', approved_by_id = gen_random_uuid(),
                    approved_at = now(), exported_at = now(), originator = '{}'
            """)
        )
        connection.execute(
            text("""
                INSERT INTO remittance_advice (remittance_advice_id, payment_run_id, supplier_id, reference, pay_on,
                    amount_pence, account_ending)
                VALUES (:advice, :run, :supplier, 'PR-000001/01', '2026-11-24', 136428, '5678')
            """),
            {"advice": advice, "run": run, "supplier": FENWRIGHT},
        )
    return run, advice


def test_a_payment_run_is_paid_by_its_total_or_supplier_by_supplier(money: World) -> None:
    run, _ = a_run(money)
    assert money.pay(entry("1364.28", "FENWRIGHT PR-000001/01", sign="DBIT"))["posted"] == 1
    (line,) = lines(money, "matched")
    assert [each["number"] for each in line["matched_to"]] == ["SI-000001", "SI-000002"]
    assert _ids(money, "SELECT state FROM payment_run") == ["paid"]
    act(money, line, "undo")
    assert _ids(money, "SELECT state FROM payment_run") == ["exported"]
    (line,) = [each for each in lines(money) if each["amount_pence"] == -136428]
    kinds = {item["kind"] for each in line["suggestions"] for item in each["items"]}
    assert {"payment_run", "remittance"} <= kinds
    whole = {"items": [{"kind": "payment_run", "id": run}]}
    answered(money.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/match", whole))
    assert _ids(money, "SELECT state FROM payment_run") == ["paid"]


def test_a_run_and_its_part_are_not_paid_by_one_line(money: World) -> None:
    run, advice = a_run(money)
    twice = entry("2728.56", "PR-000001 PR-000001/01", sign="DBIT", name="Fenwright Paper")
    assert money.pay(twice)["posted"] == 0
    (line,) = [each for each in lines(money) if each["amount_pence"] == -272856]
    assert line["explanation"] == "Names PR-000001, of which £1,364.28 is open: the amount is £1,364.28 more."
    (invoice, _) = money.rows("SELECT CAST(supplier_invoice_id AS text) FROM supplier_invoice ORDER BY our_number")
    runs = [{"kind": "payment_run", "id": run}, {"kind": "remittance", "id": advice}]
    fee = {"kind": "account", "id": "5200", "amount_pence": 100 - 272856}
    part = {"kind": "supplier_invoice", "id": invoice[0], "amount_pence": -50}
    for items in (runs, [fee, part, part]):
        at = f"/bank-lines/{line['bank_line_id']}/match"
        refused(money.a(MANAGER).post(at, {"items": items}), 409, "document_not_open")
    assert _ids(money, "SELECT state FROM payment_run") == ["exported"]


def _ids(world: World, query: str) -> list[Any]:
    return [str(row[0]) for row in world.rows(query)]


def test_the_day_of_a_line_is_the_day_of_its_entry(money: World) -> None:
    money.pay(payment_of(bills(money)["B-000002"]))
    assert money.rows("SELECT posted_on FROM entry WHERE kind = 'receipt'") == [(date(2026, 11, 24),)]


def test_the_funds_money_settles_the_funds_bills_alone(service_client: Clients) -> None:
    fund = Fund(World(service_client))
    year, world = fund.proposed(), fund.world
    fund.decide(year, ASH)
    bill = fund.act(year, "bills", status=201)["items"][0]
    paid = entry(f"{bill['gross_pence'] / 100:.2f}", bill["payment_reference"])
    assert world.pay(paid)["posted"] == 0
    (line,) = lines(world)
    assert line["explanation"].endswith("which is paid on the alliance’s other account.")
    account = "GB94BARC10201530093459"
    assert answered(world.upload(camt(paid, account=account)), 201)["unknown_accounts"] == [account]
    answered(world.a(MANAGER).post("/bank-accounts", {"account": account, "name": "Fund", "purpose": "fund"}), 201)
    assert {code: world.balances().get(code) for code in ("1110", "1200", "1250")} == {
        "1110": None,
        "1200": None,
        "1250": bill["gross_pence"],
    }
