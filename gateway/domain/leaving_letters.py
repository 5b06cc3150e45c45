"""What is said of a school that leaves the alliance."""

from gateway.domain.letters import Body, Words
from gateway.domain.london import day


def school_leaves(body: Body) -> Words:
    """To the business managers, of a school that has ended its membership itself."""
    return Words(
        f"{body['school_name']} leaves the alliance on {day(body['left_on'])}",
        f"{body['by'] or 'An approver'} of {body['school_name']} has recorded {day(body['left_on'])} as the last day "
        "of the school’s membership.\n\nThen its orders in open rounds drop and its services end. What closed rounds "
        "have committed for it stands, and so do its bills.",
        f"/alliance/schools/{body['urn']}",
    )


def membership_ends(body: Body) -> Words:
    """To the buyers and approvers of a school that leaves."""
    by = body["by"] if body["by_school"] else "The alliance"
    return Words(
        f"{body['school_name']} leaves the alliance on {day(body['left_on'])}",
        f"{by or 'The alliance'} has recorded {day(body['left_on'])} as the last day of {body['school_name']} in the "
        "alliance.\n\nUntil then you order as before. Then orders in rounds that are still open drop, and services "
        "end. What closed rounds have committed stands, and is delivered and billed.",
        "/school/settings",
    )
