"""The reports over HTTP."""

from marshmallow import Schema, fields


class PeriodSchema(Schema):
    """The days on which the rounds of a report were closed, both included; by default the year up to today.

    For the report on suppliers they are the days on which deliveries were due.
    """

    closed_from = fields.Date(load_default=None)
    closed_to = fields.Date(load_default=None)
