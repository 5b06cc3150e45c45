"""How rounds, orders and purchase orders look on the wire: plain JSON, written field by field for speed.

The schemas beside it describe the same shapes for OpenAPI; a test holds the two together.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.money import unit_price_text
from contracts.vat import vat_rate
from services.orders.domain.offer import RoundOffer
from services.orders.domain.pricing import PricedOrder
from services.orders.domain.tiers import Standing, Tier
from services.orders.domain.wanted import WantedLine
from services.orders.storage.orders import OrderInRound
from services.orders.usecases.read_order import OrderView
from services.orders.usecases.read_purchase_orders import PurchaseOrderView
from services.orders.usecases.read_rounds import RoundView

Json = dict[str, Any]

_ANSWERS = ("approved", "submitted", "draft", "returned", "silent", "declined", "dropped")


def instant(at: datetime | None) -> str | None:
    """An instant as it travels: UTC, to the second."""
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def round_json(view: RoundView) -> Json:
    """A round without its offers."""
    found, mine = view.round, view.my_order
    shape: Json = {
        "round_id": found.round_id,
        "number": found.number,
        "title": found.title,
        "state": found.state,
        "opens_at": instant(found.opens_at),
        "closes_at": instant(found.closes_at),
        "delivery_from": found.delivery_from.isoformat(),
        "delivery_to": found.delivery_to.isoformat(),
        "closed_at": instant(found.closed_at),
        "version": found.version,
    }
    if view.answers is not None:
        shape["answers"] = {state: view.answers.get(state, 0) for state in _ANSWERS}
    else:
        shape["my_order"] = mine and {
            "state": mine.state,
            "reference": mine.reference,
            "net_pence": mine.net_pence,
            "version": mine.version,
        }
    return shape


def offer_json(offer: RoundOffer) -> Json:
    """An offer of a round."""
    return {
        "offer_id": offer.offer_id,
        "contract_id": offer.contract_id,
        "supplier_id": offer.supplier_id,
        "supplier_name": offer.supplier_name,
        "category_code": offer.category_code,
        "category_name": offer.category_name,
        "sku": offer.sku,
        "name": offer.name,
        "description": offer.description,
        "unit": offer.unit,
        "pack_size": offer.pack_size,
        "vat_class": offer.vat_class,
        "vat_rate": str(offer.vat_rate),
        "tiers": [
            {"from_quantity": tier.from_quantity, "unit_price": unit_price_text(tier.unit_price)}
            for tier in offer.tiers
        ],
        "phases": list(offer.phases),
        "minimum_quantity": offer.minimum_quantity,
        "alone_price": None if offer.alone_price is None else unit_price_text(offer.alone_price),
        "eligible_types": list(offer.eligible_types),
        "eligible_classes": list(offer.eligible_classes),
        "eligible_urns": list(offer.eligible_urns),
        "withdrawn": offer.withdrawn,
    }


def totals_json(totals: Mapping[str, Standing], now: datetime) -> Json:
    """Where every offer of a round stands."""
    return {
        "as_of": instant(now),
        "items": [
            {
                "offer_id": offer_id,
                "quantity": at.quantity,
                "schools": at.schools,
                "unit_price": unit_price_text(at.unit_price),
                "net_pence": at.net_pence,
                **next_tier_json(at.next_tier, at.units_to_next),
                "cheaper": cheaper_json(at),
                "flexible": at.flexible,
                "advice": advice_json(at),
            }
            for offer_id, at in totals.items()
        ],
    }


def board_json(row: Mapping[str, Any]) -> Json:
    """How far one school is."""
    return {**row, "updated_at": instant(row["updated_at"])}


def order_state_json(found: OrderInRound) -> Json:
    """Where a school's order stands, without its lines and money."""
    order = found.order
    return {
        "round_id": found.round.round_id,
        "round_number": found.round.number,
        "round_title": found.round.title,
        "closes_at": instant(found.round.closes_at),
        "school_urn": found.member.urn,
        "school_name": found.member.name,
        "state": order.state,
        "version": order.version,
        "reference": order.reference,
        "submitted_by": order.submitted_by and order.submitted_by.name,
        "submitted_at": instant(order.submitted_at),
        "approved_by": order.approved_by and order.approved_by.name,
        "approved_at": instant(order.approved_at),
        "return_reason": order.return_reason,
        "fund": order.fund,
        "site_id": order.site_id,
        "note": order.note,
        "changed_by": order.changed_by,
        "changed_at": instant(order.changed_at),
    }


def sums_json(priced: PricedOrder) -> Json:
    """What an order comes to."""
    return {
        "net_pence": priced.net_pence,
        "vat_pence": priced.vat_pence,
        "gross_pence": priced.gross_pence,
        "worst_gross_pence": priced.worst_gross_pence,
    }


def order_json(view: OrderView) -> Json:
    """A school's order with its lines and history."""
    found = view.found
    return {
        **order_state_json(found),
        **sums_json(view.priced),
        "lines": [
            {
                "offer_id": line.offer.offer_id,
                "sku": line.offer.sku,
                "name": line.offer.name,
                "unit": line.offer.unit,
                "category_name": line.offer.category_name,
                "quantity": line.quantity,
                "unit_price": unit_price_text(line.unit_price),
                "net_pence": line.net_pence,
                "vat_pence": vat,
                "vat_class": line.offer.vat_class,
                "vat_rate": str(line.offer.vat_rate),
                "vat_certificate": line.offer.vat_certificate,
                **wishes_json(view.wanted.get(line.offer.offer_id)),
            }
            for line, vat in view.priced.lines
        ],
        "history": view.history,
        "site_name": view.site_name,
    }


def wishes_json(line: WantedLine | None) -> Json:
    """What a line asks for beside its firm units."""
    limit = line.max_unit_price if line else None
    return {
        "flexible": line.flexible if line else 0,
        "max_unit_price": None if limit is None else unit_price_text(limit),
        "min_schools": line.min_schools if line else None,
        "note": line.note if line else "",
    }


def purchase_order_json(view: PurchaseOrderView, *, whole: bool, own_drop: bool) -> Json:
    """A purchase order, `whole` with lines and drops; with `own_drop` the lines hold the one drop's quantities."""
    header = view.header
    shape: Json = {
        **header._mapping,
        "issued_at": instant(header.issued_at),
        "acknowledged_at": instant(header.acknowledged_at),
        "delivery_from": header.delivery_from.isoformat(),
        "delivery_to": header.delivery_to.isoformat(),
        "net_pence": view.net_pence,
        "vat_pence": view.vat_pence,
    }
    if not whole:
        return shape
    drops = [dict(row._mapping) for row in view.drops]
    for line in (line for drop in drops for line in drop["lines"]):
        line["vat_rate"] = str(vat_rate(line["vat_class"], header.delivery_from, reduced=line["vat_reduced"]))
    lines = [{**row._mapping, "unit_price": unit_price_text(row.unit_price)} for row in view.lines]
    if own_drop:
        mine = {line["line_no"]: line for drop in drops for line in drop["lines"]}
        for line in lines:
            line |= {name: mine[line["line_no"]][name] for name in ("quantity", "net_pence", "vat_class")}
    return {**shape, "lines": lines, "drops": drops}


def next_tier_json(tier: Tier | None, units: int | None) -> Json:
    """The tier that comes next, and how far it is."""
    return {
        "next_from_quantity": tier and tier.from_quantity,
        "next_unit_price": tier and unit_price_text(tier.unit_price),
        "units_to_next": units,
    }


def cheaper_json(at: Standing) -> Json | None:
    """A larger quantity that costs less altogether."""
    return at.cheaper and {"quantity": at.cheaper[0], "net_pence": at.cheaper[1]}


def advice_json(at: Standing) -> Json | None:
    """How many units more save everyone how much, and how many of them are offered already."""
    if (advice := at.advice) is None:
        return None
    return {"units": advice.units, "saves_pence": advice.saves_pence, "offered": advice.offered}
