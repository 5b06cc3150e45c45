"""What the demo's schools do with their bills: where they take electronic ones, and what two of them dispute."""

from typing import Any, Final

from sqlalchemy import Row
from stdnum import ean

from bursar.demo.desk import Desk
from chassis.actor import SERVICE
from chassis.database import Database
from services.billing.usecases.dispute_bills import decline_dispute, list_disputes, raise_dispute
from services.billing.usecases.read_bill_documents import get_address, record_address
from services.billing.usecases.read_books import list_bills

_ALL: Final = 100_000
_WHY: Final = ("Two of them came back with the driver: the packs were torn.", "We had agreed on the cheaper make.")
_DECLINED: Final = "The order that your approver sent names this make. It stands in the offer, with its price."


def take_electronic_bills(desk: Desk, billing: Database) -> None:
    """Record a location number for every school that has none yet."""
    for urn, approver in desk.cast.approvers.items():
        if get_address(billing, approver, urn).scheme is None:
            digits = f"506001{urn}"
            number = f"{digits}{ean.calc_check_digit(digits)}"
            record_address(billing, approver, urn, {"scheme": "0088", "identifier": number, "vat_number": None}, 0)


def dispute_bills(desk: Desk, billing: Database, waiting: str) -> None:
    """Two schools dispute a line of their bills of the round `waiting`; the second is answered."""
    if list_disputes(billing, SERVICE, state=None, school_urn=None, after="", limit=1)[0]:
        return
    raised = [
        _dispute(desk, billing, bill, why) for bill, why in zip(_bills(billing, waiting)[1:3], _WHY, strict=False)
    ]
    for dispute in raised[1:]:
        decline_dispute(billing, desk.cast.manager, dispute.dispute_id, _DECLINED)


def _dispute(desk: Desk, billing: Database, bill: Row[Any], why: str) -> Row[Any]:
    return raise_dispute(billing, desk.cast.approvers[bill.school_urn], bill.bill_id, 1, why)


def _bills(billing: Database, round_id: str) -> list[Row[Any]]:
    return list_bills(billing, SERVICE, school_urn=None, round_id=round_id, after="", limit=_ALL)[0]
