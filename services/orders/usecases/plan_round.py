"""Plan a round and open it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from chassis.numbers import next_number
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_day
from services.orders.domain.errors import RoundWithoutOffers
from services.orders.domain.round import Round, check_dates, check_opening
from services.orders.domain.terms import MinimumChoice
from services.orders.storage import deadlines, round_offers, rounds


def plan_round(
    database: Database,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    closes_at: datetime,
    delivery_from: date,
    delivery_to: date,
    opens_at: datetime | None = None,
    contract_ids: Sequence[str] = (),
    offer_ids: Sequence[str] = (),
    minimum_choice: MinimumChoice = "drop",
) -> str:
    """Draft a round that will offer all that is published under these contracts, and these offers; returns its id.

    `minimum_choice`: what the close does with contracts below their minimum, unless it is chosen for one.
    Raises DatesOutOfOrder, and RoundWithoutOffers for a choice under which nothing is published.
    """
    check_dates(now, closes_at, delivery_from, delivery_to)
    check_opening(now, opens_at, closes_at)
    round_id = str(uuid.uuid4())
    with database.transaction(actor) as connection:
        _check_choice(connection, contract_ids, offer_ids)
        values = {
            "round_id": round_id,
            "number": next_number(connection, "R", width=4),
            "title": title,
            "contract_ids": list(contract_ids),
            "offer_ids": list(offer_ids),
            "opens_at": opens_at,
            "closes_at": closes_at,
            "delivery_from": delivery_from,
            "delivery_to": delivery_to,
            "minimum_choice": minimum_choice,
        }
        rounds.insert_round(connection, values)
    return round_id


def change_round(
    database: Database, actor: Actor, now: datetime, round_id: str, version: int, changes: Mapping[str, Any]
) -> None:
    """Change a draft; of an open round only the deadline and what is chosen below minimums.

    `changes` may leave out what stays, by field name.
    Raises NotFound, VersionConflict, RoundNotDraft, RoundNotOpen, DatesOutOfOrder, RoundWithoutOffers.
    """
    with database.transaction(actor) as connection:
        found = _locked(connection, round_id, version)
        changed = {name for name, value in changes.items() if getattr(found, name, None) != value}
        if found.state == "open" and changed <= {"closes_at", "minimum_choice"}:
            found.must_take_orders(now)
        else:
            found.must_be_draft()
        values = {
            "title": found.title,
            "opens_at": found.opens_at,
            "closes_at": found.closes_at,
            "delivery_from": found.delivery_from,
            "delivery_to": found.delivery_to,
            "contract_ids": None,
            "offer_ids": None,
            "minimum_choice": None,
            **changes,
        }
        check_dates(now, values["closes_at"], values["delivery_from"], values["delivery_to"])
        if found.state == "draft":
            check_opening(now, values["opens_at"], values["closes_at"])
        if "contract_ids" in changes or "offer_ids" in changes:
            values["contract_ids"] = values["contract_ids"] or []
            values["offer_ids"] = values["offer_ids"] or []
            _check_choice(connection, values["contract_ids"], values["offer_ids"])
        rounds.update_round(connection, round_id, values)
        if found.state == "open" and values["closes_at"] != found.closes_at:
            _tell_of_deadline(connection, found, values["closes_at"], actor.name, now)


def open_round(database: Database, actor: Actor, now: datetime, round_id: str, version: int | None) -> None:
    """Fix what the round offers, as it is published now, and let schools order.

    Raises NotFound, VersionConflict, RoundNotDraft, DatesOutOfOrder, RoundWithoutOffers.
    """
    with database.transaction(actor) as connection:
        found = _locked(connection, round_id, version)
        found.must_be_draft()
        check_dates(now, found.closes_at, found.delivery_from, found.delivery_to)
        if round_offers.fix_offers(connection, round_id) == 0:
            raise RoundWithoutOffers("Nothing that this round was to offer is published now.")
        rounds.mark_open(connection, round_id, now)
        append(
            connection,
            "RoundOpened",
            key=f"round:{round_id}",
            body={
                "round_id": round_id,
                "number": found.number,
                "title": found.title,
                "opened_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
                "closes_at": f"{found.closes_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "delivery_from": found.delivery_from.isoformat(),
                "delivery_to": found.delivery_to.isoformat(),
                "school_urns": deadlines.invited_schools(connection, round_id, london_day(now)),
            },
        )


def _tell_of_deadline(connection: Connection, found: Round, closes_at: datetime, by: str, now: datetime) -> None:
    """Whoever owes an answer has another day for it; whoever has ordered waits for another day."""
    owing = deadlines.owing(connection, found.round_id, london_day(now))
    append(
        connection,
        "RoundDeadlineMoved",
        key=f"round:{found.round_id}",
        body={
            "round_id": found.round_id,
            "number": found.number,
            "title": found.title,
            "was_to_close_at": f"{found.closes_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "closes_at": f"{closes_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "by": by,
            "schools": [*owing, *deadlines.ordered(connection, found.round_id)],
        },
    )


def _check_choice(connection: Connection, contract_ids: Sequence[str], offer_ids: Sequence[str]) -> None:
    if not contract_ids and not offer_ids:
        raise RoundWithoutOffers("Choose what the round offers.", fields={"contract_ids": "Choose at least one."})
    empty = round_offers.choices_without_offers(connection, contract_ids, offer_ids)
    if empty:
        raise RoundWithoutOffers(
            "Some choices would offer nothing.", fields=dict.fromkeys(empty, "Nothing is published here.")
        )


def _locked(connection: Connection, round_id: str, version: int | None) -> Round:
    found = rounds.find_round(connection, round_id, lock=True)
    if found is None:
        raise NotFound("There is no such round.")
    if version is not None and found.version != version:
        raise VersionConflict("Somebody else changed this round meanwhile.")
    return found
