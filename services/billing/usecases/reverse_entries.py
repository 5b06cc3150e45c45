"""Take back what documents did to the books, by the mirror image of their entries."""

from collections.abc import Collection

from sqlalchemy import Connection

from services.billing.storage import periods, reversals


def reverse_entries(connection: Connection, document_ids: Collection[str], by: str, why: str) -> list[str]:
    """Reverse every standing entry of these documents on the day it was posted; returns the ids of the reversals.

    Afterwards every account stands as if they had never been posted, and they may be posted again. A document with
    nothing posted, or all reversed, is left alone. Raises PeriodClosed where the month of an entry is closed.
    """
    standing = reversals.standing_entries(connection, document_ids)
    for day in sorted({entry.posted_on for entry in standing}):
        periods.refuse_closed(connection, day)
    return reversals.add_mirrors(connection, standing, by, why)
