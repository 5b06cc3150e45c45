"""What was received and not invoiced, and the invoices that wait for receipts, over HTTP."""

from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from services.billing.api.fields import Day, UnitPrice
from services.billing.api.report_files import as_file
from services.billing.domain.uninvoiced_report import uninvoiced_report
from services.billing.usecases import read_receipts

uninvoiced = Blueprint("received-not-invoiced", __name__, description="What was received and not invoiced yet")
awaited = Blueprint("awaited-receipts", __name__, description="Invoices that wait for receipts, and who was asked")

_READERS = ("alliance_manager", "board_member")


class DayQuery(Schema):
    """The end of which day counts: today's without one."""

    on = Day(load_default=None)


class UninvoicedQuery(DayQuery):
    """Which page: `after` is "PO-000001.2.900001", the order, line and school of the last line read."""

    after = fields.String(
        load_default="",
        validate=validate.Regexp(r"([A-Z]+-\d{1,12}\.\d{1,9}\.\d{1,6})?\Z", error="Not a place in the list."),
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))


class UninvoicedLineOut(Schema):
    """Units of one line that a school received and nobody invoiced; `days` since the oldest of them came."""

    purchase_order_id = fields.String()
    purchase_order_number = fields.String()
    line_no = fields.Integer()
    name = fields.String()
    unit = fields.String()
    unit_price = UnitPrice()
    ledger_code = fields.String()
    supplier_id = fields.String()
    supplier_name = fields.String()
    contract_id = fields.String(allow_none=True)
    contract_title = fields.String()
    settlement = fields.String()
    school_urn = fields.Integer()
    school_name = fields.String()
    received = fields.Integer()
    invoiced = fields.Integer()
    quantity = fields.Integer()
    received_on = fields.Date()
    days = fields.Integer()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()


class UninvoicedSumOut(Schema):
    """The same summed by supplier, contract or school, or all together; by age in days, without VAT."""

    by = fields.String(validate=validate.OneOf(["supplier", "contract", "school", "all"]))
    key = fields.String()
    name = fields.String()
    lines = fields.Integer()
    oldest_on = fields.Date(allow_none=True)
    net_pence = fields.Integer()
    up_to_30_pence = fields.Integer()
    up_to_60_pence = fields.Integer()
    up_to_90_pence = fields.Integer()
    over_90_pence = fields.Integer()


class UninvoicedPage(Schema):
    """A page of lines, and the sums of all."""

    on = fields.Date()
    items = fields.List(fields.Nested(UninvoicedLineOut))
    sums = fields.List(fields.Nested(UninvoicedSumOut))
    next = fields.String(allow_none=True)


class AwaitedOrderOut(Schema):
    """A purchase order of which a school has not recorded everything that is invoiced."""

    purchase_order_id = fields.String()
    number = fields.String()
    title = fields.String()


class AwaitedOut(Schema):
    """An invoice and a school that it waits for; when the school was last asked because of it, and how often."""

    supplier_invoice_id = fields.String()
    our_number = fields.String()
    number = fields.String()
    issue_date = fields.Date()
    registered_at = fields.DateTime()
    supplier_id = fields.String()
    supplier_name = fields.String()
    school_urn = fields.Integer()
    school_name = fields.String()
    net_pence = fields.Integer(allow_none=True)
    orders = fields.List(fields.Nested(AwaitedOrderOut))
    chased_at = fields.DateTime(allow_none=True)
    times = fields.Integer()


class AwaitedPage(Schema):
    """All of them."""

    items = fields.List(fields.Nested(AwaitedOut))
    next = fields.String(allow_none=True)


@uninvoiced.route("/received-not-invoiced")
@requires(*_READERS)
@uninvoiced.arguments(UninvoicedQuery, location="query")
@uninvoiced.response(200, UninvoicedPage)
def list_uninvoiced(query: dict[str, Any]) -> dict[str, Any]:
    """A page of what schools received by the end of a day and suppliers had not invoiced by then."""
    on: date = query["on"] or london_today()
    number, line_no, urn = query["after"].split(".") if query["after"] else ("", "0", "0")
    after = (number, int(line_no), int(urn))
    found = read_receipts.list_uninvoiced(current_database(), current_actor(), on=on, after=after, limit=query["limit"])
    place = ".".join(map(str, found.following)) if found.following else None
    return {"on": on, "items": found.lines, "sums": found.sums, "next": place}


@uninvoiced.route("/received-not-invoiced.<any(xlsx, csv):suffix>")
@requires(*_READERS)
@uninvoiced.arguments(DayQuery, location="query")
@uninvoiced.response(200, content_type="application/octet-stream")
def get_uninvoiced(query: dict[str, Any], suffix: str) -> Response:
    """The same as a spreadsheet with its sums, or line by line as CSV."""
    on: date = query["on"] or london_today()
    found = read_receipts.list_uninvoiced(current_database(), current_actor(), on=on)
    report = uninvoiced_report(
        on, [dict(line._mapping) for line in found.lines], [dict(row._mapping) for row in found.sums]
    )
    return as_file(report, suffix, report.sections[-1])


@awaited.route("/awaited-receipts")
@requires(*_READERS)
@awaited.response(200, AwaitedPage)
def list_awaited() -> Response:
    """Invoices that wait until schools have recorded what arrived, one row for each school."""
    found = read_receipts.list_awaited(current_database(), current_actor())
    return jsonify(AwaitedPage().dump({"items": found, "next": None}))
