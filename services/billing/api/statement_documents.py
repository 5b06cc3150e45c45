"""A school's statement of account as tagged PDF and as a spreadsheet: the same figures as the page."""

from typing import Any, Final

from chassis.report_documents import report_xlsx
from chassis.tagged_pdf import tagged_pdf
from contracts.money import pounds
from contracts.report import Column, Report, Section, Value
from services.billing.api.bill_words import day, sort_code
from services.billing.domain.account import aged
from services.billing.domain.ageing import BANDS, LABELS
from services.billing.usecases.read_accounts import AccountView

Json = dict[str, Any]

_AGES: Final = {**dict(zip(BANDS, LABELS, strict=True)), "in_credit": "In credit"}
_KINDS: Final = {"bill": "Bill", "credit_note": "Credit note", "receipt": "Payment"}
_LATE_NOTE: Final = (
    "Interest and compensation are what the Late Payment of Commercial Debts (Interest) Act 1998 would let the"
    " alliance ask for. They are told for information, and are no part of the balance."
)


def statement_pdf(view: AccountView) -> bytes:
    """The statement as one file; the same bytes for the same account on the same day."""
    return tagged_pdf("services.billing.api", "statement.typ", _inputs(view))


def statement_xlsx(view: AccountView) -> bytes:
    """The statement as a spreadsheet: its age, what moved, what is open, and what the school pays suppliers itself."""
    return report_xlsx(
        Report(
            "statement",
            f"Statement of account, {view.school.name}, {day(view.on)}",
            _sentence(view),
            [_by_age(view), _moved(view), _open(view), _pay_into(view), _suppliers(view)],
        )
    )


def _sentence(view: AccountView) -> str:
    name = f"{view.school.name} (URN {view.school.urn})"
    held = ""
    if view.on_account_pence > 0:
        held = f" £{pounds(view.on_account_pence)} beyond that is held on account."
    elif view.on_account_pence < 0:
        held = f" £{pounds(-view.on_account_pence)} was paid back beyond that, and is owed."
    if view.balance_pence > 0:
        return f"{name} owes £{pounds(view.balance_pence)}.{held}"
    if view.balance_pence < 0:
        return f"{name} is £{pounds(-view.balance_pence)} in credit.{held}"
    return f"{name} owes nothing.{held}"


def _ages(view: AccountView) -> list[tuple[str, int]]:
    """What is open by its age, in pence; what the school is in credit is negative, so that all come to the balance."""
    ages = aged(view.open_bills, view.on)
    ages["in_credit"] = -ages["in_credit"]
    return [(label, ages[name]) for name, label in _AGES.items() if ages[name] or name != "in_credit"]


def _by_age(view: AccountView) -> Section:
    columns = [Column("age", "Overdue by"), Column("open", "To pay", "money", added=True)]
    return Section("By age", columns, [{"age": label, "open": pence} for label, pence in _ages(view)])


def _moved(view: AccountView) -> Section:
    columns = [
        Column("on", "Day"),
        Column("kind", "Kind"),
        Column("number", "Number"),
        Column("description", "What"),
        Column("debit", "Billed", "money", added=True),
        Column("credit", "Paid or credited", "money", added=True),
        Column("balance", "Balance", "money"),
    ]
    rows: list[dict[str, Value]] = [
        {
            "on": item.on.isoformat(),
            "kind": _KINDS[item.kind],
            "number": item.number,
            "description": item.description,
            "debit": item.debit_pence,
            "credit": item.credit_pence,
            "balance": item.balance_pence,
        }
        for item in view.items
    ]
    return Section("Account", columns, rows)


def _open(view: AccountView) -> Section:
    columns = [
        Column("number", "Bill"),
        Column("title", "For"),
        Column("reference", "Payment reference"),
        Column("due", "Due"),
        Column("days", "Days overdue", "number"),
        Column("open", "To pay", "money", added=True),
        Column("interest", "Interest by law", "money", added=True),
        Column("compensation", "Compensation by law", "money", added=True),
    ]
    rows: list[dict[str, Value]] = [
        {
            "number": bill.number,
            "title": bill.title,
            "reference": bill.payment_reference,
            "due": bill.due_date.isoformat(),
            "days": bill.days_overdue,
            "open": bill.open_pence,
            "interest": bill.late.interest_pence if bill.late else 0,
            "compensation": bill.late.compensation_pence if bill.late else 0,
        }
        for bill in view.open_bills
        if bill.open_pence > 0
    ]
    return Section("Open bills", columns, rows, note=_LATE_NOTE)


def _pay_into(view: AccountView) -> Section:
    columns = [
        Column("name", "Pay into"),
        Column("sort_code", "Sort code"),
        Column("account_number", "Account number"),
        Column("bills", "For"),
    ]
    rows: list[dict[str, Value]] = [
        {
            "name": each.account.name,
            "sort_code": sort_code(each.account.sort_code),
            "account_number": each.account.account_number,
            "bills": ", ".join(each.bills),
        }
        for each in view.pay_into
    ]
    return Section("Where to pay", columns, rows)


def _suppliers(view: AccountView) -> Section:
    columns = [
        Column("number", "Bill"),
        Column("supplier", "Supplier"),
        Column("invoice", "Its invoice"),
        Column("due", "Due"),
        Column("paid", "Paid by the school"),
        Column("credited", "Credited", "money", added=True),
        Column("gross", "Total with VAT", "money", added=True),
    ]
    rows: list[dict[str, Value]] = [
        {
            "number": bill.number,
            "supplier": bill.pay_to,
            "invoice": bill.payment_reference,
            "due": bill.due_date.isoformat(),
            "paid": bill.paid_on.isoformat() if bill.paid_on else "",
            "credited": bill.credited_pence,
            "gross": bill.gross_pence,
        }
        for bill in view.pay_suppliers
    ]
    return Section("Paid to suppliers directly", columns, rows)


def _inputs(view: AccountView) -> Json:
    return {
        **_parties(view),
        "on": day(view.on),
        "sentence": _sentence(view),
        "ages": [[label, pounds(pence)] for label, pence in _ages(view)],
        "items": [
            [
                day(item.on),
                item.number,
                item.description,
                pounds(item.debit_pence) if item.debit_pence else "",
                pounds(item.credit_pence) if item.credit_pence else "",
                pounds(item.balance_pence),
            ]
            for item in view.items
        ],
        **_bills(view),
        "pay_into": [list(row.values()) for row in _pay_into(view).rows],
        "late_note": _LATE_NOTE,
    }


def _parties(view: AccountView) -> Json:
    alliance = view.alliance or {"name": "The alliance", "address": {}, "email": "", "telephone": ""}
    address = alliance["address"] or {}
    place = (*address.get("lines", ()), address.get("town"), address.get("postcode"))
    ours = (", ".join(word for word in place if word), _joined(alliance["email"], alliance["telephone"], by=" · "))
    theirs = (_joined(view.school.town, view.school.postcode), f"URN {view.school.urn}")
    return {
        "seller": alliance["name"],
        "seller_lines": [line for line in ours if line],
        "buyer": view.school.name,
        "buyer_lines": [line for line in theirs if line],
    }


def _joined(*words: str, by: str = " ") -> str:
    return by.join(word for word in words if word)


def _bills(view: AccountView) -> Json:
    """What is to pay, what of it is late, and what suppliers are paid directly."""
    return {
        "open": [
            [
                bill.number,
                bill.payment_reference,
                day(bill.due_date),
                str(bill.days_overdue) if bill.days_overdue else "",
                pounds(bill.open_pence),
            ]
            for bill in view.open_bills
            if bill.open_pence > 0
        ],
        "late": [
            [
                bill.number,
                str(bill.late.days),
                f"{bill.late.per_cent.normalize():f} %",
                pounds(bill.late.interest_pence),
                pounds(bill.late.compensation_pence),
            ]
            for bill in view.open_bills
            if bill.late
        ],
        "suppliers": [
            [
                bill.number,
                f"{bill.pay_to}, invoice {bill.payment_reference}",
                day(bill.due_date),
                day(bill.paid_on) if bill.paid_on else "",
                pounds(bill.credited_pence),
                pounds(bill.gross_pence),
            ]
            for bill in view.pay_suppliers
        ],
    }
