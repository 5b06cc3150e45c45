"""Entries, bills and statements as plain rules."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.account import Movement, statement
from services.billing.domain.bill import bill_state, due_on, payment_reference
from services.billing.domain.errors import EntryUnbalanced
from services.billing.domain.ledger import (
    Entry,
    Posting,
    bill_entry,
    invoice_entry,
    payment_entry,
    receipt_entry,
)

ON = date(2026, 11, 23)


def test_an_entry_whose_sides_differ_cannot_be_made() -> None:
    with pytest.raises(EntryUnbalanced):
        Entry("receipt", "id", "RC-1", ON, "", (Posting("1200", debit_pence=2), Posting("1100", credit_pence=1)))


@given(net=st.integers(0, 10**12), vat=st.integers(0, 10**12))
def test_every_document_makes_a_balanced_entry_without_empty_sides(net: int, vat: int) -> None:
    entries = [
        invoice_entry("i", "SI-1", ON, "s", net_pence=net, vat_pence=vat, description=""),
        bill_entry("b", "B-1", ON, 900001, net_pence=net, vat_pence=vat, description=""),
        receipt_entry("r", "RC-1", ON, 900001, net + 1, ""),
        payment_entry("p", "PY-1", ON, "s", net + 1, ""),
    ]
    for entry in entries:
        assert sum(line.debit_pence - line.credit_pence for line in entry.postings) == 0
        assert all((line.debit_pence == 0) != (line.credit_pence == 0) for line in entry.postings)


def test_a_bill_empties_what_the_invoice_put_into_clearing() -> None:
    invoice = invoice_entry("i", "SI-1", ON, "s", net_pence=1000, vat_pence=200, description="")
    bill = bill_entry("b", "B-1", ON, 900001, net_pence=1000, vat_pence=200, description="")
    sums: dict[str, int] = {}
    for line in (*invoice.postings, *bill.postings):
        sums[line.account] = sums.get(line.account, 0) + line.debit_pence - line.credit_pence
    assert sums == {"5100": 0, "5110": 0, "2100": -1200, "1100": 1200}


@pytest.mark.parametrize("number", ["B-000001", "B-999999", "B-12345678"])
def test_references_fit_bacs(number: str) -> None:
    reference = payment_reference(number, 900001)
    assert len(reference) <= 18
    assert set(reference) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.&/ ")


def test_a_bill_is_due_in_thirty_days() -> None:
    assert due_on(date(2026, 12, 15)) == date(2027, 1, 14)


def test_a_part_payment_does_not_make_a_bill_paid() -> None:
    assert [bill_state(100, paid) for paid in (0, 99, 100)] == ["open", "part_paid", "paid"]


def test_a_statement_runs_by_date_with_the_balance_after_each_line() -> None:
    items, balance = statement(
        [
            Movement(date(2026, 12, 1), "receipt", "r", "1", "RC-000001", "Payment of B-000001", -500),
            Movement(date(2026, 12, 1), "bill", "2", "2", "B-000002", "Winter", 200),
            Movement(date(2026, 11, 1), "bill", "1", "1", "B-000001", "Autumn", 500),
        ]
    )
    assert [(item.number, item.debit_pence, item.credit_pence, item.balance_pence) for item in items] == [
        ("B-000001", 500, 0, 500),
        ("B-000002", 200, 0, 700),
        ("RC-000001", 0, 500, 200),
    ]
    assert balance == 200
