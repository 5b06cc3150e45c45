"""Read what was sent, what arrived and what was claimed: a school its own part, a supplier its own orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.claim import ClaimState, claim_state
from services.orders.storage import claims, despatches, purchase_orders, receipts
from services.orders.storage.claims import After


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as its row says, and where it stands."""

    row: Row[Any]
    state: ClaimState


def list_despatches(database: Database, actor: Actor, purchase_order_id: str) -> Sequence[Row[Any]]:
    """The despatches of a purchase order, the oldest first. Raises NotFound."""
    with database.transaction(actor) as connection:
        _must_be_seen(connection, purchase_order_id)
        return despatches.despatches_of(connection, purchase_order_id)


def get_despatch(database: Database, actor: Actor, purchase_order_id: str, despatch_id: str) -> Row[Any]:
    """One despatch. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = despatches.despatches_of(connection, purchase_order_id, despatch_id)
    if not found:
        raise NotFound("There is no such despatch.")
    return found[0]


def get_despatch_file(database: Database, actor: Actor, purchase_order_id: str, despatch_id: str) -> Row[Any]:
    """The document that a despatch was read from, as it came. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = despatches.find_file(connection, purchase_order_id, despatch_id)
    if found is None:
        raise NotFound("This despatch came without a document.")
    return found


def list_outstanding(database: Database, actor: Actor, purchase_order_id: str) -> Sequence[Row[Any]]:
    """By school and line of goods: ordered, received as good, on the way. Raises NotFound."""
    with database.transaction(actor) as connection:
        _must_be_seen(connection, purchase_order_id)
        return despatches.outstanding_lines(connection, purchase_order_id)


def list_receipts(database: Database, actor: Actor, purchase_order_id: str) -> Sequence[Row[Any]]:
    """The receipts of a purchase order, the oldest first. Raises NotFound."""
    with database.transaction(actor) as connection:
        _must_be_seen(connection, purchase_order_id)
        return receipts.receipts_of(connection, purchase_order_id)


def list_claims(
    database: Database,
    actor: Actor,
    *,
    purchase_order_id: str | None,
    unsettled: bool,
    after: After | None,
    limit: int,
) -> tuple[list[ClaimView], After | None]:
    """A page of claims, the latest first, and where the next begins."""
    with database.transaction(actor) as connection:
        rows = claims.list_claims(
            connection, purchase_order_id=purchase_order_id, unsettled=unsettled, after=after, limit=limit + 1
        )
    page = rows[:limit]
    following = (page[-1].recorded_at, page[-1].receipt_id, page[-1].line_no) if len(rows) > limit else None
    return [ClaimView(row, claim_state(row.outstanding, row.answer)) for row in page], following


def _must_be_seen(connection: Connection, purchase_order_id: str) -> None:
    if purchase_orders.find_purchase_order(connection, purchase_order_id) is None:
        raise NotFound("There is no such purchase order.")
