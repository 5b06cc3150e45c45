"""Keep up with the VAT exceptions that the catalogue tells of, also for the orders of rounds that are open."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from contracts.vat import VatExceptions
from services.orders.domain.vat import dearer, taxed_otherwise
from services.orders.storage import vat
from services.orders.storage.round_offers import round_offers
from services.orders.storage.vat import SentOrder


def follow_vat(connection: Connection, bodies: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Take over exceptions (bodies of VatExceptionRecorded), each as last told.

    What makes an order cheaper counts at once. An order in an open round that was sent or approved and becomes dearer
    goes back to its school, which committed to less: it decides anew. The same bodies again change nothing.
    """
    urns = {body["school_urn"] for body in bodies}
    sent = vat.sent_orders(connection, None if None in urns else urns)
    days = {order.round.delivery_from for order in sent}
    before = {day: vat.vat_exceptions(connection, day) for day in days}
    vat.record_exceptions(connection, bodies)
    after = {day: vat.vat_exceptions(connection, day) for day in days}
    for order in sent:
        if names := _dearer(connection, order, before, after):
            reason = f"Your school’s VAT is higher now on: {', '.join(names)}. Check what it costs, and send it again."
            vat.return_order(connection, order, reason, now)


def _dearer(
    connection: Connection,
    order: SentOrder,
    before: Mapping[date, VatExceptions],
    after: Mapping[date, VatExceptions],
) -> list[str]:
    on, known = order.round.delivery_from, round_offers(connection, order.round)
    contracts = {known[offer_id].contract_id for offer_id in order.offer_ids}
    offers = {key: offer for key, offer in known.items() if offer.contract_id in contracts}
    was, is_now = (taxed_otherwise(offers.values(), exceptions[on], order.urn, on) for exceptions in (before, after))
    return dearer(offers, was, is_now, order.offer_ids)
