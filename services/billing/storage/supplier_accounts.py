"""The bank accounts of suppliers, each from a day on, as members tells of them once they are confirmed and due."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from services.billing.storage.bulk import insert_rows

_COLUMNS: Final = ("supplier_id", "from_on", "account_name", "sort_code", "account_number")


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
