"""What goes over the wire about a school's memberships, counts of pupils and delivery sites."""

from marshmallow import Schema, fields, validate

from contracts.school_types import MEMBERSHIP_CLASSES
from services.members.api.schemas import UuidText, plain_text
from services.members.domain.pupil_count import MOST_PUPILS
from services.members.domain.site import MOST_SITES

_ONE_OF_THE_CLASSES = validate.OneOf(list(MEMBERSHIP_CLASSES))


class JoiningSchema(Schema):
    """A school joins again, or goes over into another class."""

    joined_on = fields.Date(required=True)
    membership_class = fields.String(load_default="full", validate=_ONE_OF_THE_CLASSES)


class LeavingSchema(Schema):
    """A school leaves; the last day of its membership."""

    left_on = fields.Date(required=True)


class MembershipSchema(JoiningSchema):
    """One membership; `left_on` is its last day."""

    left_on = fields.Date(allow_none=True)


class MembershipListSchema(Schema):
    """All memberships of a school, in the order of their days."""

    items = fields.List(fields.Nested(MembershipSchema))
    next = fields.String(allow_none=True)


class CountChangeSchema(Schema):
    """How many pupils there were on a day that the address names, and who says so."""

    pupils = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_PUPILS))
    source = fields.String(required=True, validate=plain_text(60, least=1))


class CountInSchema(CountChangeSchema):
    """How many pupils there were on a day, and who says so."""

    counted_on = fields.Date(required=True)


class CountSchema(CountChangeSchema):
    """A count; its day is null where nobody knows it."""

    counted_on = fields.Date(allow_none=True)


class CountListSchema(Schema):
    """All counts of a school, the newest first: that one stands."""

    items = fields.List(fields.Nested(CountSchema))
    next = fields.String(allow_none=True)


class SiteInSchema(Schema):
    """A delivery site; one without an id is new."""

    site_id = UuidText(load_default=None, allow_none=True)
    name = fields.String(required=True, validate=plain_text(80, least=1))
    address = fields.String(required=True, validate=validate.Length(max=300))
    postcode = fields.String(required=True, validate=plain_text(10))
    instructions = fields.String(load_default="", validate=validate.Length(max=500))
    main = fields.Boolean(required=True)


class SitesInSchema(Schema):
    """A school's delivery sites as it sends them whole."""

    sites = fields.List(fields.Nested(SiteInSchema), required=True, validate=validate.Length(max=MOST_SITES))


class SiteListSchema(Schema):
    """A school's delivery sites in its own order."""

    items = fields.List(fields.Nested(SiteInSchema))
    next = fields.String(allow_none=True)
