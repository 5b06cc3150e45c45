"""Read purchase orders: all of each for its supplier and the alliance, a school's own part for the school."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.vat import vat_rate
from services.orders.domain.pricing import vat_of
from services.orders.storage import purchase_orders as stored


@dataclass(frozen=True, slots=True)
class PurchaseOrderView:
    """A purchase order's header with the actor's net and VAT in pence; its lines and drops where one is read."""

    header: Row[Any]
    net_pence: int
    vat_pence: int
    lines: Sequence[Row[Any]] = ()
    drops: Sequence[Row[Any]] = ()


def get_purchase_order(database: Database, actor: Actor, purchase_order_id: str) -> PurchaseOrderView:
    """One purchase order whole. A school gets its own drop, and the lines in it at its own quantities.

    Raises NotFound.
    """
    with database.transaction(actor) as connection:
        header = stored.find_purchase_order(connection, purchase_order_id)
        if header is None:
            raise NotFound("There is no such purchase order.")
        net, vat = _amounts(connection, actor, [header])[0]
        lines = stored.lines_of(connection, purchase_order_id)
        return PurchaseOrderView(header, net, vat, lines, stored.drops_of(connection, purchase_order_id))


def list_purchase_orders(
    database: Database,
    actor: Actor,
    *,
    round_id: str | None,
    plan_id: str | None = None,
    after: str | None,
    limit: int,
) -> tuple[list[PurchaseOrderView], str | None]:
    """A page of purchase orders, the highest number first, and the number to go on after."""
    with database.transaction(actor) as connection:
        headers = stored.list_purchase_orders(
            connection, round_id=round_id, plan_id=plan_id, after=after, limit=limit + 1
        )
        page = headers[:limit]
        amounts = _amounts(connection, actor, page)
    views = [PurchaseOrderView(header, *amount) for header, amount in zip(page, amounts, strict=True)]
    return views, page[-1].number if len(headers) > limit else None


def _amounts(connection: Connection, actor: Actor, headers: Sequence[Row[Any]]) -> list[tuple[int, int]]:
    if actor.school_urn is None:
        return [(header.net_pence, header.vat_pence) for header in headers]
    tax_points = {header.purchase_order_id: header.delivery_from for header in headers}
    parts: dict[str, list[tuple[Decimal, int]]] = {key: [] for key in tax_points}
    for row in stored.school_nets(connection, list(tax_points), actor.school_urn):
        rate = vat_rate(row.vat_class, tax_points[row.purchase_order_id], reduced=row.vat_reduced)
        parts[row.purchase_order_id].append((rate, row.net_pence))
    return [(sum(net for _, net in parts[key]), vat_of(parts[key])) for key in tax_points]
