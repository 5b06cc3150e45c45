"""Read rounds: what they offer, where the totals stand, how far each school is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.offer import RoundOffer
from services.orders.domain.ordered_units import NOTHING
from services.orders.domain.round import Round
from services.orders.domain.tiers import Standing, standing
from services.orders.storage import rounds
from services.orders.storage.board import board, closed_nets
from services.orders.storage.round_offers import round_offers
from services.orders.storage.rounds import MyOrder
from services.orders.usecases.sum_orders import ordered_units


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with the orders by state (the alliance's view) or the school's own order (a school's view)."""

    round: Round
    answers: Mapping[str, int] | None
    my_order: MyOrder | None


def list_rounds(database: Database, actor: Actor, today: date) -> list[RoundView]:
    """Every round that the actor may see, the latest deadline first; schools see those that have opened."""
    with database.transaction(actor) as connection:
        return _views(connection, actor, rounds.list_rounds(connection), today)


def get_round(database: Database, actor: Actor, round_id: str, today: date) -> tuple[RoundView, Sequence[RoundOffer]]:
    """A round and its offers. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = _found(connection, round_id)
        view = _views(connection, actor, [found], today)[0]
        return view, list(round_offers(connection, found, actor.supplier_id).values())


def get_totals(database: Database, actor: Actor, round_id: str) -> dict[str, Standing]:
    """Where each offer stands, by offer id: what submitted and approved orders reach together. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = _found(connection, round_id)
        offers = round_offers(connection, found, actor.supplier_id)
        stamp = rounds.round_stamp(connection, round_id)
    counted = ordered_units(database, round_id, stamp).totals
    return {key: standing(offer.tiers, *counted.get(key, NOTHING)) for key, offer in offers.items()}


def get_board(database: Database, actor: Actor, round_id: str, today: date) -> list[dict[str, Any]]:
    """How far each school is, with its net in pence and none of its lines. For the alliance. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = _found(connection, round_id)
        schools = board(connection, round_id, today)
        if found.state != "open":
            return _with_nets(schools, closed_nets(connection, round_id))
        offers = round_offers(connection, found)
        stamp = rounds.round_stamp(connection, round_id)
    nets = ordered_units(database, round_id, stamp).nets({key: offer.tiers for key, offer in offers.items()})
    return _with_nets(schools, nets)


def _with_nets(schools: Sequence[dict[str, Any]], nets: Mapping[int, int]) -> list[dict[str, Any]]:
    return [{**school, "net_pence": nets.get(school["school_urn"], 0)} for school in schools]


def _found(connection: Connection, round_id: str) -> Round:
    found = rounds.find_round(connection, round_id)
    if found is None:
        raise NotFound("There is no such round.")
    return found


def _views(connection: Connection, actor: Actor, found: Sequence[Round], today: date) -> list[RoundView]:
    ids = [each.round_id for each in found]
    if actor.kind == "alliance":
        counted = rounds.answers(connection, ids, today)
        return [RoundView(each, counted[each.round_id], None) for each in found]
    if actor.school_urn is None:
        return [RoundView(each, None, None) for each in found]
    mine = rounds.my_orders(connection, ids, actor.school_urn)
    return [RoundView(each, None, mine.get(each.round_id)) for each in found]
