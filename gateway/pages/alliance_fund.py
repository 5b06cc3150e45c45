"""The partnership fund as the alliance works with it: budget, shares, governors' answers, bills, payments, report."""

from collections.abc import Callable
from typing import Any, Final

from flask import Response as Sent
from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.files import passed_on
from gateway.pages.fund_form import filled, read_payment, read_year, rows_of
from gateway.pages.show import plural
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

Page = Response | tuple[str, int]

_FIELDS: Final = {
    "from_balance_pence": "from_balance",
    "amount_pence": "amount",
    "lines": "line-name-0",
    "caps": "cap-urn-0",
}


@alliance.get("/fund")
@for_reader
def fund() -> str:
    """Every year of the fund, the newest first."""
    return render_template("alliance/fund.html", years=ask.items("billing", "/fund-years"))


@alliance.get("/fund/new")
@for_manager
def new_fund_year() -> str:
    """The form for a year."""
    return _form_page(None, MultiDict(), Faults())


@alliance.post("/fund/new")
@for_manager
def create_fund_year() -> Page:
    """Draft a year, which only the alliance sees."""
    faults = Faults()
    body = read_year(request.form, faults)
    made: dict[str, Any] = {}
    if not faults:
        with faults.of_service(_FIELDS):
            key = request.form.get("sending_key")
            made = upstream.post("billing", "/fund-years", json=body, key=key).json()
    if faults:
        return _form_page(None, request.form, faults), faults.status
    flash("Drafted. Look at what each school would be asked for, then ask the governors.")
    return redirect(url_for("alliance.fund_year", fund_year_id=made["fund_year_id"]), 303)


@alliance.get("/fund/<uuid:fund_year_id>/edit")
@for_manager
def edit_fund_year(fund_year_id: Any) -> str:
    """The form with what the draft is now."""
    year = ask.one("billing", f"/fund-years/{fund_year_id}")
    return _form_page(year, filled(year), Faults())


@alliance.post("/fund/<uuid:fund_year_id>/edit")
@for_manager
def change_fund_year(fund_year_id: Any) -> Page:
    """Change the draft as it was seen."""
    faults = Faults()
    body = read_year(request.form, faults)
    if not faults:
        with faults.of_service(_FIELDS):
            upstream.put("billing", f"/fund-years/{fund_year_id}", json=body, etag=seen_version())
    if faults:
        year = ask.one("billing", f"/fund-years/{fund_year_id}")
        return _form_page(year, request.form, faults), faults.status
    flash("Saved.")
    return redirect(url_for("alliance.fund_year", fund_year_id=fund_year_id), 303)


@alliance.get("/fund/<uuid:fund_year_id>")
@for_reader
def fund_year(fund_year_id: Any) -> str:
    """One year: what is asked, answered, billed, received and spent, and what is on the account."""
    return _page(str(fund_year_id), Faults())


@alliance.post("/fund/<uuid:fund_year_id>/propose")
@for_manager
def propose_fund_year(fund_year_id: Any) -> Page:
    """Freeze the shares as they were seen, and ask the governors."""
    return _act(fund_year_id, "propose", lambda _: "The governing bodies are asked, by mail and on their pages.")


@alliance.post("/fund/<uuid:fund_year_id>/redraft")
@for_manager
def redraft_fund_year(fund_year_id: Any) -> Page:
    """Take a proposal that nobody has answered back to a draft."""
    return _act(fund_year_id, "redraft", lambda _: "It is a draft again. Change it, then ask the governors anew.")


@alliance.post("/fund/<uuid:fund_year_id>/bills")
@for_manager
def bill_fund_year(fund_year_id: Any) -> Page:
    """Bill what is confirmed and not billed yet."""

    def told(issued: dict[str, Any]) -> str:
        count = len(issued["items"])
        return f"{plural(count, 'bill')} issued." if count else "There is nothing new to bill."

    return _act(fund_year_id, "bills", told)


@alliance.post("/fund/<uuid:fund_year_id>/payments")
@for_manager
def pay_from_fund(fund_year_id: Any) -> Page:
    """Note a payment against a line of the budget."""
    faults = Faults()
    body = read_payment(request.form, faults)
    if faults:
        return _page(str(fund_year_id), faults), faults.status

    def told(year: dict[str, Any]) -> str:
        number = year["payments"][-1]["number"]
        return f"{number} is noted. Give {number} as reference at the bank: its line is then matched by itself."

    return _act(fund_year_id, "payments", told, body)


@alliance.post("/fund/<uuid:fund_year_id>/payments/<uuid:fund_payment_id>/withdraw")
@for_manager
def withdraw_fund_payment(fund_year_id: Any, fund_payment_id: Any) -> Page:
    """Take back a payment that has not been made."""
    faults = Faults()
    why = Typed(request.form, faults).text(f"why-{fund_payment_id}", "why the payment is taken back")
    if not faults:
        with faults.of_service({"why": f"why-{fund_payment_id}"}):
            path, key = f"/fund-payments/{fund_payment_id}/withdraw", request.form.get("sending_key")
            upstream.post("billing", path, json={"why": why}, key=key)
    if faults:
        return _page(str(fund_year_id), faults), faults.status
    flash("Taken back.")
    return redirect(url_for("alliance.fund_year", fund_year_id=fund_year_id), 303)


@alliance.post("/fund/<uuid:fund_year_id>/credits")
@for_manager
def credit_fund_bill(fund_year_id: Any) -> Page:
    """Credit what a school was billed, in whole or in part."""
    faults = Faults()
    typed = Typed(request.form, faults)
    contribution = typed.text("contribution", "the bill")
    body = {
        "amount_pence": typed.pence("credit_amount", "the amount"),
        "why": typed.text("credit_why", "why it is credited"),
    }
    if not faults:
        with faults.of_service({"amount_pence": "credit_amount", "why": "credit_why"}):
            path, key = f"/fund-contributions/{contribution}/credits", request.form.get("sending_key")
            upstream.post("billing", path, json=body, key=key)
    if faults:
        return _page(str(fund_year_id), faults), faults.status
    flash("Credited. The school gets a credit note.")
    return redirect(url_for("alliance.fund_year", fund_year_id=fund_year_id), 303)


@alliance.post("/fund/<uuid:fund_year_id>/close")
@for_manager
def close_fund_year(fund_year_id: Any) -> Page:
    """Close a year that is over."""
    return _act(fund_year_id, "close", lambda _: "The year is closed, and what is left is carried forward.")


@alliance.post("/fund/<uuid:fund_year_id>/cancel")
@for_manager
def cancel_fund_year(fund_year_id: Any) -> Page:
    """Give up a year of which nothing is billed or paid."""
    faults = Faults()
    why = Typed(request.form, faults).text("why", "why the year is given up")
    if faults:
        return _page(str(fund_year_id), faults), faults.status
    return _act(fund_year_id, "cancel", lambda _: "The year is cancelled.", {"why": why})


@alliance.get("/fund/<uuid:fund_year_id>/report.<any(pdf, xlsx):suffix>")
@for_reader
def fund_report(fund_year_id: Any, suffix: str) -> Sent:
    """The year's report to print, or as a spreadsheet."""
    return passed_on("billing", f"/fund-years/{fund_year_id}/report.{suffix}")


def _act(
    fund_year_id: Any, act: str, told: Callable[[dict[str, Any]], str], body: dict[str, Any] | None = None
) -> Page:
    """Do something to the year as it was seen, and say what came of it."""
    faults = Faults()
    done: dict[str, Any] = {}
    with faults.of_service(_FIELDS):
        path, key = f"/fund-years/{fund_year_id}/{act}", request.form.get("sending_key")
        done = upstream.post("billing", path, json=body or {}, key=key, etag=seen_version()).json()
    if faults:
        return _page(str(fund_year_id), faults), faults.status
    flash(told(done))
    return redirect(url_for("alliance.fund_year", fund_year_id=fund_year_id), 303)


def _form_page(year: dict[str, Any] | None, typed: MultiDict[str, str], faults: Faults) -> str:
    schools = sorted(ask.items("members", "/schools"), key=lambda school: school["name"])
    return render_template(
        "alliance/fund_form.html",
        year=year,
        typed=typed,
        schools=[(school["urn"], f"{school['name']} ({school['urn']})") for school in schools],
        lines=rows_of(typed, "line"),
        caps=rows_of(typed, "cap"),
        key=sending_key(typed, faults),
        faults=faults,
    )


def _page(year_id: str, faults: Faults) -> str:
    year = ask.one("billing", f"/fund-years/{year_id}")
    draft = year["state"] == "draft"
    return render_template(
        "alliance/fund_year.html",
        year=year,
        allocation=ask.one("billing", f"/fund-years/{year_id}/allocation") if draft else None,
        budget_lines=[(line["line_no"], line["name"]) for line in year["lines"]],
        billed=[
            (row["fund_contribution_id"], f"{row['bill_number']}, {row['school_name']}")
            for row in year["contributions"]
            if row["bill_id"]
        ],
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
