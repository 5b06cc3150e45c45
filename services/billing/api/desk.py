"""What waits in the books, over HTTP."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from chassis.web import current_actor, current_database, requires
from services.billing.usecases.read_desk import read_desk

desk = Blueprint("desk", __name__, description="What waits in the books")


class WaitingOut(Schema):
    """One kind of thing that waits: how many there are, and what they come to, without regard to direction."""

    name = fields.String()
    count = fields.Integer()
    pence = fields.Integer()


class DeskOut(Schema):
    """Every kind, also those of which nothing waits."""

    items = fields.List(fields.Nested(WaitingOut))


@desk.route("/reports/desk")
@requires("alliance_manager", "board_member")
@desk.response(200, DeskOut)
def get_desk() -> dict[str, Any]:
    """What waits for the alliance: unmatched bank lines, held invoices, overdue bills and the like."""
    return {"items": read_desk(current_database(), current_actor())}
