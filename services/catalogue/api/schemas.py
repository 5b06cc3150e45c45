"""What goes over the wire about categories, contracts and offers."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from services.catalogue.domain.charge import KINDS, MOST_CHARGES, SHARE_BASES
from services.catalogue.domain.contract import FAIRNESS, PROCUREMENTS, SETTLEMENTS
from services.catalogue.domain.offer import PUBLISHED, WITHDRAWN
from services.catalogue.domain.price import LARGEST_QUANTITY, MOST_LATER_PRICES

MOST_PER_PAGE = 1000
_PLAIN = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Leave out line breaks and control characters.")
_PARAGRAPHS = validate.Regexp(r"[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f]*\Z", error="Leave out control characters.")


def _text(most: int, *, least: int = 1) -> list[validate.Validator]:
    told = "Write {min} to {max} characters." if least else "Write at most {max} characters."
    return [validate.Length(min=least, max=most, error=told), _PLAIN]


def _list(of: fields.Field[Any], *, most: int) -> fields.List:
    """A list that may be left out."""
    return fields.List(of, load_default=list, validate=validate.Length(max=most))


class UuidText(fields.UUID):
    """A UUID on the wire and a string inside."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(*args, **kwargs))


class UnitPrice(fields.String):
    """Pounds with at most four decimals: a string on the wire, a Decimal inside."""

    default_error_messages = {  # noqa: RUF012 - as marshmallow declares it
        "price": "Enter pounds with at most four decimals, such as 12.5000."
    }

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        written = super()._deserialize(*args, **kwargs)
        if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,4})?", written, re.ASCII):
            raise self.make_error("price")
        return Decimal(written)


class CategoryEditSchema(Schema):
    """A category as an editor sends it whole."""

    name = fields.String(required=True, validate=_text(100))
    cpv = fields.String(required=True, validate=_text(10))
    ledger_code = fields.String(required=True, validate=_text(10))


class CategoryInSchema(CategoryEditSchema):
    """A new category."""

    code = fields.String(required=True, validate=_text(60))


class CategorySchema(CategoryInSchema):
    """A category as it stands."""

    version = fields.Integer(dump_only=True)


class ChargeSchema(Schema):
    """An amount for the whole order of a round, in pence before VAT, shared by the schools that order."""

    code = fields.String(required=True, validate=_text(30))
    name = fields.String(required=True, validate=_text(100))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    amount_pence = fields.Integer(required=True, strict=True)
    share_by = fields.String(required=True, validate=validate.OneOf(SHARE_BASES))
    free_from_pence = fields.Integer(load_default=None, allow_none=True, strict=True)
    vat_class = fields.String(required=True, validate=_text(2))


class TolerancesSchema(Schema):
    """How far an invoice may differ from the order before it is an exception."""

    price_basis_points = fields.Integer(load_default=0, strict=True)
    quantity_units = fields.Integer(load_default=0, strict=True)
    total_pence = fields.Integer(load_default=0, strict=True)


class ContractInSchema(Schema):
    """A contract as an editor sends it whole."""

    supplier_id = UuidText(required=True)
    title = fields.String(required=True, validate=_text(200))
    reference = fields.String(required=True, validate=_text(60))
    category_code = fields.String(required=True, validate=_text(60))
    settlement = fields.String(load_default="recharge", validate=validate.OneOf(SETTLEMENTS))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    notice_on = fields.Date(load_default=None, allow_none=True)
    charges = _list(fields.Nested(ChargeSchema), most=MOST_CHARGES)
    minimum_order_pence = fields.Integer(load_default=None, allow_none=True, strict=True)
    small_order_fee_pence = fields.Integer(load_default=None, allow_none=True, strict=True)
    small_order_fee_share_by = fields.String(load_default="value", validate=validate.OneOf(SHARE_BASES))
    fairness = fields.String(load_default="pro_rata", validate=validate.OneOf(FAIRNESS))
    tolerances = fields.Nested(TolerancesSchema, load_default=dict)
    claim_days = fields.Integer(load_default=5, strict=True)
    payment_days = fields.Integer(load_default=30, strict=True)
    lead_urn = fields.Integer(load_default=None, allow_none=True, strict=True)
    annual_value_pence = fields.Integer(load_default=None, allow_none=True, strict=True)
    value_vat_class = fields.String(load_default="S", validate=_text(2))
    procurement = fields.String(load_default="goods_services", validate=validate.OneOf(PROCUREMENTS))
    procurement_began_on = fields.Date(load_default=None, allow_none=True)


class ContractSchema(ContractInSchema):
    """A contract as it stands."""

    contract_id = fields.String(dump_only=True)
    supplier_name = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)


class TierSchema(Schema):
    """A price from a quantity on."""

    from_quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, LARGEST_QUANTITY))
    unit_price = UnitPrice(required=True)


class DatedPricesSchema(Schema):
    """Prices that hold from a day on."""

    valid_from = fields.Date(required=True)
    tiers = fields.List(fields.Nested(TierSchema), required=True, validate=validate.Length(1, 20))


class OfferEditSchema(Schema):
    """An offer as an editor sends it whole. If it is `staff` of a school, these decide the VAT class."""

    category_code = fields.String(required=True, validate=_text(60))
    sku = fields.String(required=True, validate=_text(60))
    name = fields.String(required=True, validate=_text(200))
    description = fields.String(load_default="", validate=[validate.Length(max=4000), _PARAGRAPHS])
    unit = fields.String(required=True, validate=_text(3))
    pack_size = fields.Integer(load_default=1, strict=True)
    vat_class = fields.String(required=True, validate=_text(2))
    staff = fields.String(load_default=None, allow_none=True, validate=_text(20))
    tiers = fields.List(fields.Nested(TierSchema), required=True, validate=validate.Length(1, 20))
    later_prices = _list(fields.Nested(DatedPricesSchema), most=MOST_LATER_PRICES)
    phases = _list(fields.String(validate=_text(40)), most=20)
    minimum_quantity = fields.Integer(load_default=1, strict=True)
    alone_price = UnitPrice(load_default=None, allow_none=True)
    eligible_types = _list(fields.String(validate=_text(3)), most=100)
    eligible_classes = _list(fields.String(validate=_text(20)), most=5)
    eligible_urns = _list(fields.Integer(strict=True), most=5000)


class OfferInSchema(OfferEditSchema):
    """A new offer."""

    contract_id = UuidText(required=True)


class OfferSchema(OfferInSchema):
    """An offer as it stands."""

    offer_id = fields.String(dump_only=True)
    supplier_id = fields.String(dump_only=True)
    category_name = fields.String(dump_only=True)
    ledger_code = fields.String(dump_only=True)
    prices_from = fields.String(dump_only=True)
    state = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)


class CategoryListSchema(Schema):
    """All categories."""

    items = fields.List(fields.Nested(CategorySchema))
    next = fields.String(allow_none=True)


class ContractListSchema(Schema):
    """All contracts."""

    items = fields.List(fields.Nested(ContractSchema))
    next = fields.String(allow_none=True)


class OfferPageSchema(Schema):
    """A page of offers."""

    items = fields.List(fields.Nested(OfferSchema))
    next = fields.String(allow_none=True)


class OfferPriceSchema(Schema):
    """Prices of an offer and whether they are the present ones; `valid_from` is their first day."""

    valid_from = fields.Date()
    tiers = fields.List(fields.Nested(TierSchema))
    present = fields.Boolean()


class OfferPriceListSchema(Schema):
    """All prices of an offer, past, present and to come, by their first day."""

    items = fields.List(fields.Nested(OfferPriceSchema))
    next = fields.String(allow_none=True)


class OfferQuerySchema(Schema):
    """Which offers, and which page of them; every word of `q` occurs in name, article number or description."""

    q = fields.String(load_default="", validate=_text(200, least=0))
    state = fields.String(load_default=None, validate=validate.OneOf((PUBLISHED, WITHDRAWN)))
    contract_id = UuidText(load_default=None)
    category_code = fields.String(load_default=None, validate=_text(60))
    after = UuidText(load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))
