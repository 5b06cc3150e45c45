"""The life of an order, from four schools' forms to four paid bills: the product's story, told once.

It runs by hand of a browser and once more through `/api/v1` alone, on both transports, calmly and while workers are
killed, queues purged and messages sent twice between every pair of steps. The outcome is the same to the penny.
"""

import pytest

from tests.e2e.documents import bank_statement, supplier_invoice
from tests.e2e.hands import Hands

PAPER = "Copier paper A4, 80 g"


@pytest.fixture
def story(alliance, hands: Hands, trouble):
    """The alliance, the hands that act in it, and the trouble that visits between two steps."""
    return alliance, hands, trouble


def test_life_of_an_order(story, verified) -> None:
    alliance, hands, trouble = story
    oak, elm, ash, fir, yew = alliance.schools

    # The manager opens a round: paper costs £12.50, £11.80 from 50 boxes and £10.95 from 100.
    hands.open_round("Autumn paper", contract=alliance.contract)
    trouble.visits()

    # Five schools fill their forms; each school's own approver approves, except at the fifth.
    hands.order(oak, {PAPER: 34})
    trouble.visits()
    hands.order(elm, {PAPER: 41})
    hands.order(ash, {PAPER: 18})
    hands.order(fir, {PAPER: 9})
    hands.order(yew, {PAPER: 7})
    trouble.visits()
    for school in (oak, elm, ash, fir):
        hands.approve(school)
    trouble.visits()

    # Nobody sees another school's order, and everybody sees the total and the tier it reaches.
    assert hands.total_quantity(PAPER, seen_by=oak) == 34 + 41 + 18 + 9 + 7
    assert hands.other_order_is_hidden(oak, from_=elm)

    # The manager closes it. The fifth school's order was not approved, so it is not part of the round.
    hands.close_round()
    trouble.visits()
    order = hands.purchase_order()
    assert order["net_pence"] == 1_116_90
    assert {drop["school_urn"]: sum(line["net_pence"] for line in drop["lines"]) for drop in order["drops"]} == {
        oak.urn: 372_30,
        elm.urn: 448_95,
        ash.urn: 197_10,
        fir.urn: 98_55,
    }
    assert hands.order_state(yew) == "dropped"

    # The supplier sees one order of 102 boxes with four drops, and accepts it.
    hands.accept_purchase_order()
    trouble.visits()

    # The boxes arrive; Elm gets 38 of its 41, and says so.
    for school, boxes in ((oak, 34), (elm, 38), (ash, 18), (fir, 9)):
        hands.record_receipt(school, {PAPER: boxes})
    trouble.visits()

    # The supplier invoices all 102. Only Elm's line is held.
    hands.send_invoice(supplier_invoice(order, number="INV-0042", quantities={1: 102}))
    trouble.visits()
    assert hands.held_lines() == {elm.urn: ["quantity_short"]}

    # The other three are billed, each with its own share of net and VAT.
    hands.issue_bills()
    trouble.visits()
    assert hands.bills() == {oak.urn: 446_76, ash.urn: 236_52, fir.urn: 118_26}

    # The three missing boxes come late; Elm's line is free, and Elm is billed for what it ordered.
    hands.record_receipt(elm, {PAPER: 3})
    trouble.visits()
    assert hands.held_lines() == {}
    hands.issue_bills()
    trouble.visits()
    assert hands.bills() == {oak.urn: 446_76, elm.urn: 538_74, ash.urn: 236_52, fir.urn: 118_26}
    assert sum(hands.bills().values()) == hands.invoice()["gross_pence"] == 1_340_28

    # The bank statement brings three receipts to the penny, one a penny short, and the payment to the supplier.
    before = hands.statement_of_account(oak)
    hands.import_statement(
        bank_statement(
            receipts=[hands.bill_of(school) for school in (oak, ash, fir)],
            short=[(hands.bill_of(elm), 1)],
            payments=[hands.invoice()],
        )
    )
    trouble.visits()
    assert {school: hands.balance_pence(school) for school in (oak, elm, ash, fir)} == {
        oak: 0,
        elm: 538_74,
        ash: 0,
        fir: 0,
    }
    assert [line["amount_pence"] for line in hands.open_bank_lines()] == [538_73]
    assert len(hands.statement_of_account(oak)["items"]) == len(before["items"]) + 1

    # Elm pays to the penny next day, and the round is settled.
    hands.import_statement(bank_statement(receipts=[hands.bill_of(elm)], number="2"))
    trouble.visits()
    assert hands.balance_pence(elm) == 0
    assert hands.round_state() == "settled"

    # Whatever happened on the way, every invariant holds.
    assert verified() == []
