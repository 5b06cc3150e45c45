"""What goes over the wire about the people who act for one school or supplier."""

from typing import Final

from marshmallow import Schema, fields, validate

from contracts.roles import ROLE_SEATS
from services.members.api.schemas import PersonSchema, plain_text
from services.members.domain.person import MOST_ROLES

SCHOOL_ROLES: Final = tuple(role for role, seat in ROLE_SEATS.items() if seat == "school")


SUPPLIER_ROLES: Final = tuple(role for role, seat in ROLE_SEATS.items() if seat == "supplier")


class OwnRoleSchema(Schema):
    """A role at the school, and from when to when it is held; `ends_on` is its last day."""

    role = fields.String(required=True, validate=validate.OneOf(SCHOOL_ROLES))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None, allow_none=True)


class OwnRolesSchema(Schema):
    """All roles that a person holds at the school in their own right."""

    roles = fields.List(fields.Nested(OwnRoleSchema), required=True, validate=validate.Length(max=MOST_ROLES))


class WelcomeSchema(OwnRolesSchema):
    """Somebody who is to act for the school."""

    name = fields.String(required=True, validate=plain_text(200, least=1))
    email = fields.String(required=True, validate=plain_text(254))
    roles = fields.List(fields.Nested(OwnRoleSchema), required=True, validate=validate.Length(min=1, max=MOST_ROLES))


class OwnPersonSchema(PersonSchema):
    """A person with the roles held at the school; `elsewhere` says that there are others besides."""

    elsewhere = fields.Boolean(dump_only=True)


class ColleagueRoleSchema(OwnRoleSchema):
    """A role for the supplier, and from when to when it is held; `ends_on` is its last day."""

    role = fields.String(required=True, validate=validate.OneOf(SUPPLIER_ROLES))


class ColleagueRolesSchema(Schema):
    """All roles that a person holds for the supplier."""

    roles = fields.List(fields.Nested(ColleagueRoleSchema), required=True, validate=validate.Length(max=MOST_ROLES))


class WelcomeColleagueSchema(Schema):
    """Somebody who is to act for the supplier."""

    name = fields.String(required=True, validate=plain_text(200, least=1))
    email = fields.String(required=True, validate=plain_text(254))
    roles = fields.List(
        fields.Nested(ColleagueRoleSchema), required=True, validate=validate.Length(min=1, max=MOST_ROLES)
    )
