"""The order form as JSON text.

It is the largest answer, and but for a school's own few lines the same for everybody: so each offer is encoded once
for each total that it reaches, not once a reader.
"""

import json
from functools import lru_cache

from contracts.money import unit_price_text
from services.orders.api import shapes
from services.orders.domain.offer import RoundOffer
from services.orders.domain.tiers import standing
from services.orders.usecases.read_order import FormView
from services.orders.usecases.read_rounds import RoundView

_REMEMBERED_OFFERS = 8192


def form_text(view: FormView) -> str:
    """The round, the order's head, and every offer with its quantities and tier."""
    found = view.found
    round_shape = shapes.round_json(RoundView(found.round, None, None))
    order_shape = {**shapes.order_state_json(found), **shapes.sums_json(view.priced)}
    offers = ",".join(
        _encoded(offer, *view.own[offer.offer_id])
        if offer.offer_id in view.own
        else _not_ordered(offer, view.together.get(offer.offer_id, 0))
        for offer in view.offers
    )
    return f'{{"round":{json.dumps(round_shape)},"order":{json.dumps(order_shape)},"offers":[{offers}]}}'


@lru_cache(_REMEMBERED_OFFERS)
def _not_ordered(offer: RoundOffer, together: int) -> str:
    return _encoded(offer, 0, together)


def _encoded(offer: RoundOffer, quantity: int, together: int) -> str:
    at = standing(offer.tiers, together)
    shape = {
        **shapes.offer_json(offer),
        "quantity": quantity,
        "total_quantity": together,
        "unit_price": unit_price_text(at.unit_price),
        **shapes.next_tier_json(at.next_tier, at.units_to_next),
    }
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":"))
