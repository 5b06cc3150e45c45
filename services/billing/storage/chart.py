"""The chart of accounts."""

from typing import Any

from sqlalchemy import Connection, Row, text

_ACCOUNTS = text("SELECT code, name, kind, cfr_code, academies_code FROM account ORDER BY code")


def accounts(connection: Connection) -> list[Row[Any]]:
    """Every account by code, with its codes in a maintained school's and in an academy's books."""
    return list(connection.execute(_ACCOUNTS))
