"""Send what is due: digests are made up, what is too late is let go, and the rest is handed to the mail server."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from chassis.actor import SERVICE
from chassis.database import Database
from contracts.london import london_day
from gateway.domain.mail import KEPT_UNSENT, RETRIES, Enclosure, last_digest
from gateway.mail.enclosures import Documents, Enclosed, NotReady
from gateway.mail.message import CannotBeAddressed, Letter, Section, message_of
from gateway.mail.metrics import REFUSED, SENT
from gateway.mail.transport import Line, NotTaken, ServerAway, Transport
from gateway.mail.unsubscribe import unsubscribe_token
from gateway.storage.mail import (
    Claimed,
    Part,
    claim_mail,
    digest_parts,
    gather_digests,
    give_up,
    is_mail_due,
    mark_not_sent,
    mark_sent,
    put_off,
)

_log = structlog.get_logger()

Clock = Callable[[], datetime]

_LOOKS_AGAIN: Final = timedelta(seconds=10)
_WAITS_FOR_DOCUMENTS: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, where its pages are (without a slash at the end), and the secret of the unsubscribe addresses."""

    sender: str
    public_url: str
    secret_key: str


def make_up_digests(database: Database, now: datetime) -> int:
    """Make one digest for each person for whom notices were gathered before the latest hour of digests.

    The number of notices in them. Harmless at any time and in several workers: a person has one digest a day.
    """
    due = last_digest(now)
    day = london_day(due).isoformat()
    with database.transaction(SERVICE) as connection:
        give_up(connection, now)
        return gather_digests(connection, due=due, day=day, now=now, expires_at=now + KEPT_UNSENT)


def send_due_mail(
    database: Database,
    transport: Transport,
    letterhead: Letterhead,
    clock: Clock,
    documents: Documents | None = None,
) -> int:
    """Send all that is due, one mail after the other; how many were taken.

    Each is claimed, handed over and marked, so that two workers never send the same one; only if this process dies
    between the last two is it sent again, under the same Message-ID. Raises ServerAway, with the rest still queued.
    """
    with database.transaction(SERVICE) as connection:
        if not is_mail_due(connection, clock()):
            return 0
    taken = 0
    with transport.opened() as line:  # before anything is claimed: a server that is away costs no mail a try
        while claimed := _claim(database, clock()):
            mail, parts = claimed
            enclosed = _enclosed(documents, mail, clock())
            if enclosed is None:
                with database.transaction(SERVICE) as connection:
                    put_off(connection, mail.mail_id, clock() + _LOOKS_AGAIN)
                continue
            taken += _send(database, line, _letter(mail, parts, letterhead, enclosed), letterhead.sender, mail, clock())
    return taken


def _enclosed(documents: Documents | None, mail: Claimed, now: datetime) -> Enclosed | None:
    """What the mail carries; None while it is still being made, which is not waited for without end."""
    if mail.encloses is None or documents is None:
        return Enclosed((), "")
    try:
        return documents.fetch(Enclosure(**mail.encloses))
    except NotReady:
        late = now - mail.queued_at > _WAITS_FOR_DOCUMENTS
        return Enclosed((), "Its documents were not ready: open the order to download them.") if late else None


def _claim(database: Database, now: datetime) -> tuple[Claimed, list[Part]] | None:
    with database.transaction(SERVICE) as connection:
        mail = claim_mail(connection, now)
        if mail is None:
            return None
        return mail, digest_parts(connection, mail.mail_id) if mail.kind == "digest" else []


def _send(database: Database, line: Line, letter: Letter, sender: str, mail: Claimed, now: datetime) -> bool:
    try:
        line.send(message_of(letter, sender))
    except NotTaken as fault:
        return _note(database, mail, str(fault), for_good=fault.for_good)
    except CannotBeAddressed as fault:
        return _note(database, mail, str(fault), for_good=True)
    except ServerAway as fault:
        _note(database, mail, str(fault), for_good=False)
        raise
    with database.transaction(SERVICE) as connection:
        mark_sent(connection, mail.mail_id, now)
    SENT.inc()
    return True


def _note(database: Database, mail: Claimed, error: str, *, for_good: bool) -> bool:
    """Keep a fault; after the last try, and for a fault that will not pass, the mail is a dead letter. False."""
    dead = for_good or mail.tries >= len(RETRIES)
    REFUSED.inc()
    _log.warning("mail_not_sent", mail=mail.mail_id, kind=mail.kind, tries=mail.tries, dead=dead, error=error)
    with database.transaction(SERVICE) as connection:
        mark_not_sent(connection, mail.mail_id, error, for_good=dead)
    return False


def _letter(mail: Claimed, parts: list[Part], letterhead: Letterhead, enclosed: Enclosed) -> Letter:
    root = letterhead.public_url

    def full(link: str | None) -> str | None:
        return f"{root}{link}" if link else None

    words = f"{mail.text}\n\n{enclosed.words}" if enclosed.words else mail.text
    sections = [Section(words, link=full(mail.link))] if mail.kind != "digest" else []
    sections += [Section(part.text, title=part.subject, link=full(part.link)) for part in parts]
    unsubscribe = None
    if mail.kind == "digest" and mail.person_id:
        unsubscribe = f"{root}/unsubscribe/{unsubscribe_token(letterhead.secret_key, mail.person_id)}"
    return Letter(
        message_id=mail.message_id,
        date=mail.queued_at.astimezone(UTC),
        address=mail.address,
        subject=mail.subject,
        sections=sections,
        settings=f"{root}/settings/notifications",
        unsubscribe=unsubscribe,
        attachments=enclosed.files,
    )
