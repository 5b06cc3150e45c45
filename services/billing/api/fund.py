"""The partnership fund over HTTP: years, contributions that governors confirm, bills, payments and the report."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.report_answers import ReportSchema, report_answer
from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from contracts.report import Report
from services.billing.api import bill_shapes
from services.billing.api import fund_schemas as schemas
from services.billing.domain.fund import Plan
from services.billing.usecases import (
    bill_contributions,
    credit_contribution,
    decide_contribution,
    end_fund_year,
    keep_fund_year,
    read_fund,
    spend_fund,
)
from services.billing.usecases.decide_contribution import Evidence
from services.billing.usecases.keep_fund_year import Allocation
from services.billing.usecases.read_fund import ContributionView, YearView
from services.billing.usecases.report_fund import report_fund_year

years = Blueprint("fund-years", __name__, description="Years of the partnership fund")
contributions = Blueprint("fund-contributions", __name__, description="Schools' contributions to the partnership fund")
payments = Blueprint("fund-payments", __name__, description="Payments out of the partnership fund")

READERS: Final = ("school_buyer", "school_approver", "governor", "alliance_manager", "board_member")
_YEAR: Final = "/fund-years/<uuid:fund_year_id>"


@years.route("/fund-years")
@requires(*READERS)
@years.response(200, schemas.FundYearList)
def list_fund_years() -> dict[str, Any]:
    """Every year of the fund with its totals, the newest first; schools see no drafts."""
    return {"items": read_fund.list_years(current_database(), current_actor()), "next": None}


@years.route("/fund-years", methods=["POST"])
@idempotent
@requires("alliance_manager")
@years.arguments(schemas.FundYearIn)
@years.response(201, schemas.FundYearOut)
def post_fund_year(sent: dict[str, Any]) -> tuple[Response, int]:
    """Draft a year: what the money is for, line by line, and on which day's pupils it is shared."""
    plan: Plan = schemas.plan_of(sent)
    return _shown(keep_fund_year.draft_year(current_database(), current_actor(), plan, _now())), 201


@years.route(_YEAR)
@requires(*READERS)
@years.response(200, schemas.FundYearOut)
def get_fund_year(fund_year_id: UUID) -> Response:
    """One year with its budget, account, payments and contributions; a school has its own contribution alone."""
    return _shown(read_fund.get_year(current_database(), current_actor(), str(fund_year_id)))


@years.route(_YEAR, methods=["PUT"])
@requires("alliance_manager")
@years.arguments(schemas.FundYearIn)
@years.response(200, schemas.FundYearOut)
def put_fund_year(sent: dict[str, Any], fund_year_id: UUID) -> Response:
    """Replace a draft. `If-Match` is the ETag that the editor saw."""
    plan: Plan = schemas.plan_of(sent)
    version, year_id = required_version(), str(fund_year_id)
    return _shown(keep_fund_year.change_year(current_database(), current_actor(), year_id, plan, version, _now()))


@years.route(f"{_YEAR}/allocation")
@requires("alliance_manager", "board_member")
@years.response(200, schemas.FundAllocationOut)
def get_allocation(fund_year_id: UUID) -> dict[str, Any]:
    """What a draft would ask of each member, before anybody is asked."""
    found = keep_fund_year.preview_allocation(current_database(), current_actor(), str(fund_year_id))
    return _allocation(found)


@years.route(f"{_YEAR}/propose", methods=["POST"])
@idempotent
@requires("alliance_manager")
@years.response(200, schemas.FundYearOut)
def post_propose(fund_year_id: UUID) -> Response:
    """Freeze pupils, caps and shares, and ask the governing bodies. `If-Match` is the ETag of what was checked."""
    version = required_version()
    return _shown(keep_fund_year.propose_year(current_database(), current_actor(), str(fund_year_id), version, _now()))


@years.route(f"{_YEAR}/redraft", methods=["POST"])
@idempotent
@requires("alliance_manager")
@years.response(200, schemas.FundYearOut)
def post_redraft(fund_year_id: UUID) -> Response:
    """Take a proposal that nobody has answered back to a draft. `If-Match` is the ETag of what was seen."""
    version = required_version()
    return _shown(keep_fund_year.redraft_year(current_database(), current_actor(), str(fund_year_id), version, _now()))


@years.route(f"{_YEAR}/bills", methods=["POST"])
@idempotent
@requires("alliance_manager")
@years.response(201, schemas.FundBillsOut)
def post_fund_bills(fund_year_id: UUID) -> tuple[Response, int]:
    """Bill every contribution that is confirmed and not billed yet, and no other."""
    issued = bill_contributions.bill_contributions(current_database(), current_actor(), str(fund_year_id))
    return jsonify(items=[bill_shapes.bill_head(bill) for bill in issued], next=None), 201


@years.route(f"{_YEAR}/payments", methods=["POST"])
@idempotent
@requires("alliance_manager")
@years.arguments(schemas.FundPaymentIn)
@years.response(201, schemas.FundYearOut)
def post_fund_payment(sent: dict[str, Any], fund_year_id: UUID) -> tuple[Response, int]:
    """Note a payment against a line of the budget; the bank's line posts it."""
    return _shown(spend_fund.record_payment(current_database(), current_actor(), str(fund_year_id), **sent)), 201


@payments.route("/fund-payments/<uuid:fund_payment_id>/withdraw", methods=["POST"])
@idempotent
@requires("alliance_manager")
@payments.arguments(schemas.FundReasonIn)
@payments.response(200, schemas.FundYearOut)
def post_withdraw(sent: dict[str, str], fund_payment_id: UUID) -> Response:
    """Take back a payment that has not been made, with the reason."""
    return _shown(spend_fund.withdraw_payment(current_database(), current_actor(), str(fund_payment_id), sent["why"]))


@years.route(f"{_YEAR}/close", methods=["POST"])
@idempotent
@requires("alliance_manager")
@years.response(200, schemas.FundYearOut)
def post_close(fund_year_id: UUID) -> Response:
    """Close a year that is over: what is left is carried forward."""
    return _shown(end_fund_year.close_fund_year(current_database(), current_actor(), str(fund_year_id), _now()))


@years.route(f"{_YEAR}/cancel", methods=["POST"])
@idempotent
@requires("alliance_manager")
@years.arguments(schemas.FundReasonIn)
@years.response(200, schemas.FundYearOut)
def post_cancel(sent: dict[str, str], fund_year_id: UUID) -> Response:
    """Give up a year of which nothing is billed or paid."""
    year_id = str(fund_year_id)
    return _shown(end_fund_year.cancel_fund_year(current_database(), current_actor(), year_id, sent["why"], _now()))


@contributions.route("/fund-contributions/<uuid:fund_contribution_id>")
@requires(*READERS)
@contributions.response(200, schemas.FundContributionWithDecisionsOut)
def get_contribution(fund_contribution_id: UUID) -> Response:
    """One contribution with every decision of its governors; a school's own."""
    return _contribution(read_fund.get_contribution(current_database(), current_actor(), str(fund_contribution_id)))


@contributions.route("/fund-contributions/<uuid:fund_contribution_id>/decision", methods=["PUT"])
@requires("governor")
@contributions.arguments(schemas.FundDecisionIn)
@contributions.response(200, schemas.FundContributionWithDecisionsOut)
def put_decision(sent: dict[str, Any], fund_contribution_id: UUID) -> Response:
    """Confirm or decline for the school's own governors, with the evidence. `If-Match` is the contribution's ETag."""
    decision = sent.pop("decision")
    return _contribution(
        decide_contribution.decide_contribution(
            current_database(),
            current_actor(),
            str(fund_contribution_id),
            decision,
            Evidence(**sent),
            required_version(),
            _now(),
        )
    )


@contributions.route("/fund-contributions/<uuid:fund_contribution_id>/credits", methods=["POST"])
@idempotent
@requires("alliance_manager")
@contributions.arguments(schemas.FundCreditIn)
@contributions.response(201, schemas.FundContributionWithDecisionsOut)
def post_credit(sent: dict[str, Any], fund_contribution_id: UUID) -> tuple[Response, int]:
    """Credit a billed contribution in whole or in part, with the reason; the school gets a credit note."""
    found = credit_contribution.credit_contribution(
        current_database(), current_actor(), str(fund_contribution_id), **sent
    )
    return _contribution(found), 201


@years.route(f"{_YEAR}/report")
@requires(*READERS)
@years.response(200, ReportSchema)
def get_report(fund_year_id: UUID) -> Response:
    """The year's report: budget, contributions, spending and the account, each with its table."""
    return report_answer(_report(fund_year_id), "", london_today())


@years.route(f"{_YEAR}/report.<any(pdf, xlsx):suffix>")
@requires(*READERS)
@years.response(200, content_type="application/pdf")
def get_report_document(fund_year_id: UUID, suffix: str) -> Response:
    """The same report to print, or as a spreadsheet."""
    return report_answer(_report(fund_year_id), suffix, london_today())


def _report(fund_year_id: UUID) -> Report:
    return report_fund_year(current_database(), current_actor(), str(fund_year_id))


def _now() -> datetime:
    return datetime.now(UTC)


def _shown(view: YearView) -> Response:
    caps = [{"school_urn": urn, "cap_pence": cap} for urn, cap in sorted(view.caps.items())]
    lists = {"lines": view.lines, "contributions": view.contributions, "payments": view.payments, "caps": caps}
    body = {**view.head._mapping, **lists, "account": view.account}
    return tagged(jsonify(schemas.FundYearOut().dump(body)), view.head.version)


def _contribution(view: ContributionView) -> Response:
    body = {**view.head._mapping, "decisions": view.decisions}
    return tagged(jsonify(schemas.FundContributionWithDecisionsOut().dump(body)), view.head.version)


def _allocation(found: Allocation) -> dict[str, Any]:
    items = [
        {
            "school_urn": member.urn,
            "school_name": member.name,
            "pupils": None if member.counted_on is None else member.pupils,
            "pupils_on": member.counted_on,
            "pupils_source": member.source,
            "cap_pence": found.caps.get(member.urn),
            "amount_pence": found.shares.get(member.urn),
        }
        for member in found.members
    ]
    return {"items": items, "fault": found.fault}
