"""A supplier says what it has sent: as a form, or as a UBL Despatch Advice."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from contracts.london import london_day
from services.orders.domain.despatch import Despatch, Place, SentLine, ToSend, all_of, check_despatch
from services.orders.domain.despatch_advice import AdvisedLine, DespatchAdvice, read_despatch_advice
from services.orders.domain.errors import DespatchKnown, DespatchRefused, OrderUnknown
from services.orders.storage import despatches as stored

_XML = "application/xml"


def record_despatch(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    despatch: Despatch,
    lines: Sequence[SentLine],
    whole: Sequence[int] | None,
    now: datetime,
) -> str:
    """Keep a despatch of these lines, and of all that is left for the schools `whole` (None: for every school).

    Returns its id. Raises NotFound (also for another supplier's order), PurchaseOrderNotAccepted, DespatchRefused,
    DespatchKnown.
    """
    with database.transaction(actor) as connection:
        order, left = _held(connection, purchase_order_id)
        sent = [*lines, *all_of(left, whole)]
        return _keep(connection, actor, order, left, despatch, sent, now)


def record_advice(database: Database, actor: Actor, content: bytes, now: datetime) -> tuple[str, str]:
    """Keep what a UBL Despatch Advice says, and the document; returns the ids of the order and the despatch.

    Raises XmlNotAllowed, DespatchUnreadable, OrderUnknown (also for another supplier's order),
    PurchaseOrderNotAccepted, DespatchRefused, DespatchKnown. Nothing is changed then.
    """
    advice = read_despatch_advice(content)
    with database.transaction(actor) as connection:
        purchase_order_id = stored.order_by_number(connection, advice.order_number)
        if purchase_order_id is None:
            raise OrderUnknown(f"You have no purchase order {advice.order_number}.")
        order, left = _held(connection, purchase_order_id)
        sent = _sent(advice, left, stored.schools_by_place(connection, purchase_order_id))
        despatch_id = _keep(connection, actor, order, left, advice.despatch, sent, now)
        stored.add_file(connection, despatch_id, order.supplier_id, _XML, content)
    return purchase_order_id, despatch_id


def _held(connection: Connection, purchase_order_id: str) -> tuple[Row[Any], dict[Place, ToSend]]:
    stored.hold_drops(connection, purchase_order_id)
    order = stored.find_order(connection, purchase_order_id)
    if order is None:
        raise NotFound("There is no such purchase order.")
    return order, stored.to_send(connection, purchase_order_id)


def _keep(
    connection: Connection,
    actor: Actor,
    order: Row[Any],
    left: Mapping[Place, ToSend],
    despatch: Despatch,
    sent: Sequence[SentLine],
    now: datetime,
) -> str:
    check_despatch(order.state, despatch, order.issued_on, london_day(now), left, sent)
    despatch_id = str(uuid.uuid4())
    number = stored.add_despatch(connection, despatch_id, order, despatch, sent, person=actor.name, now=now)
    if number is None:
        raise DespatchKnown(
            f"You have sent us a despatch with your number {despatch.reference} before.",
            fields={"reference": "Use another number."},
        )
    append(
        connection,
        "DespatchRecorded",
        key=f"purchase_order:{order.purchase_order_id}",
        body={
            "despatch_id": despatch_id,
            "number": number,
            "purchase_order_id": order.purchase_order_id,
            "purchase_order_number": order.number,
            "title": order.title,
            "supplier_id": order.supplier_id,
            "supplier_name": order.supplier_name,
            "despatched_on": despatch.despatched_on.isoformat(),
            "expected_on": despatch.expected_on and despatch.expected_on.isoformat(),
            "carrier": despatch.carrier or None,
            "recorded_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "drops": _drops(sent),
        },
    )
    return despatch_id


def _drops(sent: Sequence[SentLine]) -> list[dict[str, Any]]:
    drops: dict[int, list[dict[str, int]]] = {}
    for line in sent:
        drops.setdefault(line.school_urn, []).append({"line_no": line.line_no, "quantity": line.quantity})
    return [{"school_urn": urn, "lines": lines} for urn, lines in sorted(drops.items())]


def _sent(advice: DespatchAdvice, left: Mapping[Place, ToSend], schools: Sequence[int]) -> list[SentLine]:
    """The advice's lines by school and line of the order; `schools` are its drops in their order.

    Raises DespatchRefused, naming the line of the file.
    """
    faults: dict[str, str] = {}
    sent = []
    for line in advice.lines:
        at = f"line.{line.at}"
        urn = _school_of(line, advice, schools)
        line_no = line.line_no or _line_by_sku(line, urn, left)
        if urn is None:
            faults[at] = f"Line {line.at}: it does not say for which drop or school (URN) of the order it is."
        elif advice.school_urn not in (None, urn):
            faults[at] = f"Line {line.at}: {line.order} is for URN {urn}, and the delivery party is another school."
        elif line_no is None:
            faults[at] = f"Line {line.at}: the order has no item “{line.sku}” for this school."
        elif (item := left.get((urn, line_no))) and line.unit and line.unit != item.unit:
            faults[at] = f"Line {line.at}: the unit is {line.unit}; {item.name} was ordered in {item.unit}."
        else:
            sent.append(SentLine(urn, line_no, line.quantity))
    if faults:
        raise DespatchRefused(next(iter(faults.values())), fields=faults)
    return sent


def _school_of(line: AdvisedLine, advice: DespatchAdvice, schools: Sequence[int]) -> int | None:
    """By the drop's place in the number of the order, by the delivery party, or the order's only school."""
    if line.order.drop is not None:
        return schools[line.order.drop - 1] if 1 <= line.order.drop <= len(schools) else None
    return advice.school_urn or (schools[0] if len(schools) == 1 else None)


def _line_by_sku(line: AdvisedLine, urn: int | None, left: Mapping[Place, ToSend]) -> int | None:
    """The one line of the school's drop with the seller's item number, where it stands on one line only."""
    found = [line_no for (school, line_no), item in left.items() if school == urn and item.sku == line.sku]
    return found[0] if len(found) == 1 else None
