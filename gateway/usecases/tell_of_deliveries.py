"""Mail about deliveries: to schools what is on its way, to suppliers what was found wrong, and their answers."""

from collections.abc import Iterator

from gateway.domain import delivery_letters as letters
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued

_RECEIVING = ("school_buyer", "school_approver")
_CLAIMED = ("quantity_short", "quantity_damaged", "quantity_wrong")


@queued
def tell_of_despatches(news: News) -> Iterator[Mail]:
    """DespatchRecorded: the buyers and approvers of each school that something was sent to."""
    people = news.at_schools((drop["school_urn"] for body in news.bodies for drop in body["drops"]), _RECEIVING)
    for body in news.bodies:
        for drop in body["drops"]:
            about = f"{body['despatch_id']}:{drop['school_urn']}"
            to = people.get(drop["school_urn"], [])
            yield from mails_to("despatched", about, to, letters.despatched(body, drop))


@queued
def tell_of_claims(news: News) -> Iterator[Mail]:
    """ReceiptRecorded: the supplier's people, where a school found something short, damaged or wrong."""
    news.bodies = [
        body for body in news.bodies if any(line.get(key) for line in body["lines"] for key in _CLAIMED)
    ]  # the first version of the event tells of none
    people = news.at_suppliers()
    for body in news.bodies:
        to = people.get(body["supplier_id"], [])
        yield from mails_to("claim_recorded", body["receipt_id"], to, letters.claimed(body))


@queued
def tell_of_claim_answers(news: News) -> Iterator[Mail]:
    """ClaimAnswered: the school's buyers and approvers, and the business managers."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _RECEIVING)
    for body in news.bodies:
        about = f"{body['receipt_id']}:{body['line_no']}:{body['answered_at']}"
        school = letters.claim_answered(body, f"/school/deliveries/{body['purchase_order_id']}")
        manager = letters.claim_answered(body, f"/alliance/purchase-orders/{body['purchase_order_id']}/deliveries")
        yield from mails_to("claim_answered", about, people.get(body["school_urn"], []), school)
        yield from mails_to("claim_answered", about, news.managers, manager)
