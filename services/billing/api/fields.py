"""Fields of the wire: prices and rates as text, numbers within bounds."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from contracts.money import pounds, unit_price_text

MOST_PENCE: Final = 10**13

_PRICE = re.compile(r"\d{1,8}(\.\d{1,4})?", re.ASCII)
_RATE = re.compile(r"\d{1,2}(\.\d{1,2})?", re.ASCII)


class UnitPrice(fields.String):
    """Pounds with up to four decimals as text ("12.5000"), a Decimal inside."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        if not text or not _PRICE.fullmatch(text):
            raise ValidationError('A price in pounds as text, such as "12.5000".')
        return Decimal(text)

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        return super()._serialize(unit_price_text(value), *args, **kwargs) or ""


class VatRate(fields.String):
    """Per cent with up to two decimals as text ("20.00"), a Decimal inside; a whole number is taken as well."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(str(value), *args, **kwargs)
        if not text or not _RATE.fullmatch(text):
            raise ValidationError('A VAT rate in per cent, such as "20.00".')
        return Decimal(text)


class UuidText(fields.UUID):
    """A UUID on the wire and a string inside."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(*args, **kwargs))


class Day(fields.Date):
    """A day of a year that books can be asked about: 1900 to 2999, so that every day beside it is a day as well."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Range(date(1900, 1, 1), date(2999, 12, 31)), **options)


def whole(least: int, most: int, **options: Any) -> fields.Integer:
    """A whole number within bounds; text and fractions are refused."""
    return fields.Integer(strict=True, validate=validate.Range(least, most), **options)


def pence(least: int, most: int = MOST_PENCE, **options: Any) -> fields.Integer:
    """An amount in pence within bounds; a refusal names the bounds in pounds, as people write them."""
    told = f"Enter an amount from £{pounds(least)} to £{pounds(most)}."
    return fields.Integer(strict=True, validate=validate.Range(least, most, error=told), **options)


def plain_text(most: int, *, least: int = 1) -> list[validate.Validator]:
    """Text of a bounded length without control characters; not blank, unless `least` is 0."""
    told = r"(?=.*\S)" if least else ""
    return [
        validate.Length(max=most, error="Write at most {max} characters."),
        validate.Regexp(told + r"[^\x00-\x1f\x7f\ud800-\udfff]*\Z", error="Write something, on one line."),
    ]
