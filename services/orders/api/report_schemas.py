"""The reports over HTTP."""

from marshmallow import Schema, fields, validate


class PeriodSchema(Schema):
    """The days on which the rounds of a report were closed, both included; by default the year up to today.

    For the report on suppliers they are the days on which deliveries were due.
    """

    closed_from = fields.Date(load_default=None)
    closed_to = fields.Date(load_default=None)


class LinesBehindSchema(PeriodSchema):
    """What a figure is narrowed to, and which page of its lines; `after` is "PO-000001.2.900001", the last one read."""

    school_urn = fields.Integer(load_default=None)
    category = fields.String(load_default=None, validate=validate.Length(1, 200))
    round_id = fields.UUID(load_default=None)
    offer_id = fields.UUID(load_default=None)
    lead_urn = fields.Integer(load_default=None, metadata={"description": "0 where no lead is named"})
    supplier_id = fields.UUID(load_default=None)
    after = fields.String(
        load_default="",
        validate=validate.Regexp(r"([^\x00]{1,60}\.\d{1,9}\.\d{1,9})?\Z", error="Not a place in the list."),
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))
