"""What may be asked of this service: every request is checked by one of these."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from services.orders.domain.wanted import WantedLine

MOST_UNITS = 1_000_000
MOST_LINES = 2_000

PLAIN = validate.Regexp(r"[^\x00-\x1f\x7f\ud800-\udfff]*\Z", error="Leave out line breaks and control characters.")
_WORDS = validate.Regexp(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]*\Z", error="Leave out control characters.")
_CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNITS = validate.Range(0, MOST_UNITS)
_PRICE = validate.Regexp(r"[0-9]{1,7}(\.[0-9]{1,4})?\Z", error="Write pounds with at most four decimals.")


def words(most: int, *, least: int = 0) -> list[validate.Validator]:
    """Text of one or several lines, from `least` to `most` characters, that databases and documents can hold."""
    told = "Write {min} to {max} characters." if least else "Write at most {max} characters."
    return [validate.Length(least or None, most, error=told), _WORDS]


class UuidText(fields.UUID):
    """A UUID on the wire and a string inside."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(*args, **kwargs))


class OrderLineInSchema(Schema):
    """One line of an order form: firm units, and what the school consents to beyond or on conditions."""

    offer_id = UuidText(required=True)
    quantity = fields.Integer(required=True, strict=True, validate=_UNITS)
    flexible = fields.Integer(load_default=0, strict=True, validate=_UNITS)
    max_unit_price = fields.String(load_default=None, allow_none=True, validate=_PRICE)
    min_schools = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MOST_UNITS)
    )
    note = fields.String(load_default="", validate=[validate.Length(max=500), PLAIN])


class OrderLines(fields.List[Any]):
    """The lines of an order as WantedLine; plain ones are read without marshmallow's ceremony."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.Nested(OrderLineInSchema), validate=validate.Length(max=MOST_LINES), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return [_plain_line(line) for line in value]
        except (TypeError, ValueError, KeyError, AttributeError):
            careful: list[Any] = super()._deserialize(value, attr, data, **kwargs) or []
        return [WantedLine(**line | {"max_unit_price": _price(line["max_unit_price"])}) for line in careful]


def _price(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain_line(line: Any) -> WantedLine:
    quantity = line["quantity"]
    if len(line) != 2 or type(quantity) is not int or not 0 <= quantity <= MOST_UNITS:
        raise ValueError(quantity)
    offer_id = line["offer_id"]
    return WantedLine(offer_id if _CANONICAL.fullmatch(offer_id) else str(UUID(offer_id)), quantity)


class OrderHeadInSchema(Schema):
    """What an order says as a whole; what is left out stays as it is."""

    fund = fields.String(validate=validate.OneOf(["delegated", "own", "pta"]))
    site_id = UuidText(allow_none=True)
    note = fields.String(validate=words(1000))


class OrderInSchema(OrderHeadInSchema):
    """An order form as it is saved."""

    lines = OrderLines(required=True)


class SubmitInSchema(OrderHeadInSchema):
    """An order form as it is sent; without lines the saved ones are."""

    lines = OrderLines(load_default=None)


class ReturnInSchema(Schema):
    """Why an order goes back to its buyer."""

    reason = fields.String(required=True, validate=words(1000, least=1))


class RoundInSchema(Schema):
    """A round as its manager plans it."""

    title = fields.String(required=True, validate=[validate.Length(1, 200), PLAIN])
    opens_at = fields.AwareDateTime(format="iso", allow_none=True)
    closes_at = fields.AwareDateTime(required=True, format="iso")
    delivery_from = fields.Date(required=True)
    delivery_to = fields.Date(required=True)
    contract_ids = fields.List(UuidText(), validate=validate.Length(max=500))
    offer_ids = fields.List(UuidText(), validate=validate.Length(max=MOST_LINES))
    minimum_choice = fields.String(validate=validate.OneOf(["drop", "pay_fee"]))


class RoundChangeSchema(RoundInSchema):
    """What changes in a round; what is left out stays."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "partial": True})


class NudgeInSchema(Schema):
    """Which schools to ask, by URN; all that owe something if it is left out."""

    school_urns = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 999_999)), validate=validate.Length(1, 2000)
    )


class PurchaseOrderQuerySchema(Schema):
    """Which purchase orders."""

    round_id = UuidText(load_default=None)
    plan_id = UuidText(load_default=None)
    after = fields.String(load_default=None, validate=[validate.Length(max=20), PLAIN])
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))
