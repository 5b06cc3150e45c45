"""A supplier's invoice by itself: its number, its sums and its VAT."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.errors import (
    CurrencyNotPounds,
    DueDateImplausible,
    InvoiceArithmetic,
    IssueDateImplausible,
)
from services.billing.domain.invoice import (
    InvoiceLine,
    SupplierInvoice,
    check_arithmetic,
    check_due_date,
    check_issue_date,
    fold_number,
    vat_by_invoice,
    vat_by_line,
    vat_is_accepted,
    vat_of_lines,
)


def a_line(
    line_no: int, net_pence: int, *, quantity: int = 1, vat_class: str = "S", rate: str = "20.00"
) -> InvoiceLine:
    price = Decimal(net_pence) / 100 / quantity
    return InvoiceLine(line_no, line_no, "Paper", quantity, price, net_pence, vat_class, Decimal(rate))


def an_invoice(*lines: InvoiceLine, vat_pence: int | None = None) -> SupplierInvoice:
    net = sum(line.net_pence for line in lines)
    vat = vat_by_line(lines) if vat_pence is None else vat_pence
    return SupplierInvoice("INV-1", date(2026, 11, 23), None, "PO-000001", lines, net, vat, net + vat)


@pytest.mark.parametrize(
    ("count", "net", "by_line", "by_invoice"), [(3, 133, 81, 80), (7, 53, 77, 74)], ids=["3 × 1.33", "7 × 0.53"]
)
def test_example_7_vat_is_accepted_by_line_and_by_invoice(count: int, net: int, by_line: int, by_invoice: int) -> None:
    lines = [a_line(number, net) for number in range(1, count + 1)]
    assert (vat_by_line(lines), vat_by_invoice(lines)) == (by_line, by_invoice)
    assert vat_is_accepted(an_invoice(*lines, vat_pence=by_line))
    assert vat_is_accepted(an_invoice(*lines, vat_pence=by_invoice))
    for wrong in (by_line + 1, by_invoice - 1, 0):
        assert not vat_is_accepted(an_invoice(*lines, vat_pence=wrong))


def test_vat_rounded_by_line_stays_with_its_line() -> None:
    assert vat_of_lines(an_invoice(*[a_line(number, 133) for number in (1, 2, 3)], vat_pence=81)) == {
        1: 27,
        2: 27,
        3: 27,
    }


def test_vat_rounded_by_invoice_is_shared_without_a_remainder() -> None:
    assert vat_of_lines(an_invoice(*[a_line(number, 133) for number in (1, 2, 3)], vat_pence=80)) == {
        1: 27,
        2: 27,
        3: 26,
    }


def test_zero_rated_lines_carry_none_of_the_vat() -> None:
    invoice = an_invoice(a_line(1, 1000), a_line(2, 1000, vat_class="Z", rate="0.00"), vat_pence=199)
    assert vat_of_lines(invoice) == {1: 199, 2: 0}


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["S", "Z"])), min_size=1, max_size=20),
    st.integers(0, 10**6),
)
def test_vat_laid_on_lines_always_adds_up(lines: list[tuple[int, str]], vat: int) -> None:
    made = [
        a_line(number, net, vat_class=vat_class, rate="20.00" if vat_class == "S" else "0.00")
        for number, (net, vat_class) in enumerate(lines, 1)
    ]
    shares = vat_of_lines(an_invoice(*made, vat_pence=vat))
    assert sum(shares.values()) == vat
    assert min(shares.values()) >= 0


@pytest.mark.parametrize(
    "other", ["inv-42", " INV - 0042 ", "Inv-00042", "INV-\t42", "ＩＮＶ-42", "INV\u200b-\ufeff42"]
)
def test_example_18_numbers_fold_by_case_spaces_and_leading_zeros(other: str) -> None:
    assert fold_number(other) == fold_number("INV-42")


@pytest.mark.parametrize("other", ["INV-420", "INV-402", "INV42", "INV-42A", "INV-4.2", "INV-0"])
def test_numbers_that_differ_otherwise_do_not_fold_alike(other: str) -> None:
    assert fold_number(other) != fold_number("INV-42")


def test_the_number_nought_stays_a_number() -> None:
    assert fold_number("000") == "0"


@pytest.mark.parametrize("off", [-2, 0, 2])
def test_a_line_may_stand_two_pence_off(off: int) -> None:
    check_arithmetic(an_invoice(replace(a_line(1, 37230, quantity=34), net_pence=37230 + off)))


def test_every_fault_in_the_sums_is_named() -> None:
    line = replace(a_line(1, 37230, quantity=34), net_pence=37233)
    wrong = replace(an_invoice(line), net_pence=37000, gross_pence=1)
    with pytest.raises(InvoiceArithmetic) as caught:
        check_arithmetic(wrong)
    assert caught.value.fields.keys() == {"lines.0.net_pence", "net_pence", "gross_pence"}
    assert caught.value.fields["net_pence"] == "BR-CO-10: the lines add up to £372.33."


def test_other_currencies_are_refused() -> None:
    with pytest.raises(CurrencyNotPounds):
        check_arithmetic(replace(an_invoice(a_line(1, 100)), currency="EUR"))


def test_an_invoice_older_than_any_order_is_refused() -> None:
    with pytest.raises(IssueDateImplausible):
        check_arithmetic(replace(an_invoice(a_line(1, 100)), issue_date=date(1999, 1, 1)))


def test_an_invoice_of_a_mistyped_year_is_refused() -> None:
    check_issue_date(date(2027, 11, 24), today=date(2026, 11, 23))
    with pytest.raises(IssueDateImplausible, match="2062-11-23, more than a year from today"):
        check_issue_date(date(2062, 11, 23), today=date(2026, 11, 23))


def test_a_day_of_payment_is_of_the_document_or_of_the_year_after_it() -> None:
    made = date(2026, 11, 23)
    for due in (None, made, date(2027, 11, 24)):
        check_due_date(made, due)
    with pytest.raises(DueDateImplausible, match="due on 2026-11-22, before it was made"):
        check_due_date(made, date(2026, 11, 22))
    with pytest.raises(DueDateImplausible, match="due on 9999-12-31, more than a year after it"):
        check_due_date(made, date(9999, 12, 31))
