"""The order form as JSON text.

It is the largest answer, and but for a school's own few lines the same for everybody: so each offer is encoded once,
and where it stands once for each total that it reaches, not once a reader. Who knows the offers already is spared them.
"""

import json
from functools import lru_cache
from typing import Any

from contracts.money import unit_price_text
from services.orders.api import form_shapes, shapes
from services.orders.api.budget_shapes import budget_line_json
from services.orders.domain.offer import RoundOffer
from services.orders.domain.ordered_units import NOTHING, Total
from services.orders.domain.tiers import standing
from services.orders.usecases.read_form import FormView
from services.orders.usecases.read_rounds import RoundView

_REMEMBERED_OFFERS = 8192


def form_text(view: FormView, known: int | None) -> str:
    """The round, the order with its lines, last time's, the school's sites, where its offers stand, what they are.

    `offers` is null if the reader holds those of `known`, the round's present `offers_version`.
    """
    found = view.found
    names = {offer.category_code: offer.category_name for offer in view.offers} if view.budgets else {}
    head: dict[str, Any] = {
        "round": shapes.round_json(RoundView(found.round, None, None)),
        "order": {**shapes.order_state_json(found), **shapes.sums_json(view.priced)},
        "lines": [form_shapes.wanted_json(line) for line in view.own.values()],
        "last": [form_shapes.last_json(line) for line in view.last],
        "sites": view.sites,
        "budgets": [budget_line_json(line, names) for line in view.budgets],
        "vat": [form_shapes.vat_json(offer) for offer in view.taxed],
        "contracts": [form_shapes.contract_json(contract) for contract in view.contracts],
        "offers_version": found.round.offers_version,
    }
    totals = view.totals
    standings = ",".join([_standing(offer, totals.get(offer.offer_id, NOTHING)) for offer in view.offers])
    offers = "null"
    if known != found.round.offers_version:
        offers = f"[{','.join(map(_offer, view.known.values()))}]"
    return f'{json.dumps(head)[:-1]},"standings":[{standings}],"offers":{offers}}}'


@lru_cache(_REMEMBERED_OFFERS)
def _offer(offer: RoundOffer) -> str:
    return json.dumps(shapes.offer_json(offer), ensure_ascii=False, separators=(",", ":"))


@lru_cache(_REMEMBERED_OFFERS)
def _standing(offer: RoundOffer, total: Total) -> str:
    at = standing(offer.tiers, *total)
    shape = {
        "offer_id": offer.offer_id,
        "total_quantity": total.quantity,
        "schools": total.schools,
        "unit_price": unit_price_text(at.unit_price),
        **shapes.next_tier_json(at.next_tier, at.units_to_next),
        "flexible": at.flexible,
        "advice": shapes.advice_json(at),
    }
    return json.dumps(shape, separators=(",", ":"))
