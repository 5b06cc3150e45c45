"""Who acts in the members' tests."""

from chassis.actor import Actor

MANAGER = Actor("alliance", "00000000-0000-4000-8000-0000000000a1", "Mags Field", frozenset({"alliance_manager"}))
BOARD_MEMBER = Actor("alliance", "00000000-0000-4000-8000-0000000000a2", "Bo Reed", frozenset({"board_member"}))
ADMINISTRATOR = Actor("alliance", "00000000-0000-4000-8000-0000000000a3", "Ada Root", frozenset({"administrator"}))


def buyer_of(urn: int) -> Actor:
    """A buyer of one school."""
    return Actor("school", f"00000000-0000-4000-8000-{urn:012d}", "Buyer", frozenset({"school_buyer"}), school_urn=urn)


def approver_of(urn: int) -> Actor:
    """An approver of one school."""
    return Actor(
        "school", f"00000000-0000-4000-9000-{urn:012d}", "Head", frozenset({"school_approver"}), school_urn=urn
    )


def user_of(supplier_id: str) -> Actor:
    """A user of one supplier."""
    return Actor(
        "supplier",
        "00000000-0000-4000-8000-0000000000b1",
        "Seller",
        frozenset({"supplier_user"}),
        supplier_id=supplier_id,
    )
