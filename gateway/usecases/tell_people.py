"""Queue mail to the people whom events concern, in the transaction in which the events are applied.

What happened more than a week ago is no news any more: an event read late, or a whole history read anew, tells nobody.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property, wraps
from typing import Any, Final

from sqlalchemy import Connection

from contracts.london import london_day
from gateway.domain import letters
from gateway.domain.letters import Words
from gateway.domain.mail import KEPT_UNSENT, Mail, one_line
from gateway.storage.recipients import managers, people_of_schools, people_of_suppliers
from gateway.usecases.queue_mail import queue_mails

Body = Mapping[str, Any]

_BUYERS: Final = ("school_buyer",)
_APPROVERS: Final = ("school_approver",)
_ORDERING: Final = (*_BUYERS, *_APPROVERS)


class News:
    """The bodies of some events of one type, and the transaction in which people are told of them.

    `happened` is (when, body) of each event, news for `fresh_for`. Mail that is of no use after a moment is not queued
    after it.
    """

    def __init__(
        self,
        connection: Connection,
        happened: Iterable[tuple[datetime, Body]],
        now: datetime | None = None,
        *,
        fresh_for: timedelta = KEPT_UNSENT,
    ) -> None:
        self._connection = connection
        self.now = now or datetime.now(UTC)
        self._today = london_day(self.now)
        self.bodies = [body for at, body in happened if at > self.now - fresh_for]

    def at_schools(self, urns: Iterable[int], roles: Sequence[str]) -> dict[int, list[str]]:
        """The ids of the people who hold one of the roles, by school."""
        found: dict[int, list[str]] = {}
        for holder in people_of_schools(self._connection, sorted(set(urns)), roles, self._today):
            found.setdefault(holder.school_urn or 0, []).append(holder.person_id)
        return found

    def at_suppliers(self) -> dict[str, list[str]]:
        """The ids of the people of the bodies' suppliers, by supplier."""
        found: dict[str, list[str]] = {}
        wanted = sorted({body["supplier_id"] for body in self.bodies})
        for holder in people_of_suppliers(self._connection, wanted, self._today):
            found.setdefault(holder.supplier_id or "", []).append(holder.person_id)
        return found

    @cached_property
    def managers(self) -> list[str]:
        """The ids of the business managers."""
        return managers(self._connection, self._today)

    def queue(self, mails: Iterable[Mail]) -> None:
        """Queue what is still of use."""
        useful = [mail for mail in mails if mail.expires_at is None or mail.expires_at > self.now]
        queue_mails(self._connection, useful, now=self.now)


def _queued(mails_of: Callable[[News], Iterator[Mail]]) -> Callable[[News], None]:
    """Queue all mail of some news in one statement."""

    @wraps(mails_of)
    def tell(news: News) -> None:
        news.queue(mails_of(news))

    return tell


@_queued
def tell_of_openings(news: News) -> Iterator[Mail]:
    """RoundOpened: the buyers of the schools that may order, each once however many schools they buy for."""
    buyers = news.at_schools((urn for body in news.bodies for urn in body["school_urns"]), _BUYERS)
    for body in news.bodies:
        people = sorted({person for urn in body["school_urns"] for person in buyers.get(urn, ())})
        yield from _mails("round_opened", body["round_id"], people, letters.round_opened(body), _closes_at(body))


@_queued
def tell_of_failed_openings(news: News) -> Iterator[Mail]:
    """RoundOpeningFailed: the business managers."""
    for body in news.bodies:
        about = f"{body['round_id']}:{london_day(news.now)}"
        yield from _mails("round_not_opened", about, news.managers, letters.round_not_opened(body))


@_queued
def tell_of_reminders(news: News) -> Iterator[Mail]:
    """RoundReminderDue: the buyers of schools that owe a form, the approvers of those that owe an approval."""
    yield from _to_owing(news, "round_reminder", "due_at")


@_queued
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
            yield from _mails(kind, about, people, say(body, school, news.now), _closes_at(body))


@_queued
def tell_of_sent_orders(news: News) -> Iterator[Mail]:
    """OrderSubmitted: the approvers who may decide on it."""
    yield from _to_approvers(news, "order_waiting", letters.order_waiting)


@_queued
def tell_of_first_approvals(news: News) -> Iterator[Mail]:
    """FirstApprovalGiven: the approvers who may give the second."""
    yield from _to_approvers(news, "order_waiting", letters.second_approval)


@_queued
def tell_of_reminded_approvers(news: News) -> Iterator[Mail]:
    """ApproversReminded: the approvers who may decide on the order."""
    yield from _to_approvers(news, "approval_wanted", letters.approval_wanted)


@_queued
def tell_of_approved_orders(news: News) -> Iterator[Mail]:
    """OrderApproved: the person who had sent it."""
    yield from _to_sender(news, "order_approved", letters.order_approved)


@_queued
def tell_of_returned_orders(news: News) -> Iterator[Mail]:
    """OrderReturned: the person who had sent it."""
    yield from _to_sender(news, "order_returned", letters.order_returned)


@_queued
def tell_of_dropped_orders(news: News) -> Iterator[Mail]:
    """OrderDropped: the school's buyers and approvers."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        to = people.get(body["school_urn"], [])
        yield from _mails("order_dropped", _moment_of(body), to, letters.order_dropped(body))


@_queued
def tell_of_placed_orders(news: News) -> Iterator[Mail]:
    """OrderPlaced: the school's buyers and approvers."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        about = f"{body['round_id']}:{body['school_urn']}"
        yield from _mails("order_placed", about, people.get(body["school_urn"], []), letters.order_placed(body))


@_queued
def tell_of_closed_rounds(news: News) -> Iterator[Mail]:
    """RoundClosed: the business managers."""
    for body in news.bodies:
        yield from _mails("round_closed", body["round_id"], news.managers, letters.round_closed(body))


@_queued
def tell_of_purchase_orders(news: News) -> Iterator[Mail]:
    """PurchaseOrderIssued: the supplier's people."""
    people = news.at_suppliers()
    for body in news.bodies:
        to = people.get(body["supplier_id"], [])
        words = letters.purchase_order_issued(body)
        yield from _mails("purchase_order_issued", body["purchase_order_id"], to, words)


@_queued
def tell_of_overdue_answers(news: News) -> Iterator[Mail]:
    """AnswerOverdue: the supplier's people, and the business managers."""
    people = news.at_suppliers()
    for body in news.bodies:
        about = f"{body['purchase_order_id']}:{body['due_at']}"
        to = people.get(body["supplier_id"], [])
        yield from _mails("answer_wanted", about, to, letters.answer_wanted(body))
        yield from _mails("answer_overdue", about, news.managers, letters.answer_overdue(body))


@_queued
def tell_of_overdue_receipts(news: News) -> Iterator[Mail]:
    """ReceiptsOverdue: the buyers and approvers of the schools that have not recorded what arrived."""
    people = news.at_schools((urn for body in news.bodies for urn in body["school_urns"]), _ORDERING)
    for body in news.bodies:
        about = f"{body['purchase_order_id']}:{body['due_at']}"
        to = sorted({person for urn in body["school_urns"] for person in people.get(urn, ())})
        yield from _mails("receipt_wanted", about, to, letters.receipt_wanted(body))


@_queued
def tell_of_bills(news: News) -> Iterator[Mail]:
    """BillIssued: the buyers and approvers of the school that is billed."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        to = people.get(body["school_urn"], [])
        yield from _mails("bill_issued", body["bill_id"], to, letters.bill_issued(body))


def _to_approvers(news: News, kind: str, say: Callable[[Body], Words]) -> Iterator[Mail]:
    """All approvers of the school but those who cannot decide any more: who sent the order, and who did this."""
    approvers = news.at_schools((body["school_urn"] for body in news.bodies), _APPROVERS)
    for body in news.bodies:
        people = [
            person
            for person in approvers.get(body["school_urn"], ())
            if person not in (body["by_id"], body["sent_by_id"])
        ]
        yield from _mails(kind, _moment_of(body), people, say(body), _closes_at(body))


def _to_sender(news: News, kind: str, say: Callable[[Body], Words]) -> Iterator[Mail]:
    for body in news.bodies:
        to = [body["sent_by_id"]] if body["sent_by_id"] else []
        yield from _mails(kind, _moment_of(body), to, say(body))


def _mails(
    kind: str, about: str, people: Sequence[str], words: Words, expires_at: datetime | None = None
) -> Iterator[Mail]:
    """The same words to several people; `about` and the person make the key, so that each is told once."""
    for person_id in people:
        yield Mail(
            kind=kind,
            key=f"{kind}:{about}:{person_id}",
            subject=one_line(words.subject),
            text=words.text,
            to_person_id=person_id,
            link=words.link,
            expires_at=expires_at,
        )


def _closes_at(body: Body) -> datetime:
    return datetime.fromisoformat(body["closes_at"])


def _moment_of(body: Body) -> str:
    return f"{body['round_id']}:{body['school_urn']}:{body['at']}"
