"""Changes of committed lines over HTTP: what is sent, and what is answered."""

from marshmallow import Schema, fields, validate

from services.orders.api.request_schemas import MOST_UNITS, words
from services.orders.domain.amendment import PARTIES

_STATES = ("proposed", "refused", "withdrawn", "applied")


class AmendmentInSchema(Schema):
    """What a school's line should become; 0 units cancel it. `school_urn` may be left out by a school."""

    school_urn = fields.Integer(strict=True, load_default=None, validate=validate.Range(min=1))
    line_no = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_UNITS))
    reason = fields.String(required=True, validate=words(1000, least=1))


class RefusalInSchema(Schema):
    """Why a change is refused."""

    reason = fields.String(required=True, validate=words(1000, least=1))


class AgreementSchema(Schema):
    """Who agreed for one party, and when; both null while it has not."""

    party = fields.String(required=True, validate=validate.OneOf(PARTIES))
    person = fields.String(required=True, allow_none=True)
    at = fields.String(required=True, allow_none=True)


class AmendmentStepSchema(Schema):
    """One thing that happened to a change; `party` and `person` are null for what the software did by itself."""

    at = fields.String(required=True)
    party = fields.String(required=True, allow_none=True)
    person = fields.String(required=True, allow_none=True)
    action = fields.String(required=True)
    detail = fields.String(required=True)


class AmendmentSchema(Schema):
    """A change of one school's line. `net_pence` is null until it has taken effect; `revision` is the one it made.

    What came of a supplier's answer has its `answer_id`, and may change price, article and day as well;
    `asked_net_pence` is what the school is asked to agree to.
    """

    amendment_id = fields.String(required=True)
    purchase_order_id = fields.String(required=True)
    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    line_no = fields.Integer(required=True)
    name = fields.String(required=True)
    sku = fields.String(required=True)
    unit = fields.String(required=True)
    unit_price = fields.String(required=True)
    quantity_before = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    net_before_pence = fields.Integer(required=True)
    net_pence = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    proposed_by = fields.String(required=True)
    proposed_for = fields.String(required=True, validate=validate.OneOf(PARTIES))
    proposed_at = fields.String(required=True)
    agreements = fields.List(fields.Nested(AgreementSchema), required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    decision = fields.String(required=True, allow_none=True)
    revision = fields.Integer(required=True, allow_none=True)
    history = fields.List(fields.Nested(AmendmentStepSchema), required=True)
    answer_id = fields.String(required=True, allow_none=True)
    new_unit_price = fields.String(required=True, allow_none=True)
    asked_net_pence = fields.Integer(required=True, allow_none=True)
    substitute_sku = fields.String(required=True, allow_none=True)
    substitute_name = fields.String(required=True, allow_none=True)
    promised_on = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class AmendmentListSchema(Schema):
    """The changes asked for in one purchase order, the oldest first."""

    items = fields.List(fields.Nested(AmendmentSchema), required=True)
    next = fields.String(required=True, allow_none=True)
