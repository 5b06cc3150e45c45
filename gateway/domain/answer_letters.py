"""What mails say of suppliers' answers: changes to decide about, what they cost whom, and what became of them."""

from collections.abc import Mapping
from typing import Any

from contracts.money import pounds
from gateway.domain.letters import Words
from gateway.domain.london import day

Body = Mapping[str, Any]


def changes_offered(body: Body) -> Words:
    """To the business managers: a supplier takes the order with changes."""
    count = len(body["lines"])
    reason = f"\n\n“{body['reason']}”" if body["reason"] else ""
    return Words(
        f"{body['supplier_name']} offers changes to {body['number']}",
        f"{body['supplier_name']} takes purchase order {body['number']}, {body['title']}, with changes to {count} "
        f"line{'' if count == 1 else 's'}.{reason}\n\nLook at what they mean for each school, and take or decline "
        "them. Until then the order is not accepted.",
        _answer(body),
    )


def decision_wanted(body: Body) -> Words:
    """To the business managers, because the changes still wait: for them, or for schools."""
    count = len(body["school_urns"])
    waits = (
        "for your decision"
        if body["awaits"] == "alliance"
        else f"for {count} school{'' if count == 1 else 's'} to agree. You can go on without those that do not answer"
    )
    return Words(
        f"Changes to {body['number']} still wait",
        f"What {body['supplier_name']} offered for purchase order {body['number']}, {body['title']}, on "
        f"{day(body['offered_at'])} still waits {waits}. Until then the order is not accepted.",
        _answer(body),
    )


def consent_wanted(body: Body) -> Words:
    """To the approvers of a school that would pay more."""
    count = body["lines"]
    return Words(
        f"{body['number']}: {body['school_name']} would pay £{pounds(body['more_pence'])} more",
        f"{body['supplier_name']} can deliver {count} line{'' if count == 1 else 's'} of purchase order "
        f"{body['number']}, {body['title']}, only at another price. For {body['school_name']} that is "
        f"£{pounds(body['more_pence'])} more without VAT, so it needs your agreement.\n\nIf you refuse, your school "
        "gets nothing of these lines and pays nothing for them. No other school pays for you, nor you for another.",
        _changes(body),
    )


def consent_still_wanted(body: Body) -> Words:
    """To the approvers of a school that has not said whether it pays more."""
    return Words(
        f"{body['number']} waits for your school’s agreement",
        f"{body['supplier_name']} can deliver part of purchase order {body['number']}, {body['title']}, only at "
        "another price, and the order waits for your school to agree or refuse.",
        _changes(body),
    )


def drop_amended(body: Body) -> Words:
    """To the buyers and approvers of a school whose part of an order changed."""
    lines = "\n".join(_line(line) for line in body["lines"])
    return Words(
        f"{body['number']}: what {body['supplier_name']} delivers to {body['school_name']} has changed",
        f"{body['supplier_name']} could not take purchase order {body['number']}, {body['title']}, as it was ordered. "
        f"For {body['school_name']} it is now:\n\n{lines}\n\nThat comes to £{pounds(body['net_pence'])} without VAT, "
        f"where it was £{pounds(body['net_before_pence'])}. What is less is free in your budget again.",
        f"/school/deliveries/{body['purchase_order_id']}",
    )


def changes_decided(body: Body) -> Words:
    """To the people of the supplier."""
    taken, declined = _numbers(body["lines_taken"]), _numbers(body["lines_declined"])
    again = "The order has ended." if body["order_state"] == "rejected" else "Please answer the order again."
    part = f"The alliance has taken your changes to {taken}, and declined those to {declined}."
    subject, what = {
        "taken": (
            "your changes are taken",
            "The alliance has taken your changes, and the order is accepted with them.",
        ),
        "part_taken": ("your changes are taken in part", f"{part} Please answer the order as it stands now."),
        "declined": ("your changes are declined", f"The alliance has declined your changes. {again}"),
    }[body["decision"]]
    reason = f"\n\n“{body['reason']}”" if body["reason"] else ""
    return Words(
        f"{body['number']}: {subject}",
        f"Purchase order {body['number']}, {body['title']}: {what}{reason}",
        f"/supplier/orders/{body['purchase_order_id']}",
    )


def _line(line: Body) -> str:
    parts = []
    if line["quantity"] == 0:
        parts.append(f"cancelled ({line['quantity_before']:,} were ordered)")
    elif line["quantity"] != line["quantity_before"]:
        parts.append(f"{line['quantity']:,} instead of {line['quantity_before']:,}")
    if line["quantity"] and line["unit_price"] != line["unit_price_before"]:
        parts.append(f"£{line['unit_price']} each instead of £{line['unit_price_before']}")
    if line["substitute_name"]:
        parts.append(f"{line['substitute_name']} in its place")
    if line["promised_on"]:
        parts.append(f"by {day(line['promised_on'])}")
    shared = " What there is was shared over the schools by the contract’s rule." if line["shared"] else ""
    return f"{line['name']}: {', '.join(parts) or 'another price by a penny'}.{shared}"


def _numbers(lines: list[int]) -> str:
    return f"line{'' if len(lines) == 1 else 's'} {', '.join(str(line) for line in lines)}"


def _answer(body: Body) -> str:
    return f"/alliance/purchase-orders/{body['purchase_order_id']}/answers/{body['answer_id']}"


def _changes(body: Body) -> str:
    return f"/school/deliveries/{body['purchase_order_id']}/changes"
