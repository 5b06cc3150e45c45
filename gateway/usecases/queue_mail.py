"""Queue mail in the transaction of what it tells of; the gateway's worker sends it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Connection

from gateway.domain.mail import KEPT_UNSENT, KINDS, Enclosure, Mail, next_digest
from gateway.storage.mail import insert_mails


def queue_mail(
    connection: Connection,
    *,
    kind: str,
    subject: str,
    text: str,
    key: str,
    to_person_id: str | None = None,
    to_address: str | None = None,
    link: str | None = None,
    expires_at: datetime | None = None,
    encloses: Enclosure | None = None,
    now: datetime | None = None,
) -> None:
    """Queue one mail, which exists when the caller's transaction commits; see `Mail` for what each part means.

    Queuing the same `key` twice is one mail. Raises ValueError for a kind nobody knows, for none or two recipients.
    """
    mail = Mail(kind, key, subject, text, to_person_id, to_address, link, expires_at, encloses)
    queue_mails(connection, [mail], now=now)


def queue_mails(connection: Connection, mails: Sequence[Mail], *, now: datetime | None = None) -> None:
    """Queue many mails at once, each for its person as they chose: at once, for the digest, or not at all."""
    now = now or datetime.now(UTC)
    rows = [
        asdict(mail)
        | {
            "expires_at": mail.expires_at or now + KEPT_UNSENT,
            "delivery": KINDS[mail.kind].delivery,
            "required": KINDS[mail.kind].required or mail.to_person_id is None,
        }
        for mail in mails
    ]
    if rows:
        insert_mails(connection, rows, now=now, next_digest=next_digest(now))
