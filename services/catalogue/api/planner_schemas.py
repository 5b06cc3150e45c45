"""What goes over the wire about the planner and the rules it measures by."""

from marshmallow import Schema, fields, validate

from services.catalogue.domain.contract import PROCUREMENTS
from services.catalogue.domain.procurement import MOST_RULES


class ThresholdSchema(Schema):
    """From a day on, a procurement of this kind falls under the Act at this amount (with VAT) or more."""

    kind = fields.String(required=True, validate=validate.OneOf(PROCUREMENTS))
    commences_on = fields.Date(required=True)
    amount_pence = fields.Integer(required=True, strict=True)


class QuoteTierSchema(Schema):
    """From a day on, a contract of this value (with VAT) or more needs this."""

    commences_on = fields.Date(required=True)
    from_pence = fields.Integer(required=True, strict=True)
    requirement = fields.String(required=True, validate=validate.Length(1, 200))


class RulesSchema(Schema):
    """All thresholds and quote tiers, past, present and to come."""

    thresholds = fields.List(fields.Nested(ThresholdSchema), required=True, validate=validate.Length(max=MOST_RULES))
    quote_tiers = fields.List(fields.Nested(QuoteTierSchema), required=True, validate=validate.Length(max=MOST_RULES))


class PlannedContractSchema(Schema):
    """As much of a contract as the planner speaks of."""

    contract_id = fields.String()
    title = fields.String()
    reference = fields.String()
    supplier_name = fields.String()
    category_name = fields.String()
    procurement = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    annual_value_pence = fields.Integer(allow_none=True)


class PlannedDaySchema(Schema):
    """A day that matters: the last day for notice, or of a term."""

    day = fields.Date()
    kind = fields.String()
    contract = fields.Nested(PlannedContractSchema)


class WorthSchema(Schema):
    """Worth over the whole term with VAT, in pence; the threshold that counts; what the quote tier asks."""

    value_pence = fields.Integer()
    threshold = fields.Nested(ThresholdSchema, allow_none=True)
    meets = fields.Boolean()
    requirement = fields.String()


class ContractWorthSchema(Schema):
    """A contract and its worth, null while its annual value is not known."""

    contract = fields.Nested(PlannedContractSchema)
    worth = fields.Nested(WorthSchema, allow_none=True)


class TogetherWorthSchema(Schema):
    """Contracts of one category taken as one."""

    category_code = fields.String()
    category_name = fields.String()
    contracts = fields.List(fields.Nested(PlannedContractSchema))
    worth = fields.Nested(WorthSchema)


class GainSchema(Schema):
    """A contract and the days that its term would gain."""

    contract = fields.Nested(PlannedContractSchema)
    gains_days = fields.Integer()


class AlignmentSchema(Schema):
    """Terms that could end together; what they share is their `category` or their `supplier`."""

    shared = fields.String()
    ends_on = fields.Date()
    contracts = fields.List(fields.Nested(GainSchema))


class PlannerSchema(Schema):
    """Everything that the planner shows."""

    days = fields.List(fields.Nested(PlannedDaySchema))
    worths = fields.List(fields.Nested(ContractWorthSchema))
    together = fields.List(fields.Nested(TogetherWorthSchema))
    alignments = fields.List(fields.Nested(AlignmentSchema))


class FeedSchema(Schema):
    """An address of the planner's calendar that is open."""

    feed_id = fields.String()
    made_by = fields.String()
    made_at = fields.DateTime()


class FeedListSchema(Schema):
    """All addresses that are open."""

    items = fields.List(fields.Nested(FeedSchema))
    next = fields.String(allow_none=True)


class NewFeedSchema(Schema):
    """A new address; its token is told this once."""

    feed_id = fields.String()
    token = fields.String()
