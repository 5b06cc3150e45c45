"""What goes over the wire about schools, suppliers and people."""

from typing import Any

from marshmallow import Schema, fields, post_load, pre_load, validate

from contracts.phases import PHASES
from contracts.roles import ROLE_SEATS
from contracts.school_types import MEMBERSHIP_CLASSES, VAT_REFUNDS
from services.members.domain.company import SCHEMES, Address, Endpoint
from services.members.domain.school import HIGHEST_URN, LOWEST_URN

MOST_PER_PAGE = 1000
FOLLOWS = ("type_name", "vat_refund", "financial_year")


def plain_text(most: int, *, least: int = 0) -> list[validate.Validator]:
    """Text of one line, from `least` to `most` characters."""
    plain = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Leave out line breaks and control characters.")
    told = "Write {min} to {max} characters." if least else "Write at most {max} characters."
    return [validate.Length(min=least, max=most, error=told), plain]


class UuidText(fields.UUID):
    """A UUID on the wire and a string inside."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(*args, **kwargs))


class SchoolInSchema(Schema):
    """A school as an editor sends it whole; what follows from its type may be sent back, and is passed over."""

    @pre_load
    def pass_over_what_follows(self, sent: Any, **_: Any) -> Any:
        """Leave out what a reader was told besides, so that it can edit what it read."""
        return {key: value for key, value in sent.items() if key not in FOLLOWS} if isinstance(sent, dict) else sent

    name = fields.String(required=True, validate=plain_text(200, least=1))
    phase = fields.String(required=True, validate=validate.OneOf(list(PHASES)))
    type_code = fields.String(load_default="", validate=plain_text(4))
    la_code = fields.String(load_default="", validate=plain_text(4))
    establishment_number = fields.String(load_default="", validate=plain_text(4))
    low_age = fields.Integer(load_default=None, allow_none=True, strict=True)
    high_age = fields.Integer(load_default=None, allow_none=True, strict=True)
    pupils = fields.Integer(load_default=None, allow_none=True, strict=True)
    pupils_on = fields.Date(load_default=None, allow_none=True)
    pupils_source = fields.String(load_default="", validate=plain_text(60))
    postcode = fields.String(load_default="", validate=plain_text(10))
    town = fields.String(load_default="", validate=plain_text(100))
    joined_on = fields.Date(required=True)
    left_on = fields.Date(load_default=None, allow_none=True)
    membership_class = fields.String(load_default="full", validate=validate.OneOf(list(MEMBERSHIP_CLASSES)))


class SchoolSchema(SchoolInSchema):
    """A school as it stands; the last three follow from its type."""

    urn = fields.Integer(dump_only=True)
    type_name = fields.String(dump_only=True)
    vat_refund = fields.String(dump_only=True, validate=validate.OneOf(list(VAT_REFUNDS)))
    financial_year = fields.String(dump_only=True, validate=validate.OneOf(["april", "september"]))
    version = fields.Integer(dump_only=True)


class AddressSchema(Schema):
    """A postal address; `country` is a code of ISO 3166-1."""

    lines = fields.List(fields.String(validate=plain_text(100)), required=True, validate=validate.Length(max=3))
    town = fields.String(required=True, validate=plain_text(100))
    postcode = fields.String(required=True, validate=plain_text(10))
    country = fields.String(load_default="GB", validate=validate.Regexp(r"[A-Z]{2}\Z"))

    @post_load
    def make(self, sent: dict[str, Any], **_: Any) -> Address:
        """The address as the service knows it."""
        return Address(**sent | {"lines": tuple(sent["lines"])})


class EndpointSchema(Schema):
    """Where electronic documents go: an identifier and the Peppol code of its scheme."""

    scheme = fields.String(required=True, validate=validate.OneOf(list(SCHEMES)))
    id = fields.String(required=True, validate=plain_text(30, least=1))

    @post_load
    def make(self, sent: dict[str, Any], **_: Any) -> Endpoint:
        """The endpoint as the service knows it."""
        return Endpoint(**sent)


class AllianceInSchema(Schema):
    """The alliance's own details as an editor sends them whole."""

    name = fields.String(required=True, validate=plain_text(200, least=1))
    legal_name = fields.String(required=True, validate=plain_text(200, least=1))
    address = fields.Nested(AddressSchema, required=True)
    endpoint = fields.Nested(EndpointSchema, load_default=None, allow_none=True)
    vat_number = fields.String(load_default=None, allow_none=True, validate=plain_text(20))
    email = fields.String(required=True, validate=plain_text(254))
    telephone = fields.String(load_default="", validate=plain_text(30))


class AllianceSchema(AllianceInSchema):
    """The alliance's own details; all empty at version 0, before anybody has recorded them."""

    version = fields.Integer(dump_only=True)


class SupplierInSchema(Schema):
    """A supplier as an editor sends it whole; `email` is where orders go."""

    name = fields.String(required=True, validate=plain_text(200, least=1))
    email = fields.String(required=True, validate=plain_text(254))
    vat_number = fields.String(load_default=None, allow_none=True, validate=plain_text(20))
    address = fields.Nested(AddressSchema, load_default=None, allow_none=True)
    endpoint = fields.Nested(EndpointSchema, load_default=None, allow_none=True)
    company_number = fields.String(load_default=None, allow_none=True, validate=plain_text(12))
    telephone = fields.String(load_default=None, allow_none=True, validate=plain_text(30))
    school_urn = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(LOWEST_URN, HIGHEST_URN)
    )


class SupplierSchema(SupplierInSchema):
    """A supplier as it stands."""

    supplier_id = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)


class RoleSchema(Schema):
    """One role in one organisation between two dates. `delegated_from` is what approvers agree: not taken from here."""

    role = fields.String(required=True, validate=validate.OneOf(list(ROLE_SEATS)))
    school_urn = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(LOWEST_URN, HIGHEST_URN)
    )
    supplier_id = UuidText(load_default=None, allow_none=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    delegated_from = UuidText(load_default=None, allow_none=True)


class PersonInSchema(Schema):
    """A person as an editor sends them whole."""

    name = fields.String(required=True, validate=plain_text(200, least=1))
    email = fields.String(required=True, validate=plain_text(254))
    roles = fields.List(fields.Nested(RoleSchema), load_default=list, validate=validate.Length(max=50))


class PersonSchema(PersonInSchema):
    """A person as the reader may see them."""

    person_id = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)


class SchoolPageSchema(Schema):
    """A page of schools."""

    items = fields.List(fields.Nested(SchoolSchema))
    next = fields.Integer(allow_none=True)


class SupplierListSchema(Schema):
    """All suppliers."""

    items = fields.List(fields.Nested(SupplierSchema))
    next = fields.String(allow_none=True)


class PersonPageSchema(Schema):
    """A page of people."""

    items = fields.List(fields.Nested(PersonSchema))
    next = fields.String(allow_none=True)


class SchoolQuerySchema(Schema):
    """Which page of schools."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, HIGHEST_URN))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))


class PersonQuerySchema(Schema):
    """Which page of people."""

    after = UuidText(load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))
