"""The drops of all of a supplier's orders over HTTP."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from chassis.web import current_actor, current_database, requires
from services.orders.usecases.list_drops import list_drops

drops = Blueprint("drops", __name__, description="What a supplier has to deliver, over all its orders")


class DropQuerySchema(Schema):
    """Which drops: `after` is the cursor of the page before."""

    to_come = fields.Boolean(load_default=False)
    after = fields.String(load_default=None, validate=validate.Regexp(r"[A-Z0-9-]{1,20}/[0-9]{1,6}\Z"))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class DropOfOrderSchema(Schema):
    """One school's part of one order: where it goes, by when, and how much of it is still to come."""

    purchase_order_id = fields.String()
    number = fields.String()
    title = fields.String()
    order_state = fields.String(validate=validate.OneOf(["issued", "accepted"]))
    school_urn = fields.Integer()
    school_name = fields.String()
    site_name = fields.String(allow_none=True)
    address = fields.String()
    postcode = fields.String()
    instructions = fields.String()
    state = fields.String(validate=validate.OneOf(["awaited", "part", "received"]))
    due_on = fields.Date(allow_none=True)
    line_count = fields.Integer()
    units = fields.Integer()
    units_to_come = fields.Integer()


class DropPageSchema(Schema):
    """A page of drops."""

    items = fields.List(fields.Nested(DropOfOrderSchema))
    next = fields.String(allow_none=True)


@drops.route("/drops")
@requires("supplier_user", "alliance_manager")
@drops.arguments(DropQuerySchema, location="query")
@drops.response(200, DropPageSchema)
def list_all_drops(query: dict[str, Any]) -> dict[str, Any]:
    """Drops of goods by order and school; a supplier sees its own."""
    items, following = list_drops(current_database(), current_actor(), **query)
    return {"items": items, "next": following}
