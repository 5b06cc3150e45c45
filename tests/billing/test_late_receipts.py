"""A receipt in its second version: what a school reports later lowers what it has received."""

from uuid import uuid4

from sqlalchemy import text

from chassis.actor import SERVICE
from tests.billing.world import World


def test_a_late_report_lowers_what_was_received(world: World) -> None:
    order = world.ordered()
    urn = min(order.lines[0].wanted)
    _, receipt = order.receipt(urn)
    line = {"line_no": 1, "quantity_received": -2, "quantity_short": 0, "quantity_damaged": 2, "quantity_wrong": 0}
    late = {**receipt, "receipt_id": str(uuid4()), "despatch_id": None, "lines": [line]}
    for _ in range(2):
        world.tell(("ReceiptRecorded", late))
    query = text("SELECT received FROM drop_line WHERE line_no = 1 AND school_urn = :urn")
    with world.database.database.transaction(SERVICE) as connection:
        received = connection.execute(query, {"urn": urn}).scalar_one()
    assert received == order.lines[0].wanted[urn] - 2
