"""Who stands on a bill: the school with where it takes electronic bills, and the account that it pays into."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

_SCHOOL = text("""
    SELECT urn, name, town, postcode, scheme, identifier, vat_number, coalesce(version, 0) AS version
    FROM school LEFT JOIN bill_address ON school_urn = urn WHERE urn = :urn
""")
_RECORD = text("""
    INSERT INTO bill_address AS kept (school_urn, scheme, identifier, vat_number, recorded_by, version)
    VALUES (:urn, :scheme, :identifier, :vat_number, :by, 1)
    ON CONFLICT (school_urn) DO UPDATE SET scheme = excluded.scheme, identifier = excluded.identifier,
        vat_number = excluded.vat_number, recorded_by = excluded.recorded_by, version = kept.version + 1
    WHERE kept.version = :version
""")
_PAY_INTO = text("""
    SELECT name, sort_code, account_number FROM bank_account WHERE purpose = :purpose AND paid_into
""")


def find_school(connection: Connection, urn: int) -> Row[Any] | None:
    """(urn, name, town, postcode, scheme, identifier, vat_number, version) of a school.

    Scheme, identifier and vat_number are None, and the version 0, while nothing is recorded.
    """
    return connection.execute(_SCHOOL, {"urn": urn}).one_or_none()


def record_address(connection: Connection, urn: int, address: Mapping[str, Any], by: str, version: int) -> bool:
    """Keep where a school takes electronic bills: scheme, identifier, and its vat_number or None.

    False if it was recorded anew since `version`.
    """
    return connection.execute(_RECORD, {"urn": urn, **address, "by": by, "version": version}).rowcount == 1


def pay_into(connection: Connection, purpose: str) -> Row[Any] | None:
    """(name, sort_code, account_number) of the account for a purpose that schools pay into, if one is told."""
    return connection.execute(_PAY_INTO, {"purpose": purpose}).one_or_none()
