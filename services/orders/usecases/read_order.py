"""Read a school's order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.vat import vat_rate
from services.orders.domain.offer import RoundOffer
from services.orders.domain.pricing import BoughtLine, PricedOrder, price_live, price_locked
from services.orders.domain.round import Round
from services.orders.domain.wanted import WantedLine
from services.orders.storage import orders
from services.orders.storage.orders import OrderInRound
from services.orders.storage.proof import charges_of_school
from services.orders.storage.round_offers import round_offers
from services.orders.storage.vat import own_offers


@dataclass(frozen=True, slots=True)
class OrderView:
    """A school's order with its money; its history and lines as they were entered (by offer); the site it goes to."""

    found: OrderInRound
    priced: PricedOrder
    history: Sequence[Mapping[str, Any]]
    wanted: Mapping[str, WantedLine]
    site_name: str | None


def get_order(database: Database, actor: Actor, round_id: str, urn: int) -> OrderView:
    """A school's own order, `silent` if nothing is saved. Raises NotFound, also for another school's order."""
    with database.transaction(actor) as connection:
        return view_order(connection, own_order(connection, actor, round_id, urn))


def own_order(connection: Connection, actor: Actor, round_id: str, urn: int, *, hold: bool = False) -> OrderInRound:
    """The order of the actor's own school, held against a close if asked. Raises NotFound."""
    found = orders.find_order(connection, round_id, urn, hold=hold) if actor.school_urn == urn else None
    if found is None:
        raise NotFound("There is no such order.")
    return found


def view_order(connection: Connection, found: OrderInRound) -> OrderView:
    """The order with its lines priced: at the tiers that stand now, or as the close has locked them."""
    round_id, urn = found.round.round_id, found.member.urn
    details = orders.order_details(connection, round_id, urn)
    wanted = {line.offer_id: line for line in details.lines}
    if found.order.state == "approved" and found.round.state != "open":
        rows = {row.offer_id: row for row in orders.locked_lines(connection, round_id, urn)}
        bought = [
            _locked(offer, rows[key], found.round)
            for key, offer in round_offers(connection, found.round).items()
            if key in rows
        ]
        bought += [_charged(row, found.round) for row in charges_of_school(connection, round_id, urn)]
        return OrderView(found, price_locked(bought), details.history, wanted, details.site_name)
    live = []
    known, _ = own_offers(connection, found.round, urn)
    for key, offer in known.items():
        if line := wanted.get(key):
            own = 0 if found.order.is_counted else line.quantity
            live.append((offer, line, details.counted[key] + own))
    return OrderView(found, price_live(live), details.history, wanted, details.site_name)


def _locked(offer: RoundOffer, row: Row[Any], of: Round) -> BoughtLine:
    """A line as the close fixed it, with the VAT that it carries for the school."""
    rate = vat_rate(row.vat_class, of.delivery_from, reduced=row.vat_reduced)
    carried = replace(offer, vat_class=row.vat_class, vat_rate=rate, vat_certificate=row.vat_certificate)
    return BoughtLine(carried, row.quantity, row.unit_price, row.net_pence)


def _charged(row: Row[Any], of: Round) -> BoughtLine:
    """A share of a charge as a line of the order: one of it, at the school's share."""
    charge = RoundOffer(
        offer_id=f"charge:{row.sku}",
        contract_id=row.contract_id,
        supplier_id=row.supplier_id,
        supplier_name="",
        category_code=row.category_code,
        category_name="Charges",
        sku=row.sku,
        name=row.name,
        description="",
        unit=row.unit,
        pack_size=1,
        vat_class=row.vat_class,
        vat_rate=vat_rate(row.vat_class, of.delivery_from, reduced=row.vat_reduced),
        vat_certificate=row.vat_certificate,
        tiers=(),
        phases=(),
    )
    return BoughtLine(charge, 1, Decimal(row.net_pence).scaleb(-2), row.net_pence)
