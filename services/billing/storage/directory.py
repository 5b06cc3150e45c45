"""Schools, suppliers, contracts and rounds as other services tell of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from services.billing.storage.bulk import insert_rows
from services.billing.storage.tables import buying_round, school

Rows = Sequence[Mapping[str, Any]]


def record_schools(connection: Connection, rows: Rows) -> None:
    """Add or replace schools: urn, name, joined_on, left_on, town, postcode, year. The last row of a school counts."""
    insert_rows(
        connection,
        "school",
        [{"town": "", "postcode": "", "financial_year": None, **row} for row in _last_of_each(rows, "urn")],
        "ON CONFLICT (urn) DO UPDATE SET name = excluded.name, joined_on = excluded.joined_on,"
        " left_on = excluded.left_on, town = excluded.town, postcode = excluded.postcode,"
        " financial_year = coalesce(excluded.financial_year, school.financial_year)",
    )


def record_suppliers(connection: Connection, rows: Rows) -> None:
    """Add or replace suppliers: supplier_id, name."""
    insert_rows(
        connection,
        "supplier",
        _last_of_each(rows, "supplier_id"),
        "ON CONFLICT (supplier_id) DO UPDATE SET name = excluded.name",
    )


def record_contracts(connection: Connection, rows: Rows) -> None:
    """Add or replace contracts: id, supplier_id, title, reference, settlement, claim_days, payment_days, tolerances."""
    insert_rows(
        connection,
        "contract",
        _last_of_each(rows, "contract_id"),
        "ON CONFLICT (contract_id) DO UPDATE SET supplier_id = excluded.supplier_id, title = excluded.title,"
        " reference = excluded.reference, settlement = excluded.settlement, claim_days = excluded.claim_days,"
        " payment_days = excluded.payment_days,"
        " tolerated_basis_points = excluded.tolerated_basis_points, tolerated_units = excluded.tolerated_units,"
        " tolerated_pence = excluded.tolerated_pence",
    )


def record_rounds(connection: Connection, rows: Rows) -> None:
    """Add rounds or learn when they closed: round_id, number, title, closed_at (None: not known yet)."""
    insert_rows(
        connection,
        "round",
        _last_of_each(rows, "round_id"),
        "ON CONFLICT (round_id) DO UPDATE SET number = excluded.number, title = excluded.title,"
        " closed_at = coalesce(excluded.closed_at, round.closed_at)",
    )


def unknown_schools(connection: Connection, urns: Collection[int]) -> list[int]:
    """Those of the URNs that no school of the alliance has."""
    known = set(connection.execute(select(school.c.urn).where(school.c.urn.in_(urns))).scalars())
    return sorted(set(urns) - known)


def school_name(connection: Connection, urn: int) -> str | None:
    """The school's name, None if there is no such school."""
    return connection.execute(select(school.c.name).where(school.c.urn == urn)).scalar()


def round_title(connection: Connection, round_id: str) -> str | None:
    """The round's title, None if there is no such round or nothing was ordered in it yet."""
    return connection.execute(select(buying_round.c.title).where(buying_round.c.round_id == round_id)).scalar()


def _last_of_each(rows: Rows, key: str) -> list[Mapping[str, Any]]:
    return list({row[key]: row for row in rows}.values())
