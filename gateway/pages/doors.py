"""The doors of the pages: one blueprint for each kind of seat, and who may pass."""

from typing import Final

from flask import Blueprint

from gateway.identity import current_seat, sign_in_required

entrance = Blueprint("pages", __name__)
school = Blueprint("school", __name__, url_prefix="/school")
supplier = Blueprint("supplier", __name__, url_prefix="/supplier")
alliance = Blueprint("alliance", __name__, url_prefix="/alliance")

BLUEPRINTS: Final = (entrance, school, supplier, alliance)

for_school = sign_in_required("school_buyer", "school_approver", "governor")
for_buyer = sign_in_required("school_buyer")
for_approver = sign_in_required("school_approver", "governor")
for_governor = sign_in_required("governor")
for_head = sign_in_required("school_approver")
for_receiver = sign_in_required("school_buyer", "school_approver")
for_supplier = sign_in_required("supplier_user")
for_firm = sign_in_required("supplier_user", "supplier_administrator")
for_firm_head = sign_in_required("supplier_administrator")
for_alliance = sign_in_required("alliance_manager", "board_member", "administrator")
for_reader = sign_in_required("alliance_manager", "board_member")
for_manager = sign_in_required("alliance_manager")
for_registrar = sign_in_required("alliance_manager", "administrator")


def own_urn() -> int:
    """The URN of the school in whose seat the person sits. Only behind a school's door."""
    seat = current_seat()
    if seat is None or seat.school_urn is None:
        raise RuntimeError("This page stands behind a school's door.")
    return seat.school_urn


def own_supplier() -> str:
    """The id of the supplier in whose seat the person sits. Only behind a supplier's door."""
    seat = current_seat()
    if seat is None or seat.supplier_id is None:
        raise RuntimeError("This page stands behind a supplier's door.")
    return seat.supplier_id
