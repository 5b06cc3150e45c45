"""What may be asked about the order form."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

_PLACES = validate.Range(0, 16_384)


class FormQuerySchema(Schema):
    """Which `offers_version` of the round the reader keeps, to be spared its offers while that stands."""

    known_offers = fields.Integer(load_default=None)


class ColumnsInSchema(Schema):
    """Which columns of the table to read, from 0; without them its headings and contents decide."""

    code = fields.Integer(load_default=None, allow_none=True, validate=_PLACES)
    name = fields.Integer(load_default=None, allow_none=True, validate=_PLACES)
    quantity = fields.Integer(load_default=None, allow_none=True, validate=_PLACES)


class LinesReportInSchema(Schema):
    """The rows of a table, or that the last order is to be repeated."""

    rows = fields.List(fields.List(fields.String()), load_default=None)
    columns = fields.Nested(ColumnsInSchema, load_default=None, allow_none=True)
    repeat_last = fields.Boolean(load_default=False)

    @validates_schema
    def _one_source(self, sent: dict[str, Any], **_: Any) -> None:
        if (sent.get("rows") is None) != bool(sent.get("repeat_last")):
            raise ValidationError("Send rows, or ask to repeat the last order.", "rows")
