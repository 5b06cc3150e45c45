"""Schools' statements of account over HTTP, as JSON, PDF and spreadsheet, and where schools take electronic bills."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from sqlalchemy import Row

from chassis.etag import required_version, tagged
from chassis.tagged_pdf import MEDIA_TYPE as PDF
from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX
from contracts.errors import NotFound
from services.billing.api import account_schemas, bill_shapes
from services.billing.api.bills import READERS
from services.billing.api.report_files import sent
from services.billing.api.statement_documents import statement_pdf, statement_xlsx
from services.billing.usecases import keep_rates, read_accounts, read_bill_documents

accounts = Blueprint("accounts", __name__, description="Schools' statements of account")
rates = Blueprint("reference-rates", __name__, description="Reference rates by which late payment is told")

_ONE = "/accounts/<int(max=999999):urn>"


@accounts.route(_ONE)
@requires(*READERS)
@accounts.response(200, account_schemas.AccountOut)
def get_account(urn: int) -> Response:
    """One school's statement of account."""
    return jsonify(bill_shapes.account(read_accounts.get_account(current_database(), current_actor(), urn)))


@accounts.route(f"{_ONE}/statement.pdf")
@requires(*READERS)
@accounts.response(200, content_type=PDF)
def get_statement_pdf(urn: int) -> Response:
    """One school's statement of account as tagged PDF."""
    found = read_accounts.get_account(current_database(), current_actor(), urn)
    return sent(statement_pdf(found), PDF, f"statement-{urn}-{found.on}.pdf")


@accounts.route(f"{_ONE}/statement.xlsx")
@requires(*READERS)
@accounts.response(200, content_type=XLSX)
def get_statement_xlsx(urn: int) -> Response:
    """One school's statement of account as a spreadsheet."""
    found = read_accounts.get_account(current_database(), current_actor(), urn)
    return sent(statement_xlsx(found), XLSX, f"statement-{urn}-{found.on}.xlsx")


@accounts.route(f"{_ONE}/electronic-address")
@requires(*READERS)
@accounts.response(200, account_schemas.AddressOut)
def get_address(urn: int) -> Response:
    """Where a school takes electronic bills; null and version "0" where it has recorded nothing."""
    return _address(read_bill_documents.get_address(current_database(), current_actor(), urn))


@accounts.route(f"{_ONE}/electronic-address", methods=["PUT"])
@requires("school_buyer", "school_approver", "alliance_manager")
@accounts.arguments(account_schemas.AddressIn)
@accounts.response(200, account_schemas.AddressOut)
def put_address(given: dict[str, Any], urn: int) -> Response:
    """Record where a school takes electronic bills. `If-Match` is the ETag that was read, "0" for the first."""
    found = read_bill_documents.record_address(current_database(), current_actor(), urn, given, required_version())
    return _address(found)


@rates.route("/reference-rates")
@requires(*READERS)
@rates.response(200, account_schemas.RatePage)
def list_rates() -> Response:
    """The reference rates by which late payment is told."""
    return _rates(keep_rates.list_rates(current_database(), current_actor()))


@rates.route("/reference-rates/<from_on>", methods=["PUT"])
@requires("alliance_manager")
@rates.arguments(account_schemas.RateIn)
@rates.response(200, account_schemas.RatePage)
def put_rate(sent_rate: dict[str, Any], from_on: str) -> Response:
    """Record the rate from 1 January or 1 July of a year ("2027-01-01"); sending the same twice does no harm."""
    try:
        day = date.fromisoformat(from_on)
    except ValueError as fault:
        raise NotFound("There is no such day.") from fault
    return _rates(keep_rates.record_rate(current_database(), current_actor(), day, sent_rate["per_cent"]))


def _rates(found: dict[date, Decimal]) -> Response:
    return jsonify(items=[{"from_on": day.isoformat(), "per_cent": f"{rate:.2f}"} for day, rate in found.items()])


def _address(row: Row[Any]) -> Response:
    told = {name: getattr(row, name) for name in ("scheme", "identifier", "vat_number", "version")}
    return tagged(jsonify(school_urn=row.urn, school_name=row.name, **told), row.version)
