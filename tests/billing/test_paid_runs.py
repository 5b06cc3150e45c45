"""A payment run on its whole way: two people, the file, the bank's statement, the books; undone and paid otherwise."""

from typing import Any

import pytest
from sqlalchemy import text

from bursar.verify.billing import CHECKS
from tests.billing.documents import entry
from tests.billing.test_payment_runs import FENWRIGHTS_ACCOUNT, ORIGINATOR, SECOND, act, propose, seen
from tests.billing.world import (
    ASH,
    BEECH,
    FENWRIGHT,
    MANAGER,
    OAKDALE,
    Line,
    Order,
    World,
    answered,
    refused,
    seller_of,
)
from tests.clients import Clients

OAKDALES_ACCOUNT = {
    **FENWRIGHTS_ACCOUNT,
    "supplier_id": OAKDALE,
    "account_name": "Oakdale",
    "account_number": "11223344",
}


def breaches(world: World) -> list[str]:
    """What `bursar verify` finds in billing."""
    with world.database.database.engine.connect() as connection:
        connection.execute(text("SELECT set_config('bursar.actor', 'service', false)"))
        return [
            f"{check.name}: {said}" for check in CHECKS for said in connection.execute(text(check.breaches)).scalars()
        ]


@pytest.fixture
def world(service_client: Clients) -> World:
    """Fenwright has two invoices due and Oakdale one, both have accounts, and the alliance's own account can pay."""
    made = World(service_client)
    made.tell(("SupplierBankDetailsRecorded", FENWRIGHTS_ACCOUNT), ("SupplierBankDetailsRecorded", OAKDALES_ACCOUNT))
    made.invoiced(made.ordered(), "INV-1")
    made.invoiced(made.ordered(Order([Line({ASH: 10})], number="PO-000002")), "INV-2")
    made.invoiced(made.ordered(Order([Line({BEECH: 5})], number="PO-000004", supplier_id=OAKDALE)), "OAK-1")
    made.billed()
    made.pay(entry("0.12", "GROSS INTEREST", name=""))
    (account,) = answered(made.a(MANAGER).get("/bank-accounts"))["items"]
    path = f"/payment-settings/{account['bank_account_id']}"
    assert made.a(MANAGER).put(path, ORIGINATOR, headers={"If-Match": '"0"'}).status_code == 204
    return made


def exported(world: World) -> dict[str, Any]:
    run = propose(world)
    answered(act(world, SECOND, run, "approval"))
    assert act(world, MANAGER, seen(world, run), "exports", {"format": "bacs"}).status_code == 201
    return seen(world, run)


def matched(world: World) -> list[dict[str, Any]]:
    return list(answered(world.a(MANAGER).get("/bank-lines?state=matched"))["items"])


def waiting(world: World, reference: str) -> dict[str, Any]:
    """The line that is matched to nothing and says so."""
    found = answered(world.a(MANAGER).get("/bank-lines?state=new"))["items"]
    return next(line for line in found if line["reference"] == reference)


def test_the_banks_one_line_pays_a_run_and_undoing_it_opens_it_again(world: World) -> None:
    run, before = exported(world), world.balances()
    total = f"{run['total_pence'] / 100:.2f}"
    assert world.pay(entry(total, run["number"], sign="DBIT", name="BACS"))["posted"] == 1
    assert seen(world, run)["state"] == "paid"
    (line,) = matched(world)
    assert sorted(each["number"] for each in line["matched_to"]) == ["SI-000001", "SI-000002", "SI-000003"]
    assert {each["posted_as"] for each in line["matched_to"]} == {"PY-000001", "PY-000002"}
    after = world.balances()
    assert (after["1200"], after.get("2100")) == (-run["total_pence"], None)
    paid = answered(world.a(seller_of(OAKDALE)).get("/remittances"))["items"]
    assert [each["amount_pence"] for each in paid] == [6570]
    assert breaches(world) == []
    refused(
        act(world, MANAGER, seen(world, run), "exports", {"format": "bacs", "why": "x"}), 409, "payment_run_settled"
    )
    refused(act(world, MANAGER, seen(world, run), "cancellation", {"why": "x"}), 409, "payment_run_settled")
    answered(world.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/undo", {}))
    assert (seen(world, run)["state"], world.balances(), breaches(world)) == ("exported", before, [])
    answered(world.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/redo", {}))
    assert (seen(world, run)["state"], world.balances(), breaches(world)) == ("paid", after, [])


def test_a_line_for_each_supplier_pays_a_run_and_none_is_paid_twice(world: World) -> None:
    run = exported(world)
    parts: dict[str, int] = {}
    for item in run["items"]:
        parts[item["reference"]] = parts.get(item["reference"], 0) + item["amount_pence"]
    entries = [entry(f"{pence / 100:.2f}", name, sign="DBIT", name="BACS") for name, pence in parts.items()]
    assert world.pay(entries[0])["posted"] == 1
    assert seen(world, run)["state"] == "exported"
    refused(act(world, MANAGER, seen(world, run), "cancellation", {"why": "x"}), 409, "payment_run_settled")
    assert world.pay(entries[1])["posted"] == 1
    assert seen(world, run)["state"] == "paid"
    total = entry(f"{run['total_pence'] / 100:.2f}", run["number"], sign="DBIT", name="AGAIN")
    again = world.pay(total, entry("153.00", next(iter(parts)), sign="DBIT", name="AGAIN"))
    assert again["posted"] == 0
    assert {account: world.balances().get(account) for account in ("1200", "2100")} == {
        "1200": -run["total_pence"],
        "2100": None,
    }
    assert breaches(world) == []


def test_money_on_account_pays_no_invoice_whose_file_is_with_the_bank(world: World) -> None:
    run = exported(world)
    item = next(each for each in run["items"] if each["supplier_id"] == FENWRIGHT)
    world.pay(entry("1.00", "PAID TWICE", sign="DBIT", name="Fenwright Paper"))
    waiting = answered(world.a(MANAGER).get("/bank-lines?state=new"))["items"]
    line = next(each for each in waiting if each["amount_pence"] == -100)
    at = f"/bank-lines/{line['bank_line_id']}"
    kept = {"kind": "supplier_account", "id": FENWRIGHT, "amount_pence": -100}
    answered(world.a(MANAGER).post(f"{at}/match", {"items": [kept]}))
    part = {"kind": "supplier_invoice", "id": item["supplier_invoice_id"], "amount_pence": -100}
    problem = refused(world.a(MANAGER).post(f"{at}/held-money", {"items": [part]}), 409, "document_not_open")
    assert run["number"] in problem["detail"]


def test_an_invoice_that_was_paid_before_the_file_is_in_no_file(world: World) -> None:
    run = propose(world)
    answered(act(world, SECOND, run, "approval"))
    item = next(each for each in run["items"] if each["supplier_id"] == FENWRIGHT)
    paid = entry(f"{item['amount_pence'] / 100:.2f}", item["our_number"], sign="DBIT", name="Fenwright Paper")
    assert world.pay(paid)["posted"] == 1
    refused(act(world, MANAGER, seen(world, run), "exports", {"format": "bacs"}), 409, "payment_run_outdated")
    answered(act(world, MANAGER, seen(world, run), "cancellation", {"why": "One is paid."}))
    left = exported(world)
    assert item["our_number"] not in {each["our_number"] for each in left["items"]}
    total = f"{left['total_pence'] / 100:.2f}"
    assert world.pay(entry(total, left["number"], sign="DBIT", name="BACS"))["posted"] == 1
    assert (world.balances().get("2100"), breaches(world)) == (None, [])


def test_what_the_bank_gives_back_is_open_again_and_paid_by_the_next_run(world: World) -> None:
    run, before = exported(world), world.balances()
    total = f"{run['total_pence'] / 100:.2f}"
    world.pay(entry(total, run["number"], sign="DBIT", name="BACS"))
    (paid,) = matched(world)
    advice = next(each for each in run["advices"] if each["supplier_id"] == OAKDALE)
    part = f"{advice['amount_pence'] / 100:.2f}"
    again = world.pay(entry(part, advice["reference"], sign="DBIT", name="Oakdale"))
    assert again["posted"] == 0
    twice = waiting(world, advice["reference"])
    assert twice["explanation"] == f"Names {advice['reference']}, which is paid already."
    assert world.pay(entry(part, f"RETURNED {advice['reference']}", name="ARUCS"))["posted"] == 1
    back = next(each for each in matched(world) if each["amount_pence"] > 0)
    assert [(each["number"], each["amount_pence"]) for each in back["matched_to"]] == [("SI-000003", 6570)]
    came_back = before | {
        "1200": before.get("1200", 0) - run["total_pence"] + 6570,
        "2100": before["2100"] + run["total_pence"] - 6570,
    }
    assert ((seen(world, run)["state"]), world.balances(), breaches(world)) == ("paid", came_back, [])
    assert {each["supplier_id"]: each["came_back_on"] for each in seen(world, run)["advices"]} == {
        FENWRIGHT: None,
        OAKDALE: back["booked_on"],
    }
    payments = answered(world.a(seller_of(OAKDALE)).get("/remittances"))["items"]
    assert sorted(each["amount_pence"] for each in payments) == [-6570, 6570]

    undo, redo = (f"/bank-lines/{back['bank_line_id']}/{what}" for what in ("undo", "redo"))
    refused(world.a(MANAGER).post(f"/bank-lines/{paid['bank_line_id']}/undo", {}), 409, "refund_stands")
    answered(world.a(MANAGER).post(undo, {}))
    assert (seen(world, run)["state"], world.balances().get("2100"), breaches(world)) == ("paid", None, [])
    answered(world.a(MANAGER).post(redo, {}))
    assert (seen(world, run)["state"], world.balances(), breaches(world)) == ("paid", came_back, [])

    following = exported(world)
    assert [(item["our_number"], item["came_back_on"]) for item in following["items"]] == [
        ("SI-000003", back["booked_on"])
    ]
    assert {item["came_back_on"] for item in seen(world, run)["items"]} == {None}
    assert world.pay(entry(part, following["number"], sign="DBIT", name="BACS"))["posted"] == 1
    assert (seen(world, following)["state"], seen(world, run)["state"]) == ("paid", "paid")
    assert (world.balances().get("2100"), breaches(world)) == (None, [])
    refused(world.a(MANAGER).post(undo, {}), 409, "refund_stands")


def test_a_return_without_our_reference_is_proposed_to_a_person(world: World) -> None:
    run = exported(world)
    world.pay(entry(f"{run['total_pence'] / 100:.2f}", run["number"], sign="DBIT", name="BACS"))
    assert world.pay(entry("65.70", "RETURN", name="Oakdale Supplies"), entry("65.70", "DINNERS"))["posted"] == 0
    (proposed,) = (part for each in waiting(world, "RETURN")["suggestions"] for part in each["items"])
    assert (proposed["kind"], proposed["amount_pence"]) == ("returned_remittance", 6_570)
    schools = {part["kind"] for each in waiting(world, "DINNERS")["suggestions"] for part in each["items"]}
    assert schools == {"bill"}  # the same amount, and nothing says that it is a return
    chosen = {"kind": "returned_remittance", "id": proposed["id"], "amount_pence": 6_569}
    at = f"/bank-lines/{waiting(world, 'RETURN')['bank_line_id']}/match"
    refused(world.a(MANAGER).post(at, {"items": [chosen]}), 422, "match_unbalanced")
    answered(world.a(MANAGER).post(at, {"items": [chosen | {"amount_pence": 6_570}]}))
    assert breaches(world) == []


def test_a_line_that_came_before_its_file_is_offered_once_the_file_is_written(world: World) -> None:
    run = propose(world)
    total = f"{run['total_pence'] / 100:.2f}"
    assert world.pay(entry(total, run["number"], sign="DBIT", name="BACS"))["posted"] == 0
    assert waiting(world, run["number"])["explanation"] == f"Names {run['number']}, of which no file is written yet."
    answered(act(world, SECOND, run, "approval"))
    assert act(world, MANAGER, seen(world, run), "exports", {"format": "bacs"}).status_code == 201
    line = waiting(world, run["number"])
    (offered,) = line["suggestions"]
    assert offered["why"] == f"Same amount and our reference {run['number']}."
    wanted = [{name: part[name] for name in ("kind", "id", "amount_pence")} for part in offered["items"]]
    answered(world.a(MANAGER).post(f"/bank-lines/{line['bank_line_id']}/match", {"items": wanted}))
    assert (seen(world, run)["state"], breaches(world)) == ("paid", [])


def test_what_came_back_is_free_while_the_rest_of_its_run_is_with_the_bank(world: World) -> None:
    run = exported(world)
    parts = {each["supplier_id"]: each for each in run["advices"]}
    part = f"{parts[OAKDALE]['amount_pence'] / 100:.2f}"
    reference = parts[OAKDALE]["reference"]
    assert world.pay(entry(part, reference, sign="DBIT", name="BACS"))["posted"] == 1
    assert world.pay(entry(part, f"{reference} RETURN", name="ARUCS"))["posted"] == 1
    sent, back = sorted(matched(world), key=lambda line: line["amount_pence"])
    following = propose(world)
    assert [item["our_number"] for item in following["items"]] == ["SI-000003"]
    for line in (back, sent):
        at = f"/bank-lines/{line['bank_line_id']}/undo"
        problem = refused(world.a(MANAGER).post(at, {}), 409, "refund_stands")
        assert following["number"] in problem["detail"]
    answered(act(world, MANAGER, following, "cancellation", {"why": "The supplier moves."}))
    answered(world.a(MANAGER).post(f"/bank-lines/{back['bank_line_id']}/undo", {}))
    answered(world.a(MANAGER).post(f"/bank-lines/{sent['bank_line_id']}/undo", {}))
    assert (seen(world, run)["state"], breaches(world)) == ("exported", [])
    answered(world.a(MANAGER).post(f"/bank-lines/{sent['bank_line_id']}/redo", {}))
    assert breaches(world) == []
