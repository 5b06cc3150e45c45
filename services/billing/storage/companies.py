"""What invoices and bills say of the alliance and of suppliers, as members last told of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from services.billing.storage.bulk import insert_rows

_OWN: Final = ("name", "legal_name", "address", "endpoint", "vat_number", "email", "telephone")
_DETAILS: Final = ("email", "vat_number", "address", "endpoint", "company_number", "telephone", "school_urn")
_FIND_ALLIANCE = text(f"SELECT {', '.join(_OWN)} FROM alliance")  # noqa: S608 -- column names of this module
_FIND_SUPPLIER = text(f"""
    SELECT supplier_id, supplier.name, {", ".join(_DETAILS)}
    FROM supplier_details JOIN supplier USING (supplier_id) WHERE supplier_id = :supplier_id
""")  # noqa: S608 -- column names of this module


def record_alliance(connection: Connection, body: Mapping[str, Any]) -> None:
    """Keep the alliance's own details (the body of AllianceRecorded)."""
    row = {"one": True, **{name: body[name] for name in _OWN}}
    insert_rows(connection, "alliance", [row], f"ON CONFLICT (one) DO UPDATE SET {_replaced(_OWN)}")


def record_supplier_details(connection: Connection, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Keep the suppliers' details (bodies of SupplierRecorded); version 1 tells of e-mail and VAT number alone."""
    last = {body["supplier_id"]: body for body in bodies}
    rows = [
        {"supplier_id": supplier_id, **{name: body.get(name) for name in _DETAILS}}
        for supplier_id, body in last.items()
    ]
    insert_rows(connection, "supplier_details", rows, f"ON CONFLICT (supplier_id) DO UPDATE SET {_replaced(_DETAILS)}")


def find_alliance(connection: Connection) -> Mapping[str, Any] | None:
    """The alliance's name, legal_name, address, endpoint, vat_number, email and telephone; None before the first."""
    row = connection.execute(_FIND_ALLIANCE).mappings().one_or_none()
    return None if row is None else dict(row)


def find_supplier(connection: Connection, supplier_id: str) -> Mapping[str, Any] | None:
    """A supplier's name and details, if the actor may see them."""
    row = connection.execute(_FIND_SUPPLIER, {"supplier_id": supplier_id}).mappings().one_or_none()
    return None if row is None else dict(row)


def _replaced(columns: Sequence[str]) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)
