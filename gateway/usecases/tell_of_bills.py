"""Mail about bills: to the people of the school that is billed, and to the managers what it disputes."""

from collections.abc import Iterator
from typing import Final

from gateway.domain import bill_letters as letters
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued

_ORDERING: Final = ("school_buyer", "school_approver")


@queued
def tell_of_bills(news: News) -> Iterator[Mail]:
    """BillIssued: the buyers and approvers of the school that is billed."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        to = people.get(body["school_urn"], [])
        yield from mails_to("bill_issued", body["bill_id"], to, letters.bill_issued(body))


@queued
def tell_of_direct_bills(news: News) -> Iterator[Mail]:
    """DirectBillRecorded: the same people, once for each bill, whatever becomes of it later."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        to = people.get(body["school_urn"], [])
        yield from mails_to("bill_issued", body["bill_id"], to, letters.direct_bill_recorded(body))


@queued
def tell_of_bill_reminders(news: News) -> Iterator[Mail]:
    """BillReminderDue: the buyers and approvers of the school that has not paid, and nobody else."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        about = f"{body['bill_id']}:{body['reminder']}"
        to = people.get(body["school_urn"], [])
        yield from mails_to("bill_reminder", about, to, letters.bill_reminder(body))


@queued
def tell_of_disputes(news: News) -> Iterator[Mail]:
    """BillDisputed: the business managers."""
    for body in news.bodies:
        yield from mails_to("bill_disputed", body["dispute_id"], news.managers, letters.bill_disputed(body))


@queued
def tell_of_dispute_answers(news: News) -> Iterator[Mail]:
    """BillDisputeAnswered: the buyers and approvers of the school that disputed the line."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        to = people.get(body["school_urn"], [])
        yield from mails_to("dispute_answered", body["dispute_id"], to, letters.dispute_answered(body))


@queued
def tell_of_credit_notes(news: News) -> Iterator[Mail]:
    """CreditNoteIssued: the same people as of the bill."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        to = people.get(body["school_urn"], [])
        yield from mails_to("bill_issued", body["credit_note_id"], to, letters.credit_note_issued(body))
