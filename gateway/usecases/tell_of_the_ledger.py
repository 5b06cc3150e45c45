"""Queue mail to the alliance's managers about its ledger."""

from collections.abc import Iterator

from gateway.domain import ledger_letters
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued


@queued
def tell_of_proposed_journals(news: News) -> Iterator[Mail]:
    """ManualJournalProposed: the managers who may approve it, all but the one who proposed it."""
    for body in news.bodies:
        to = [person_id for person_id in news.managers if person_id != body["proposer_id"]]
        yield from mails_to("journal_waiting", body["manual_journal_id"], to, ledger_letters.journal_waiting(body))
