"""What mails say of deliveries: what is on its way, what was found wrong, and what the supplier does about it."""

from collections.abc import Mapping
from typing import Any

from gateway.domain.letters import Words
from gateway.domain.london import day

Body = Mapping[str, Any]

_FOUND = (("quantity_short", "missing"), ("quantity_damaged", "damaged"), ("quantity_wrong", "wrong"))


def despatched(body: Body, drop: Body) -> Words:
    """To the people of a school to which a supplier has sent something."""
    expected = f" It is expected by {day(body['expected_on'])}." if body["expected_on"] else ""
    carrier = f" with {body['carrier']}" if body["carrier"] else ""
    lines = len(drop["lines"])
    return Words(
        f"{body['supplier_name']} has sent your delivery of {body['title']}",
        f"{body['supplier_name']} sent {lines} item{'' if lines == 1 else 's'} of order "
        f"{body['purchase_order_number']} to your school on {day(body['despatched_on'])}{carrier}.{expected}\n\n"
        "Please record what arrives: it decides what you are billed.",
        f"/school/deliveries/{body['purchase_order_id']}",
    )


def claimed(body: Body) -> Words:
    """To the people of the supplier: what a school found short, damaged or wrong."""
    found = ", ".join(f"{units} {word}" for key, word in _FOUND if (units := sum(line[key] for line in body["lines"])))
    return Words(
        f"{body['number']}: {body['school_name']} reports {found}",
        f"{body['school_name']} has recorded its delivery of purchase order {body['number']}: {found}.\n\n"
        "Please look at it, and say whether you deliver again or give a credit.",
        "/supplier/claims",
    )


def claim_answered(body: Body, link: str) -> Words:
    """To the people of the school and to the business managers."""
    does = f"delivers again by {day(body['redeliver_by'])}" if body["redeliver_by"] else "gives a credit"
    note = f"\n\n“{body['note']}”" if body["note"] else ""
    return Words(
        f"{body['number']}: {body['supplier_name']} {does}",
        f"About {body['quantity']} × {body['name']} of purchase order {body['number']} that were missing, damaged or "
        f"wrong: {body['supplier_name']} {does}.{note}",
        link,
    )
