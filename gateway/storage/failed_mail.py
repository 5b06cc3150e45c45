"""Mail that could not be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

_LIST = text("""
    SELECT m.mail_id, m.kind, coalesce(m.to_address, p.email) AS address, m.subject, m.queued_at, m.tries,
        coalesce(m.error, 'no worker could finish it') AS error
    FROM mail m LEFT JOIN person p ON p.person_id = m.to_person_id
    WHERE m.state = 'failed' ORDER BY m.mail_id
""")
_REQUEUE = text("""
    UPDATE mail SET state = 'queued', tries = 0, error = NULL, due_at = :now, expires_at = :expires_at
    WHERE mail_id = :mail_id AND state = 'failed'
""")
_DISCARD = text("""
    UPDATE mail SET state = 'discarded', error = concat(CAST(:why AS text), ' (', error, ')')
    WHERE mail_id = :mail_id AND state = 'failed'
""")


def list_failed_mail(connection: Connection) -> Sequence[Row[Any]]:
    """The dead letters, the oldest first."""
    return connection.execute(_LIST).all()


def requeue_mail(connection: Connection, mail_id: int, *, now: datetime, expires_at: datetime) -> bool:
    """Queue a dead letter anew; False if it is none."""
    names = {"mail_id": mail_id, "now": now, "expires_at": expires_at}
    return connection.execute(_REQUEUE, names).rowcount == 1


def discard_mail(connection: Connection, mail_id: int, why: str) -> bool:
    """Let a dead letter go, keeping why; False if it is none."""
    return connection.execute(_DISCARD, {"mail_id": mail_id, "why": why}).rowcount == 1
