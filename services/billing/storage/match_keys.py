"""Matches that are named to a statement, by (supplier invoice, line, school)."""

from collections.abc import Collection
from typing import Any, Final

from services.billing.domain.match_facts import Key
from services.billing.storage.bulk import as_json

KEYS: Final = """
    jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent(supplier_invoice_id uuid, line_no integer, school_urn integer)
"""
"""The named matches as a table `sent`; `sent` makes the value of `:rows`."""


def sent(keys: Collection[Key]) -> str:
    """The keys as KEYS takes them."""
    return as_json([named(key) for key in keys])


def named(key: Key) -> dict[str, Any]:
    """A key by the names of its columns."""
    return {"supplier_invoice_id": key[0], "line_no": key[1], "school_urn": key[2]}
