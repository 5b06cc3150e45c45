"""Queries that are limited to what of a purchase order is to be matched."""

from typing import Final

from services.billing.domain.match_facts import Touched
from services.billing.storage.bulk import as_array

TOUCHED: Final = """
    (CAST(:order_lines AS integer[]) IS NULL OR {line} = ANY(CAST(:order_lines AS integer[])))
    AND (CAST(:schools AS integer[]) IS NULL OR school_urn = ANY(CAST(:schools AS integer[])))
"""
"""The condition for what is `Touched`, of a table whose column for the line of the order is named."""


def named(touched: Touched) -> dict[str, str | None]:
    """What is touched as the parameters of `TOUCHED`."""
    lines, schools = touched.order_lines, touched.schools
    return {
        "order_lines": None if lines is None else as_array(sorted(lines)),
        "schools": None if schools is None else as_array(sorted(schools)),
    }
