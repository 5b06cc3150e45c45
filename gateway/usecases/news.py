"""What has happened, as people are told of it by mail: once each, and only while it is news.

What happened more than a week ago is no news any more: an event read late, or a whole history read anew, tells nobody.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property, wraps
from typing import Any

from sqlalchemy import Connection

from contracts.london import london_day
from gateway.domain.letters import Words
from gateway.domain.mail import KEPT_UNSENT, Enclosure, Mail, one_line
from gateway.storage.recipients import managers, people_of_schools, people_of_suppliers
from gateway.storage.suppliers import order_readers
from gateway.usecases.queue_mail import queue_mails

Body = Mapping[str, Any]


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

    def at_suppliers(self, *, with_order_addresses: bool = True) -> dict[str, list[str]]:
        """The ids of the people of the bodies' suppliers, by supplier.

        `with_order_addresses` False leaves out those who read the address for orders, where it gets a mail of its own.
        """
        found: dict[str, list[str]] = {}
        wanted = sorted({body["supplier_id"] for body in self.bodies})
        readers = set() if with_order_addresses else order_readers(self._connection, wanted)
        for holder in people_of_suppliers(self._connection, wanted, self._today):
            if holder.person_id in readers:
                continue
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


def queued(mails_of: Callable[[News], Iterator[Mail]]) -> Callable[[News], None]:
    """Queue all mail of some news in one statement."""

    @wraps(mails_of)
    def tell(news: News) -> None:
        news.queue(mails_of(news))

    return tell


def mails_to(
    kind: str,
    about: str,
    people: Sequence[str],
    words: Words,
    expires_at: datetime | None = None,
    encloses: Enclosure | None = None,
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
            encloses=encloses,
        )
