"""The ledger over HTTP: the trial balance, postings and entries, and the reports on what is owed."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.report_answers import ReportSchema, chart_answer, report_answer
from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX
from contracts.london import london_today
from contracts.report import Report
from services.billing.api import ledger_schemas as schemas
from services.billing.domain.period_errors import ReportIsOfToday
from services.billing.usecases import read_ledger

reports = Blueprint("ledger-reports", __name__, description="The trial balance and what is owed, as at any day")
entries = Blueprint("entries", __name__, description="Postings on accounts, and the entries that they belong to")

READERS: Final = ("alliance_manager", "board_member")

_NAMES: Final = "<any('aged-debt', 'aged-credit', 'control-accounts', 'school-years'):name>"


@reports.route("/reports/trial-balance")
@requires(*READERS)
@reports.arguments(schemas.DayQuery, location="query")
@reports.response(200, schemas.TrialBalanceOut)
def get_trial_balance(query: dict[str, Any]) -> dict[str, Any]:
    """The balance of every account at the end of a day; both sides add up to the same."""
    return {"items": read_ledger.trial_balance(current_database(), current_actor(), query["as_at"])}


@reports.route("/reports/trial-balance.<any(pdf, xlsx):suffix>")
@requires(*READERS)
@reports.arguments(schemas.DayQuery, location="query")
@reports.response(200, content_type=XLSX)
def get_trial_balance_document(query: dict[str, Any], suffix: str) -> Response:
    """The trial balance as a spreadsheet or a PDF."""
    found = read_ledger.trial_balance_report(current_database(), current_actor(), query["as_at"])
    return report_answer(found, suffix, london_today())


@reports.route(f"/reports/{_NAMES}")
@requires(*READERS)
@reports.arguments(schemas.DayQuery, location="query")
@reports.response(200, ReportSchema)
def get_report(query: dict[str, Any], name: str) -> Response:
    """Aged debt, aged credit, control accounts, or how bills for services spread over schools' financial years."""
    return report_answer(_report(name, query["as_at"]), "", london_today())


@reports.route(f"/reports/{_NAMES}.<any(pdf, xlsx):suffix>")
@requires(*READERS)
@reports.arguments(schemas.DayQuery, location="query")
@reports.response(200, content_type=XLSX)
def get_report_document(query: dict[str, Any], name: str, suffix: str) -> Response:
    """The same as a spreadsheet or a PDF."""
    return report_answer(_report(name, query["as_at"]), suffix, london_today())


@reports.route(f"/reports/{_NAMES}/charts/<int:place>")
@requires(*READERS)
@reports.arguments(schemas.DayQuery, location="query")
@reports.response(200, content_type="image/svg+xml")
def get_report_chart(query: dict[str, Any], name: str, place: int) -> Response:
    """The chart of one section, counted from 0, as SVG."""
    return chart_answer(_report(name, query["as_at"]), place)


@entries.route("/entries")
@requires(*READERS)
@entries.arguments(schemas.PostingsQuery, location="query")
@entries.response(200, schemas.PostingPage)
def list_postings(query: dict[str, Any]) -> Response:
    """A page of the postings on one account, by day, with the balance before and after the days asked for."""
    found = read_ledger.account_postings(
        current_database(),
        current_actor(),
        query["account"],
        from_day=query["from_day"] or read_ledger.FIRST_DAY,
        to_day=query["to_day"] or date.max,
        school_urn=query["school_urn"],
        supplier_id=str(query["supplier_id"]) if query["supplier_id"] else None,
        after=query["after"],
        limit=query["limit"],
    )
    last = found.following
    return jsonify(
        schemas.PostingPage().dump(
            {
                "account": found.account.code,
                "name": found.account.name,
                "opening_pence": found.opening_pence,
                "closing_pence": found.closing_pence,
                "items": found.items,
                "next": f"{last.posted_on}.{last.number}.{last.line_no}" if last else None,
            }
        )
    )


@entries.route("/entries/<uuid:entry_id>")
@requires(*READERS)
@entries.response(200, schemas.EntryOut)
def get_entry(entry_id: UUID) -> dict[str, Any]:
    """One entry with its lines, and what it reverses or is reversed by."""
    entry, lines = read_ledger.get_entry(current_database(), current_actor(), str(entry_id))
    return {**entry._asdict(), "lines": lines}


def _report(name: str, day: date | None) -> Report:
    database, actor = current_database(), current_actor()
    if name == "control-accounts":
        if day not in (None, london_today()):
            raise ReportIsOfToday("Control accounts are compared as they are now.", fields={"as_at": "Leave it out."})
        return read_ledger.control_report(database, actor)
    if name == "school-years":
        return read_ledger.school_years(database, actor, day)
    return (read_ledger.aged_debt if name == "aged-debt" else read_ledger.aged_credit)(database, actor, day)
