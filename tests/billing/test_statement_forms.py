"""A statement of account has the same figures as JSON (the page), as PDF and as spreadsheet, whatever is on it."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from contracts.money import pounds
from services.billing.api.bill_shapes import account
from services.billing.api.statement_documents import statement_pdf, statement_xlsx
from services.billing.domain.account import Movement, OpenBill, statement
from services.billing.domain.late_payment import LatePayment
from services.billing.usecases.read_accounts import AccountView

ON = date(2026, 11, 22)
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
PENCE = st.integers(1, 10**9)
LATE = st.builds(LatePayment, st.integers(1, 500), st.just(Decimal("11.75")), PENCE, st.sampled_from([4000, 7000]))
MOVES = st.builds(
    Movement, DAYS, st.sampled_from(["bill", "credit_note", "receipt"]), st.just("d"), st.just("b"),
    st.just("N"), st.just("What"), st.integers(-(10**9), 10**9).filter(bool),
)  # fmt: skip
BILLS = st.builds(
    OpenBill, st.just("b"), st.just("B"), st.just("For"), st.just("R"), DAYS, st.integers(-(10**8), 10**9).filter(bool),
    st.booleans(), st.integers(0, 400), st.none() | LATE,
)  # fmt: skip


def _direct(gross: int, credited: int) -> SimpleNamespace:
    text = dict.fromkeys(("bill_id", "number", "payment_reference", "school_name", "title", "pay_to"), "X")
    nothing = dict.fromkeys(("round_id", "round_title", "purchase_order_id", "paid_on", "paid_noted_by"))
    return SimpleNamespace(
        **text, **nothing, school_urn=900001, issue_date=ON, due_date=ON, net_pence=gross, vat_pence=0,
        gross_pence=gross, paid_pence=0, credited_pence=credited, settlement="direct", purpose="general", held=False,
        disputed=False,
    )  # fmt: skip


@st.composite
def views(draw: st.DrawFn) -> AccountView:
    """A statement of account of anything that can stand on one."""
    items, balance = statement(draw(st.lists(MOVES, max_size=4)))
    bills = [bill if bill.open_pence > 0 else _settled(bill) for bill in draw(st.lists(BILLS, max_size=4))]
    direct = draw(st.lists(st.builds(_direct, PENCE, st.integers(0, 10**6)), max_size=3))
    school: Any = SimpleNamespace(urn=900001, name="Ash Primary School", town="", postcode="")
    held = draw(st.integers(0, 10**6))
    return AccountView(ON, school, None, items, balance, bills, direct, held)  # type: ignore[arg-type]


def _settled(bill: OpenBill) -> OpenBill:
    """Nothing is late of a bill that nothing is left of."""
    names = (bill.bill_id, bill.number, bill.title, bill.payment_reference, bill.due_date, bill.open_pence)
    return OpenBill(*names, bill.disputed, bill.days_overdue, None)


def _figures(told: dict[str, Any]) -> dict[str, list[int]]:
    """The pence of each part of the page, as the JSON has them."""
    ages = [-pence if name == "in_credit_pence" else pence for name, pence in told["aged"].items()]
    if not told["aged"]["in_credit_pence"]:
        ages.pop()
    late = [bill["late"] for bill in told["open_bills"] if bill["late"]]
    return {
        "By age": ages,
        "Account": [
            pence for item in told["items"] for pence in (item["debit_pence"], item["credit_pence"]) if pence
        ] + [item["balance_pence"] for item in told["items"]],
        "Open bills": [bill["open_pence"] for bill in told["open_bills"]],
        "Where to pay": [],
        "late": [pence for each in late for pence in (each["interest_pence"], each["compensation_pence"])],
        "Paid to suppliers directly": [
            bill[name] for bill in told["pay_suppliers"] for name in ("gross_pence", "credited_pence")
        ],
    }  # fmt: skip


def _sheets(file: bytes) -> Iterator[tuple[str, list[int], list[int]]]:
    """Of every sheet its name, the pence in its rows of money, and those of late payment."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    for name in book.sheet_names:
        _, _, _, head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        summed = rows[:-1] if rows else []
        of: dict[bool, list[int]] = {True: [], False: []}
        for row in summed:
            for label, cell in zip(head, row, strict=True):
                if isinstance(cell, float) and label != "Days overdue":
                    of["by law" in str(label)].append(round(cell * 100))
        yield name.split(" ", 1)[1], of[False], of[True]


@settings(max_examples=25, deadline=None)
@given(view=views())
def test_page_pdf_and_spreadsheet_say_the_same(view: AccountView) -> None:
    figures = _figures(account(view))
    for name, money, late in _sheets(statement_xlsx(view)):
        expected = [pence for pence in figures[name] if pence]
        assert Counter(pence for pence in money if pence) == Counter(expected), name
        if name == "Open bills":
            assert Counter(pence for pence in late if pence) == Counter(figures["late"])
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(statement_pdf(view))).pages)
    printed = Counter(re.findall(r"−?[\d,]+\.\d\d(?![\d ]*%)", text))
    expected_text = Counter(pounds(pence) for some in figures.values() for pence in some)
    for pence in (abs(view.balance_pence), view.on_account_pence):  # the sentence above the tables
        if pence:
            expected_text[pounds(pence)] += 1
    assert printed == expected_text
