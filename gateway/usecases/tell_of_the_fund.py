"""Queue mail about schools' contributions to the partnership fund."""

from collections.abc import Callable, Iterator

from gateway.domain import fund_letters
from gateway.domain.letters import Body, Words
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued


@queued
def tell_of_asked_contributions(news: News) -> Iterator[Mail]:
    """FundContributionAsked: the school's governors and approvers, who put it before the governors."""
    return _to_those_asked(news, "asked_at", fund_letters.contribution_asked)


@queued
def tell_of_withdrawn_contributions(news: News) -> Iterator[Mail]:
    """FundContributionWithdrawn: the same people."""
    return _to_those_asked(news, "withdrawn_at", fund_letters.contribution_withdrawn)


@queued
def tell_of_billed_contributions(news: News) -> Iterator[Mail]:
    """FundContributionBilled: the school's buyers and approvers, as of any bill."""
    people = news.at_schools((body["school_urn"] for body in news.bodies), ("school_buyer", "school_approver"))
    for body in news.bodies:
        to = sorted(set(people.get(body["school_urn"], ())))
        yield from mails_to("bill_issued", body["bill_id"], to, fund_letters.contribution_billed(body))


def _to_those_asked(news: News, moment: str, letter: Callable[[Body], Words]) -> Iterator[Mail]:
    people = news.at_schools((body["school_urn"] for body in news.bodies), ("governor", "school_approver"))
    for body in news.bodies:
        about = f"{body['fund_contribution_id']}:{body[moment]}"
        to = sorted(set(people.get(body["school_urn"], ())))
        yield from mails_to("contribution_asked", about, to, letter(body))
