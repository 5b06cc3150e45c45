"""What documents say of the alliance and of suppliers, as members last told of them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

_DETAILS = "email, vat_number, address, endpoint, company_number, telephone, school_urn"
_OWN = "name, legal_name, address, endpoint, vat_number, email, telephone"
_SUPPLIERS = text(f"""
    INSERT INTO supplier_details (supplier_id, {_DETAILS})
    SELECT supplier_id, {_DETAILS} FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(
        supplier_id uuid, email text, vat_number text, address jsonb, endpoint jsonb, company_number text,
        telephone text, school_urn integer)
    ON CONFLICT (supplier_id) DO UPDATE SET ({_DETAILS})
        = ({", ".join("excluded." + column for column in _DETAILS.split(", "))})
""")  # noqa: S608 -- column names of this module
_ALLIANCE = text(f"""
    INSERT INTO alliance ({_OWN})
    SELECT {_OWN} FROM jsonb_to_record(CAST(:body AS jsonb)) AS b(
        name text, legal_name text, address jsonb, endpoint jsonb, vat_number text, email text, telephone text)
    ON CONFLICT (one) DO UPDATE SET ({_OWN}) = ({", ".join("excluded." + column for column in _OWN.split(", "))})
""")  # noqa: S608 -- column names of this module
_FIND_ALLIANCE = text(f"SELECT {_OWN} FROM alliance")  # noqa: S608 -- column names of this module
_FIND_SUPPLIER = text("""
    SELECT supplier.name, details.* FROM supplier_details details JOIN supplier USING (supplier_id)
    WHERE supplier_id = :supplier_id
""")


def record_supplier_details(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the suppliers' details (bodies of SupplierRecorded); version 1 tells of e-mail and VAT number alone."""
    last = {body["supplier_id"]: body for body in bodies}
    connection.execute(_SUPPLIERS, {"bodies": json.dumps(list(last.values()))})


def record_alliance(connection: Connection, body: Mapping[str, Any]) -> None:
    """Keep the alliance's own details (the body of AllianceRecorded)."""
    connection.execute(_ALLIANCE, {"body": json.dumps(dict(body))})


def find_alliance(connection: Connection) -> Mapping[str, Any] | None:
    """The alliance's name, legal_name, address, endpoint, vat_number, email and telephone; None before the first."""
    row = connection.execute(_FIND_ALLIANCE).mappings().one_or_none()
    return None if row is None else dict(row)


def find_supplier(connection: Connection, supplier_id: str) -> Mapping[str, Any] | None:
    """A supplier's name and details, if the actor may see them."""
    row = connection.execute(_FIND_SUPPLIER, {"supplier_id": supplier_id}).mappings().one_or_none()
    return None if row is None else dict(row)
