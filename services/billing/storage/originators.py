"""From which of the alliance's bank accounts suppliers are paid, and under which Bacs service user number."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

_LIST = text("""
    SELECT CAST(a.bank_account_id AS text) AS bank_account_id, a.account, a.name, o.service_user_number,
        coalesce(o.sort_code, a.sort_code) AS sort_code, coalesce(o.account_number, a.account_number) AS account_number,
        o.account_name, coalesce(o.version, 0) AS version
    FROM bank_account a LEFT JOIN payment_originator o USING (bank_account_id)
    WHERE a.purpose = 'general' ORDER BY o.version IS NULL, a.name, a.account
""")
_SAVE = text("""
    INSERT INTO payment_originator (bank_account_id, service_user_number, sort_code, account_number, account_name)
    VALUES (:bank_account_id, :service_user_number, :sort_code, :account_number, :account_name)
    ON CONFLICT (bank_account_id) DO UPDATE SET service_user_number = excluded.service_user_number,
        sort_code = excluded.sort_code, account_number = excluded.account_number,
        account_name = excluded.account_name, version = payment_originator.version + 1
""")
_LOCK = text("SELECT pg_advisory_xact_lock(x'62616373'::bigint)")


def list_originators(connection: Connection) -> list[Row[Any]]:
    """The accounts that are not the fund's, those that can pay first; version 0 where nothing is set yet."""
    return list(connection.execute(_LIST))


def lock_originators(connection: Connection) -> None:
    """Let one transaction at a time change them."""
    connection.execute(_LOCK)


def save_originator(connection: Connection, row: Mapping[str, Any]) -> None:
    """Set how an account pays: service_user_number, sort_code, account_number, account_name."""
    connection.execute(_SAVE, dict(row))
