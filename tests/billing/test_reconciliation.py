"""What posts by itself, what is proposed and why, and that two lines never claim one bill."""

from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.bank_assignment import assign, takes
from services.billing.domain.bank_money import BankMoney, Outcome, Proposal, share_of
from services.billing.domain.bank_payers import Sighting
from services.billing.domain.bank_references import references_in
from services.billing.domain.open_item import OpenItem
from services.billing.domain.reconciliation import reconcile

DUE = date(2026, 12, 23)
DAY = date(2026, 11, 24)


def bill(number: int, pence: int, urn: int = 900001, party: str = "Ash Primary School") -> OpenItem:
    name = f"B-{number:06d}"
    return OpenItem("bill", name, name, f"{name}/{urn}", party, urn, None, pence, DUE)


def invoice(number: int, pence: int, their_number: str = "") -> OpenItem:
    name = f"SI-{number:06d}"
    return OpenItem(
        "supplier_invoice", name, name, name, "Fenwright Paper", None, "fenwright", -pence, DUE, their_number
    )


ONE, TWO, THREE = bill(1, 44676), bill(2, 10000), bill(3, 7310, 900002, "Beech School")
INVOICE = invoice(7, 134028, "INV/0042")
CREDIT = OpenItem("credit_note", "CN-000001", "CN-000001", "CN-000001", "Ash Primary School", 900001, None, -2000, DUE)
OPEN = (ONE, TWO, THREE, INVOICE, CREDIT)
CLOSED = {"B-000004/900002": "Names B-000004/900002, which is paid already."}

_ids = count(1)


def line(amount: int, text: str = "", payer: str = "", currency: str = "GBP", **more: object) -> BankMoney:
    return BankMoney(str(next(_ids)), DAY, amount, currency, payer, "", text, **more)  # type: ignore[arg-type]


def outcome(amount: int, text: str = "", payer: str = "", currency: str = "GBP", **more: object) -> Outcome:
    money = line(amount, text, payer, currency, **more)
    return reconcile([money], OPEN, {}, CLOSED)[money.line_id]


def posted(found: Outcome) -> dict[str, int]:
    return {share.number: share.pence for share in found.posts}


def first(found: Outcome) -> dict[str, int]:
    assert not found.posts
    return {share.number: share.pence for share in found.proposals[0].shares}


RUN = OpenItem("payment_run", "run", "PR-000001", "PR-000001", "120 suppliers", None, None, -50000, DUE)
PART = OpenItem("remittance", "part", "PR-000001/100", "PR-000001/100", "Fenwright", None, "fenwright", -30000, DUE)


@pytest.mark.parametrize("text", ["PR-000001/100", "PR000001100", "fenwright PR-000001-100"])
def test_the_hundredth_supplier_of_a_run_is_found_by_its_reference(text: str) -> None:
    money = line(-30000, text)
    assert posted(reconcile([money], [RUN, PART])[money.line_id]) == {"PR-000001/100": -30000}


def test_a_run_and_its_part_are_paid_whole_or_not_at_all() -> None:
    halves = [line(-25000, "PR-000001"), line(-25000, "PR-000001")]
    penny = [line(-29999, "PR-000001/100", "FENWRIGHT"), line(-30001, "PR-000001/100 X", "FENWRIGHT")]
    for lines in (halves, penny, [line(-31000, "PR-000001/100 SI-000007", "FENWRIGHT")]):
        for found in reconcile(lines, [RUN, PART, INVOICE]).values():
            assert not found.posts
            shares = [share for each in found.proposals for share in each.shares if share.item]
            assert all(share.pence == share.item.open_pence for share in shares if share.item and share.item.paid_whole)


@pytest.mark.parametrize(
    "text",
    [
        "B-000001/900001",
        "b-000001/900001",
        "ASH PRIMARY B-000001/900001 NOV",
        "B000001900001",
        "B 000001 900001",
        "B-000001 / 900001",
        "B-000001/900001 B-000001/900001",
        "RF:B-000001/900001.",
    ],
)
def test_the_exact_amount_with_our_whole_reference_posts(text: str) -> None:
    assert posted(outcome(44676, text)) == {"B-000001": 44676}


def test_money_out_posts_with_our_number_and_so_does_a_refund() -> None:
    assert posted(outcome(-134028, "FENWRIGHT SI-000007")) == {"SI-000007": -134028}
    assert posted(outcome(-2000, "REFUND CN-000001")) == {"CN-000001": -2000}


@pytest.mark.parametrize(
    "text",
    [
        "XB-000001/900001",
        "B-000001/9000012",
        "B-0000011/900001",
        "AB000001900001",
        "B-000001",
        "900001",
        "FB-000001/900001",
    ],
)
def test_something_like_our_reference_is_proposed_and_never_posts(text: str) -> None:
    found = outcome(44676, text)
    assert first(found) == {"B-000001": 44676}


@pytest.mark.parametrize("amount", [44675, 1, 10000])
def test_another_amount_does_not_post(amount: int) -> None:
    found = outcome(amount, "B-000001/900001")
    assert not found.posts
    assert "of which £446.76 is open" in found.explanation
    assert first(found) == {"B-000001": amount}


def test_several_whole_references_post_when_they_come_to_the_amount() -> None:
    assert posted(outcome(54676, "B-000001/900001 B-000002/900001")) == {"B-000001": 44676, "B-000002": 10000}
    assert posted(outcome(52676, "B-000001/900001, B-000002/900001 less CN-000001")) == {
        "B-000001": 44676,
        "B-000002": 10000,
        "CN-000001": -2000,
    }
    assert not outcome(44676, "B-000001/900001 B-000009/900001").posts


def test_example_18_two_bills_less_a_penny_are_proposed_with_what_is_missing() -> None:
    named = outcome(54675, "B-000001/900001 B-000002/900001")
    assert first(named) == {"B-000001": 44676, "B-000002": 9999}
    assert named.explanation == "Names B-000001 and B-000002, together £546.76 open: the amount is £0.01 less."
    unnamed = outcome(54675, payer="ASH PRIMARY SCHOOL")
    assert first(unnamed) == {"B-000001": 44676, "B-000002": 9999}
    assert "B-000001 + B-000002 (Ash Primary School)" in unnamed.explanation
    assert unnamed.proposals[0].why == "A penny less than these; payer has this name."


def test_parts_that_name_one_bill_post_when_together_they_pay_it() -> None:
    halves = [line(20000, "B-000001/900001"), line(24676, "B-000001/900001 rest")]
    found = reconcile(halves, OPEN)
    assert [posted(found[half.line_id]) for half in halves] == [{"B-000001": 20000}, {"B-000001": 24676}]
    assert not any(each.posts for each in reconcile([*halves, line(1, "B-000001/900001")], OPEN).values())


def test_a_bill_is_paid_once_and_a_repeat_says_so() -> None:
    twice = [line(44676, "B-000001/900001"), line(44676, "B-000001/900001")]
    found = reconcile(twice, OPEN)
    assert posted(found[twice[0].line_id]) == {"B-000001": 44676}
    assert not found[twice[1].line_id].posts
    again = outcome(500, "B-000004/900002")
    assert again.explanation == "Names B-000004/900002, which is paid already."


def test_claims_that_contradict_each_other_post_neither() -> None:
    both = [line(44676, "B-000001/900001"), line(54676, "B-000001/900001 B-000002/900001")]
    assert not any(each.posts for each in reconcile(both, OPEN).values())


def test_two_lines_of_one_amount_do_not_both_claim_one_bill() -> None:
    items = [bill(1, 5000, 900001, "Ash Primary School"), bill(2, 5000, 900002, "Beech School")]
    vague, clear = line(5000, "thank you"), line(5000, "", "ASH PRIMARY SCHOOL")
    found = reconcile([vague, clear], items)
    assert first(found[clear.line_id]) == {"B-000001": 5000}
    assert first(found[vague.line_id]) == {"B-000002": 5000}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("B-000001/900002", "reference 1 digit off"),
        ("B-000010/900001", "reference 1 digit off"),
        ("B-OOOOO1/900001", "our reference, written differently"),
        ("B-000001/90", "reference cut short"),
        ("B-000001", "reference cut short"),
        ("B1 900001", "our reference, written differently"),
        ("bill 1", "names the number"),
    ],
)
def test_what_is_left_of_a_reference_is_said_in_words(text: str, reason: str) -> None:
    found = outcome(44676, text)
    assert not found.posts
    assert first(found) == {"B-000001": 44676}
    assert reason in found.proposals[0].reasons


def test_a_payer_that_was_matched_before_is_known() -> None:
    seen = {"ESSEX SCHOOLS FIN": [Sighting(("school", "900001"), 2)]}
    money = line(44676, "payment run", "Essex Schools Fin.")
    (found,) = reconcile([money], OPEN, seen).values()
    assert first(found) == {"B-000001": 44676}
    assert found.proposals[0].why == "Same amount; payer seen before."


def test_their_own_number_leads_to_a_suppliers_invoice() -> None:
    found = outcome(-134028, "INV/0042 thank you")
    assert first(found) == {"SI-000007": -134028}
    assert "their number INV/0042" in found.proposals[0].reasons


def test_charges_and_interest_are_proposed_and_learned() -> None:
    fee = outcome(-650, "MONTHLY ACCOUNT FEE")
    assert first(fee) == {"5200": -650}
    assert fee.explanation == "Perhaps Bank charges: Reads like a bank charge."
    assert first(outcome(12, "GROSS INTEREST TO 30NOV")) == {"5300": 12}
    seen = {"TARIFF": [Sighting(("account", "5200"), 3)]}
    money = line(-700, "TARIFF NOV 2026")
    (found,) = reconcile([money], OPEN, seen).values()
    assert found.proposals[0].why == "Posted so 3 times before."


def test_a_returned_payment_is_set_off_against_itself() -> None:
    came, went = line(91, "x", "ELM"), line(-91, "RETURNED UNPAID", "ELM")
    found = reconcile([came, went], OPEN)
    assert found[came.line_id].proposals[0].shares[0].document_id == went.line_id
    assert found[went.line_id].proposals[0].shares[0].document_id == came.line_id


@pytest.mark.parametrize(
    ("amount", "text", "currency", "said"),
    [
        (44676, "B-000001/900001", "EUR", "In EUR"),
        (-44676, "B-000001/900001", "GBP", "goes out"),
        (134028, "SI-000007", "GBP", "goes in"),
        (12, "rates", "GBP", "no open bill has this amount"),
        (-12, "rates", "GBP", "no reference of ours"),
        (0, "", "GBP", "no reference of ours"),
    ],
)
def test_everything_else_is_explained(amount: int, text: str, currency: str, said: str) -> None:
    found = outcome(amount, text, currency=currency)
    assert not found.posts
    assert said in found.explanation


def test_what_may_not_post_is_only_proposed() -> None:
    assert first(outcome(44676, "B-000001/900001", may_post=False)) == {"B-000001": 44676}


def test_references_are_read_in_our_spelling_once_each() -> None:
    text = "b 000001 900001, B-000001/900001 si-000007 SI000007 PR-000001/02 PR-000003"
    assert references_in(text) == ["B-000001/900001", "SI-000007", "PR-000001/02", "PR-000003"]


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 99)), max_size=4), min_size=1, max_size=6))
def test_the_exact_assignment_is_no_worse_than_any_other(wanted: list[list[tuple[int, int]]]) -> None:
    proposals = {
        str(row): [Proposal(score, (share_of(bill(place + 1, 100)),), ("same amount",)) for place, score in found]
        for row, found in enumerate(wanted)
    }
    given_ = assign(proposals)
    documents = [document for proposal in given_.values() for document in takes(proposal)]
    assert len(documents) == len(set(documents))

    def best(rows: list[list[tuple[int, int]]], used: frozenset[int]) -> int:
        if not rows:
            return 0
        rest = best(rows[1:], used)
        return max([rest, *(score + best(rows[1:], used | {place}) for place, score in rows[0] if place not in used)])

    assert sum(proposal.score for proposal in given_.values()) == best(wanted, frozenset())
