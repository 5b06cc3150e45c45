"""The bank accounts of suppliers, each from a day on, as members tells of them once they are confirmed and due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, text

from services.billing.storage.bulk import insert_rows

_COLUMNS: Final = ("supplier_id", "from_on", "account_name", "sort_code", "account_number")
_ON = text("""
    SELECT account_name, sort_code, account_number, from_on FROM supplier_account
    WHERE supplier_id = :supplier_id AND from_on <= :day ORDER BY from_on DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class SupplierAccount:
    """Where a supplier is paid from `from_on` on: six digits of sort code, eight of account number."""

    account_name: str
    sort_code: str
    account_number: str
    from_on: date


def record_accounts(connection: Connection, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Keep accounts (bodies of SupplierBankDetailsRecorded); of several from one day the last counts."""
    last = {(body["supplier_id"], body["from_on"]): {name: body[name] for name in _COLUMNS} for body in bodies}
    insert_rows(
        connection,
        "supplier_account",
        list(last.values()),
        "ON CONFLICT (supplier_id, from_on) DO UPDATE SET account_name = excluded.account_name,"
        " sort_code = excluded.sort_code, account_number = excluded.account_number",
    )


def account_on(connection: Connection, supplier_id: str, day: date) -> SupplierAccount | None:
    """The account that counts on a day, for the alliance alone; None while the supplier has confirmed none."""
    row = connection.execute(_ON, {"supplier_id": supplier_id, "day": day}).one_or_none()
    return None if row is None else SupplierAccount(*row)
