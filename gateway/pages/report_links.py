"""Why a figure of a report is what it is: the page behind a row, by what the report says stands behind it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import url_for

from contracts.digits import as_whole

# For each side and kind of thing: the page of it, and how that page's address names it.
_PAGES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "alliance": {
        "purchase_order": ("alliance.purchase_order", "purchase_order_id"),
        "round": ("alliance.round_report", "round_id"),
        "open_round": ("alliance.round_board", "round_id"),
        "supplier_invoice": ("alliance.invoice", "invoice_id"),
        "bill": ("alliance.bill", "bill_id"),
        "report": ("alliance.report", "name"),
        "school": ("alliance.school_entry", "urn"),
        "supplier": ("alliance.supplier_entry", "supplier_id"),
        "account": ("alliance.ledger_account", "code"),
        "fund_year": ("alliance.fund_year", "fund_year_id"),
    },
    "school": {
        "purchase_order": ("school.delivery", "purchase_order_id"),
        "round": ("school.round_report", "round_id"),
        "bill": ("school.bill", "bill_id"),
        "order": ("school.order", "round_id"),
        "subscription": ("school.service", "subscription_id"),
    },
    "supplier": {"purchase_order": ("supplier.order", "purchase_order_id")},
}

# What waits at the alliance's desk, by name: the page where it is dealt with, and what that is asked for.
_DESK: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "bank_lines_unmatched": ("alliance.bank", {}),
    "invoices_held": ("alliance.invoices", {}),
    "received_not_invoiced": ("alliance.not_invoiced", {}),
    "ready_to_bill": ("alliance.bills", {}),
    "ready_to_credit": ("alliance.bills", {}),
    "bills_open": ("alliance.bills", {"owed": "open"}),
    "bills_overdue": ("alliance.bills", {"owed": "overdue"}),
    "bills_disputed": ("alliance.bill_disputes", {}),
    "credit_claims": ("alliance.invoices", {"_anchor": "claims"}),
    "supplier_invoices_open": ("alliance.ledger_report", {"name": "aged-credit"}),
    "payment_runs_waiting": ("alliance.payments", {}),
    "journals_waiting": ("alliance.journals", {}),
}


def reasons(section: dict[str, Any], side: str, period: Mapping[str, str]) -> list[str]:
    """For every row of a section as the service told it, the address behind it; "" where this side has none.

    Where rows have documents of several kinds ("document"), each says its own: "bill:…". What is "behind" a row is a
    list of its documents, of the same days as the row: `period` as the address names them. What stands on the "ledger"
    names its account and whose it is, "1100:900001", and is shown as at the same day.
    """
    kind, behind = section.get("why", ""), _Behind(side, period)
    if kind == "ledger":
        return [_postings(row["why"], period.get("as_at")) for row in section["rows"]]
    return [_address(kind, row.get("why"), side, behind) for row in section["rows"]]


def _postings(why: str, as_at: str | None) -> str:
    code, _, whose = why.partition(":")
    asked: dict[str, Any] = {"school_urn" if as_whole(whose) else "supplier_id": whose} if whose else {}
    return url_for("alliance.ledger_account", code=code, to_day=as_at, **asked)


class _Behind:
    """The addresses of the lists behind a section's rows, joined from what is encoded already: a section has many."""

    def __init__(self, side: str, period: Mapping[str, str]) -> None:
        self._side = side
        self._days = urlencode(period)
        self._paths: dict[str, str] = {}

    def address(self, why: str) -> str:
        """The list behind "savings?category=Stationery", of the row's own days if it names any."""
        report, _, narrowed = why.partition("?")
        if report not in self._paths:
            self._paths[report] = url_for(f"{self._side}.report_behind", name=report)
        given = not self._days or "closed_from=" in narrowed
        return f"{self._paths[report]}?{narrowed if given else f'{self._days}&{narrowed}'}"


def _address(kind: str, why: str | None, side: str, behind: _Behind) -> str:
    if kind == "document" and why:
        kind, _, why = why.partition(":")
    if kind == "desk" and why:
        page, asked = _DESK[why]
        return url_for(page, **asked)
    if kind == "behind" and why:
        return behind.address(why)
    page, name = _PAGES[side].get(kind, ("", ""))
    named: dict[str, Any] = {name: why}
    return url_for(page, **named) if page and why else ""
