"""The ledger: the trial balance as at a day, down to postings, entries and documents, and what is owed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader
from gateway.pages.files import passed_on
from gateway.pages.reports import shown
from gateway.upstream import upstream

REPORTS: Final = {
    "aged-debt": "What each school owes, by how long it has been due.",
    "aged-credit": "What is owed to each supplier, by how long it has been due.",
    "control-accounts": "Debtors, creditors and clearing beside the documents that explain them.",
    "school-years": "What schools were billed for their next financial year.",
}
_WITHOUT_DAY: Final = ("control-accounts",)
_NAMES: Final = f"<any({', '.join(repr(name) for name in REPORTS)}):name>"
_POSTINGS_A_PAGE: Final = 200

# Of each kind of entry, the page of its document and how that page's address names it.
_DOCUMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "supplier_invoice": ("alliance.invoice", "invoice_id"),
    "supplier_credit_note": ("alliance.invoice", "invoice_id"),
    "bill": ("alliance.bill", "bill_id"),
    "fund_year_end": ("alliance.fund_year", "fund_year_id"),
    "journal": ("alliance.journal", "journal_id"),
}
_ADJUSTMENTS: Final = ("accrual", "prepayment", "deferred_income")
_MONEY: Final = ("receipt", "refund", "payment", "fund_payment", "bank_charge")


@alliance.get("/trial-balance")
@for_reader
def trial_balance() -> str:
    """Every account of the ledger with its balance at the end of a day; both sides add up to the same."""
    day = _day()
    accounts = ask.items("billing", "/reports/trial-balance", **_as_at(day))
    return render_template(
        "alliance/trial_balance.html",
        accounts=accounts,
        day=day,
        reports=REPORTS,
        debit_pence=sum(account["debit_pence"] for account in accounts),
        credit_pence=sum(account["credit_pence"] for account in accounts),
    )


@alliance.get("/trial-balance.<any(xlsx, pdf):suffix>")
@for_reader
def trial_balance_document(suffix: str) -> Response:
    """The same as a file."""
    return passed_on("billing", f"/reports/trial-balance.{suffix}", _as_at(_day()))


@alliance.get("/ledger/accounts/<code>")
@for_reader
def ledger_account(code: str) -> str:
    """The postings on an account, those of one school or supplier if the address names it."""
    asked = {name: request.args.get(name) or None for name in ("from_day", "to_day", "school_urn", "supplier_id")}
    params = asked | {"account": code, "after": request.args.get("after") or None, "limit": _POSTINGS_A_PAGE}
    found = upstream.get("billing", "/entries", params=params).json()
    return render_template("alliance/ledger_account.html", found=found, asked=asked)


@alliance.get("/ledger/entries/<uuid:entry_id>")
@for_reader
def ledger_entry(entry_id: Any) -> str:
    """One entry: its lines, its document, and what it reverses or is reversed by."""
    entry = ask.one("billing", f"/entries/{entry_id}")
    return render_template("alliance/ledger_entry.html", entry=entry, document=_document(entry))


@alliance.get(f"/ledger/{_NAMES}")
@for_reader
def ledger_report(name: str) -> str:
    """Aged debt, aged credit, control accounts, or bills over two financial years."""
    day = _day()
    found = upstream.get("billing", f"/reports/{name}", params=_as_at(day)).json()
    sections = [shown(section, "alliance", _as_at(day)) for section in found["sections"]]
    return render_template(
        "alliance/ledger_report.html",
        report=found,
        sections=sections,
        day=day,
        with_day=name not in _WITHOUT_DAY,
        asked=_as_at(day),
    )


@alliance.get(f"/ledger/{_NAMES}.<any(xlsx, pdf):suffix>")
@for_reader
def ledger_report_document(name: str, suffix: str) -> Response:
    """The same as a file."""
    return passed_on("billing", f"/reports/{name}.{suffix}", _as_at(_day()))


@alliance.get(f"/ledger/{_NAMES}/charts/<int:place>")
@for_reader
def ledger_report_chart(name: str, place: int) -> Response:
    """The chart of one section, as SVG."""
    return passed_on("billing", f"/reports/{name}/charts/{place}", _as_at(_day()))


def _day() -> date:
    """The day asked for; today if none was, or no day."""
    asked = request.args.get("as_at", "")
    try:
        return date.fromisoformat(asked) if asked else london_today()
    except ValueError:
        abort(404)


def _as_at(day: date) -> dict[str, str]:
    return {} if day == london_today() else {"as_at": day.isoformat()}


def _document(entry: dict[str, Any]) -> str:
    """The address of an entry's document; of a credit note its bill, of money that moved the bank's page."""
    kind = entry["reverses_kind"] or entry["kind"]
    if kind in _DOCUMENTS:
        page, name = _DOCUMENTS[kind]
        return url_for(page, **{name: entry["document_id"]})
    if kind.removesuffix("_release") in _ADJUSTMENTS:
        day = date.fromisoformat(entry["dated_on"])
        ended = day - timedelta(days=1) if kind.endswith("_release") else day  # released on the day after the month
        return url_for("alliance.ledger_month", month=f"{ended:%Y-%m}")
    if kind == "credit_note":
        note = ask.one_or_none("billing", f"/credit-notes/{entry['document_id']}")
        return url_for("alliance.bill", bill_id=note["bill_id"]) if note else ""
    return url_for("alliance.bank") if kind in _MONEY else ""
