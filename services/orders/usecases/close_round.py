"""Close a round: by hand, or by the timer at its deadline; exactly once whoever comes first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event_log import append
from chassis.numbers import next_numbers
from chassis.persistence import set_aside
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_day
from contracts.vat import vat_rate
from services.orders.domain.errors import RoundNotOpen
from services.orders.domain.offer import RoundOffer
from services.orders.domain.pricing import vat_of
from services.orders.domain.round import Round
from services.orders.storage import rounds
from services.orders.storage.closing import Closing
from services.orders.storage.issuing import drop_left_out, issue, left_out, prove
from services.orders.storage.round_offers import round_offers
from services.orders.usecases.compute_close import ClosingContract, compute_close

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """A purchase order as the close makes it: one supplier, one contract; net and VAT in pence."""

    contract_id: str
    contract_title: str
    supplier_id: str
    supplier_name: str
    net_pence: int
    vat_pence: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What closing now would do: purchase orders and their lines, each school's total, who is left out and why."""

    round: Round
    orders: Sequence[PlannedOrder]
    contracts: Sequence[ClosingContract]
    lines: Sequence[Row[Any]]
    schools: Sequence[Row[Any]]
    left_out: Sequence[Row[Any]]
    offers: dict[str, RoundOffer]


def preview_close(database: Database, round_id: str, now: datetime) -> Preview:
    """Compute the close without doing it. For the alliance manager only: it sums over schools, and shows no lines.

    Raises NotFound, RoundNotOpen.
    """
    with database.transaction(SERVICE) as connection:
        found = _open_round(connection, round_id)
        closing, contracts = compute_close(connection, round_id, london_day(now), found.delivery_from)
        offers = round_offers(connection, found)
        orders = _planned(closing, found)
        return Preview(found, orders, contracts, closing.lines(), closing.schools(), left_out(closing), offers)


def close_round(
    database: Database, round_id: str, now: datetime, *, closed_by: str, version: int | None = None
) -> list[str]:
    """Close an open round in one transaction; returns the ids of its purchase orders.

    Runs as the service, because no member may see all that it counts. Whoever comes second waits for the first and
    gets RoundNotOpen. A round in which nothing was ordered is settled at once. Raises NotFound, VersionConflict.
    """
    with database.transaction(SERVICE) as connection:
        found = _open_round(connection, round_id)
        if version is not None and found.version != version:
            raise VersionConflict("Somebody else changed this round meanwhile.")
        closing, _ = compute_close(connection, round_id, london_day(now), found.delivery_from)
        drop_left_out(closing, now)
        planned = _planned(closing, found)
        purchase_order_ids = [str(uuid.uuid4()) for _ in planned]
        rounds.mark_closed(connection, round_id, now, closed_by, state="closed" if planned else "settled")
        if planned:
            _issue(closing, planned, purchase_order_ids, now)
        prove(closing)
        append(
            connection,
            "RoundClosed",
            key=f"round:{round_id}",
            body={
                "round_id": round_id,
                "number": found.number,
                "title": found.title,
                "closed_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
                "purchase_order_ids": purchase_order_ids,
            },
        )
    return purchase_order_ids


def close_due_rounds(database: Database, now: datetime) -> list[str]:
    """Close every round whose deadline has come, also those that came while nothing ran; returns their ids.

    A round that cannot be closed is logged and tried again at the next call; it does not hold up the others.
    """
    with database.transaction(SERVICE) as connection:
        due = rounds.due_rounds(connection, now)
    closed = []
    for round_id in due:
        with set_aside("round_not_closed", round_id=round_id):
            try:
                close_round(database, round_id, now, closed_by=SERVICE.name)
                closed.append(round_id)
            except RoundNotOpen:
                _log.info("round_closed_elsewhere", round_id=round_id)
    return closed


def _open_round(connection: Connection, round_id: str) -> Round:
    """The round, locked against saves and other closes."""
    found = rounds.find_round(connection, round_id, lock=True)
    if found is None:
        raise NotFound("There is no such round.")
    if found.state != "open":
        raise RoundNotOpen(f"Only an open round can be closed: this one is {found.state}.")
    return found


def _planned(closing: Closing, of: Round) -> list[PlannedOrder]:
    nets: dict[tuple[str, str, str, str], list[tuple[Decimal, int]]] = {}
    for row in closing.orders():
        contract = (row.contract_id, row.contract_title, row.supplier_id, row.supplier_name)
        nets.setdefault(contract, []).append(
            (vat_rate(row.vat_class, of.delivery_from, reduced=row.reduced), row.net_pence)
        )
    return [PlannedOrder(*contract, sum(net for _, net in parts), vat_of(parts)) for contract, parts in nets.items()]


def _issue(closing: Closing, planned: list[PlannedOrder], purchase_order_ids: list[str], now: datetime) -> None:
    numbers = next_numbers(closing.connection, "PO", len(planned))
    orders = [
        {
            "purchase_order_id": purchase_order_id,
            "number": number,
            "contract_id": order.contract_id,
            "supplier_id": order.supplier_id,
            "net_pence": order.net_pence,
            "vat_pence": order.vat_pence,
        }
        for order, purchase_order_id, number in zip(planned, purchase_order_ids, numbers, strict=True)
    ]
    issue(closing, orders, now)
