"""What each mail says, from the body of the event that it tells of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.money import pounds
from gateway.domain.london import day, moment, until

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's subject, its plain paragraphs with an empty line between them, and the page it leads to."""

    subject: str
    text: str
    link: str | None = None


def round_opened(body: Body) -> Words:
    """To the buyers of the schools that may order."""
    window = f"Delivery is from {day(body['delivery_from'])} to {day(body['delivery_to'])}."
    return Words(
        f"{body['title']}: open for orders until {moment(body['closes_at'])}",
        f"{body['title']} ({body['number']}) is open. {window}\n\n"
        f"Send your school’s order before {moment(body['closes_at'])}. If you need nothing this time, say so there.",
        f"/school/rounds/{body['round_id']}/order",
    )


def form_reminder(body: Body, school: Body, now: datetime) -> Words:
    """To the buyers of a school that has not sent its order."""
    begun = {
        "draft": "Your school’s order is a draft: it has not been sent.",
        "returned": "Your school’s order was returned, and has not been sent again.",
    }.get(school["state"], "Your school has not answered yet.")
    return Words(
        f"{body['title']} closes {_closing(body, now)}: {school['school_name']} has not sent its order",
        f"{_asked(body)}{begun} The round closes on {moment(body['closes_at'])}, and what is not sent and approved by "
        "then is not part of it.\n\nIf you need nothing this time, say so in the form, and we will not ask again.",
        f"/school/rounds/{body['round_id']}/order",
    )


def deadline_moved(body: Body, school: Body) -> Words:
    """To the buyers and approvers of a school that has yet to answer or has ordered."""
    earlier = body["closes_at"] < body["was_to_close_at"]
    order = f"Order {school['reference']} of {school['school_name']}" if school["reference"] else ""
    stands = {
        "form": f"{school['school_name']} has not sent its order: what is not sent and approved by then is not part of"
        " the round.",
        "approval": f"{order} waits for approval: without it the order is not part of the round.",
        "nothing": f"{order} is approved and stays as it is. You can change it until then.",
    }[school["owes"]]
    return Words(
        f"{body['title']} now closes {'earlier' if earlier else 'later'}: {moment(body['closes_at'])}",
        f"{body['by'] or 'The alliance'} has moved the deadline of {body['title']} ({body['number']}) from "
        f"{moment(body['was_to_close_at'])} to {moment(body['closes_at'])}.\n\n{stands}\n\nCalendars that follow your "
        "school’s feed change by themselves; a deadline that you put into one from a file does not.",
        f"/school/rounds/{body['round_id']}/{'approval' if school['owes'] == 'approval' else 'order'}",
    )


def approval_reminder(body: Body, school: Body, now: datetime) -> Words:
    """To the approvers of a school whose order waits for them."""
    return Words(
        f"{body['title']} closes {_closing(body, now)}: {school['school_name']}’s order waits for approval",
        f"{_asked(body)}Order {school['reference']} of {school['school_name']} waits for your approval. The round "
        f"closes on {moment(body['closes_at'])}; an order that is not approved by then is not part of it.",
        f"/school/rounds/{body['round_id']}/approval",
    )


def order_waiting(body: Body) -> Words:
    """To the approvers of a school whose order was sent."""
    return Words(
        f"{body['round_title']}: order {body['reference']} of {body['school_name']} waits for approval",
        f"{body['by'] or 'Your school'} has sent order {body['reference']} of {body['school_name']}. Approve or return "
        f"it before the round closes on {moment(body['closes_at'])}.",
        f"/school/rounds/{body['round_id']}/approval",
    )


def second_approval(body: Body) -> Words:
    """To the other approvers of a school whose order needs two."""
    return Words(
        f"{body['round_title']}: order {body['reference']} of {body['school_name']} needs a second approval",
        f"{body['by'] or 'An approver'} has approved order {body['reference']} of {body['school_name']}, which needs "
        f"somebody else’s approval as well before the round closes on {moment(body['closes_at'])}.",
        f"/school/rounds/{body['round_id']}/approval",
    )


def approval_wanted(body: Body) -> Words:
    """To the approvers of a school, because somebody asks them."""
    return Words(
        f"{body['round_title']}: please decide on order {body['reference']} of {body['school_name']}",
        f"{body['by'] or 'Your school'} asks you to decide on order {body['reference']} of {body['school_name']}. The "
        f"round closes on {moment(body['closes_at'])}; an order that is not approved by then is not part of it.",
        f"/school/rounds/{body['round_id']}/approval",
    )


def order_placed(body: Body) -> Words:
    """To the buyers and approvers of a school whose order is part of a round that closed."""
    placed = "\n".join(
        f"{order['number']}, {order['supplier_name']}: £{pounds(order['net_pence'])} without VAT"
        for order in body["purchase_orders"]
    )
    return Words(
        f"{body['round_title']}: the order of {body['school_name']} is placed",
        f"{body['round_title']} has closed, and the prices that all schools reached together are fixed. For "
        f"{body['school_name']} was ordered:\n\n{placed}\n\nDelivery is from {day(body['delivery_from'])} to "
        f"{day(body['delivery_to'])}. Record what arrives: it decides what you are billed.",
        f"/school/orders/{body['round_id']}",
    )


def order_approved(body: Body) -> Words:
    """To the person who had sent the order."""
    return Words(
        f"{body['round_title']}: order {body['reference']} is approved",
        f"{body['by'] or 'Your approver'} has approved order {body['reference']} of {body['school_name']}. It is part "
        f"of the round, which closes on {moment(body['closes_at'])}.",
        f"/school/orders/{body['round_id']}",
    )


def order_returned(body: Body) -> Words:
    """To the person who had sent the order."""
    return Words(
        f"{body['round_title']}: order {body['reference']} came back to you",
        f"{body['by'] or 'Your approver'} has returned order {body['reference']} of {body['school_name']}:\n\n"
        f"{body['reason']}\n\nChange it and send it again before the round closes on {moment(body['closes_at'])}.",
        f"/school/rounds/{body['round_id']}/order",
    )


def order_dropped(body: Body) -> Words:
    """To the buyers and approvers of a school whose order is not part of the round."""
    order = f"Order {body['reference']}" if body["reference"] else "The order"
    return Words(
        f"{body['round_title']} closed without the order of {body['school_name']}",
        f"{order} of {body['school_name']} is not part of {body['round_title']}, which has closed. {body['reason']}\n\n"
        "Nothing is delivered or billed for it. If the school needs the goods, ask the business manager.",
        f"/school/orders/{body['round_id']}",
    )


def receipt_wanted(body: Body) -> Words:
    """To the people of a school that has not recorded what arrived."""
    return Words(
        f"{body['title']}: what has arrived from {body['supplier_name']}?",
        f"The delivery of {body['number']} by {body['supplier_name']} was due by {day(body['delivery_to'])}, and your "
        "school has not recorded what arrived. Please do, also if nothing came: it decides what you are billed.",
        f"/school/deliveries/{body['purchase_order_id']}",
    )


def purchase_order_issued(body: Body) -> Words:
    """To the people of the supplier; an order of recurring services belongs to no round and has its own title."""
    title = body["round_title"] or body.get("title", "")
    return Words(
        f"Purchase order {body['number']}: {title}",
        f"The schools have ordered together from you: purchase order {body['number']}, {title}.\n\n"
        "Please look at it, and accept or reject it.",
        f"/supplier/orders/{body['purchase_order_id']}",
    )


def purchase_order_revised(body: Body) -> Words:
    """To the people of the supplier, once a change that was agreed has taken effect."""
    count = len({drop["school_urn"] for drop in body["drops"]})
    schools = "one school" if count == 1 else f"{count} schools"
    return Words(
        f"Purchase order {body['number']}, revision {body['revision']}",
        f"Revision {body['revision']} of purchase order {body['number']} takes the place of every earlier one, as was"
        f" agreed. It changes what {schools} {'is' if count == 1 else 'are'} to get: {body['reason']}",
        f"/supplier/orders/{body['purchase_order_id']}",
    )


def answer_wanted(body: Body) -> Words:
    """To the people of a supplier that has not answered."""
    return Words(
        f"Purchase order {body['number']} waits for your answer",
        f"Purchase order {body['number']}, {body['title']}, was issued on {day(body['issued_at'])}, and you have "
        "neither accepted nor rejected it.",
        f"/supplier/orders/{body['purchase_order_id']}",
    )


def answer_overdue(body: Body) -> Words:
    """To the business managers."""
    return Words(
        f"{body['supplier_name']} has not answered {body['number']}",
        f"Purchase order {body['number']}, {body['title']}, was issued to {body['supplier_name']} on "
        f"{day(body['issued_at'])} and is not answered. {_asked_again(body)}",
        f"/alliance/purchase-orders/{body['purchase_order_id']}",
    )


def _asked_again(body: Body) -> str:
    times = body.get("reminder", 1)
    return "We have asked again." if times == 1 else f"We have asked {times} times: please speak to them yourself."


def purchase_order_answered(body: Body) -> Words:
    """To the business managers."""
    number = body.get("number") or "a purchase order"
    supplier = body.get("supplier_name") or "The supplier"
    title = f", {body['title']}" if body.get("title") else ""
    said = {"accepted": "accepted", "rejected": "rejected"}.get(body["answer"], "answered")
    changed = ", with changes that stand in the order now" if body.get("with_changes") else ""
    reason = f"\n\n{body['reason']}" if body["reason"] else ""
    return Words(
        f"{supplier} has {said} {number}",
        f"{supplier} has {said} {number}{title}{changed}.{reason}",
        f"/alliance/purchase-orders/{body['purchase_order_id']}",
    )


def round_closed(body: Body) -> Words:
    """To the business managers."""
    count = len(body["purchase_order_ids"])
    orders = f"{count} purchase order{'' if count == 1 else 's'}" if count else "Nothing was ordered: no purchase order"
    return Words(
        f"{body['title']} has closed",
        f"{body['title']} ({body['number']}) closed on {moment(body['closed_at'])}. {orders} went out to suppliers.",
        f"/alliance/rounds/{body['round_id']}",
    )


def round_not_opened(body: Body) -> Words:
    """To the business managers."""
    return Words(
        f"{body['title']} could not open",
        f"{body['title']} ({body['number']}) was to open by itself and could not: {body['reason']} It stays a "
        "draft, and will not try again unless you give it another time.",
        f"/alliance/rounds/{body['round_id']}",
    )


def _asked(body: Body) -> str:
    """Who asks, where somebody does and not the clock."""
    return f"{body['by']} asks for your school’s answer. " if body.get("by") else ""


def _closing(body: Body, now: datetime) -> str:
    return until(body["closes_at"], now)
