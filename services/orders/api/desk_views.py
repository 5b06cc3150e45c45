"""What waits for the alliance in ordering, over HTTP."""

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from services.orders.usecases.read_desk import Desk, read_desk

desk = Blueprint("desk", __name__, description="What waits in ordering")


class DeskItemSchema(Schema):
    """One kind of thing that waits, and how many there are."""

    name = fields.String(required=True)
    count = fields.Integer(required=True)


class OpenRoundSchema(Schema):
    """An open round: members asked, orders to approve and unfinished, and who has not begun (the first ten names)."""

    round_id = fields.UUID(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    closes_at = fields.AwareDateTime(required=True)
    schools = fields.Integer(required=True)
    to_approve = fields.Integer(required=True)
    unfinished = fields.Integer(required=True)
    silent = fields.Integer(required=True)
    silent_names = fields.List(fields.String(), required=True, allow_none=True)


class DeskSchema(Schema):
    """Every kind, also those of which nothing waits, and the open rounds, the next deadline first."""

    items = fields.List(fields.Nested(DeskItemSchema), required=True)
    rounds = fields.List(fields.Nested(OpenRoundSchema), required=True)


@desk.route("/order-reports/desk")
@requires("alliance_manager", "board_member")
@desk.response(200, DeskSchema)
def get_desk() -> Desk:
    """What waits for the alliance: changes to decide, orders without an answer, claims, and who is silent."""
    return read_desk(current_database(), current_actor(), london_today())
