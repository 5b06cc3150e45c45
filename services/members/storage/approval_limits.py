"""Reading and writing schools' approval limits."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from services.members.domain.approval_limits import ApprovalLimit, ApprovalLimits
from services.members.storage.tables import approval_limits


def find_limits(connection: Connection, urn: int, *, lock: bool = False) -> ApprovalLimits:
    """A school's limits, of version 0 before any are recorded; the row locked against other writers if asked."""
    query = select(approval_limits).where(approval_limits.c.school_urn == urn)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return ApprovalLimits(urn) if row is None else _limits(row)


def save_limits(connection: Connection, record: ApprovalLimits) -> ApprovalLimits:
    """Insert limits of version 0, overwrite others; returns them with their version counted up."""
    saved = replace(record, version=record.version + 1)
    values = {**asdict(saved), "limits": [asdict(limit) for limit in saved.limits]}
    if record.version == 0:
        connection.execute(insert(approval_limits).values(**values))
    else:
        own = approval_limits.c.school_urn == record.school_urn
        connection.execute(update(approval_limits).where(own).values(**values))
    return saved


def _limits(row: Row[Any]) -> ApprovalLimits:
    limits = tuple(ApprovalLimit(**limit) for limit in row.limits)
    return ApprovalLimits(row.school_urn, limits, row.second_above_pence, row.version)
