"""What becomes of mail that could not be sent: a person puts the fault right and tries again, or lets it go."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from chassis.actor import SERVICE
from chassis.database import Database
from contracts.errors import NotFound
from gateway.domain.mail import KEPT_UNSENT
from gateway.storage.failed_mail import discard_mail, list_failed_mail, requeue_mail


def failed_mails(database: Database) -> Sequence[Row[Any]]:
    """The dead letters: mail_id, kind, address, subject, queued_at, tries, error; the oldest first."""
    with database.transaction(SERVICE) as connection:
        return list_failed_mail(connection)


def retry_failed_mail(database: Database, mail_id: int) -> None:
    """Queue a dead letter anew. Raises NotFound."""
    now = datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        if not requeue_mail(connection, mail_id, now=now, expires_at=now + KEPT_UNSENT):
            raise NotFound(f"Mail {mail_id} is no dead letter.")


def discard_failed_mail(database: Database, mail_id: int, *, who: str, reason: str) -> None:
    """Let a dead letter go; who decided and why stays with it. Raises NotFound, and ValueError without either."""
    if not who.strip() or not reason.strip():
        raise ValueError("Say who decides, and why.")
    with database.transaction(SERVICE) as connection:
        if not discard_mail(connection, mail_id, f"Discarded by {who.strip()}: {reason.strip()}"):
            raise NotFound(f"Mail {mail_id} is no dead letter.")
