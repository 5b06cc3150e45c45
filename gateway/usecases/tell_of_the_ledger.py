"""Queue mail to the alliance's managers about what waits for a second one of them."""

from collections.abc import Iterator

from gateway.domain import ledger_letters
from gateway.domain.letters import Body
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued


@queued
def tell_of_proposed_journals(news: News) -> Iterator[Mail]:
    """ManualJournalProposed: the managers who may approve it, all but the one who proposed it."""
    for body in news.bodies:
        to, words = _others(news, body), ledger_letters.journal_waiting(body)
        yield from mails_to("journal_waiting", body["manual_journal_id"], to, words)


@queued
def tell_of_proposed_payments(news: News) -> Iterator[Mail]:
    """PaymentRunProposed: the managers who may approve it, all but the one who proposed it."""
    for body in news.bodies:
        to, words = _others(news, body), ledger_letters.payment_run_waiting(body)
        yield from mails_to("payment_run_waiting", body["payment_run_id"], to, words)


def _others(news: News, body: Body) -> list[str]:
    return [person_id for person_id in news.managers if person_id != body["proposer_id"]]
