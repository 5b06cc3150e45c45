"""The queue of mail: queued in the transaction of what it tells of, sent by the worker."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gateway.domain.mail import KINDS, RETRIES

_QUEUE = text("""
    INSERT INTO mail (key, kind, to_person_id, to_address, subject, text, link, encloses, state, queued_at, expires_at,
        due_at)
    SELECT m.key, m.kind, m.to_person_id, m.to_address, m.subject, m.text, m.link,
        nullif(m.encloses, 'null'),
        CASE CASE WHEN m.required THEN 'at_once' ELSE coalesce(c.delivery, m.delivery) END
            WHEN 'off' THEN 'off'
            WHEN 'digest' THEN CASE WHEN m.expires_at > :next_digest THEN 'gathered' ELSE 'queued' END
            ELSE 'queued' END,
        :now, m.expires_at, :now
    FROM jsonb_to_recordset(CAST(:mails AS jsonb)) AS m(
        key text, kind text, to_person_id uuid, to_address text, subject text, text text, link text,
        encloses jsonb, expires_at timestamptz, delivery text, required boolean)
    LEFT JOIN mail_choice c ON c.person_id = m.to_person_id AND c.kind = m.kind
    ON CONFLICT (key) DO NOTHING
""")
_READY = """
    m.state = 'queued' AND m.due_at <= :now AND m.tries < cardinality(CAST(:retries AS interval[]))
        AND coalesce(m.to_address, p.email) IS NOT NULL
"""
_IS_DUE = text(f"""
    SELECT EXISTS (SELECT 1 FROM mail m LEFT JOIN person p ON p.person_id = m.to_person_id WHERE {_READY})
""")  # noqa: S608 -- a condition of this module
# A claim counts as a try and puts the next one off, so that nobody else sends the same mail meanwhile, and a worker
# that dies over it costs no more than the wait.
_CLAIM = text(f"""
    UPDATE mail SET tries = tries + 1, due_at = :now + (CAST(:retries AS interval[]))[tries + 1]
    FROM (
        SELECT m.mail_id, coalesce(m.to_address, p.email) AS address
        FROM mail m LEFT JOIN person p ON p.person_id = m.to_person_id
        WHERE {_READY}
        ORDER BY m.due_at, m.mail_id LIMIT 1 FOR UPDATE OF m SKIP LOCKED
    ) next
    WHERE mail.mail_id = next.mail_id
    RETURNING mail.mail_id, mail.message_id::text, mail.kind, mail.to_person_id::text, next.address, mail.subject,
        mail.text, mail.link, mail.queued_at, mail.tries, mail.encloses
""")  # noqa: S608 -- a condition of this module
_PARTS = text("SELECT subject, text, link FROM mail WHERE digest_id = :mail_id ORDER BY mail_id")
_SENT = text("""
    UPDATE mail SET state = 'sent', sent_at = :now, error = NULL,
        text = CASE WHEN kind = ANY (:secret) THEN '' ELSE text END,
        link = CASE WHEN kind = ANY (:secret) THEN NULL ELSE link END
    WHERE mail_id = :mail_id AND state = 'queued'
""")
_PUT_OFF = text("""
    UPDATE mail SET tries = tries - 1, due_at = :until WHERE mail_id = :mail_id AND state = 'queued'
""")
_NOT_SENT = text("""
    UPDATE mail SET error = :error, state = CASE WHEN :for_good THEN 'failed' ELSE state END
    WHERE mail_id = :mail_id AND state = 'queued'
""")
_DIGEST = text("""
    WITH digest AS (
        INSERT INTO mail (key, kind, to_person_id, subject, text, link, state, queued_at, expires_at, due_at)
        SELECT concat('digest:', to_person_id, ':', CAST(:day AS date)), 'digest', to_person_id,
            CASE count(*) WHEN 1 THEN max(subject) ELSE concat(count(*), ' notices from Bursar') END,
            '', NULL, 'queued', :now, :expires_at, :now
        FROM mail WHERE state = 'gathered'
        GROUP BY to_person_id HAVING min(queued_at) < :due
        ON CONFLICT (key) DO NOTHING
        RETURNING mail_id, to_person_id
    )
    UPDATE mail SET state = 'digested', digest_id = digest.mail_id
    FROM digest WHERE mail.to_person_id = digest.to_person_id AND mail.state = 'gathered'
""")
_GIVE_UP = text("""
    UPDATE mail SET state = CASE WHEN expires_at <= :now THEN 'expired' ELSE 'failed' END
    WHERE state = 'gathered' AND expires_at <= :now
        OR state = 'queued' AND (expires_at <= :now OR tries >= :most AND due_at <= :now)
""")
_DELETE = text("DELETE FROM mail WHERE queued_at < :moment AND state NOT IN ('queued', 'gathered', 'failed')")
_KNOWN_KEYS = text("SELECT key FROM mail WHERE key = ANY (:keys)")
_COUNTS = text("""
    SELECT state, count(*), min(queued_at) FROM mail WHERE state IN ('queued', 'gathered', 'failed') GROUP BY state
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this worker, and no other, is to send now; `tries` counts this try."""

    mail_id: int
    message_id: str
    kind: str
    person_id: str | None
    address: str
    subject: str
    text: str
    link: str | None
    queued_at: datetime
    tries: int
    encloses: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One notice of a digest."""

    subject: str
    text: str
    link: str | None


def known_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Those of the keys under which a mail was queued before."""
    return set(connection.execute(_KNOWN_KEYS, {"keys": list(keys)}).scalars())


def insert_mails(
    connection: Connection, mails: Sequence[dict[str, Any]], *, now: datetime, next_digest: datetime
) -> None:
    """Queue or gather mails as their kind and their person's choice say; those whose key is known are passed over.

    Each has the columns of `mail` that its sender knows, `delivery` (the kind's own) and `required`. One that would be
    of no use any more by the next digest is sent at once instead.
    """
    connection.execute(_QUEUE, {"mails": json.dumps(list(mails), default=str), "now": now, "next_digest": next_digest})


def is_mail_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to send. Mail to a person nobody told of yet waits."""
    return bool(connection.execute(_IS_DUE, {"now": now, "retries": list(RETRIES)}).scalar_one())


def claim_mail(connection: Connection, now: datetime) -> Claimed | None:
    """The mail that has been due for longest; None if nothing is."""
    row = connection.execute(_CLAIM, {"now": now, "retries": list(RETRIES)}).one_or_none()
    return Claimed(*row) if row else None


def digest_parts(connection: Connection, mail_id: int) -> list[Part]:
    """The notices of a digest, oldest first."""
    return [Part(*row) for row in connection.execute(_PARTS, {"mail_id": mail_id})]


def mark_sent(connection: Connection, mail_id: int, now: datetime) -> None:
    """Keep that the mail was taken; the words of a secret kind are forgotten."""
    secret = [name for name, kind in KINDS.items() if kind.secret]
    connection.execute(_SENT, {"mail_id": mail_id, "now": now, "secret": secret})


def put_off(connection: Connection, mail_id: int, until: datetime) -> None:
    """Send a claimed mail later, because something that it needs is not there yet: no try, and no fault of its own."""
    connection.execute(_PUT_OFF, {"mail_id": mail_id, "until": until})


def mark_not_sent(connection: Connection, mail_id: int, error: str, *, for_good: bool) -> None:
    """Keep why the mail was not taken; `for_good` makes it a dead letter."""
    connection.execute(_NOT_SENT, {"mail_id": mail_id, "error": error[:500], "for_good": for_good})


def gather_digests(connection: Connection, *, due: datetime, day: str, now: datetime, expires_at: datetime) -> int:
    """Queue one digest for each person for whom something was gathered before `due`; the number of notices in them.

    `day` (ISO) is the digest's: there is one a day for each person, however many workers try.
    """
    names = {"due": due, "day": day, "now": now, "expires_at": expires_at}
    return connection.execute(_DIGEST, names).rowcount


def give_up(connection: Connection, now: datetime) -> int:
    """Expire what is of no use any more, and make dead letters of what no worker could finish; how many."""
    return connection.execute(_GIVE_UP, {"now": now, "most": len(RETRIES)}).rowcount


def delete_mail_before(connection: Connection, moment: datetime) -> int:
    """Remove mail queued before the moment that is done with; the number removed."""
    return connection.execute(_DELETE, {"moment": moment}).rowcount


def waiting_mail(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """For `queued`, `gathered` and `failed`, where there are any: how many, and since when the oldest."""
    return {state: (count, oldest) for state, count, oldest in connection.execute(_COUNTS)}
