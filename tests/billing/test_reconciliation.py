"""What posts by itself and what is only listed."""

import pytest

from services.billing.domain.reconciliation import OpenDocument, OpenDocuments, decide, references_in

ONE = OpenDocument("bill", "one", "B-000001", "Ash Primary", 44676, 900001)
TWO = OpenDocument("bill", "two", "B-000002", "Ash Primary", 10000, 900001)
PAID = OpenDocument("bill", "paid", "B-000003", "Beech School", 0, 900002)
INVOICE = OpenDocument("supplier_invoice", "invoice", "SI-000007", "Fenwright", 134028)


def decided(amount: int, text: str, currency: str = "GBP") -> tuple[str | None, str]:
    decision = decide(amount, currency, text, OpenDocuments([ONE, TWO, PAID, INVOICE]))
    return decision.document and decision.document.number, decision.explanation


@pytest.mark.parametrize(
    "text",
    [
        "B-000001/900001",
        "b-000001/900001",
        "ASH PRIMARY B-000001/900001 NOV",
        "B000001900001",
        "B 000001 900001",
        "B-000001/900001 B-000001/900001",
        "RF:B-000001/900001.",
    ],
)
def test_the_exact_amount_with_our_reference_posts(text: str) -> None:
    assert decided(44676, text)[0] == "B-000001"


def test_a_payment_with_our_invoice_number_posts() -> None:
    assert decided(-134028, "FENWRIGHT SI-000007")[0] == "SI-000007"


@pytest.mark.parametrize(
    "text",
    ["XB-000001/900001", "B-000001/9000012", "B-0000011/900001", "AB000001900001", "B-000001", "900001"],
)
def test_something_like_our_reference_does_not_post(text: str) -> None:
    assert decided(44676, text)[0] is None


@pytest.mark.parametrize("amount", [44675, 44677, 1, 10000])
def test_another_amount_does_not_post(amount: int) -> None:
    posted, explanation = decided(amount, "B-000001/900001")
    assert posted is None
    assert "£446.76 is open" in explanation


def test_a_paid_bill_is_not_paid_again() -> None:
    assert decided(500, "B-000003/900002") == (None, "Names B-000003, which is paid already.")


def test_a_bill_is_paid_once_in_one_statement() -> None:
    owed = OpenDocuments([ONE])
    first = decide(44676, "GBP", "B-000001/900001", owed)
    assert first.document is not None
    owed.settle(first.document)
    assert decide(44676, "GBP", "B-000001/900001", owed).document is None


def test_example_18_two_bills_less_a_penny_are_listed_with_what_is_missing() -> None:
    posted, explanation = decided(54675, "B-000001/900001 B-000002/900001")
    assert posted is None
    assert explanation == "Names B-000001 and B-000002, together £546.76 open: the amount is £0.01 less."


def test_example_18_without_references_the_two_bills_are_proposed() -> None:
    posted, explanation = decided(54675, "ASH PRIMARY SCHOOL")
    assert posted is None
    assert "B-000001 + B-000002 (Ash Primary)" in explanation


def test_two_bills_to_the_penny_are_still_for_a_person_to_decide() -> None:
    assert decided(54676, "B-000001/900001 B-000002/900001")[0] is None


def test_the_same_amount_without_a_reference_is_proposed() -> None:
    posted, explanation = decided(44676, "thank you")
    assert posted is None
    assert "B-000001 (Ash Primary)" in explanation


@pytest.mark.parametrize(
    ("amount", "text", "currency", "said"),
    [
        (44676, "B-000001/900001", "EUR", "In EUR"),
        (-44676, "B-000001/900001", "GBP", "goes out"),
        (134028, "SI-000007", "GBP", "goes in"),
        (44676, "B-000009/900001", "GBP", "no such document"),
        (12, "rates", "GBP", "no open bill has this amount"),
        (-12, "rates", "GBP", "no reference of ours"),
        (0, "", "GBP", "no reference of ours"),
    ],
)
def test_everything_else_is_explained(amount: int, text: str, currency: str, said: str) -> None:
    posted, explanation = decided(amount, text, currency)
    assert posted is None
    assert said in explanation


def test_references_are_read_in_our_spelling_once_each() -> None:
    assert references_in("b 000001 900001, B-000001/900001 si-000007 SI000007") == ["B-000001/900001", "SI-000007"]
