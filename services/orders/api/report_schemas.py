"""The reports over HTTP."""

from datetime import date
from typing import Final

from marshmallow import Schema, fields, validate

from chassis.report_answers import PartsSchema
from services.orders.api.request_schemas import PLAIN

_DAY: Final = validate.Range(date(1900, 1, 1), date(2999, 12, 31))
"""A year before it is a day as well."""
_URN: Final = validate.Range(0, 2_147_483_647)


class PeriodSchema(Schema):
    """The days on which the rounds of a report were closed, both included; by default the year up to today.

    For the report on suppliers they are the days on which deliveries were due.
    """

    closed_from = fields.Date(load_default=None, validate=_DAY)
    closed_to = fields.Date(load_default=None, validate=_DAY)


class SectionsAskedSchema(PartsSchema, PeriodSchema):
    """Sections of reports over the same days."""


class LinesBehindSchema(PeriodSchema):
    """What a figure is narrowed to, and which page of its lines; `after` is "PO-000001.2.900001", the last one read.

    Each report refuses what its figures are never narrowed to.
    """

    school_urn = fields.Integer(load_default=None, validate=_URN)
    category = fields.String(load_default=None, validate=[validate.Length(1, 200), PLAIN])
    round_id = fields.UUID(load_default=None)
    offer_id = fields.UUID(load_default=None)
    lead_urn = fields.Integer(load_default=None, validate=_URN, metadata={"description": "0 where no lead is named"})
    supplier_id = fields.UUID(load_default=None)
    after = fields.String(
        load_default="",
        validate=validate.Regexp(r"([^\x00]{1,60}\.\d{1,9}\.\d{1,9})?\Z", error="Not a place in the list."),
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))
