"""Roles of people, and the seat from which each is held."""

from typing import Final, Literal

SeatKind = Literal["school", "supplier", "alliance"]

ROLE_SEATS: Final[dict[str, SeatKind]] = {
    "school_buyer": "school",
    "school_approver": "school",
    "governor": "school",
    "supplier_user": "supplier",
    "supplier_administrator": "supplier",
    "alliance_manager": "alliance",
    "board_member": "alliance",
    "administrator": "alliance",
}

ROLE_NAMES: Final = {
    "school_buyer": "School buyer",
    "school_approver": "School approver",
    "governor": "Governor",
    "supplier_user": "Supplier",
    "supplier_administrator": "Supplier’s administrator",
    "alliance_manager": "Business manager",
    "board_member": "Trust board member",
    "administrator": "Administrator",
}
