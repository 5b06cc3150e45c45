"""What waits in the books, over HTTP."""

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from chassis.web import current_actor, current_database, requires
from services.billing.usecases.read_desk import Desk, read_desk

desk = Blueprint("desk", __name__, description="What waits in the books")


class DeskItemOut(Schema):
    """One kind of thing that waits: how many there are, and what they come to, without regard to direction.

    With VAT, but for what is received and not invoiced and for lines of the workbench (`lines_…`), as their pages have
    it. Unmatched bank lines are told together, and those of money in and of money out.
    """

    name = fields.String()
    count = fields.Integer()
    pence = fields.Integer()


class DeskOut(Schema):
    """Every kind, also those of which nothing waits, and the last day of the latest closed month, if one is."""

    items = fields.List(fields.Nested(DeskItemOut))
    closed_to = fields.Date(allow_none=True)


@desk.route("/reports/desk")
@requires("alliance_manager", "board_member")
@desk.response(200, DeskOut)
def get_desk() -> Desk:
    """What waits for the alliance: unmatched bank lines, held invoices, overdue bills and the like."""
    return read_desk(current_database(), current_actor())
