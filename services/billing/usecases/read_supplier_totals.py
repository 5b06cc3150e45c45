"""Show what each supplier was ordered from, invoiced and was paid in a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from services.billing.storage import spending


@dataclass(frozen=True, slots=True)
class SupplierTotals:
    """Rows by supplier and school (ordered and invoiced, without VAT), and what was paid by supplier (with VAT)."""

    items: Sequence[Row[Any]]
    paid: dict[str, int]


def read_supplier_totals(database: Database, actor: Actor, from_on: date, to_on: date) -> SupplierTotals:
    """Everything from the first day to the last."""
    with database.transaction(actor) as connection:
        return SupplierTotals(
            spending.supplier_totals(connection, from_on, to_on),
            spending.paid_to_suppliers(connection, from_on, to_on),
        )
