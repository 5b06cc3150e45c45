"""Mail about suppliers' answers: to managers what to decide, to schools what it means, to suppliers the end."""

from collections.abc import Iterator

from gateway.domain import answer_letters as letters
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued

_APPROVERS = ("school_approver",)
_ORDERING = ("school_buyer", "school_approver")


@queued
def tell_of_offered_changes(news: News) -> Iterator[Mail]:
    """ChangesOffered: the business managers."""
    for body in news.bodies:
        yield from mails_to("changes_offered", body["answer_id"], news.managers, letters.changes_offered(body))


@queued
def tell_of_wanted_consents(news: News) -> Iterator[Mail]:
    """ConsentWanted: the approvers of the school that would pay more."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _APPROVERS)
    for body in news.bodies:
        about = f"{body['answer_id']}:{body['school_urn']}"
        to = people.get(body["school_urn"], [])
        yield from mails_to("consent_wanted", about, to, letters.consent_wanted(body))


@queued
def tell_of_overdue_decisions(news: News) -> Iterator[Mail]:
    """DecisionOverdue: the business managers, and the approvers of the schools that are waited for."""
    people = news.at_schools((urn for body in news.bodies for urn in body["school_urns"]), _APPROVERS)
    for body in news.bodies:
        about = f"{body['answer_id']}:{body['due_at']}"
        to = sorted({person for urn in body["school_urns"] for person in people.get(urn, ())})
        yield from mails_to("changes_offered", about, news.managers, letters.decision_wanted(body))
        yield from mails_to("consent_wanted", about, to, letters.consent_still_wanted(body))


@queued
def tell_of_amended_drops(news: News) -> Iterator[Mail]:
    """DropAmended: the buyers and approvers of the school whose part changed."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), _ORDERING)
    for body in news.bodies:
        about = f"{body['purchase_order_id']}:{body['revision']}:{body['school_urn']}"
        to = people.get(body["school_urn"], [])
        yield from mails_to("drop_amended", about, to, letters.drop_amended(body))


@queued
def tell_of_decided_changes(news: News) -> Iterator[Mail]:
    """ChangesDecided: the supplier's people."""
    people = news.at_suppliers()
    for body in news.bodies:
        to = people.get(body["supplier_id"], [])
        yield from mails_to("changes_decided", body["answer_id"], to, letters.changes_decided(body))
