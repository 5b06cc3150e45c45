"""How people chose to get each kind of mail."""

import json
from collections.abc import Mapping
from typing import cast

from sqlalchemy import Connection, text

from gateway.domain.mail import Delivery

_FIND = text("SELECT kind, delivery FROM mail_choice WHERE person_id = :person_id")
_STORE = text("""
    INSERT INTO mail_choice (person_id, kind, delivery)
    SELECT :person_id, key, value FROM jsonb_each_text(CAST(:choices AS jsonb))
    ON CONFLICT (person_id, kind) DO UPDATE SET delivery = excluded.delivery
""")
_DROP_GATHERED = text("UPDATE mail SET state = 'off' WHERE to_person_id = :person_id AND state = 'gathered'")


def find_choices(connection: Connection, person_id: str) -> dict[str, Delivery]:
    """What the person chose, by kind; kinds without a choice are left out."""
    rows = connection.execute(_FIND, {"person_id": person_id})
    return {row.kind: cast(Delivery, row.delivery) for row in rows}


def store_choices(connection: Connection, person_id: str, choices: Mapping[str, Delivery]) -> None:
    """Keep choices over those that were made before."""
    connection.execute(_STORE, {"person_id": person_id, "choices": json.dumps(dict(choices))})


def drop_gathered(connection: Connection, person_id: str) -> None:
    """Let go what waits for the person's next digest."""
    connection.execute(_DROP_GATHERED, {"person_id": person_id})
