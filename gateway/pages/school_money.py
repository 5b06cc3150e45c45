"""A school's money: its bills and its statement of account."""

from typing import Any

from flask import render_template

from gateway.pages import ask
from gateway.pages.doors import for_school, own_urn, school


@school.get("/bills")
@for_school
def bills() -> str:
    """This school's bills, those to pay first."""
    found = ask.items("billing", "/bills", school_urn=own_urn())
    found.sort(key=lambda bill: (bill["state"] == "paid", bill["due_date"], bill["number"]))
    to_pay = sum(bill["gross_pence"] - bill["paid_pence"] for bill in found)
    return render_template("school/bills.html", bills=found, to_pay=to_pay)


@school.get("/bills/<uuid:bill_id>")
@for_school
def bill(bill_id: Any) -> str:
    """One bill, fit to be printed."""
    return render_template("school/bill.html", bill=ask.one("billing", f"/bills/{bill_id}"))


@school.get("/account")
@for_school
def account() -> str:
    """The statement of account: bills and payments with the balance after each."""
    return render_template("school/account.html", account=ask.one("billing", f"/accounts/{own_urn()}"))
