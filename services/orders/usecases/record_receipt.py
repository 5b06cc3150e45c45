"""A school records what arrived, and later what it found wrong with it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from contracts.london import london_day
from services.orders.domain.errors import ReceiptRefused
from services.orders.domain.purchase_order import DropState, drop_state
from services.orders.domain.receipt import ReceivedLine, check_receipt
from services.orders.storage import purchase_orders
from services.orders.storage import receipts as stored


def record_receipt(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    received: Sequence[ReceivedLine],
    note: str,
    now: datetime,
    *,
    arrived_on: date | None = None,
    despatch_id: str | None = None,
    photos: Mapping[int, Sequence[str]] | None = None,
) -> str:
    """Add a receipt to the drop of the actor's school, and tell the other parts; returns its id.

    `photos` are the ids of photos kept before, by line number. `arrived_on` is today unless it is said. Raises NotFound
    where the school has no drop, PurchaseOrderNotAccepted, ReceiptRefused, ClaimWindowOver.
    """
    urn = actor.school_urn
    today = london_day(now)
    with database.transaction(actor) as connection:
        held = stored.lock_drop(connection, purchase_order_id, urn) if urn is not None else None
        if urn is None or held is None:
            raise NotFound("There is no such purchase order.")
        drop, awaited = held
        check_receipt(drop.state, awaited, received, note=note, claim_days=drop.claim_days, today=today)
        came_on = today if arrived_on is None else _arrival(arrived_on, drop.issued_on, today)
        if despatch_id and not stored.is_despatch_of(connection, despatch_id, purchase_order_id, urn):
            raise ReceiptRefused("This despatch did not come to you.", fields={"despatch_id": "Choose another one."})
        after = {line_no: line.outstanding for line_no, line in awaited.items()}
        after |= {line.line_no: after[line.line_no] - line.received for line in received}
        receipt_id = keep_receipt(
            connection,
            purchase_order_id,
            urn,
            drop,
            received,
            state=drop_state(after),
            person=actor.name,
            note=note,
            now=now,
            arrived_on=came_on,
            despatch_id=despatch_id,
        )
        _attach(connection, receipt_id, purchase_order_id, urn, photos or {})
        purchase_orders.advance_round(connection, drop.round_id)
    return receipt_id


def keep_receipt(
    connection: Connection,
    purchase_order_id: str,
    urn: int,
    drop: Row[Any],
    received: Sequence[ReceivedLine],
    *,
    state: DropState,
    person: str,
    note: str,
    now: datetime,
    arrived_on: date | None = None,
    despatch_id: str | None = None,
) -> str:
    """Write a receipt that has been checked, and tell of it; `drop` as it was locked, `state` the drop's after it."""
    receipt_id, came_on = str(uuid.uuid4()), arrived_on or london_day(now)
    row = {
        "receipt_id": receipt_id,
        "purchase_order_id": purchase_order_id,
        "urn": urn,
        "supplier_id": drop.supplier_id,
        "now": now,
        "person": person,
        "note": note,
        "state": state,
        "despatch_id": despatch_id,
        "arrived_on": came_on,
    }
    stored.write_receipt(connection, row, received)
    _tell(connection, row, drop, received)
    return receipt_id


def _tell(connection: Connection, receipt: Mapping[str, Any], drop: Row[Any], received: Sequence[ReceivedLine]) -> None:
    append(
        connection,
        "ReceiptRecorded",
        key=f"purchase_order:{receipt['purchase_order_id']}",
        version=2,
        body={
            "receipt_id": receipt["receipt_id"],
            "purchase_order_id": receipt["purchase_order_id"],
            "number": drop.number,
            "school_urn": receipt["urn"],
            "school_name": drop.school_name,
            "supplier_id": drop.supplier_id,
            "recorded_at": f"{receipt['now']:%Y-%m-%dT%H:%M:%SZ}",
            "arrived_on": receipt["arrived_on"].isoformat(),
            "despatch_id": receipt["despatch_id"],
            "lines": [
                {
                    "line_no": line.line_no,
                    "quantity_received": line.received,
                    "quantity_short": line.short,
                    "quantity_damaged": line.damaged,
                    "quantity_wrong": line.wrong,
                }
                for line in received
            ],
        },
    )


def _arrival(day: date, issued_on: date, today: date) -> date:
    if not issued_on <= day <= today:
        why = f"Enter a day from {issued_on:%-d %B %Y}, when it was ordered, to today."
        raise ReceiptRefused("The receipt does not fit the order.", fields={"arrived_on": why})
    return day


def _attach(
    connection: Connection, receipt_id: str, purchase_order_id: str, urn: int, photos: Mapping[int, Sequence[str]]
) -> None:
    wanted = [(photo_id, line_no) for line_no, ids in photos.items() for photo_id in ids]
    if wanted and stored.attach_photos(connection, receipt_id, purchase_order_id, urn, wanted) != len(wanted):
        raise ReceiptRefused("A photo is not there any more: send it again.", fields={"photos": "Send it again."})
