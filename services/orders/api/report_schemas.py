"""The reports over HTTP."""

from marshmallow import Schema, fields, validate

from services.orders.usecases.read_reports import REPORTS


class PeriodSchema(Schema):
    """The days on which the rounds of a report were closed, both included; by default the year up to today.

    For the report on suppliers they are the days on which deliveries were due.
    """

    closed_from = fields.Date(load_default=None)
    closed_to = fields.Date(load_default=None)


class ReportColumnSchema(Schema):
    """A column: money is integer pence, a price pounds with four decimals, a date an ISO day."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["text", "number", "money", "price", "date", "state"]))
    added = fields.Boolean(required=True)


class ReportSectionSchema(Schema):
    """A table with its sums; `chart` is the title of its chart, or null.

    `why` names what a row's "why" leads to, such as "purchase_order" where that is an order's id; empty where nothing.
    """

    title = fields.String(required=True)
    note = fields.String(required=True)
    chart = fields.String(required=True, allow_none=True)
    why = fields.String(required=True)
    columns = fields.List(fields.Nested(ReportColumnSchema), required=True)
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)
    sums = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ReportSchema(Schema):
    """A report: a sentence, then its sections."""

    name = fields.String(required=True, validate=validate.OneOf(["round", *REPORTS]))
    title = fields.String(required=True)
    sentence = fields.String(required=True)
    sections = fields.List(fields.Nested(ReportSectionSchema), required=True)
