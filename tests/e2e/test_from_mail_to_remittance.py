"""An order of twelve schools from the supplier's mail to its remittance: as supplier, school and manager see it.

What comes before, the round and its close, is `test_life_of_an_order.py`; here it is done in a few calls, and the rest
in a browser, on one transport and calmly: what troubles do to messages is that story's matter too.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.alliance import Alliance, School
from tests.e2e.documents import bank_statement
from tests.e2e.hands import ApiHands
from tests.e2e.order_papers import in_pdf, in_peppol, in_portal, in_workbook
from tests.e2e.portal_hands import PortalHands
from tests.e2e.post import mail_to, mails_to

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("stack", ["pgmq"], indirect=True)]

PAPER = "Copier paper A4, 80 g"
PENCILS = "Pencils HB, box of 144"
PAPER_ORDERED = (34, 41, 18, 9, 7, 12, 15, 8, 20, 11, 6, 19)
PENCILS_ORDERED = (6, 4, 8, 2, 3, 5, 4, 7, 1, 6, 3, 5)
ORDERS_GO_TO = "orders@fenwright.example"


@pytest.fixture
def alliance(alliance_of_twelve: Alliance) -> Alliance:
    """Twelve schools that buy paper and pencils; alliance and supplier have addresses for electronic orders."""
    alliance = alliance_of_twelve
    manager = alliance.api(alliance.manager)
    tiers = [{"from_quantity": 1, "unit_price": "6.2550"}]
    alliance.offer("HB-144", {"name": PENCILS, "description": "", "unit": "XBX", "tiers": tiers})
    address = {"lines": ["1 Mill Lane"], "town": "Canterbury", "postcode": "CT1 1AA"}
    about = {"name": "Stour Schools", "legal_name": "Stour Schools", "email": "office@stour.example"}
    buyer = {**about, "address": address, "endpoint": {"scheme": "9932", "id": "GB999999973"}}
    manager.put("/alliance", buyer, version=manager.get("/alliance")["version"])
    path = f"/suppliers/{alliance.supplier_id}"
    seller = manager.get(path)
    reached = {"email": ORDERS_GO_TO, "address": address, "endpoint": {"scheme": "0088", "id": "9520000000011"}}
    manager.put(path, {"name": seller["name"], **reached}, version=seller["version"])
    alliance.stack.caught_up()
    return alliance


@pytest.fixture
def programs(alliance: Alliance) -> ApiHands:
    """Hands that use the API: through them twelve orders are approved, and the round is closed."""
    hands = ApiHands(alliance)
    hands.open_round("Winter term", alliance.contract)
    for school, paper, pencils in zip(alliance.schools, PAPER_ORDERED, PENCILS_ORDERED, strict=True):
        hands.order(school, {PAPER: paper, PENCILS: pencils})
        hands.approve(school)
    hands.close_round()
    return hands


@pytest.fixture
def hands(alliance: Alliance, browser: Browser, programs: ApiHands) -> Iterator[PortalHands]:
    """Everybody's hands in their browsers."""
    hands = PortalHands(alliance, browser)
    hands.round_id = programs.round_id
    yield hands
    hands.close()


def ordered_by(school: School, order: Mapping[str, Any]) -> dict[str, int]:
    """How many of each item a school's part of an order has."""
    (drop,) = [drop for drop in order["drops"] if drop["school_urn"] == school.urn]
    names = {line["line_no"]: line["name"] for line in order["lines"]}
    return {names[line["line_no"]]: line["quantity"] for line in drop["lines"]}


def test_from_mail_to_remittance(
    alliance: Alliance, hands: PortalHands, programs: ApiHands, verified: Callable[[], list[str]]
) -> None:
    stack = alliance.stack
    oak, elm, ash, *others = alliance.schools
    order = hands.purchase_order()
    assert (len(order["drops"]), sum(PAPER_ORDERED), sum(PENCILS_ORDERED)) == (12, 200, 54)

    # The supplier has a mail at its address for orders: the order in three formats, and a link.
    mail = mail_to(stack, ORDERS_GO_TO, about=order["number"])
    sent = {Path(name).suffix: content for name, content in mail.attached.items()}
    assert in_pdf(sent[".pdf"]) == in_workbook(sent[".xlsx"]) == in_peppol(sent[".zip"])

    # Somebody there, who has no account, opens the link and is four boxes of pencils short.
    page = hands.open_link(mail.link("/link/"), "Robin at the desk")
    hands.offer_fewer(page, PENCILS, 50, "The maker is late.")

    # The manager sees what that means for each school: four get a box less than they ordered, nobody gets more.
    effects = hands.effects_of_changes()
    ordered = {school.name: number for school, number in zip(alliance.schools, PENCILS_ORDERED, strict=True)}
    assert {name: before for name, (before, _) in effects.items()} == ordered
    shorter = {name: after for name, (before, after) in effects.items() if after != before}
    assert sorted(before - after for before, after in effects.values()) == [0] * 8 + [1] * 4
    hands.take_changes()

    # Each school that gets less is told by mail with the next digest, and no other.
    stack.send_digests()
    subject = f"{order['number']}: what"
    for school in alliance.schools:
        if school.name in shorter:
            told = mail_to(stack, school.buyer, about=subject)
            assert f"{shorter[school.name]} instead of {ordered[school.name]}" in told.text
        else:
            assert [mail for mail in mails_to(stack, school.buyer) if subject in mail.subject + mail.text] == []

    # The supplier's person signs in and takes the new revision: the same numbers in every format.
    order = hands.purchase_order()
    assert (order["revision"], order["state"], order["lines"][1]["quantity"]) == (2, "accepted", 50)
    papers = hands.download_documents()
    figures = in_workbook(papers["xlsx"])
    assert in_pdf(papers["pdf"]) == figures
    assert in_peppol(papers["xml"]) == figures
    assert {name: net for name, (net, _) in figures.schools.items()} == in_portal(order)
    assert (figures.net_pence, figures.gross_pence) == (order["net_pence"], order["net_pence"] + order["vat_pence"])

    # All twelve drops leave, and the schools know that they come.
    hands.despatch_everything("Fenwright’s own van")
    stack.send_digests()
    assert "Fenwright’s own van" in mail_to(stack, oak.buyer, about="has sent your delivery").text

    # Three offices record on their phones: all of it, three boxes of paper missing, a box of pencils soaked. The
    # others' own software does it.
    hands.record_all_arrived(oak)
    hands.record_found(elm, PAPER, "Missing", 3, "Three fewer on the pallet than on the note.")
    photo = hands.windows.of(elm.buyer).screenshot()
    hands.record_found(ash, PENCILS, "Damaged", 1, "Soaked through.", photo)
    for school in others:
        programs.record_receipt(school, ordered_by(school, order))

    # The supplier sees both discrepancies, with the photo, and says what it does about one.
    claims = hands.claims()
    assert set(claims) == {elm.name, ash.name}
    assert "3 missing of 41 boxes ordered" in claims[elm.name]
    assert "1 damaged of" in claims[ash.name]
    assert hands.shows_photo(ash)
    hands.give_credit(ash, "Sorry; you will not be charged for it.")
    stack.send_digests()
    mail_to(stack, ash.buyer, about="gives a credit")

    # The invoice is filled in with what arrived. The supplier thinks it sent all the paper, and invoices all of it.
    stack.caught_up()
    assert hands.quantities_to_invoice() == {PAPER: 197, PENCILS: 49}
    hands.type_invoice("INV-2077", {PAPER: 200})
    held = hands.held_in_portal()
    assert set(held) == {elm.name}

    # The manager sees order, receipt and invoice side by side, and asks for a credit; the supplier is told why.
    assert hands.match_on_workbench(elm) == (41, 38, 41)
    hands.ask_for_credit(elm, "Three boxes never came; the delivery note agrees.")
    stack.send_digests()
    assert elm.name in mail_to(stack, alliance.supplier_user, about="INV-2077 is under query").text
    hands.send_credit_note("CN-2077")
    assert hands.held_lines() == {}
    assert hands.answer_in_portal() == "Accepted"

    # Every school is billed for what it has, and for nothing else.
    hands.issue_bills()
    prices = {line["name"]: line["unit_price"] for line in order["lines"]}
    assert (prices[PAPER], prices[PENCILS]) == ("10.9500", "6.2550")
    bills = hands.bills()
    assert len(bills) == 12
    assert hands.bill_of(elm)["net_pence"] == 38 * 1095 + 4 * 6255 // 10
    invoice, credited = hands.invoice(), 3 * 1095 * 12 // 10
    assert sum(bills.values()) == invoice["gross_pence"] - credited

    # The bank statement pays the supplier what is left, and brings the schools' payments.
    due = {**invoice, "gross_pence": invoice["gross_pence"] - credited}
    hands.import_statement(
        bank_statement(receipts=[hands.bill_of(school) for school in alliance.schools], payments=[due])
    )
    assert {school.urn: hands.balance_pence(school) for school in alliance.schools} == dict.fromkeys(bills, 0)

    # The supplier reads its remittance, and that its invoice is paid.
    remittances = hands.remittances()
    assert "INV-2077" in remittances
    assert f"£{due['gross_pence'] / 100:,.2f}" in remittances
    assert hands.answer_in_portal() == "Paid"
    assert hands.round_state() == "settled"
    assert verified() == []
