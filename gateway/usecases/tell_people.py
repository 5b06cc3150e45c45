"""Queue mail to the people whom events concern, in the transaction in which the events are applied."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from contracts.london import london_day
from gateway.domain import leaving_letters, letters
from gateway.domain.letters import Words
from gateway.domain.mail import Enclosure, Mail
from gateway.usecases.news import Body, News, mails_to, queued

_BUYERS: Final = ("school_buyer",)
_APPROVERS: Final = ("school_approver",)
_ORDERING: Final = (*_BUYERS, *_APPROVERS)


@queued
def tell_of_openings(news: News) -> Iterator[Mail]:
    """RoundOpened: the buyers of the schools that may order, each once however many schools they buy for."""
    buyers = news.at_schools((urn for body in news.bodies for urn in body["school_urns"]), _BUYERS)
    for body in news.bodies:
        people = sorted({person for urn in body["school_urns"] for person in buyers.get(urn, ())})
        yield from mails_to("round_opened", body["round_id"], people, letters.round_opened(body), _closes_at(body))


@queued
def tell_of_failed_openings(news: News) -> Iterator[Mail]:
    """RoundOpeningFailed: the business managers."""
    for body in news.bodies:
        about = f"{body['round_id']}:{london_day(news.now)}"
        yield from mails_to("round_not_opened", about, news.managers, letters.round_not_opened(body))


@queued
def tell_of_reminders(news: News) -> Iterator[Mail]:
    """RoundReminderDue: the buyers of schools that owe a form, the approvers of those that owe an approval."""
    yield from _to_owing(news, "round_reminder", "due_at")


@queued
def tell_of_nudges(news: News) -> Iterator[Mail]:
    """SchoolsNudged: the same people, because the business manager asks them."""
    yield from _to_owing(news, "school_nudged", "at")


def _to_owing(news: News, kind: str, moment: str) -> Iterator[Mail]:
    urns = [school["school_urn"] for body in news.bodies for school in body["schools"]]
    buyers, approvers = news.at_schools(urns, _BUYERS), news.at_schools(urns, _APPROVERS)
    for body in news.bodies:
        for school in body["schools"]:
            urn, approval = school["school_urn"], school["owes"] == "approval"
            say = letters.approval_reminder if approval else letters.form_reminder
            people = (approvers if approval else buyers).get(urn, [])
            about = f"{body['round_id']}:{body[moment]}:{urn}"
            yield from mails_to(kind, about, people, say(body, school, news.now), _closes_at(body))


@queued
def tell_of_moved_deadlines(news: News) -> Iterator[Mail]:
    """RoundDeadlineMoved: the buyers and approvers of the schools that owe an answer or have ordered."""
    people = news.at_schools((school["school_urn"] for body in news.bodies for school in body["schools"]), _ORDERING)
    for body in news.bodies:
        for school in body["schools"]:
            about = f"{body['round_id']}:{body['at']}:{school['school_urn']}"
            to = sorted(set(people.get(school["school_urn"], ())))
            yield from mails_to("deadline_moved", about, to, letters.deadline_moved(body, school), _closes_at(body))


@queued
def tell_of_sent_orders(news: News) -> Iterator[Mail]:
    """OrderSubmitted: the approvers who may decide on it."""
    yield from _to_approvers(news, "order_waiting", letters.order_waiting)


@queued
def tell_of_first_approvals(news: News) -> Iterator[Mail]:
    """FirstApprovalGiven: the approvers who may give the second."""
    yield from _to_approvers(news, "order_waiting", letters.second_approval)


@queued
def tell_of_reminded_approvers(news: News) -> Iterator[Mail]:
    """ApproversReminded: the approvers who may decide on the order."""
    yield from _to_approvers(news, "approval_wanted", letters.approval_wanted)


@queued
def tell_of_approved_orders(news: News) -> Iterator[Mail]:
    """OrderApproved: the person who had sent it."""
    yield from _to_sender(news, "order_approved", letters.order_approved)


@queued
def tell_of_returned_orders(news: News) -> Iterator[Mail]:
    """OrderReturned: the person who had sent it."""
    yield from _to_sender(news, "order_returned", letters.order_returned)


@queued
def tell_of_dropped_orders(news: News) -> Iterator[Mail]:
    """OrderDropped: the school's buyers and approvers."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        to = people.get(body["school_urn"], [])
        yield from mails_to("order_dropped", _moment_of(body), to, letters.order_dropped(body))


@queued
def tell_of_placed_orders(news: News) -> Iterator[Mail]:
    """OrderPlaced: the school's buyers and approvers."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        about = f"{body['round_id']}:{body['school_urn']}"
        yield from mails_to("order_placed", about, people.get(body["school_urn"], []), letters.order_placed(body))


@queued
def tell_of_leavers(news: News) -> Iterator[Mail]:
    """LeavingRecorded: the school's buyers and approvers, and the business managers if the school decided it."""
    people = news.at_schools((body["urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        about = f"{body['urn']}:{body['left_on']}"
        if body["by_school"]:
            yield from mails_to("school_leaves", about, news.managers, leaving_letters.school_leaves(body))
        to = sorted(set(people.get(body["urn"], ())))
        yield from mails_to("membership_ends", about, to, leaving_letters.membership_ends(body))


@queued
def tell_of_closed_rounds(news: News) -> Iterator[Mail]:
    """RoundClosed: the business managers."""
    for body in news.bodies:
        yield from mails_to("round_closed", body["round_id"], news.managers, letters.round_closed(body))


@queued
def tell_of_purchase_orders(news: News) -> Iterator[Mail]:
    """PurchaseOrderIssued: the supplier's people."""
    people = news.at_suppliers(with_order_addresses=False)
    for body in news.bodies:
        to = people.get(body["supplier_id"], [])
        words = letters.purchase_order_issued(body)
        encloses = Enclosure(body["purchase_order_id"], body["supplier_id"])
        yield from mails_to("purchase_order_issued", body["purchase_order_id"], to, words, encloses=encloses)


@queued
def tell_of_revised_orders(news: News) -> Iterator[Mail]:
    """PurchaseOrderAmended: the supplier's people."""
    people = news.at_suppliers(with_order_addresses=False)
    for body in news.bodies:
        about = f"{body['purchase_order_id']}:{body['revision']}"
        encloses = Enclosure(body["purchase_order_id"], body["supplier_id"], body["revision"])
        to = people.get(body["supplier_id"], [])
        yield from mails_to(
            "purchase_order_revised", about, to, letters.purchase_order_revised(body), encloses=encloses
        )


@queued
def tell_of_answers(news: News) -> Iterator[Mail]:
    """PurchaseOrderAcknowledged: the business managers."""
    for body in news.bodies:
        about = f"{body['purchase_order_id']}:{body['answer']}"
        words = letters.purchase_order_answered(body)
        yield from mails_to("purchase_order_answered", about, news.managers, words)


@queued
def tell_of_overdue_answers(news: News) -> Iterator[Mail]:
    """AnswerOverdue: the supplier's people, and the business managers."""
    people = news.at_suppliers()
    for body in news.bodies:
        about = f"{body['purchase_order_id']}:{body['due_at']}"
        to = people.get(body["supplier_id"], [])
        yield from mails_to("answer_wanted", about, to, letters.answer_wanted(body))
        yield from mails_to("answer_overdue", about, news.managers, letters.answer_overdue(body))


@queued
def tell_of_overdue_receipts(news: News) -> Iterator[Mail]:
    """ReceiptsOverdue: the buyers and approvers of the schools that have not recorded what arrived."""
    people = news.at_schools((urn for body in news.bodies for urn in body["school_urns"]), _ORDERING)
    for body in news.bodies:
        about = f"{body['purchase_order_id']}:{body['due_at']}"
        to = sorted({person for urn in body["school_urns"] for person in people.get(urn, ())})
        yield from mails_to("receipt_wanted", about, to, letters.receipt_wanted(body))


def _to_approvers(news: News, kind: str, say: Callable[[Body], Words]) -> Iterator[Mail]:
    """All approvers of the school but those who cannot decide any more: who sent the order, and who did this."""
    approvers = news.at_schools((body["school_urn"] for body in news.bodies), _APPROVERS)
    for body in news.bodies:
        people = [
            person
            for person in approvers.get(body["school_urn"], ())
            if person not in (body["by_id"], body["sent_by_id"])
        ]
        yield from mails_to(kind, _moment_of(body), people, say(body), _closes_at(body))


def _to_sender(news: News, kind: str, say: Callable[[Body], Words]) -> Iterator[Mail]:
    for body in news.bodies:
        to = [body["sent_by_id"]] if body["sent_by_id"] else []
        yield from mails_to(kind, _moment_of(body), to, say(body))


def _closes_at(body: Body) -> datetime:
    return datetime.fromisoformat(body["closes_at"])


def _moment_of(body: Body) -> str:
    return f"{body['round_id']}:{body['school_urn']}:{body['at']}"
