"""Mail about bills: to the people of the school that is billed, and to the managers what it disputes."""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.domain import bill_letters as letters
from gateway.domain.letters import Body, Words
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued

_ORDERING: Final = ("school_buyer", "school_approver")


@queued
def tell_of_bills(news: News) -> Iterator[Mail]:
    """BillIssued: the buyers and approvers of the school that is billed."""
    yield from _to_schools(news, "bill_issued", "{bill_id}", letters.bill_issued)


@queued
def tell_of_direct_bills(news: News) -> Iterator[Mail]:
    """DirectBillRecorded: the same people, once for each bill, whatever becomes of it later."""
    yield from _to_schools(news, "bill_issued", "{bill_id}", letters.direct_bill_recorded)


@queued
def tell_of_bill_reminders(news: News) -> Iterator[Mail]:
    """BillReminderDue: the buyers and approvers of the school that has not paid, and nobody else."""
    yield from _to_schools(news, "bill_reminder", "{bill_id}:{reminder}", letters.bill_reminder)


@queued
def tell_of_disputes(news: News) -> Iterator[Mail]:
    """BillDisputed: the business managers."""
    for body in news.bodies:
        yield from mails_to("bill_disputed", body["dispute_id"], news.managers, letters.bill_disputed(body))


@queued
def tell_of_dispute_answers(news: News) -> Iterator[Mail]:
    """BillDisputeAnswered: the people of the school that disputed the line; again where an answer is taken back."""
    yield from _to_schools(news, "dispute_answered", "{dispute_id}:{decision}", letters.dispute_answered)


@queued
def tell_of_credit_notes(news: News) -> Iterator[Mail]:
    """CreditNoteIssued: the same people as of the bill."""
    yield from _to_schools(news, "bill_issued", "{credit_note_id}", letters.credit_note_issued)


def _to_schools(news: News, kind: str, about: str, words: Callable[[Body], Words]) -> Iterator[Mail]:
    """A mail to each buyer and approver of every event's school; `about` names what makes it one, of the event."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        yield from mails_to(kind, about.format(**body), people.get(body["school_urn"], []), words(body))
