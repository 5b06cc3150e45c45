"""Who acts in the catalogue's tests, and whom it has heard of."""

from typing import Any

from chassis.actor import Actor

MANAGER = Actor("alliance", "00000000-0000-4000-8000-0000000000a1", "Mags Field", frozenset({"alliance_manager"}))
BOARD_MEMBER = Actor("alliance", "00000000-0000-4000-8000-0000000000a2", "Bo Reed", frozenset({"board_member"}))
BUYER = Actor("school", "00000000-0000-4000-8000-0000000000b1", "Buyer", frozenset({"school_buyer"}), school_urn=900001)
FENWRIGHT = "00000000-0000-4000-8000-000000000001"
KILN = "00000000-0000-4000-8000-000000000002"


def user_of(supplier_id: str) -> Actor:
    """A user of one supplier."""
    return Actor(
        "supplier",
        "00000000-0000-4000-8000-0000000000c1",
        "Seller",
        frozenset({"supplier_user"}),
        supplier_id=supplier_id,
    )


def supplier_recorded(supplier_id: str, name: str) -> tuple[str, dict[str, Any]]:
    """The event that tells of a supplier."""
    body = {"supplier_id": supplier_id, "name": name, "email": "orders@supplier.example", "vat_number": None}
    return "SupplierRecorded", body
