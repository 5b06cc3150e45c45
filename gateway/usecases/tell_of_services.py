"""Mail about recurring services: to approvers what is asked for, to whoever asked what was decided."""

from collections.abc import Iterator
from typing import Final

from gateway.domain import service_letters as letters
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued

_APPROVERS: Final = ("school_approver",)


@queued
def tell_of_wanted_services(news: News) -> Iterator[Mail]:
    """SubscriptionRequested: the school's approvers, but neither who asked nor who has approved already."""
    approvers = news.at_schools((body["school_urn"] for body in news.bodies), _APPROVERS)
    for body in news.bodies:
        done = (body["requested_by_id"], body["approved_by_id"])
        to = [person for person in approvers.get(body["school_urn"], ()) if person not in done]
        about = f"{body['subscription_id']}:{body['approved_by_id'] or ''}"
        yield from mails_to("service_wanted", about, to, letters.service_wanted(body))


@queued
def tell_of_decided_services(news: News) -> Iterator[Mail]:
    """SubscriptionDecided: the person who had asked, unless they took it back themselves."""
    for body in news.bodies:
        to = [body["requested_by_id"]] if body["requested_by_id"] != body["by_id"] else []
        yield from mails_to("service_decided", body["subscription_id"], to, letters.service_decided(body))
