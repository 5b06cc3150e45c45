"""A school records what arrived."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from services.orders.domain.purchase_order import DropState, check_receipt, drop_state
from services.orders.storage import purchase_orders as stored


def record_receipt(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    received: Sequence[tuple[int, int]],
    note: str,
    now: datetime,
) -> None:
    """Add (line number, units received) to the drop of the actor's school, and tell the other parts.

    Raises NotFound where the school has no drop, PurchaseOrderNotAccepted, ReceiptRefused.
    """
    urn = actor.school_urn
    with database.transaction(actor) as connection:
        found = stored.lock_drop(connection, purchase_order_id, urn) if urn is not None else None
        if urn is None or found is None:
            raise NotFound("There is no such purchase order.")
        drop, outstanding = found
        check_receipt(drop.state, outstanding, received)
        after = {**outstanding, **{line_no: outstanding[line_no] - units for line_no, units in received}}
        keep_receipt(
            connection,
            purchase_order_id,
            urn,
            received,
            supplier_id=drop.supplier_id,
            state=drop_state(after),
            person=actor.name,
            note=note,
            now=now,
        )
        stored.advance_round(connection, drop.round_id)


def keep_receipt(
    connection: Connection,
    purchase_order_id: str,
    urn: int,
    received: Sequence[tuple[int, int]],
    *,
    supplier_id: str,
    state: DropState,
    person: str,
    note: str,
    now: datetime,
) -> None:
    """Write a receipt of (line number, units) that has been checked, and tell of it; `state` is the drop's after it."""
    receipt_id = str(uuid.uuid4())
    lines = [{"line_no": line_no, "quantity_received": units} for line_no, units in received]
    stored.write_receipt(
        connection,
        {
            "receipt_id": receipt_id,
            "purchase_order_id": purchase_order_id,
            "urn": urn,
            "supplier_id": supplier_id,
            "now": now,
            "person": person,
            "note": note,
            "state": state,
        },
        lines,
    )
    append(
        connection,
        "ReceiptRecorded",
        key=f"purchase_order:{purchase_order_id}",
        body={
            "receipt_id": receipt_id,
            "purchase_order_id": purchase_order_id,
            "school_urn": urn,
            "recorded_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "lines": lines,
        },
    )
