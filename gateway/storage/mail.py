"""The queue of mail: queued in the transaction of what it tells of, sent by the worker."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

_QUEUE = text("""
    INSERT INTO mail (key, kind, to_person_id, to_address, subject, text, link, state, queued_at, expires_at, due_at)
    SELECT m.key, m.kind, m.to_person_id, m.to_address, m.subject, m.text, m.link,
        CASE CASE WHEN m.required THEN 'at_once' ELSE coalesce(c.delivery, m.delivery) END
            WHEN 'off' THEN 'off'
            WHEN 'digest' THEN CASE WHEN m.expires_at > :next_digest THEN 'gathered' ELSE 'queued' END
            ELSE 'queued' END,
        :now, m.expires_at, :now
    FROM jsonb_to_recordset(CAST(:mails AS jsonb)) AS m(
        key text, kind text, to_person_id uuid, to_address text, subject text, text text, link text,
        expires_at timestamptz, delivery text, required boolean)
    LEFT JOIN mail_choice c ON c.person_id = m.to_person_id AND c.kind = m.kind
    ON CONFLICT (key) DO NOTHING
""")


def insert_mails(
    connection: Connection, mails: Sequence[dict[str, Any]], *, now: datetime, next_digest: datetime
) -> None:
    """Queue or gather mails as their kind and their person's choice say; those whose key is known are passed over.

    Each has the columns of `mail` that its sender knows, `delivery` (the kind's own) and `required`. One that would be
    of no use any more by the next digest is sent at once instead.
    """
    connection.execute(_QUEUE, {"mails": json.dumps(list(mails), default=str), "now": now, "next_digest": next_digest})
